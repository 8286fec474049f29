"""`hub optouts`: every opt-out, and what each platform's records answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import click

from hub.cli import audit
from hub.cli.moment import Moment
from hub.cli.output import (
    age,
    failed,
    json_option,
    print_json,
    say,
    table,
    tell,
    usage,
    when,
    word,
)
from hub.cli.record import RecordId, contact_of, link_of
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import Origin, check_scope
from hub.factory import Hub, build
from hub.messages import library
from hub.optout import act, receipts
from hub.optout.receipts import Receipt
from hub.values.labels import PUSH_STATES, SCOPES
from hub.values.ref import Ref
from hub.values.words import Words

ORIGINS: Mapping[str, Words] = {
    Origin.PAGE: Words("配信停止ページ", "opt-out page"),
    Origin.REPLY: Words("SMSの返信", "reply"),
    Origin.PLATFORM: Words("接続先のレコード", "platform's record"),
    Origin.GATEWAY: Words("ゲートウェイ", "gateway"),
    Origin.AGENT: Words("電話", "phone"),
    Origin.ADMIN: Words("管理者", "administrator"),
    Origin.IMPORT: Words("取り込み", "import"),
    Origin.API: Words("API", "API"),
}

_CHANNELS = {"phone": Origin.AGENT, "in_person": Origin.ADMIN}


@click.group(invoke_without_command=True)
@click.option("--open", "open_only", is_flag=True, help="Only records not acknowledged yet.")
@click.option("--connection", help="Only records of this connection.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="How many records at most.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context, open_only: bool, connection: str | None, limit: int, as_json: bool
) -> None:
    """List opt-outs, the newest first, and each record that has to be told of it.

    Of each record: its state, its age (how long the platform took, or has been taking), and what
    is in the way. Nothing open is ever dropped; it is tried until the platform acknowledges.

    Exit codes: 0 listed, 1 there is no such connection, 2 wrong usage.
    """
    if ctx.invoked_subcommand is not None:
        return
    hub = build()
    row = hub.connections.row(connection) if connection else None
    with hub.database.read() as tx:
        found = receipts.listing(
            tx,
            limit=limit,
            connection_id=row.id if row else None,
            states=receipts.WAITING if open_only else None,
        )
        summary = receipts.summary(tx)
    if as_json:
        print_json([_values(hub, each) for each in found])
        return
    if not found:
        tell("該当する配信停止はありません。", "There are no such opt-outs.")
        return
    for _, group in groupby(found, key=lambda each: each.exclusion_id):
        _print(hub, list(group))
    waiting = sum(summary.by_state.get(state, 0) for state in receipts.WAITING)
    if waiting:
        oldest = age(hub.clock() - summary.oldest) if summary.oldest else "-"
        tell(
            f"未反映のレコードは全部で{waiting}件、最も古いものは{oldest}前からです。",
            f"Not acknowledged yet: {waiting} in all, the oldest since {oldest}.",
        )
    if len(found) == limit:
        tell(
            f"{limit}件まで表示しました。--limit で増やせます。",
            f"Shown are {limit}; --limit shows more.",
        )


@command.command()
@click.argument("connection")
@click.argument("record", type=RecordId())
@click.option(
    "--scope", default=PROMOTIONAL, show_default=True, help="all, promotional or purpose:KEY."
)
@click.option(
    "--channel",
    type=click.Choice(sorted(_CHANNELS)),
    default="phone",
    show_default=True,
    help="How the person said it.",
)
@click.option("--at", "said_at", type=Moment(), help="When they said it; now by default.")
@click.option("--reason", default="", help="A note; no number or name.")
@json_option
def add(
    connection: str,
    record: Ref,
    scope: str,
    channel: str,
    said_at: datetime | None,
    reason: str,
    as_json: bool,
) -> None:
    """Opt out the person behind a record of CONNECTION who said so to an agent.

    It counts at once, for the number and all sites; every record with that number is then told.

    Exit codes: 0 stopped (or stopped before), 1 the record was never read or has no number,
    2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    now = hub.clock()
    with hub.database.write() as tx:
        _check(hub, scope, said_at, now)
        if scope.startswith("purpose:"):
            library.purpose_of(tx, scope.removeprefix("purpose:"))
        contact_id = contact_of(row, link_of(tx, row, record))
        # Where it was said is no record: the one named here does not show it yet and is told too.
        done = act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope=scope,
            origin=_CHANNELS[channel],
            actor=audit.ACTOR,
            occurred_at=said_at or now,
            now=now,
            sink_connections=hub.connections.with_role("opt_out_sink"),
            note=reason,
            controller=hub.config.sender_name,
        )
        audit.note(hub, tx, "optout.added", f"contact:{contact_id}")
        told = receipts.listing(tx, limit=1000, exclusion_id=done.exclusion_id)
    hub.bells.pushes()
    records = [each for each in told if each.state != "none"]
    if as_json:
        print_json(
            {"exclusion": done.exclusion_id, "already": done.already, "records": len(records)}
        )
        return
    what = word(SCOPES, scope)
    if done.already:
        tell(f"すでに停止済みです({what})。", f"It was stopped before ({what.lower()}).")
        return
    tell(
        f"停止しました({what})。反映するレコード: {len(records)}件。"
        "hub optouts --open で確認できます。",
        f"Stopped ({what.lower()}). Records to be told: {len(records)}; see hub optouts --open.",
    )


def _check(hub: Hub, scope: str, said_at: datetime | None, now: datetime) -> None:
    try:
        check_scope(scope)
    except ValueError:
        raise usage(
            f"--scope: {ALL}・{PROMOTIONAL}・purpose:KEY のいずれかを書いてください。",
            f"--scope: write {ALL}, {PROMOTIONAL} or purpose:KEY.",
        ) from None
    if said_at is not None and said_at > now:
        raise failed(
            "--at: 未来の日時は指定できません。", "--at: it lies ahead. Write when it was said."
        )


def _print(hub: Hub, group: Sequence[Receipt]) -> None:
    first = group[0]
    lifted = (
        say(f"、{when(first.lifted_at)}に解除", f", lifted {when(first.lifted_at)}")
        if first.lifted_at
        else ""
    )
    click.echo(
        f"#{first.exclusion_id}  {when(first.occurred_at)}  {word(SCOPES, first.scope)}"
        f"  ({word(ORIGINS, first.origin)}{lifted})"
    )
    rows = [
        [
            each.connection,
            each.ref,
            _state(each),
            age(receipts.age(each, hub.clock())),
            say(each.why.ja, each.why.en),
        ]
        for each in group
        if each.state != "none"
    ]
    if rows:
        table(["", "", "", "", ""], rows, indent="   ")
    else:
        tell("   反映先のレコードはありません。", "   No record has to be told.")


def _state(each: Receipt) -> str:
    state = word(PUSH_STATES, each.state)
    return say(f"{state}(解除)", f"{state} (restore)") if each.change == "restore" else state


def _values(hub: Hub, each: Receipt) -> dict[str, Any]:
    return {
        "exclusion": each.exclusion_id,
        "scope": each.scope,
        "origin": each.origin,
        "occurred_at": each.occurred_at,
        "lifted_at": each.lifted_at,
        "connection": each.connection or None,
        "record": each.ref or None,
        "change": each.change or None,
        "state": each.state,
        "confirmed": each.confirmed,
        "attempts": each.attempts,
        "age_seconds": int(receipts.age(each, hub.clock()).total_seconds()),
        "why": each.why if each.why.en else None,
        "acknowledged_at": each.acknowledged_at,
    }
