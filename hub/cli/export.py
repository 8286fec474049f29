"""`hub consent export`: the ledger as a file that a lawyer can read."""

from datetime import datetime
from typing import Any, cast

import click

from hub.cli import audit, language
from hub.cli.moment import Moment
from hub.cli.newfile import new_file
from hub.cli.number import asked_number, known_contact
from hub.cli.output import failed, note, usage
from hub.consent.dossier import Reader
from hub.consent.export import Export, write_json
from hub.consent.export_html import write_html
from hub.consent.iso27560 import Controller
from hub.contacts.phone import mask
from hub.factory import Hub, build
from hub.store import ledger, proofs
from hub.store.database import Tx
from hub.store.proofs import Selection
from hub.values.words import Language


@click.command()
@click.option("--number", is_flag=True, help="One person; the number is asked for, or on stdin.")
@click.option("--contact", "contact_id", type=int, help="One person, by the contact's id.")
@click.option("--all", "everybody", is_flag=True, help="Everybody in the ledger.")
@click.option("--purpose", help="Only what bears on this purpose.")
@click.option(
    "--from", "since", type=Moment(), help="Only people of whom something was recorded since then."
)
@click.option("--until", type=Moment(last=True), help="… and until then, included.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "json"]),
    default="html",
    show_default=True,
    help="A page to read and print, or consent records of ISO/IEC TS 27560.",
)
@click.option(
    "--language",
    "chosen",
    type=click.Choice(["ja", "en"]),
    help="The page's language; the terminal's by default.",
)
@click.option(
    "--clear", is_flag=True, help="With the whole number, address and user agent; audited."
)
@click.option("-o", "--output", "file", required=True, help="A new file; - is stdout.")
def command(
    *,
    number: bool,
    contact_id: int | None,
    everybody: bool,
    purpose: str | None,
    since: datetime | None,
    until: datetime | None,
    kind: str,
    chosen: str | None,
    clear: bool,
    file: str,
) -> None:
    """Write down what the ledger proves: of one person or of all, with the words they saw.

    Each entry comes with its wording, form, purpose, declaration and signer, with its place and
    hash in the chain and how to check it, with what took it back, and with the exclusion list. A
    person's history is always whole. Numbers are masked without --clear.

    Exit codes: 0 written, 1 there is nobody, or the file is there already or cannot be written,
    2 wrong usage.
    """
    if number + (contact_id is not None) + everybody != 1:
        raise usage(
            "--number・--contact・--all のどれか1つを指定してください。",
            "Say one of --number, --contact and --all.",
        )
    hub = build()
    typed = asked_number() if number else None
    with hub.database.read() as tx:
        if typed is not None:
            contact_id = known_contact(hub, tx, typed)
        wanted = Selection(contact_id=contact_id, purpose_key=purpose, since=since, until=until)
        people = proofs.count_people(tx, wanted)
    if not people:
        raise failed(
            "該当する許諾の記録はありません。条件を確認してください。",
            "The ledger has nothing of that kind. Check what was asked for.",
        )
    with new_file(file) as out:
        _audit(hub, wanted, people, kind, clear)
        with hub.database.read() as tx:
            export = _export(hub, tx, wanted, people, chosen, clear)
            reader = Reader(tx, hub.cipher, None if clear else mask)
            write = write_json if kind == "json" else write_html
            done = write(out, reader, export)
    note(
        f"{done.people:,}人、{done.entries:,}件の記録を書き出しました。",
        f"Written: {done.people:,} people, {done.entries:,} entries.",
    )


def _export(
    hub: Hub, tx: Tx, wanted: Selection, people: int, chosen: str | None, clear: bool
) -> Export:
    return Export(
        wanted=wanted,
        clear=clear,
        at=hub.clock(),
        by=audit.ACTOR,
        controller=controller_of(hub),
        head=ledger.head(tx),
        people=people,
        language=cast(Language, chosen or language()),
    )


def controller_of(hub: Hub) -> Controller:
    """Give the company this hub belongs to, as HUB_SENDER_… names it."""
    return Controller(
        name=hub.config.sender_name,
        address=hub.config.sender_address,
        contact=hub.config.sender_contact,
    )


def _audit(hub: Hub, wanted: Selection, people: int, kind: str, clear: bool) -> None:
    # Before the first line is written: a file that was broken off is out of the house as well.
    detail: dict[str, Any] = {"people": people, "format": kind, "clear": clear}
    if wanted.purpose_key:
        detail["purpose"] = wanted.purpose_key
    about = "ledger" if wanted.contact_id is None else f"contact:{wanted.contact_id}"
    with hub.database.write() as tx:
        audit.note(hub, tx, "consent.exported", about, detail)
