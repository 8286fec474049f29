"""`hub send --asked`: a service SMS that a person asked for in a record, to a number of theirs.

The record is read now, known or not. Numbers are shown masked; one is named by its last digits.
"""

from collections.abc import Sequence
from typing import Any

import click

from hub.cli import audit
from hub.cli.output import failed, print_json, say, table, tell, word
from hub.cli.sample import sample
from hub.consent import purposes
from hub.contacts.choice import NoChoice, OwnNumber, chosen, own_numbers
from hub.contacts.phone import mask
from hub.contacts.reread import OneRecord, read_one
from hub.factory import Hub
from hub.messages import library
from hub.messages.asking import Reader, Request, admit, unkept_values
from hub.messages.reasons import words_for
from hub.store.connections import ConnectionRow
from hub.store.grounds import Source
from hub.values.labels import NUMBER_KINDS
from hub.values.ref import Ref

ASKED = "asked"
"""What the ledger names as the field of a record in which a person asked, told by an agent."""


def offer(
    hub: Hub, people: ConnectionRow, record: Ref, wish: str, template: str, *, as_json: bool
) -> None:
    """Show the person's numbers as they are now, and which one is meant; store nothing."""
    _purpose_of(hub, template)
    contact = hub.connections.source(people.id).get([record]).get(record)
    if contact is None:
        raise _gone(people, record)
    numbers = own_numbers(contact)
    meant = chosen(numbers, wish or contact.choice)
    text, length = sample(hub, template)
    if as_json:
        told = [_value(each, meant) for each in numbers]
        print_json({"dry_run": True, "numbers": told, "sample": text})
    else:
        tell(
            "試行です。何も保存せず、何も送信しません。",
            "A dry run: nothing is stored and nothing is sent.",
        )
        show(numbers, meant)
        tell(f"\n本文の例({length.segments}通分):", f"\nSample ({length.segments} SMS):")
        click.echo("\n".join(f"  | {line}" for line in text.split("\n")))
    if isinstance(meant, NoChoice):
        raise _unmet(people, record, meant)


def order(
    hub: Hub, people: ConnectionRow, record: Ref, wish: str, template: str, key: str
) -> tuple[str, dict[str, Any]]:
    """Read the record, write down why it may be sent; give the masked number and what to order.

    The second are the fields of a `SingleOrder` that name the recipient. Ends the command where
    the record is gone, none of its numbers is meant, or the template is advertising.
    """
    purpose_key = _purpose_of(hub, template)
    one = read_one(
        hub.database,
        hub.cipher,
        hub.connections,
        hub.clock,
        people.id,
        record,
        keep_values=True,
    )
    if one.gone or one.link is None:
        raise _gone(people, record)
    meant = chosen(one.numbers, wish or one.choice)
    if isinstance(meant, NoChoice):
        show(one.numbers, meant)
        raise _unmet(people, record, meant)
    contact_id = _admit(hub, one, meant, people, record, purpose_key, key)
    if contact_id is None:
        raise failed(
            f"{people.name}: レコード{record}の番号は消去済みのため、送信できません。",
            f"{people.name}: the number of the record {record} was erased, so nothing is sent.",
        )
    fields = {
        "link_id": one.link.id,
        "contact_id": contact_id,
        "values": unkept_values(one),
    }
    return mask(meant.e164), fields


def show(numbers: Sequence[OwnNumber], meant: OwnNumber | NoChoice) -> None:
    """Print a person's numbers, masked, the one that is meant with an arrow."""
    rows = [
        [
            "->" if each is meant else "",
            mask(each.e164),
            say("マッピング済み", "mapped") if each.mapped else word(NUMBER_KINDS, each.kind),
            each.label,
        ]
        for each in numbers
    ]
    if rows:
        table(["", "", "", ""], rows)


def _admit(
    hub: Hub,
    one: OneRecord,
    number: OwnNumber,
    people: ConnectionRow,
    record: Ref,
    purpose_key: str,
    key: str,
) -> int | None:
    sinks = hub.connections.with_role("opt_out_sink")
    with hub.database.write() as tx:
        now = hub.clock()
        source = Source(connection_id=people.id, ref=str(record), field=ASKED, value=key)
        request = Request(source=source, at=now, actor=audit.ACTOR, purpose_key=purpose_key)
        reader = Reader(cipher=hub.cipher, sinks=sinks, now=now)
        contact_id = admit(tx, reader, one, number, request)
        if contact_id is not None:
            audit.note(hub, tx, "message.asked", f"contact:{contact_id}")
    return contact_id


def _purpose_of(hub: Hub, template: str) -> str:
    with hub.database.read() as tx:
        row = library.find(tx, template)
        purpose = purposes.get(tx, row.purpose_key)
    if purpose is None or purpose.message_class != "transactional":
        raise failed(
            f"--asked は業務連絡だけに使えます。テンプレート「{template}」は違います。"
            "業務連絡のテンプレートを指定してください。",
            f"--asked is for service messages, and the template {template} is none. "
            "Name one of a service purpose.",
        )
    return row.purpose_key


def _value(number: OwnNumber, meant: OwnNumber | NoChoice) -> dict[str, Any]:
    return {
        "number": mask(number.e164),
        "kind": str(number.kind),
        "label": number.label,
        "mapped": number.mapped,
        "chosen": number is meant,
    }


def _unmet(people: ConnectionRow, record: Ref, why: NoChoice) -> click.exceptions.Exit:
    if why is NoChoice.NONE:
        return failed(
            f"{people.name}: レコード{record}にはSMSを送信できる番号がありません。"
            "接続先で番号を確認してください。",
            f"{people.name}: the record {record} has no number that can be texted. "
            "Correct it in the platform.",
        )
    words = words_for(why)
    return failed(words.ja, words.en)


def _gone(people: ConnectionRow, record: Ref) -> click.exceptions.Exit:
    return failed(
        f"{people.name}: レコード{record}は接続先にありません。番号を確認してください。",
        f"{people.name}: the record {record} is gone from the platform. Check its id.",
    )
