"""`hub messages`: single SMS: what became of one; cancel it, or let it go again."""

from typing import Any

import click

from hub.cli import audit, language, retried
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.cli.retried import may_double_option
from hub.contacts.phone import mask
from hub.factory import Hub, build
from hub.messages import steering
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.store import messages, people
from hub.store.messages import MessageRow, Step
from hub.values.labels import MESSAGE_STATES


@click.group()
def command() -> None:
    """List and show single SMS; cancel one that waits, retry one that failed."""


@command.command("list")
@click.option("--send", "send_id", type=int, metavar="ID", help="Only those of this send.")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in State]),
    multiple=True,
    help="Only those in this state; repeatable.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="How many at most.",
)
@json_option
def list_(send_id: int | None, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List messages, the newest first. Numbers are masked, texts are not shown.

    Exit codes: 0 listed, 1 the store cannot be used, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        found = messages.listing(tx, send_id=send_id, states=states, limit=limit)
        numbers = people.numbers_of(tx, hub.cipher, [row.contact_id for row in found])
    masked = {id_: mask(number) for id_, number in numbers.items()}
    names = {row.id: row.name for row in hub.connections.rows()}
    if as_json:
        print_json([_values(row, masked, names) for row in found])
        return
    if not found:
        tell("該当するメッセージはありません。", "There are no such messages.")
        return
    table(
        [
            say("番号", "ID"),
            say("配信", "SEND"),
            say("宛先", "TO"),
            say("状態", "STATE"),
            say("作成", "MADE"),
            say("理由", "WHY"),
        ],
        [
            [
                str(row.id),
                str(row.send_id),
                masked.get(row.contact_id, "-"),
                word(MESSAGE_STATES, row.state),
                when(row.created_at),
                words_for(row.reason).in_(language()) if row.reason else "",
            ]
            for row in found
        ],
    )


@command.command()
@click.argument("message_id", metavar="ID", type=int)
@json_option
def show(message_id: int, as_json: bool) -> None:
    """Show one message and its timeline: every state it took, when and why.

    Exit codes: 0 shown, 1 there is no such message, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        row = messages.by_id(tx, message_id)
        if row is None:
            raise _none(message_id)
        steps = messages.timeline(tx, message_id)
        numbers = people.numbers_of(tx, hub.cipher, [row.contact_id])
    masked = {id_: mask(number) for id_, number in numbers.items()}
    if as_json:
        names = {each.id: each.name for each in hub.connections.rows()}
        print_json(_values(row, masked, names) | {"timeline": [_step(step) for step in steps]})
        return
    to = masked.get(row.contact_id, "-")
    tell(
        f"メッセージ {row.id}(配信 {row.send_id})宛先 {to}: {word(MESSAGE_STATES, row.state)}",
        f"Message {row.id} (send {row.send_id}) to {to}: {word(MESSAGE_STATES, row.state)}",
    )
    table(
        ["", "", ""],
        [
            [
                when(step.at),
                word(MESSAGE_STATES, step.state),
                words_for(step.reason).in_(language()) if step.reason else "",
            ]
            for step in steps
        ],
        indent="  ",
    )


@command.command()
@click.argument("message_ids", metavar="ID…", type=int, nargs=-1, required=True)
@json_option
def cancel(message_ids: tuple[int, ...], as_json: bool) -> None:
    """Cancel messages that have not left. What the gateway has is not called back.

    Exit codes: 0 all are canceled, 1 some are not, and why was told, 2 wrong usage.
    """
    hub = build()
    done = [(id_, _cancel(hub, id_)) for id_ in message_ids]
    if as_json:
        print_json([{"id": id_, "done": each.done, "state": each.state} for id_, each in done])
    else:
        for id_, each in done:
            _tell_canceled(id_, each)
    if not all(each.done for _, each in done):
        raise click.exceptions.Exit(1)


def _cancel(hub: Hub, message_id: int) -> steering.Canceled:
    with hub.database.write() as tx:
        done = steering.cancel_message(tx, message_id, hub.clock())
        if done is None:
            raise _none(message_id)
        if done.done:
            audit.note(hub, tx, "message.canceled", f"message:{message_id}")
    return done


def _tell_canceled(message_id: int, done: steering.Canceled) -> None:
    state = word(MESSAGE_STATES, done.state)
    if done.done:
        tell(f"メッセージ {message_id}: {state}", f"Message {message_id}: {state}")
    else:
        tell(
            f"メッセージ {message_id} は「{state}」のため取り消せません。",
            f"Message {message_id} cannot be canceled any more: {state}.",
        )


@command.command()
@click.argument("message_id", metavar="ID", type=int)
@may_double_option
@json_option
def retry(message_id: int, may_double: bool, as_json: bool) -> None:
    """Let a message that failed go once more, where and how it may.

    Exit codes: 0 it goes again, 1 it does not, and why was told, 2 wrong usage.
    """
    hub = build()
    done = retried.message(hub, message_id, may_double=may_double)
    if done is None:
        raise _none(message_id)
    retried.tell(hub, done, as_json)


def _none(message_id: int) -> click.exceptions.Exit:
    return failed(
        f"メッセージ {message_id} はありません。hub messages list で確認してください。",
        f"There is no message {message_id}. See hub messages list.",
    )


def _values(row: MessageRow, masked: dict[int, str], names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "send": row.send_id,
        "to": masked.get(row.contact_id),
        "via": names.get(row.gateway_id),
        "state": row.state,
        "reason": row.reason,
        "words": words_for(row.reason) if row.reason else None,
        "segments": row.segments,
        "billed_units": row.billed_units,
        "evidence": row.evidence_id,
        "created_at": row.created_at,
        "submitted_at": row.submitted_at,
        "finished_at": row.finished_at,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": step.at,
        "state": step.state,
        "reason": step.reason,
        "words": words_for(step.reason) if step.reason else None,
        "attempt": step.attempt,
    }
