"""The ledger of grounds: appended to, chained, verified.

Each row's hash covers the hash of the row before it, the row's clear columns as canonical JSON
and the digest of its personal part. A row that is changed, removed or moved is found. The personal
part (number, address, user agent) is digested with a salt of its own: ciphertext and salt can be
erased, the digest then says nothing about the person, and the chain still verifies. The same holds
for the fields that lead to the person's record (`hub.store.ledger.SOURCE`), with another salt,
since they are kept longer; rows of consent-evidence/1 have them in the chain as they are.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from hub.consent.clear import ClearColumns
from hub.consent.documents import digest, kept
from hub.consent.entry import FIRST_SCHEMA, Entry
from hub.consent.purposes import in_force
from hub.errors import ConfigError
from hub.store import collections as collection_rows
from hub.store import ledger as rows
from hub.store import purposes as purpose_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.ledger import DocumentRow, EvidenceRow, Head
from hub.store.purposes import PurposeRow

GENESIS = bytes(32)
_SALT = 16
# Times are written by `_written`: orjson's own way leaves microseconds out where they are zero.
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A place where the ledger is not what was written.

    `kind`: `changed` (the row), `removed` (rows before it), `moved` (it follows another row than
    it did), `personal` (its personal part), `truncated` (rows after it), `rewritten` (its hash is
    not the one kept outside the store), `document` (a kept text; `sha256` names it).
    """

    kind: str
    seq: int = 0
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class VerifyResult:
    """How many rows were read, the newest of them, and what is wrong."""

    entries: int
    head: Head | None
    broken: tuple[Broken, ...]

    @property
    def whole(self) -> bool:
        """True where nothing is wrong."""
        return not self.broken


def append(tx: Tx, cipher: Cipher, entries: Sequence[Entry], now: datetime) -> list[str]:
    """Write entries in their order; give their event ids.

    Holds the ledger until the transaction ends, so lock the contacts first and call this late.
    """
    if not entries:
        return []
    rows.lock(tx)
    texts: dict[tuple[str, str], DocumentRow] = {}
    purposes = purpose_rows.versions(tx, {entry.purpose_key for entry in entries})
    periods = _periods(tx, entries)
    for entry in entries:
        for text, kind in ((entry.wording, "wording"), (entry.form_text, "form")):
            if text and (text, kind) not in texts:
                texts[text, kind] = kept(text, kind, entry.wording_language)
    snapshots = {each.id: kept(each.text, "purpose") for all_ in purposes.values() for each in all_}
    rows.keep_documents(tx, [*texts.values(), *snapshots.values()], now)
    last = rows.head(tx)
    seq, before = (last.seq, last.hash) if last else (0, GENESIS)
    ids = _event_ids(len(entries), now)
    salts, source_salts = (os.urandom(_SALT * len(entries)) for _ in range(2))
    columns = ClearColumns(texts, snapshots, now)
    made = []
    for place, (event_id, entry) in enumerate(zip(ids, entries, strict=True)):
        seq += 1
        purpose = _agreed_to(entry, purposes.get(entry.purpose_key, ()), periods)
        row = columns.of(entry, purpose, seq, event_id)
        personal = orjson.dumps(dict(entry.personal), option=orjson.OPT_SORT_KEYS)
        mine_of = slice(place * _SALT, (place + 1) * _SALT)
        salt, source_salt = salts[mine_of], source_salts[mine_of]
        personal_digest = hashlib.sha256(salt + personal).digest()
        source_digest = digest_of_source(source_salt, row)
        mine = chained(before, row, personal_digest, source_digest)
        row["personal_enc"] = (
            cipher.encrypt(personal.decode(), rows.personal_context(event_id))
            if entry.personal
            else None
        )
        row["personal_salt"], row["personal_digest"] = salt, personal_digest
        row["source_salt"], row["source_digest"] = source_salt, source_digest
        row["prev_hash"], row["hash"] = before, mine
        made.append(row)
        before = mine
    rows.add(tx, made)
    return ids


def verify(
    tx: Tx, cipher: Cipher | None = None, known: Iterable[tuple[int, bytes]] = ()
) -> VerifyResult:
    """Read the whole ledger and say where it is not what was written.

    `known` are places and hashes kept outside the store (`hub.consent.heads`): with them rows cut
    off at the end are found too, and a ledger written anew from some row on. With a cipher the
    personal parts are opened and checked against their digests; erased ones are well.
    """
    before, expected, newest = GENESIS, 1, None
    broken: list[Broken] = []
    kept: dict[int, set[bytes]] = {}
    for seq, hash_ in known:
        kept.setdefault(seq, set()).add(hash_)
    for row in rows.rows(tx):
        if row.seq != expected:
            broken.append(Broken(kind="removed", seq=row.seq))
        elif row.prev_hash != before:
            broken.append(Broken(kind="moved", seq=row.seq))
        if not _row_holds(row):
            broken.append(Broken(kind="changed", seq=row.seq))
        if cipher is not None and not _personal_holds(cipher, row):
            broken.append(Broken(kind="personal", seq=row.seq))
        if kept.pop(row.seq, {row.hash}) != {row.hash}:
            broken.append(Broken(kind="rewritten", seq=row.seq))
        before, expected = row.hash, row.seq + 1
        newest = Head(seq=row.seq, event_id=row.clear["event_id"], hash=row.hash)
    last = newest.seq if newest else 0
    if any(seq > last for seq in kept):
        broken.append(Broken(kind="truncated", seq=last))
    broken += [
        Broken(kind="document", sha256=document.sha256)
        for document in rows.documents(tx)
        if digest(document.text) != document.sha256
    ]
    return VerifyResult(entries=last, head=newest, broken=tuple(broken))


