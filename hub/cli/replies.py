"""`hub replies`: what came back from handsets; a person decides on what may be a stop."""

from collections.abc import Mapping
from typing import Any

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.contacts.phone import mask
from hub.factory import Hub, build
from hub.messages import doubts
from hub.messages.doubts import Decided
from hub.messages.sinks import sinks_of
from hub.store import people, replies
from hub.store.replies import ReplyRow
from hub.values.labels import REPLIES, REPLY_TASKS


@click.group()
def command() -> None:
    """Read replies, and decide on those that may be a stop."""


@command.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only what waits for a decision.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="How many at most.",
)
@json_option
def list_(open_only: bool, limit: int, as_json: bool) -> None:
    """List replies, the newest first. Numbers are masked, texts are not shown.

    Exit codes: 0 listed, 1 the store cannot be used, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        found = replies.listing(tx, open_only=open_only, limit=limit)
        ids = [row.contact_id for row in found if row.contact_id is not None]
        numbers = people.numbers_of(tx, hub.cipher, ids)
    masked = {id_: mask(number) for id_, number in numbers.items()}
    if as_json:
        print_json([_values(hub, row, masked) for row in found])
        return
    if not found:
        tell("該当する返信はありません。", "There are no such replies.")
        return
    table(
        [
            say("番号", "ID"),
            say("送信元", "FROM"),
            say("受信", "CAME"),
            say("種類", "UNDERSTOOD AS"),
            say("判断", "TASK"),
        ],
        [
            [
                str(row.id),
                masked.get(row.contact_id or 0, "-"),
                when(row.received_at),
                word(REPLIES, row.outcome),
                word(REPLY_TASKS, row.task),
            ]
            for row in found
        ],
    )


@command.command()
@click.argument("reply_id", metavar="ID", type=int)
@json_option
def show(reply_id: int, as_json: bool) -> None:
    """Show a reply with its text; the audit trail notes who read it.

    Exit codes: 0 shown, 1 there is no such reply, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        row = replies.by_id(tx, reply_id)
        if row is None:
            raise _none(reply_id)
        text = replies.texts(tx, hub.cipher, [row.id]).get(row.id)
        ids = [row.contact_id] if row.contact_id is not None else []
        numbers = people.numbers_of(tx, hub.cipher, ids)
        audit.note(hub, tx, "reply.read", f"reply:{reply_id}")
    masked = {id_: mask(number) for id_, number in numbers.items()}
    if as_json:
        print_json(_values(hub, row, masked) | {"text": text})
        return
    sender = masked.get(row.contact_id or 0, "-")
    tell(
        f"返信 {row.id}({sender}、{when(row.received_at)}): {word(REPLIES, row.outcome)}",
        f"Reply {row.id} ({sender}, {when(row.received_at)}): {word(REPLIES, row.outcome)}",
    )
    click.echo(say("(消去済み)", "(erased)") if text is None else text)


@command.command()
@click.argument("reply_id", metavar="ID", type=int)
@json_option
def accept(reply_id: int, as_json: bool) -> None:
    """Take a reply for the stop it may be: its number gets no advertising any more.

    Exit codes: 0 opted out, 1 there is none or it was decided on, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        decided = doubts.accept(
            tx,
            hub.cipher,
            reply_id,
            actor=audit.ACTOR,
            now=hub.clock(),
            sink_connections=sinks_of(hub.connections).opt_outs,
        )
        _check(reply_id, decided)
        audit.note(hub, tx, "reply.accepted", f"reply:{reply_id}")
    hub.bells.pushes()
    _tell(reply_id, doubts.ACCEPTED, as_json)


@command.command()
@click.argument("reply_id", metavar="ID", type=int)
@json_option
def dismiss(reply_id: int, as_json: bool) -> None:
    """Say that a reply is no stop: advertising to its number goes on.

    Exit codes: 0 dismissed, 1 there is none or it was decided on, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        _check(reply_id, doubts.dismiss(tx, reply_id, actor=audit.ACTOR, now=hub.clock()))
        audit.note(hub, tx, "reply.dismissed", f"reply:{reply_id}")
    _tell(reply_id, doubts.DISMISSED, as_json)


def _check(reply_id: int, decided: Decided | None) -> None:
    if decided is None:
        raise _none(reply_id)
    if not decided.done:
        raise failed(
            f"返信 {reply_id} に判断は不要です。hub replies list --open で確認してください。",
            f"Reply {reply_id} does not wait for a decision. See hub replies list --open.",
        )


def _tell(reply_id: int, task: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": reply_id, "task": task})
        return
    state = word(REPLY_TASKS, task)
    tell(f"返信 {reply_id}: {state}", f"Reply {reply_id}: {state}")


def _none(reply_id: int) -> click.exceptions.Exit:
    return failed(
        f"返信 {reply_id} はありません。hub replies list で確認してください。",
        f"There is no reply {reply_id}. See hub replies list.",
    )


def _values(hub: Hub, row: ReplyRow, masked: Mapping[int, str]) -> dict[str, Any]:
    names = {each.id: each.name for each in hub.connections.rows()}
    return {
        "id": row.id,
        "from": masked.get(row.contact_id or 0),
        "via": names.get(row.gateway_id),
        "understood": row.outcome,
        "task": row.task,
        "message": row.message_id,
        "said_at": row.said_at,
        "received_at": row.received_at,
        "decided_at": row.decided_at,
        "decided_by": row.decided_by,
    }
