"""`hub sends`: what was ordered together; pause it, let it go on, cancel it, retry what failed."""

from typing import Any

import click

from hub.cli import audit, outcome, retried
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.cli.retried import may_double_option
from hub.factory import Hub, build
from hub.messages import steering, tracked
from hub.messages.canceling import WAITING
from hub.store import messages, sends
from hub.store.sends import SendRow
from hub.values.labels import SEND_STATES


@click.group()
def command() -> None:
    """List sends; pause, resume, cancel one; let what failed of it go once more."""


@command.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many sends at most.",
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List sends, the newest first.

    Exit codes: 0 listed, 1 the store cannot be used, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        found = sends.newest(tx, limit)
    names = {row.id: row.name for row in hub.connections.rows()}
    if as_json:
        print_json([_values(row, names) for row in found])
        return
    if not found:
        tell(
            "配信はまだありません。hub send で送信できます。",
            "There are no sends yet. hub send makes one.",
        )
        return
    table(
        [say("番号", "ID"), say("状態", "STATE"), say("作成", "MADE"), say("経路", "VIA"), "KEY"],
        [
            [
                str(row.id),
                word(SEND_STATES, row.state),
                when(row.created_at),
                names.get(row.gateway_id, "-"),
                row.key,
            ]
            for row in found
        ],
    )


@command.command()
@click.argument("send_id", metavar="ID", type=int)
@json_option
def show(send_id: int, as_json: bool) -> None:
    """Show one send: its state, and its messages by state and reason.

    Exit codes: 0 shown, 1 there is no such send, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        row = sends.by_id(tx, send_id)
        if row is None:
            raise _none(send_id)
        links = tracked.fetched(tx, send_id, row.template_id)
    became = outcome.of_send(hub, send_id)
    if as_json:
        names = {each.id: each.name for each in hub.connections.rows()}
        values = _values(row, names) | outcome.values(became)
        print_json(values | {"links": [vars(link) for link in links]})
        return
    tell(
        f"配信 {row.id}({row.key}): {word(SEND_STATES, row.state)}",
        f"Send {row.id} ({row.key}): {word(SEND_STATES, row.state)}",
    )
    outcome.show(became)
    for link in links:
        tell(
            f"{link.url}: {link.carried:,}通のうち{link.fetched:,}通で取得あり"
            "(スキャナーやプレビューを含みます)",
            f"{link.url}: fetched from {link.fetched:,} of {link.carried:,} messages "
            "(by scanners and previews, too)",
        )


@command.command()
@click.argument("send_id", metavar="ID", type=int)
@json_option
def pause(send_id: int, as_json: bool) -> None:
    """Let nothing more of a send leave until it is resumed.

    What the gateway has already is not called back. A message whose last moment passes meanwhile
    expires.

    Exit codes: 0 it is paused, 1 it cannot be, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        was = steering.pause(tx, send_id)
        if was.state != "paused":
            audit.note(hub, tx, "send.paused", f"send:{send_id}")
    _tell(hub, send_id, as_json)


@command.command()
@click.argument("send_id", metavar="ID", type=int)
@json_option
def resume(send_id: int, as_json: bool) -> None:
    """Let a paused send go on. Each message passes the gate again.

    Exit codes: 0 it goes on, 1 it cannot, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        was = steering.resume(tx, send_id)
        if was.state != "sending":
            audit.note(hub, tx, "send.resumed", f"send:{send_id}")
    hub.bells.send(was.gateway_id)
    hub.bells.reconcile()
    _tell(hub, send_id, as_json)


@command.command()
@click.argument("send_id", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
def cancel(send_id: int, yes: bool, as_json: bool) -> None:
    """Cancel a send: nothing more of it leaves, ever. What the gateway has is not called back.

    Exit codes: 0 canceled, 1 there is no such send, or it was not confirmed, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        if sends.by_id(tx, send_id) is None:
            raise _none(send_id)
        waiting = messages.count_of_send(tx, send_id, WAITING)
    if not yes and not click.confirm(
        say(f"送信前の{waiting:,}件を取り消しますか", f"Cancel {waiting:,} that have not left?"),
        err=True,
    ):
        raise failed("取り消しませんでした。", "Nothing was canceled.")
    with hub.database.write() as tx:
        was = steering.cancel(tx, send_id)
        if was.state not in ("canceling", "canceled"):
            audit.note(hub, tx, "send.canceled", f"send:{send_id}")
    steering.finish_canceling(hub.database, hub.clock, send_id)
    _tell(hub, send_id, as_json)


@command.command()
@click.argument("send_id", metavar="ID", type=int)
@may_double_option
@json_option
def retry(send_id: int, may_double: bool, as_json: bool) -> None:
    """Let what failed of a send go once more, each message where and how it may.

    What the gateway refused for want of quota or a sign-in goes again under its own key. A message
    of unknown outcome does where the gateway takes a key once; one that can be asked is asked
    first. The rest needs --may-double.

    Exit codes: 0 something goes again, 1 nothing does, and why was told, 2 wrong usage.
    """
    hub = build()
    retried.tell(hub, retried.send(hub, send_id, may_double=may_double), as_json)


def _tell(hub: Hub, send_id: int, as_json: bool) -> None:
    with hub.database.read() as tx:
        row = sends.by_id(tx, send_id)
    if row is None:
        raise _none(send_id)
    if as_json:
        print_json({"id": row.id, "state": row.state})
        return
    tell(
        f"配信 {row.id}: {word(SEND_STATES, row.state)}",
        f"Send {row.id}: {word(SEND_STATES, row.state)}",
    )


def _none(send_id: int) -> click.exceptions.Exit:
    return failed(
        f"配信 {send_id} はありません。hub sends list で確認してください。",
        f"There is no send {send_id}. See hub sends list.",
    )


def _values(row: SendRow, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "key": row.key,
        "kind": row.kind,
        "state": row.state,
        "via": names.get(row.gateway_id),
        "purpose": row.purpose_key,
        "actor": row.actor,
        "not_before": row.not_before,
        "not_after": row.not_after,
        "created_at": row.created_at,
    }
