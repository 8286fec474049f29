"""`hub erase`: order the erasure of personal data, now or in some days; see and cancel orders."""

from typing import Any

import click

from hub.cli import audit, erasing
from hub.cli.erasing import order_options
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.cli.whose import Record, contact_for, number_of, person_option, user_id
from hub.contacts import erasure
from hub.factory import build
from hub.store import erasure_orders, links


@click.group()
def command() -> None:
    """Erase personal data: of a person, a user, a site, or of everybody not needed any more."""


@command.command()
@person_option
@order_options
def person(record: Record, **when_: Any) -> None:
    """Erase one person: everything of the number, in all connections and sites.

    Exit codes: 0 ordered (or erased, or shown), 1 not known or not confirmed, 2 wrong usage.
    """
    how = erasing.how(**when_)
    number = number_of(record)
    hub = build()
    with hub.database.read() as tx:
        contact_id = contact_for(hub, tx, record, number)
    erasing.order(hub, "person", contact_id, how)


@command.command()
@click.argument("login")
@order_options
def user(login: str, **when_: Any) -> None:
    """Erase what the user LOGIN brought in or sent, with the replies to it.

    A number that others' records hold too stays with those.

    Exit codes: 0 ordered (or erased, or shown), 1 no such user or not confirmed, 2 wrong usage.
    """
    how = erasing.how(**when_)
    hub = build()
    erasing.order(hub, "user", user_id(hub, login), how)


@command.command()
@click.argument("key")
@order_options
def site(key: str, **when_: Any) -> None:
    """Erase what the site KEY has; a number that another site's records hold too stays there.

    Exit codes: 0 ordered (or erased, or shown), 1 no such site or not confirmed, 2 wrong usage.
    """
    how = erasing.how(**when_)
    hub = build()
    with hub.database.read() as tx:
        found = links.site_ids(tx).get(key)
    if found is None:
        raise failed(
            f"拠点 {key} はありません。拠点のキーを確認してください。",
            f"There is no site {key}. Check its key.",
        )
    erasing.order(hub, "site", found, how)


@command.command()
@click.argument("days", type=click.IntRange(1, 36500))
@order_options
def age(days: int, **when_: Any) -> None:
    """Erase everybody who got no SMS and renewed no consent for DAYS days.

    Exit codes: 0 ordered (or erased, or shown), 1 not confirmed, 2 wrong usage.
    """
    erasing.order(build(), "age", days, erasing.how(**when_))


@command.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only orders that are not done yet.")
@json_option
def list_(open_only: bool, as_json: bool) -> None:
    """List orders to erase, the newest first.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = erasure_orders.listing(tx, open_only=open_only)
    if as_json:
        print_json([erasing.values(row) for row in rows])
        return
    if not rows:
        tell("消去の予約はありません。", "There are no orders to erase.")
        return
    head = [
        "",
        say("対象", "WHOSE"),
        say("予定", "DUE"),
        say("状態", "STATE"),
        say("人数", "PEOPLE"),
    ]
    table(
        head,
        [
            [
                f"#{row.id}",
                f"{word(erasing.KINDS, row.kind)} {row.subject}",
                when(row.due_at),
                erasing.state_of(row),
                str(row.people),
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("order", type=click.IntRange(min=1))
def cancel(order: int) -> None:
    """Cancel ORDER, which is not due yet. What was erased already stays erased.

    Exit codes: 0 canceled, 1 it is not there or has begun, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        row = erasure_orders.by_id(tx, order)
        done = row is not None and erasure.cancel(tx, row, audit.ACTOR, hub.clock())
    if not done:
        raise failed(
            f"#{order} は取り消せません。hub erase list で状態を確認してください。",
            f"#{order} cannot be canceled. See its state with hub erase list.",
        )
    tell(f"#{order} を取り消しました。", f"#{order} is canceled.")
