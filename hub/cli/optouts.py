"""`hub optouts`: every opt-out, and what each platform's records answered."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from hub.cli.output import (
    age,
    json_option,
    print_json,
    say,
    table,
    tell,
    when,
    word,
)
from hub.consent.exclusions import Origin
from hub.factory import Hub, build
from hub.optout import receipts
from hub.optout.receipts import Receipt
from hub.values.labels import PUSH_STATES, SCOPES
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


@click.command()
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
def command(open_only: bool, connection: str | None, limit: int, as_json: bool) -> None:
    """List opt-outs, the newest first, and each record that has to be told of it.

    Of each record: its state, its age (how long the platform took, or has been taking), and what
    is in the way. Nothing open is ever dropped; it is tried until the platform acknowledges.

    Exit codes: 0 listed, 1 there is no such connection, 2 wrong usage.
    """
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
