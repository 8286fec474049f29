"""`hub connections`: every connection, its state, account and last pull."""

from typing import Any

import click

from hub.cli import language
from hub.cli.audit import note
from hub.cli.output import age, json_option, print_json, say, table, tell, word
from hub.factory import Hub, build
from hub.plugins.registry import ADDED, ROLES
from hub.store.connections import ConnectionRow
from hub.values.labels import CONNECTION_STATES


@click.command()
@click.option("--enable", metavar="NAME", help="Use this one again, a parked one too.")
@click.option("--disable", metavar="NAME", help="Stop reading and sending through this one.")
@json_option
def command(enable: str | None, disable: str | None, as_json: bool) -> None:
    """List connections: plugin, state, account, last pull, and what is wrong.

    A disabled connection still has opt-outs pushed to it.

    Exit codes: 0 listed, 1 there is no such connection, or plugins.toml or the store cannot be
    used.
    """
    hub = build()
    if enable is not None:
        _switch(hub, enable, on=True)
    if disable is not None:
        _switch(hub, disable, on=False)
    rows = hub.connections.rows()
    if as_json:
        print_json([_values(hub, row) for row in rows])
        return
    if not rows:
        tell(
            "接続はまだありません。plugins.tomlに追加してください(ファイル内に例があります)。",
            "There are no connections yet. Add one to plugins.toml; the file shows how.",
        )
        return
    table(
        [
            say("名前", "NAME"),
            say("プラグイン", "PLUGIN"),
            say("状態", "STATE"),
            say("最終読み込み", "LAST PULL"),
            say("使用率", "USED"),
            say("アカウント", "ACCOUNT"),
            say("表示名", "LABEL"),
        ],
        [
            [
                row.name,
                row.plugin,
                _state(row),
                age(hub.clock() - row.last_pull_at) if row.last_pull_at else "-",
                f"{row.usage.percent}%" if row.usage else "-",
                row.account_label or "-",
                row.label,
            ]
            for row in rows
        ],
    )
    for row in rows:
        told = [row.reason] if row.reason.en else []
        told += [row.usage.words] if row.usage and row.usage.high else []
        for words in told:
            for line in words.in_(language()).splitlines():
                click.echo(f"  {row.name}: {line}")


def _switch(hub: Hub, name: str, *, on: bool) -> None:
    row = hub.connections.row(name)
    if on:
        hub.connections.enable(row.id)
    else:
        hub.connections.disable(row.id)
    with hub.database.write() as tx:
        note(hub, tx, f"connection.{'enable' if on else 'disable'}", f"connection:{row.name}")


def _state(row: ConnectionRow) -> str:
    if not row.enabled:
        return say("無効", "Disabled")
    if row.grounds_suspended_at is not None and row.state == "ok":
        return say("同意の利用を停止中", "Consents suspended")
    return word(CONNECTION_STATES, row.state)


def _values(hub: Hub, row: ConnectionRow) -> dict[str, Any]:
    roles = hub.connections.roles(row)
    return {
        "name": row.name,
        "label": row.label,
        "plugin": row.plugin,
        "roles": [role for role in (*ROLES, *ADDED) if role in roles],
        "origin": row.origin,
        "enabled": row.enabled,
        "state": row.state,
        "reason": row.reason if row.reason.en else None,
        "grounds_suspended_at": row.grounds_suspended_at,
        "account": row.account_label,
        "usage": _used(row),
        "advice": list(row.advice),
        "last_pull_at": row.last_pull_at,
    }


def _used(row: ConnectionRow) -> dict[str, Any] | None:
    if row.usage is None:
        return None
    return {
        "what": row.usage.what,
        "used": row.usage.used,
        "limit": row.usage.limit,
        "at": row.usage_at,
    }
