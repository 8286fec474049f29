"""`hub person`: what one person may ask for, and legal holds."""

from datetime import datetime, timedelta
from typing import cast

import click

from hub.cli import audit, language
from hub.cli.erasing import AFTER
from hub.cli.export import controller_of
from hub.cli.moment import Moment
from hub.cli.newfile import new_file
from hub.cli.output import failed, json_option, note, print_json, say, table, tell, when, word
from hub.cli.whose import Record, contact_for, number_of, person_option
from hub.consent.entry import ALL
from hub.consent.exclusions import Origin
from hub.contacts import disclosure, erasure, erasure_hold
from hub.contacts.disclosure_page import write_page
from hub.contacts.reread import reread as read_again
from hub.factory import Hub, build
from hub.optout import act, receipts
from hub.store import people
from hub.store.database import Tx
from hub.values.labels import VERDICTS
from hub.values.words import Language

_CHANNELS = {"phone": Origin.AGENT, "in_person": Origin.ADMIN, "letter": Origin.ADMIN}


@click.group()
def command() -> None:
    """Answer one person: disclosure, correction, stop of use; keep data under a legal hold."""


@command.command()
@person_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "json"]),
    default="html",
    show_default=True,
    help="A page to read and print, or the same as JSON.",
)
@click.option(
    "--language",
    "chosen",
    type=click.Choice(["ja", "en"]),
    help="The page's language; the terminal's by default.",
)
@click.option("-o", "--output", "file", required=True, help="A new file; - is stdout.")
def disclose(record: Record, kind: str, chosen: str | None, file: str) -> None:
    """Write down everything held about one person, in the clear (個人情報保護法 art. 33).

    Records with names and attributes, consents with the words that were seen, exclusions and who
    was told, SMS and replies with their texts, and who used the data. It is audited.

    Exit codes: 0 written, 1 nothing is held, or the file is there already or cannot be written,
    2 wrong usage.
    """
    number = number_of(record)
    hub = build()
    with new_file(file) as out:
        with hub.database.write() as tx:
            contact_id = contact_for(hub, tx, record, number)
            audit.note(hub, tx, "person.disclosed", f"contact:{contact_id}")
        with hub.database.read() as tx:
            found, reader = disclosure.collect(
                tx, hub.cipher, contact_id, controller_of(hub), hub.clock()
            )
            if kind == "json":
                disclosure.write_json(out, found, reader)
            else:
                write_page(out, found, reader, cast(Language, chosen or language()))
    note(
        f"書き出しました(レコード{len(found.records)}件、SMS{len(found.messages)}件)。"
        "本人に渡した後は削除してください。",
        f"Written (records: {len(found.records)}, SMS: {len(found.messages)}). "
        "Delete it once the person has it.",
    )


@command.command()
@person_option
@json_option
def reread(record: Record, as_json: bool) -> None:
    """Read a person's records again, after they were corrected there (個人情報保護法 art. 34).

    What the hub keeps is a copy of the platforms' records, so a correction is made in the platform.

    Exit codes: 0 all were read, 1 some platform cannot be read or nothing is held, 2 wrong usage.
    """
    number = number_of(record)
    hub = build()
    with hub.database.write() as tx:
        contact_id = contact_for(hub, tx, record, number)
        known = people.links_of_contacts(tx, [contact_id])[contact_id]
        audit.note(hub, tx, "person.reread", f"contact:{contact_id}")
    done = read_again(
        hub.database, hub.cipher, hub.connections, hub.clock, [link.id for link in known]
    )
    hub.bells.pushes()
    with hub.database.read() as tx:
        now = people.links_by_id(tx, [link.id for link in known])
    rows = [
        {
            "connection": hub.connections.by_id(link.connection_id).name,
            "record": link.ref,
            "verdict": link.verdict,
            "read": link.id in done.read,
            "gone": link.vanished_at is not None,
        }
        for link in now.values()
    ]
    if as_json:
        print_json(rows)
    else:
        table(
            ["", "", "", ""],
            [
                [
                    str(row["connection"]),
                    str(row["record"]),
                    word(VERDICTS, str(row["verdict"])),
                    say("読み取れません", "not readable") if not row["read"] else "",
                ]
                for row in rows
            ],
        )
    if done.unreadable:
        raise failed(
            "読み取れない接続先があります。hub connections で状態を確認してください。",
            "Some platform cannot be read. See its state with hub connections.",
        )


