"""What the ledger proves about one number, put together: entries with all that they name.

Read page by page, so that an export of everybody needs no more memory than one of a few.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import ledger
from hub.consent.ending import Ending, endings
from hub.consent.entry import ALL, PROMOTIONAL
from hub.store import collections as collection_rows
from hub.store import ledger as ledger_rows
from hub.store import people, proofs
from hub.store import purposes as purpose_rows
from hub.store.cipher import Cipher
from hub.store.collections import CollectionRow
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.ledger import EvidenceRow
from hub.store.people import LinkRow
from hub.store.proofs import OriginRow, Selection, SentRow, ToldRow
from hub.store.purposes import PurposeRow

PAGE = 200
_TEXTS = 2000
"""How many kept texts are remembered while a file is written; wordings are few."""


@dataclass(frozen=True, kw_only=True)
class Proven:
    """One entry of the ledger with what its hashes and ids stand for.

    `canonical` is the text that is hashed behind `row.prev_hash`. `personal` is empty unless the
    clear number was asked for; `personal_kept` says whether there is anything. `ending` is what
    took it back, for an entry that grants something.
    """

    row: EvidenceRow
    canonical: str
    wording: str | None = field(repr=False)
    purpose: PurposeRow | None
    collection: CollectionRow | None
    origin: OriginRow | None
    ending: Ending | None
    sent: Sequence[SentRow]
    personal: Mapping[str, str] = field(repr=False)
    personal_kept: bool


@dataclass(frozen=True, kw_only=True)
class Barred:
    """One row of the exclusion list, and the records that were told of it."""

    row: ExclusionRow
    told: Sequence[ToldRow]


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One number: its records now, its entries in the ledger's order, its exclusions.

    `number` is E.164 where the clear number was asked for, else masked; None where it is not kept.
    `key` is the keyed hash of the number, which outlives erasure.
    """

    contact_id: int
    key: str
    number: str | None = field(repr=False)
    erased_at: datetime | None
    records: Sequence[LinkRow]
    entries: Sequence[Proven]
    exclusions: Sequence[Barred]


class Reader:
    """Puts dossiers together within one transaction.

    `mask` makes of an E.164 number what everybody may read; with None the clear number is given,
    and what else the person's part of an entry holds.
    """

    def __init__(self, tx: Tx, cipher: Cipher, mask: Callable[[str], str] | None) -> None:
        self._tx = tx
        self._cipher = cipher
        self._mask = mask
        self.origins: Mapping[int, OriginRow] = proofs.origins(tx)
        """Every connection there is or was, by id."""
        self._texts: dict[str, str | None] = {}
        self._collections: dict[int, CollectionRow | None] = {}
        self._purposes: dict[int, PurposeRow] = {}
        self._known_keys: set[str] = set()

    def every(self, wanted: Selection) -> Iterator[Dossier]:
        """Give everybody who is asked for, by contact.

        A person's history is given whole, whatever times were asked for: cut short it would hide a
        withdrawal. With a purpose it is what bears on that purpose.
        """
        after = 0
        while ids := proofs.people(self._tx, wanted, after=after, limit=PAGE):
            yield from self.some(ids, wanted.purpose_key)
            after = ids[-1]

    def some(self, contact_ids: Sequence[int], purpose_key: str | None = None) -> Iterator[Dossier]:
        """Give these contacts."""
        keys = None if purpose_key is None else {purpose_key, ALL, PROMOTIONAL}
        rows: dict[int, list[EvidenceRow]] = {id_: [] for id_ in contact_ids}
        for row in ledger_rows.of_contacts(self._tx, contact_ids, keys):
            rows[row.clear["contact_id"]].append(row)
        self._learn_purposes({r.clear["purpose_key"] for each in rows.values() for r in each})
        sent = proofs.sent(self._tx, contact_ids)
        barred = proofs.exclusions(self._tx, contact_ids)
        told = proofs.told(self._tx, [row.id for each in barred.values() for row in each])
        numbers = people.numbers_of(self._tx, self._cipher, contact_ids)
        links = people.links_of_contacts(self._tx, contact_ids)
        subjects = proofs.subjects(self._tx, contact_ids)
        for id_ in contact_ids:
            number = numbers.get(id_)
            yield Dossier(
                contact_id=id_,
                key=subjects[id_].lookup.hex(),
                number=self._mask(number) if self._mask and number else number,
                erased_at=subjects[id_].erased_at,
                records=links[id_],
                entries=self._proven(rows[id_], sent),
                exclusions=[Barred(row=row, told=told[row.id]) for row in barred[id_]],
            )

    def text(self, sha256: str | None) -> str | None:
        """Give a kept text by its hash."""
        if sha256 is None:
            return None
        if sha256 not in self._texts:
            if len(self._texts) >= _TEXTS:
                self._texts.clear()
            self._texts[sha256] = ledger_rows.document_text(self._tx, sha256)
        return self._texts[sha256]

    def _proven(
        self, rows: Sequence[EvidenceRow], sent: Mapping[str, Sequence[SentRow]]
    ) -> list[Proven]:
        ended = endings(rows, self._promotional)
        return [self._one(row, ended.get(row.seq), sent) for row in rows]

    def _one(
        self, row: EvidenceRow, ending: Ending | None, sent: Mapping[str, Sequence[SentRow]]
    ) -> Proven:
        clear = row.clear
        return Proven(
            row=row,
            canonical=ledger.canonical(clear, row.personal_digest, row.source_digest).decode(),
            wording=self.text(clear["wording_sha256"]),
            purpose=self._purposes.get(clear["purpose_id"]),
            collection=self._collection(clear["collection_id"]),
            origin=self.origins.get(clear["connection_id"]),
            ending=ending,
            sent=sent.get(clear["event_id"], ()),
            personal={} if self._mask else ledger.personal_of(self._cipher, row),
            personal_kept=row.personal_enc is not None,
        )

    def _promotional(self, row: EvidenceRow) -> bool:
        purpose = self._purposes.get(row.clear["purpose_id"])
        return purpose is None or purpose.message_class == PROMOTIONAL

    def _collection(self, id_: int | None) -> CollectionRow | None:
        if id_ is None:
            return None
        if id_ not in self._collections:
            self._collections[id_] = collection_rows.by_id(self._tx, id_)
        return self._collections[id_]

    def _learn_purposes(self, keys: set[str]) -> None:
        new = keys - self._known_keys
        if new:
            for versions in purpose_rows.versions(self._tx, new).values():
                self._purposes |= {each.id: each for each in versions}
            self._known_keys |= new
