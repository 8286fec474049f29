"""`hub exclusion`: the list of numbers that must not be texted (送信除外リスト)."""

from datetime import datetime

import click

from hub.cli import audit, exclusion_file, exclusion_look
from hub.cli.moment import Moment
from hub.cli.number import asked_number
from hub.cli.output import failed, json_option, print_json, tell, usage, word
from hub.cli.record import RecordId, contact_of, link_of
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import check_scope
from hub.factory import Hub, build
from hub.messages import library
from hub.optout import act, receipts
from hub.optout.channels import CHANNELS
from hub.optout.lifting import lift as lift_one
from hub.store import people
from hub.store.database import Tx
from hub.values.labels import SCOPES
from hub.values.ref import Ref


@click.group()
def command() -> None:
    """Keep the list of numbers that must not be texted.

    Whoever is on it gets nothing, at all sites, whatever a platform says. Numbers are asked for,
    or read from stdin; they are never arguments, which shells and process lists keep.
    """


command.add_command(exclusion_look.list_)
command.add_command(exclusion_look.search)
command.add_command(exclusion_look.history)
command.add_command(exclusion_file.import_)
command.add_command(exclusion_file.export)


@command.command()
@click.argument("connection", required=False)
@click.argument("record", type=RecordId(), required=False)
@click.option(
    "--scope", default=PROMOTIONAL, show_default=True, help="all, promotional or purpose:KEY."
)
@click.option(
    "--channel",
    type=click.Choice(sorted(CHANNELS)),
    default="phone",
    show_default=True,
    help="How the person said it.",
)
@click.option("--at", "said_at", type=Moment(), help="When they said it; now by default.")
@click.option("--reason", default="", help="A note; no number or name of the person.")
@click.option("--agent", default="", help="Who took it down.")
@json_option
def add(
    connection: str | None,
    record: Ref | None,
    scope: str,
    channel: str,
    said_at: datetime | None,
    reason: str,
    agent: str,
    as_json: bool,
) -> None:
    """Put a number on the list whose person said so, or the one behind a RECORD of CONNECTION.

    It counts at once, for the number and all sites; every record with that number is then told.

    Exit codes: 0 on the list (or was before), 1 it is no mobile number or the record was never
    read, 2 wrong usage.
    """
    if connection and not record:
        raise usage("レコードも指定してください。", "Name the record, too.")
    hub = build()
    now = hub.clock()
    with hub.database.read() as tx:
        _check(tx, scope, said_at, now)
    number = None if connection else asked_number()
    way = CHANNELS[channel]
    with hub.database.write() as tx:
        contact_id = (
            people.contacts_for(tx, [hub.cipher.lookups(number)], now)[0]
            if number
            else _behind(hub, tx, connection or "", record)
        )
        # Where it was said is no record: the one named here does not show it yet and is told too.
        done = act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope=scope,
            origin=way.origin,
            method=way.method,
            actor=_actor(agent),
            occurred_at=said_at or now,
            now=now,
            sink_connections=hub.connections.with_role("opt_out_sink"),
            note=reason,
            controller=hub.config.sender_name,
        )
        told = receipts.listing(tx, limit=1000, exclusion_id=done.exclusion_id)
        audit.note(hub, tx, "exclusion.added", f"contact:{contact_id}")
    hub.bells.pushes()
    records = len([each for each in told if each.state != "none"])
    if as_json:
        print_json({"exclusion": done.exclusion_id, "already": done.already, "records": records})
        return
    what = word(SCOPES, scope)
    if done.already:
        tell(f"すでに停止済みです({what})。", f"It was stopped before ({what.lower()}).")
        return
    tell(
        f"停止しました({what})。反映するレコード: {records}件。hub optouts --open で確認できます。",
        f"Stopped ({what.lower()}). Records to be told: {records}; see hub optouts --open.",
    )


@command.command()
@click.argument("exclusion_id", metavar="ID", type=int)
@click.option("--signed-at", type=Moment(), required=True, help="When the person signed.")
@click.option("--paper", required=True, help="Where the signed paper is kept.")
@click.option("--agent", default="", help="Who enters it.")
@json_option
def lift(exclusion_id: int, signed_at: datetime, paper: str, agent: str, as_json: bool) -> None:
    """Take the row ID off the list, because its person signed a paper that says so.

    Only a dated act of the person that is newer than what they said before does that. What it
    ended stands again; no consent is made that was not there.

    Exit codes: 0 lifted; 1 it is not newer, or there is no such row on the list; 2 wrong usage.
    """
    hub = build()
    now = hub.clock()
    with hub.database.write() as tx:
        lifted = lift_one(
            tx,
            hub.cipher,
            exclusion_id=exclusion_id,
            signed_at=signed_at,
            paper=paper,
            actor=_actor(agent),
            now=now,
            sink_connections=hub.connections.with_role("opt_out_sink"),
            controller=hub.config.sender_name,
        )
        if lifted:
            audit.note(hub, tx, "exclusion.lifted", f"exclusion:{exclusion_id}")
    if not lifted:
        raise failed(
            f"{exclusion_id}は解除できません。有効な登録がないか、書面の日時が本人の申し出より"
            "新しくありません。hub exclusion history で確認してください。",
            f"{exclusion_id} is not lifted: it does not stand, or the paper is no newer than what "
            "the person said. See hub exclusion history.",
        )
    hub.bells.pushes()
    if as_json:
        print_json({"exclusion": exclusion_id, "lifted": True})
        return
    tell(f"{exclusion_id}を解除しました。", f"{exclusion_id} is lifted.")


def _actor(agent: str) -> str:
    return f"agent:{agent}" if agent else audit.ACTOR


def _behind(hub: Hub, tx: Tx, connection: str, record: Ref | None) -> int:
    row = hub.connections.row(connection)
    assert record is not None
    return contact_of(row, link_of(tx, row, record))


def _check(tx: Tx, scope: str, said_at: datetime | None, now: datetime) -> None:
    try:
        check_scope(scope)
    except ValueError:
        raise usage(
            f"--scope: {ALL}・{PROMOTIONAL}・purpose:KEY のいずれかを書いてください。",
            f"--scope: write {ALL}, {PROMOTIONAL} or purpose:KEY.",
        ) from None
    if scope.startswith("purpose:"):
        library.purpose_of(tx, scope.removeprefix("purpose:"))
    if said_at is not None and said_at > now:
        raise failed(
            "--at: 未来の日時は指定できません。", "--at: it lies ahead. Write when it was said."
        )