@command.command()
@person_option
@click.option(
    "--channel",
    type=click.Choice(sorted(_CHANNELS)),
    default="letter",
    show_default=True,
    help="How the person said it.",
)
@click.option("--at", "said_at", type=Moment(), help="When they said it; now by default.")
@click.option(
    "--after",
    type=click.IntRange(0, 3650),
    default=AFTER,
    show_default=True,
    metavar="DAYS",
    help="Erase so many days from now.",
)
@json_option
def stop(record: Record, channel: str, said_at: datetime | None, after: int, as_json: bool) -> None:
    """Stop all use of a person's data (個人情報保護法 art. 35).

    The number is excluded from every SMS at once, every record with it is told, and its data is
    erased after some days. Prints what the person may be given as a receipt.

    Exit codes: 0 stopped, 1 the time lies ahead or the record is not known, 2 wrong usage.
    """
    number = number_of(record)
    hub = build()
    now = hub.clock()
    if said_at is not None and said_at > now:
        raise failed(
            "--at: 未来の日時は指定できません。", "--at: it lies ahead. Write when it was said."
        )
    with hub.database.write() as tx:
        contact_id = _known_or_new(hub, tx, record, number)
        done = act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope=ALL,
            origin=_CHANNELS[channel],
            actor=audit.ACTOR,
            occurred_at=said_at or now,
            now=now,
            sink_connections=hub.connections.with_role("opt_out_sink"),
            controller=hub.config.sender_name,
        )
        order = erasure.order(
            tx,
            kind="person",
            subject=contact_id,
            by=audit.ACTOR,
            now=now,
            due_at=now + timedelta(days=after),
            why="stop_of_use",
        )
        told = receipts.listing(tx, limit=1000, exclusion_id=done.exclusion_id)
        audit.note(hub, tx, "person.stopped", f"contact:{contact_id}")
    hub.bells.pushes()
    records = sum(each.state != "none" for each in told)
    if as_json:
        print_json(
            {
                "exclusion": done.exclusion_id,
                "already": done.already,
                "records": records,
                "order": order.id,
                "due_at": order.due_at,
            }
        )
        return
    tell(
        f"{when(now)} 利用停止を受け付けました(受付番号 {done.exclusion_id})。",
        f"{when(now)} Use is stopped (receipt {done.exclusion_id}).",
    )
    tell(
        f"この番号へのSMSはすべて停止しました。反映する顧客レコード: {records}件。",
        f"No SMS goes to the number any more. Records to be told: {records}.",
    )
    tell(
        f"個人データは{when(order.due_at)}に消去します(hub erase list の #{order.id})。",
        f"Personal data goes on {when(order.due_at)} (#{order.id} of hub erase list).",
    )


@command.command()
@person_option
@click.option("--why", required=True, help="Which order or case; no number or name.")
def hold(record: Record, why: str) -> None:
    """Keep everything about a person: nothing is erased or sent until hub person release.

    Exit codes: 0 kept (or kept before), 1 nothing is held about them, 2 wrong usage.
    """
    number = number_of(record)
    hub = build()
    with hub.database.write() as tx:
        contact_id = contact_for(hub, tx, record, number)
        new = erasure_hold.hold(tx, contact_id, why=why, by=audit.ACTOR, now=hub.clock())
    if new:
        tell("保全を開始しました。", "It is under a legal hold now.")
    else:
        tell("すでに保全中です。", "It was under a legal hold before.")


@command.command()
@person_option
@click.option(
    "--sooner", is_flag=True, help="Although the year that an order asks for is not over."
)
def release(record: Record, sooner: bool) -> None:
    """End a legal hold. Erasures that waited for it are carried out within a day.

    Exit codes: 0 ended (or there was none), 1 it is too early or nothing is held, 2 wrong usage.
    """
    number = number_of(record)
    hub = build()
    with hub.database.write() as tx:
        contact_id = contact_for(hub, tx, record, number)
        ended = erasure_hold.release(tx, contact_id, by=audit.ACTOR, now=hub.clock(), sooner=sooner)
    if ended:
        tell("保全を解除しました。", "The legal hold is lifted.")
    else:
        tell("保全中ではありません。", "There was no legal hold.")


def _known_or_new(hub: Hub, tx: Tx, record: Record, number: str | None) -> int:
    # Whoever the hub never heard of can ask for it too, and must be remembered then.
    if number is None:
        return contact_for(hub, tx, record, number)
    return people.contacts_for(tx, [hub.cipher.lookups(number)], hub.clock())[0]
