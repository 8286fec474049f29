"""`hub send TEMPLATE`: send a template to people, or show who would get it."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from hub.cli import asking, audit, misfits, outcome, preview
from hub.cli.asked import Asked
from hub.cli.making import with_bar
from hub.cli.moment import Moment
from hub.cli.outcome import Outcome
from hub.cli.output import JAPAN, failed, json_option, note, print_json, say, tell, usage
from hub.cli.record import RecordId, contact_of, link_of, masked
from hub.cli.where import conditions
from hub.cli.whose import user_id
from hub.factory import Hub, build
from hub.messages.misfits import tally
from hub.messages.orders import SingleOrder
from hub.messages.states import State
from hub.store import sends
from hub.values.ref import Ref


@click.command()
@click.argument("template")
@click.option("--from", "people", required=True, help="The connection whose people get it.")
@click.option("--via", help="The gateway's connection; without it, by hub route.")
@click.option("--record", type=RecordId(), help="Only the person behind this record.")
@click.option(
    "--asked",
    is_flag=True,
    help="The person asked for it in this record, such as a ticket: service messages only.",
)
@click.option(
    "--number",
    metavar="DIGITS",
    default="",
    help="With --asked: which of the person's numbers, by its last digits, four at least.",
)
@click.option(
    "--where", metavar="ATTRIBUTE=VALUE", multiple=True, help="Only records with this; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Only say who would get it and who not, and why.")
@click.option("--owner", metavar="LOGIN", help="Whose send it is: hub erase user finds it by that.")
@click.option("--key", help="Names the send: the same key again is the same send, never a second.")
@click.option("--not-before", "--at", type=Moment(), help="Not before this time.")
@click.option("--not-after", type=Moment(last=True), help="Not after this time.")
@click.option("--yes", is_flag=True, help="Do not ask before more than one SMS is sent.")
@click.option("--wait", is_flag=True, help="Show the sending until it is done.")
@json_option
def command(
    template: str,
    people: str,
    via: str | None,
    record: Ref | None,
    asked: bool,
    number: str,
    where: tuple[str, ...],
    dry_run: bool,
    owner: str | None,
    key: str | None,
    not_before: datetime | None,
    not_after: datetime | None,
    yes: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Send TEMPLATE to the people of a connection, or to the one behind a record.

    Every message passes the gate: nobody gets one without a recorded ground, nobody who said
    stop. The messages are stored first; whoever works on the queue sends them.

    Exit codes: 0 ordered (or shown); 1 it cannot be, and why was told; 2 wrong usage.
    """
    if (asked and not record) or (number and not asked):
        raise usage(
            "--number には --asked が、--asked には --record が必要です。",
            "--number needs --asked, and --asked needs --record.",
        )
    hub = build()
    order = Asked(
        template=template,
        people=hub.connections.row(people),
        gateway=None if via is None else hub.connections.row(via),
        record=record,
        asked=asked,
        number=number,
        where=conditions(hub.connections.row(people), where),
        key=key or _new_key(hub, template),
        owner=None if owner is None else user_id(hub, owner),
        not_before=not_before,
        not_after=not_after,
        as_json=as_json,
    )
    if as_json and not (yes or dry_run or record):
        raise usage(
            "--json では確認できません。--yes か --dry-run を付けてください。",
            "--json cannot ask. Add --yes or --dry-run.",
        )
    if dry_run:
        preview.dry_run(hub, order)
        return
    send_id, became, already = _one(hub, order) if record else _many(hub, order, yes)
    if wait and send_id is not None:
        outcome.say_who_sends(hub)
        became = outcome.wait(hub, send_id, quiet=as_json)
    _tell(hub, order, send_id, became, already, waited=wait)


def _many(hub: Hub, asked: Asked, yes: bool) -> tuple[int | None, Outcome, bool]:
    with hub.database.read() as tx:
        begun = sends.by_key(tx, asked.key)
    if begun is None and not yes:
        _ask(hub, asked)
    order = asked.order()
    note(
        f"配信キー: {asked.key}(中断したら同じキーで続きから再開します)",
        f"Key: {asked.key} (broken off, the same key goes on from there)",
    )
    result = with_bar(
        hub,
        asked.key,
        asked.people.id,
        say("作成中", "Making messages"),
        lambda: hub.outbox.create(order),
        quiet=asked.as_json,
    )
    became = outcome.of_send(hub, result.send_id) if result.send_id else outcome.of_preview(result)
    return result.send_id, became, result.already


def _ask(hub: Hub, asked: Asked) -> None:
    would = preview.preview(hub, asked)
    outcome.show_via(hub, would)
    outcome.show(would)
    misfits.show(hub, would.misfits)
    sending = would.count(State.QUEUED, State.HELD)
    if not sending:
        raise failed(
            "送信できる相手がいません。上の理由を確認してください。",
            "There is nobody it can be sent to. See the reasons above.",
        )
    if sending > 1 and not click.confirm(
        say(f"{sending:,}件に送信しますか", f"Send it to {sending:,} people?"), err=True
    ):
        raise failed("送信しませんでした。", "Nothing was sent.")


def _one(hub: Hub, asked: Asked) -> tuple[int | None, Outcome, bool]:
    number, recipient = _recipient(hub, asked)
    note(f"配信キー: {asked.key}", f"Key: {asked.key}")
    result = hub.outbox.single(
        SingleOrder(
            **recipient,
            key=asked.key,
            template_key=asked.template,
            gateway_id=asked.gateway_id,
            actor=audit.ACTOR,
            owner_id=asked.owner,
            not_before=asked.not_before,
            not_after=asked.not_after,
        )
    )
    with hub.database.read() as tx:
        send = sends.by_key(tx, asked.key)
    if not asked.as_json:
        tell(f"宛先 {number}", f"To {number}")
    if send is None or result.message_id is None:
        return None, outcome.of_one(result.state, result.reason, 0), result.already
    found = tally([(recipient["link_id"], result.misfits)])
    return send.id, replace(outcome.of_send(hub, send.id), misfits=found), result.already


def _recipient(hub: Hub, asked: Asked) -> tuple[str, dict[str, Any]]:
    if asked.asked:
        return asking.order(hub, asked.people, asked.ref, asked.number, asked.template, asked.key)
    with hub.database.read() as tx:
        link = link_of(tx, asked.people, asked.ref)
        return masked(hub, tx, contact_of(asked.people, link)), {"link_id": link.id}


def _tell(
    hub: Hub,
    asked: Asked,
    send_id: int | None,
    became: Outcome,
    already: bool,
    *,
    waited: bool,
) -> None:
    if asked.as_json:
        values: dict[str, Any] = {"send": send_id, "key": asked.key, "already": already}
        print_json(values | {"dry_run": False} | preview.values(hub, became))
    else:
        if already:
            tell(
                "このキーの配信は作成済みです。現在の状態を表示します。",
                "The send of this key was made before. This is how it stands.",
            )
        outcome.show(became)
        misfits.show(hub, became.misfits)
        if not waited and became.count(*outcome.MOVING):
            outcome.say_who_sends(hub)
    if asked.record and became.count(State.REFUSED):
        raise click.exceptions.Exit(1)


def _new_key(hub: Hub, template: str) -> str:
    day = hub.clock().astimezone(JAPAN).strftime("%Y%m%d-%H%M")
    return f"{template[:40]}-{day}-{secrets.token_hex(3)}"
