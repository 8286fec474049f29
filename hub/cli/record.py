"""A record on the command line, written OBJECT:ID; numbers and names are never arguments."""

from typing import Any

import click

from hub.cli.output import failed, say
from hub.contacts.phone import mask
from hub.factory import Hub
from hub.store import people
from hub.store.connections import ConnectionRow
from hub.store.database import Tx
from hub.store.people import LinkRow
from hub.values.ref import Ref


class RecordId(click.ParamType[Ref]):
    """A record of a platform, `OBJECT:ID`."""

    name = "OBJECT:ID"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Ref:
        """Read the text; a ref that is one already passes."""
        if isinstance(value, Ref):
            return value
        try:
            return Ref.parse(str(value))
        except ValueError:
            self.fail(
                say(
                    "レコードは OBJECT:ID の形で書いてください"
                    "(kintoneなら アプリID:レコード番号)。",
                    "write a record as OBJECT:ID (for kintone: app id, colon, record number).",
                ),
                param,
                ctx,
            )


def link_of(tx: Tx, row: ConnectionRow, ref: Ref) -> LinkRow:
    """Give what the hub knows of a record; ends the command where it was never read."""
    link = people.find_links(tx, row.id, [str(ref)]).get(str(ref))
    if link is None:
        raise failed(
            f"{row.name}: レコード{ref}はまだ読み込まれていません。"
            f"hub sync {row.name} を実行するか、番号を確認してください。",
            f"{row.name}: the record {ref} was never read. "
            f"Run hub sync {row.name}, or check its id.",
        )
    return link


def contact_of(row: ConnectionRow, link: LinkRow) -> int:
    """Give the contact behind a record; ends the command where its number is none."""
    if link.contact_id is None:
        raise failed(
            f"{row.name}: レコード{link.ref}にはSMSを送信できる番号がありません。"
            "接続先で番号を確認してください。",
            f"{row.name}: the record {link.ref} has no number that can be texted. "
            "Correct it in the platform.",
        )
    return link.contact_id


def masked(hub: Hub, tx: Tx, contact_id: int) -> str:
    """Give a contact's number with its middle hidden; a dash where the number is not kept."""
    number = people.numbers_of(tx, hub.cipher, [contact_id]).get(contact_id)
    return "-" if number is None else mask(number)
