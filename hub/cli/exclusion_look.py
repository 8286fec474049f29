"""`hub exclusion list`, `search` and `history`: who is on the list, for what and since when."""

from typing import Any

import click

from hub.cli import audit
from hub.cli.number import asked_number
from hub.cli.optouts import ORIGINS
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.contacts.exclusion_sheet import number_of
from hub.contacts.phone import mask
from hub.factory import Hub, build
from hub.store import exclusion_views, people
from hub.store.exclusion_views import ListedRow
from hub.values.labels import SCOPES


@click.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most."
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List who is on it, the newest first, numbers masked.

    Exit codes: 0 listed, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = exclusion_views.page(tx, limit=limit)
        count = exclusion_views.count(tx)
    if as_json:
        print_json([_values(hub, row) for row in rows])
        return
    tell(f"{count:,}件が登録されています。", f"{count:,} on the list.")
    _print(hub, rows)


@click.command()
@json_option
def search(as_json: bool) -> None:
    """Say whether a number is on the list, and for what; it may be spelled in any way.

    The search is written to the audit trail, without the number.

    Exit codes: 0 it is, 1 it is not, or is no mobile number, 2 wrong usage.
    """
    hub = build()
    standing = [row for row in _searched(hub, "exclusion.searched") if row.lifted_at is None]
    if as_json:
        print_json([_values(hub, row) for row in standing])
    elif standing:
        _print(hub, standing)
    if not standing:
        raise failed(
            "この番号は送信除外リストにありません。", "This number is not on the exclusion list."
        )


@click.command()
@json_option
def history(as_json: bool) -> None:
    """Show when a number came on the list, from where, and what took it off again.

    Exit codes: 0 shown, 1 it never was on the list, or is no mobile number, 2 wrong usage.
    """
    hub = build()
    rows = _searched(hub, "exclusion.history_seen")
    if not rows:
        raise failed(
            "この番号は一度も送信除外リストに載っていません。",
            "This number never was on the exclusion list.",
        )
    with hub.database.read() as tx:
        steps = {row.id: exclusion_views.steps(tx, row.id) for row in rows}
    if as_json:
        print_json(
            [_values(hub, row) | {"steps": [vars(step) for step in steps[row.id]]} for row in rows]
        )
        return
    for row in rows:
        _print(hub, [row])
        table(
            [""] * 5,
            [
                [
                    when(step.occurred_at or step.recorded_at),
                    step.event_type,
                    step.method,
                    " ".join(each for each in (step.connection, step.source_ref) if each) or "-",
                    step.actor,
                ]
                for step in steps[row.id]
            ],
            indent="    ",
        )


def _searched(hub: Hub, action: str) -> list[ListedRow]:
    number = asked_number()
    with hub.database.write() as tx:
        contact_id = people.find_contact(tx, hub.cipher.lookups(number))
        rows = (
            []
            if contact_id is None
            else exclusion_views.page(tx, limit=1000, contact_id=contact_id)
        )
        about = "exclusions" if contact_id is None else f"contact:{contact_id}"
        audit.note(hub, tx, action, about)
    return rows


def _print(hub: Hub, rows: list[ListedRow]) -> None:
    table(
        [
            say("番号", "ID"),
            say("電話番号", "NUMBER"),
            say("範囲", "SCOPE"),
            say("申し出", "SAID"),
            say("経路", "THROUGH"),
            say("登録者", "BY"),
            say("解除", "LIFTED"),
        ],
        [
            [
                str(row.id),
                _masked(hub, row) or "-",
                word(SCOPES, row.scope),
                when(row.occurred_at),
                word(ORIGINS, row.origin),
                row.actor,
                when(row.lifted_at) or "-",
            ]
            for row in rows
        ],
    )


def _masked(hub: Hub, row: ListedRow) -> str | None:
    number = number_of(hub.cipher, row)
    return None if number is None else mask(number)


def _values(hub: Hub, row: ListedRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": _masked(hub, row),
        "contact": row.contact_id,
        "scope": row.scope,
        "origin": row.origin,
        "connection": row.connection,
        "record": row.source_ref,
        "by": row.actor,
        "reason": row.note,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "repeated_at": row.repeated_at,
        "lifted_at": row.lifted_at,
        "lifted_by": row.lifted_by,
        "lifted_why": row.lifted_why,
    }
