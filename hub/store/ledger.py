"""Rows of the ledger of grounds: added under one lock, read in order, never changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.bulk import inserting, write
from hub.store.database import Tx
from hub.store.tables.consent import document, evidence

# Any number, the same in every process.
_LOCK = 0x534D54

_CHAIN = {"personal_enc", "personal_salt", "personal_digest"} | {
    "source_salt",
    "source_digest",
    "prev_hash",
    "hash",
}
CLEAR = tuple(str(column.name) for column in evidence.columns if column.name not in _CHAIN)
"""The columns that are no ciphertext and no part of the chain itself, by name."""

SOURCE = ("source_ref", "source_value", "form_url", "attachments")
"""Those of them that lead to a person's record: they can go while the chain still verifies."""

_ROWS = inserting(evidence, [str(column.name) for column in evidence.columns])


@dataclass(frozen=True, kw_only=True)
class EvidenceRow:
    """One row as it stands: clear values by column, and what chains it to the row before.

    `source_digest` is None for a row of consent-evidence/1, whose source is in the chain as it is.
    """

    clear: Mapping[str, Any] = field(repr=False)
    personal_enc: bytes | None = field(repr=False)
    personal_salt: bytes | None = field(repr=False)
    personal_digest: bytes = field(repr=False)
    source_salt: bytes | None = field(repr=False)
    source_digest: bytes | None = field(repr=False)
    prev_hash: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @property
    def seq(self) -> int:
        """The row's place in the chain, from 1 without a gap."""
        return int(self.clear["seq"])


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest row: its place, its id, its hash."""

    seq: int
    event_id: str
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """A text that people saw, by the SHA-256 of its UTF-8 bytes."""

    sha256: str
    kind: str
    language: str | None
    text: str = field(repr=False)


def personal_context(event_id: str) -> str:
    """Name the place of an entry's personal part for the cipher."""
    return f"evidence.personal:{event_id}"


def lock(tx: Tx) -> None:
    """Hold the ledger until the transaction ends. Taken after the locks of contacts, never before.

    On SQLite the write transaction holds the one write lock already.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def head(tx: Tx) -> Head | None:
    """Give the newest row, or None where the ledger is empty."""
    columns = (evidence.c.seq, evidence.c.event_id, evidence.c.hash)
    row = tx.execute(sa.select(*columns).order_by(evidence.c.seq.desc()).limit(1)).first()
    return None if row is None else Head(seq=row[0], event_id=row[1], hash=bytes(row[2]))


def hash_at(tx: Tx, seq: int) -> bytes | None:
    """Give the hash of the row at this place; None where there is no such row."""
    found = tx.execute(sa.select(evidence.c.hash).where(evidence.c.seq == seq)).scalar()
    return None if found is None else bytes(found)


def begun_at(tx: Tx) -> datetime | None:
    """Give when the first row was recorded; None where the ledger is empty."""
    return tx.execute(sa.select(evidence.c.recorded_at).where(evidence.c.seq == 1)).scalar()


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, given by column. The caller holds the lock."""
    write(tx, _ROWS, map(itemgetter(*_ROWS.columns), rows))


def keep_documents(tx: Tx, documents: Sequence[DocumentRow], now: datetime) -> None:
    """Keep those texts that are not there yet. The caller holds the ledger's lock.

    Two transactions that keep the same new text at once would wait for each other without it.
    """
    wanted = {row.sha256: row for row in documents}
    if not wanted:
        return
    known = set(
        tx.execute(
            sa.select(document.c.sha256).where(document.c.sha256.in_(sorted(wanted)))
        ).scalars()
    )
    new = [row for sha256, row in wanted.items() if sha256 not in known]
    if new:
        tx.execute(
            sa.insert(document),
            [
                {
                    "sha256": row.sha256,
                    "kind": row.kind,
                    "language": row.language,
                    "text": row.text,
                    "created_at": now,
                }
                for row in new
            ],
        )


def documents(tx: Tx) -> Iterator[DocumentRow]:
    """Give every kept text."""
    for row in tx.execute(sa.select(document).execution_options(yield_per=200)):
        yield DocumentRow(sha256=row.sha256, kind=row.kind, language=row.language, text=row.text)


def document_text(tx: Tx, sha256: str) -> str | None:
    """Give a kept text by its hash."""
    text: str | None = tx.execute(
        sa.select(document.c.text).where(document.c.sha256 == sha256)
    ).scalar()
    return text


def rows(tx: Tx) -> Iterator[EvidenceRow]:
    """Give every row from the first to the newest, in flat memory."""
    query = sa.select(evidence).order_by(evidence.c.seq).execution_options(yield_per=1000)
    for row in tx.execute(query):
        yield _row(row)


def of_contacts(
    tx: Tx, contact_ids: Sequence[int], purpose_keys: Collection[str] | None = None
) -> Iterator[EvidenceRow]:
    """Give the rows of these contacts, of some purposes or of all, by contact in their order."""
    query = (
        sa.select(evidence)
        .where(among(tx, evidence.c.contact_id, contact_ids))
        .order_by(evidence.c.contact_id, evidence.c.seq)
    )
    if purpose_keys is not None:
        query = query.where(evidence.c.purpose_key.in_(sorted(purpose_keys)))
    for row in tx.execute(query):
        yield _row(row)


def by_event_id(tx: Tx, event_id: str) -> EvidenceRow | None:
    """Give the row with this event id."""
    row = tx.execute(sa.select(evidence).where(evidence.c.event_id == event_id)).first()
    return None if row is None else _row(row)


def _row(row: sa.Row[Any]) -> EvidenceRow:
    values = row._mapping
    return EvidenceRow(
        clear={name: values[name] for name in CLEAR},
        personal_enc=values["personal_enc"],
        personal_salt=values["personal_salt"],
        personal_digest=bytes(values["personal_digest"]),
        source_salt=values["source_salt"],
        source_digest=values["source_digest"],
        prev_hash=bytes(values["prev_hash"]),
        hash=bytes(values["hash"]),
    )
