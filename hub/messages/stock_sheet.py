"""The sheets of a stock: how many stand where, and record by record what to do about each."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hub.consent.stock import Line, Place, Tally
from hub.consent.ways import WORDS as WAYS
from hub.contacts.phone import mask, national
from hub.messages.reasons import words_for
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import numbers_of
from hub.values.labels import VERDICTS
from hub.values.words import Language, Words

KINDS: dict[str, Words] = {
    "may": Words("送信できる", "may be texted"),
    "waits": Words("いまは待つ", "waits"),
    "barred": Words("送信できない", "may not be texted"),
    "no_number": Words("番号なし", "no mobile number"),
}

COUNTS_HEAD: Sequence[Words] = (
    Words("接続", "connection"),
    Words("利用目的", "purpose"),
    Words("判定", "state"),
    Words("理由コード", "code"),
    Words("件数", "count"),
    Words("理由", "why"),
    Words("次にできること", "what to do"),
)
RECORDS_HEAD: Sequence[Words] = (
    Words("接続", "connection"),
    Words("レコード", "record"),
    Words("番号", "number"),
    Words("利用目的", "purpose"),
    Words("判定", "state"),
    Words("理由コード", "code"),
    Words("理由", "why"),
    Words("次にできること", "what to do"),
)

_AT_ONCE = 1000


def why(place: Place) -> Words:
    """Give the sentence for where a number stands; empty where it may be texted."""
    if place.kind == "may":
        return Words("", "")
    if place.kind == "no_number":
        return VERDICTS.get(place.code) or words_for("invalid_number")
    return words_for(place.code)


def ranked(tally: Tally) -> list[tuple[Place, int]]:
    """Give the places of a tally: those that may first, then by how many stand there."""
    kinds = list(KINDS)
    return sorted(
        tally.places.items(), key=lambda item: (kinds.index(item[0].kind), -item[1], item[0].code)
    )


def counts(connection: str, tallies: Sequence[Tally], language: Language) -> Iterator[list[str]]:
    """Give the rows under `COUNTS_HEAD`."""
    for tally in tallies:
        for place, count in ranked(tally):
            yield [
                connection,
                tally.purpose_key,
                KINDS[place.kind].in_(language),
                place.code,
                str(count),
                why(place).in_(language),
                WAYS[place.way].in_(language),
            ]


def records(
    tx: Tx,
    cipher: Cipher,
    connection: str,
    lines: Iterable[Line],
    language: Language,
    *,
    clear: bool,
) -> Iterator[list[str]]:
    """Give the rows under `RECORDS_HEAD`, numbers masked unless `clear`.

    A number the hub does not keep is left out; the record's id leads to it in the platform.
    """
    waiting = iter(lines)
    while part := list(islice(waiting, _AT_ONCE)):
        numbers = numbers_of(tx, cipher, [row.contact_id for row in part if row.contact_id])
        for line in part:
            number = numbers.get(line.contact_id or 0)
            yield [
                connection,
                line.ref,
                "" if number is None else (national(number) if clear else mask(number)),
                line.purpose_key,
                KINDS[line.place.kind].in_(language),
                line.place.code,
                why(line.place).in_(language),
                WAYS[line.place.way].in_(language),
            ]
