"""`hub api-key`: keys for programs that call the REST API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from hub.access import api_keys
from hub.access.api_keys import ApiKey
from hub.cli import audit
from hub.cli.moment import Moment
from hub.cli.output import failed, json_option, note, print_json, say, table, tell, when
from hub.factory import build


@click.group()
def command() -> None:
    """Make, list and revoke keys for programs that call the REST API."""


@command.command()
@click.option("--label", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(api_keys.SCOPES),
    multiple=True,
    required=True,
    help="What it may do; repeatable.",
)
@click.option(
    "--address",
    "networks",
    metavar="CIDR",
    multiple=True,
    help="From where it may be used, as in 203.0.113.0/24; repeatable. Without it: anywhere.",
)
@click.option("--expires", type=Moment(last=True), help="Its last day; 90 days from now by itself.")
@json_option
def create(
    label: str,
    scopes: Sequence[str],
    networks: Sequence[str],
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make a key and print it, this once: the hub keeps only its hash.

    Exit codes: 0 made, 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        made = api_keys.create(
            tx,
            label=label,
            scopes=scopes,
            networks=networks,
            by=audit.ACTOR,
            now=hub.clock(),
            expires_at=expires,
        )
        audit.note(hub, tx, "api_key.made", f"api_key:{made.row.prefix}")
    if as_json:
        print_json({**_values(made.row), "key": made.text})
        return
    note(
        f"{when(made.row.expires_at)}まで有効です。このキーは二度と表示されません。安全な場所に控えてください。",
        f"Good until {when(made.row.expires_at)}. It is not shown again: keep it in a safe place.",
    )
    click.echo(made.text)


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List keys by their prefix, revoked and expired ones too.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = api_keys.every(tx)
    if as_json:
        print_json([_values(row) for row in rows])
        return
    if not rows:
        tell(
            "APIキーはまだありません。hub api-key create で作成してください。",
            "There are no API keys yet. Make one with hub api-key create.",
        )
        return
    now = hub.clock()
    table(
        [
            say("キー", "KEY"),
            say("用途", "LABEL"),
            say("権限", "SCOPES"),
            say("接続元", "FROM"),
            say("最終利用", "LAST USED"),
            say("期限", "EXPIRES"),
            say("状態", "STATE"),
        ],
        [
            [
                row.prefix,
                row.label,
                " ".join(row.scopes),
                " ".join(row.networks) or say("どこでも", "anywhere"),
                when(row.last_used_at),
                when(row.expires_at),
                _state(row, now),
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("prefix")
@json_option
def revoke(prefix: str, as_json: bool) -> None:
    """End the key with this PREFIX at once.

    Exit codes: 0 ended, 1 there is no such key or it was ended before.
    """
    hub = build()
    with hub.database.write() as tx:
        done = api_keys.revoke(tx, prefix, audit.ACTOR, hub.clock())
        if done:
            audit.note(hub, tx, "api_key.revoked", f"api_key:{prefix}")
    if not done:
        raise failed(
            "そのAPIキーはないか、すでに取り消されています。hub api-key list で確認してください。",
            "There is no such key, or it was ended before. See hub api-key list.",
        )
    if as_json:
        print_json({"prefix": prefix, "revoked": True})
        return
    tell(f"APIキー {prefix} を取り消しました。", f"The key {prefix} is ended.")


def _state(row: ApiKey, now: datetime) -> str:
    if row.revoked_at is not None:
        return say("取り消し済み", "revoked")
    return say("期限切れ", "expired") if row.expires_at <= now else say("有効", "in force")


def _values(row: ApiKey) -> dict[str, Any]:
    return {
        "prefix": row.prefix,
        "label": row.label,
        "scopes": list(row.scopes),
        "addresses": list(row.networks),
        "created_at": row.created_at,
        "created_by": row.created_by,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
