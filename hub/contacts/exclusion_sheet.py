"""The exclusion list as a sheet, with the columns that `hub.contacts.exclusion_file` reads back."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.contacts.exclusion_file import JAPAN
from hub.contacts.phone import mask, national
from hub.store import exclusion_views
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.exclusion_views import ListedRow
from hub.store.people import number_context
from hub.values.words import Words

HEAD: Sequence[Words] = (
    Words("番号", "number"),
    Words("範囲", "scope"),
    Words("日時", "date"),
    Words("理由", "reason"),
    Words("経路", "origin"),
    Words("接続", "connection"),
    Words("レコード", "record"),
    Words("登録者", "by"),
    Words("登録日時", "recorded"),
    Words("解除日時", "lifted"),
    Words("番号ID", "contact"),
)


def rows(tx: Tx, cipher: Cipher, *, clear: bool, lifted_too: bool) -> Iterator[list[str]]:
    """Give the rows under `HEAD`, the oldest first, numbers masked unless `clear`.

    A number that nothing gives a ground to keep is on the list as its keyed hash only; its cell is
    empty, and the last column tells such numbers apart.
    """
    for row in exclusion_views.stream(tx, lifted_too=lifted_too):
        number = number_of(cipher, row)
        yield [
            "" if number is None else (national(number) if clear else mask(number)),
            row.scope,
            _when(row.occurred_at),
            row.note,
            row.origin,
            row.connection or "",
            row.source_ref or "",
            row.actor,
            _when(row.recorded_at),
            _when(row.lifted_at),
            str(row.contact_id),
        ]


def number_of(cipher: Cipher, row: ListedRow) -> str | None:
    """Give the number of a row in E.164; None where it is not kept."""
    if row.number_enc is None:
        return None
    return cipher.decrypt(row.number_enc, number_context(row.lookup))


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(JAPAN).isoformat(timespec="seconds")