def head(tx: Tx) -> Head | None:
    """Give the newest row's place and hash: what is kept outside the store."""
    return rows.head(tx)


def chained(
    before: bytes,
    clear: Mapping[str, Any],
    personal_digest: bytes,
    source_digest: bytes | None = None,
) -> bytes:
    """Give the hash of a row with these clear columns that follows the row with hash `before`.

    With a `source_digest` the row's source is in the chain through that alone.
    """
    return hashlib.sha256(before + canonical(clear, personal_digest, source_digest)).digest()


def canonical(
    clear: Mapping[str, Any], personal_digest: bytes, source_digest: bytes | None = None
) -> bytes:
    """Give the text of a row that is hashed behind the hash of the row before it: UTF-8 JSON.

    Keys are sorted, without spaces; times are ISO 8601 in UTC with microseconds.
    """
    text = {**clear, "personal_digest": personal_digest.hex()}
    if source_digest is not None:
        for name in rows.SOURCE:
            del text[name]
        text["source_digest"] = source_digest.hex()
    return orjson.dumps(text, _written, _CANONICAL)


def digest_of_source(salt: bytes, clear: Mapping[str, Any]) -> bytes:
    """Give the digest by which a row's source is part of the chain."""
    return hashlib.sha256(salt + orjson.dumps([clear[name] for name in rows.SOURCE])).digest()


def _written(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError("only texts, numbers, lists and times are part of the chain")
    return _moment(value)


@lru_cache(maxsize=4096)
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _periods(tx: Tx, entries: Sequence[Entry]) -> Mapping[int, datetime]:
    """Give when the collections began that date the entries which have no date of their own."""
    ids = {entry.collection_id for entry in entries if entry.occurred_at is None}
    undated = {id_ for id_ in ids if id_ is not None}
    return collection_rows.starts(tx, undated) if undated else {}


def _agreed_to(
    entry: Entry, versions: Sequence[PurposeRow], periods: Mapping[int, datetime]
) -> PurposeRow | None:
    if len(versions) < 2:
        return versions[0] if versions else None
    at = entry.occurred_at
    if at is None and entry.collection_id is not None:
        at = periods.get(entry.collection_id)
    return in_force(versions, at, entry.purpose_version)


def _row_holds(row: EvidenceRow) -> bool:
    if chained(row.prev_hash, row.clear, row.personal_digest, row.source_digest) != row.hash:
        return False
    if row.source_digest is None:
        return bool(row.clear["schema"] == FIRST_SCHEMA)
    if row.source_salt is None:
        return not any(row.clear[name] for name in rows.SOURCE)
    return digest_of_source(row.source_salt, row.clear) == row.source_digest


def personal_of(cipher: Cipher, row: EvidenceRow) -> dict[str, str]:
    """Give a row's personal part (`number`, `ip`, `user_agent`); empty where it was erased.

    Raises ConfigError(`HUB_KEYS`) where no key opens it.
    """
    if row.personal_enc is None:
        return {}
    found: dict[str, str] = orjson.loads(
        cipher.decrypt(row.personal_enc, rows.personal_context(row.clear["event_id"]))
    )
    return found


def _personal_holds(cipher: Cipher, row: EvidenceRow) -> bool:
    if row.personal_salt is None:
        return row.personal_enc is None
    try:
        personal = (
            cipher.decrypt(row.personal_enc, rows.personal_context(row.clear["event_id"]))
            if row.personal_enc
            else "{}"
        )
    except ConfigError:
        return False
    return hashlib.sha256(row.personal_salt + personal.encode()).digest() == row.personal_digest


def _event_ids(count: int, now: datetime) -> list[str]:
    """UUIDs of version 7 (RFC 9562): the time in milliseconds, then chance."""
    moment = int(now.timestamp() * 1000) << 80
    chance = os.urandom(10 * count)
    ids = []
    for start in range(0, len(chance), 10):
        drawn = int.from_bytes(chance[start : start + 10], "big")
        low = (drawn & ((1 << 62) - 1)) | (2 << 62)
        value = f"{moment | (7 << 76) | ((drawn >> 68) << 64) | low:032x}"
        ids.append("-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:])))
    return ids
