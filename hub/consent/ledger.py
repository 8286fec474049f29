"""The ledger of grounds: appended to, chained, verified.

Each row's hash covers the hash of the row before it, the row's clear columns as canonical JSON
and the digest of its personal part. A row that is changed, removed or moved is found. The personal
part (number, address, user agent) is digested with a salt of its own: ciphertext and salt can be
erased, the digest then says nothing about the person, and the chain still verifies.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from hub.consent.documents import digest, kept, storable
from hub.consent.entry import SCHEMA, Entry
from hub.errors import ConfigError
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
    it did), `personal` (its personal part), `truncated` (rows after it), `document` (a kept text;
    `sha256` names it).
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
    purposes = purpose_rows.current(tx, {entry.purpose_key for entry in entries})
    for entry in entries:
        for text, kind in ((entry.wording, "wording"), (entry.form_text, "form")):
            if text and (text, kind) not in texts:
                texts[text, kind] = kept(text, kind, entry.wording_language)
    snapshots = {key: kept(purpose.text, "purpose") for key, purpose in purposes.items()}
    rows.keep_documents(tx, [*texts.values(), *snapshots.values()], now)
    last = rows.head(tx)
    seq, before = (last.seq, last.hash) if last else (0, GENESIS)
    ids = _event_ids(len(entries), now)
    salts = os.urandom(_SALT * len(entries))
    made = []
    for place, (event_id, entry) in enumerate(zip(ids, entries, strict=True)):
        seq += 1
        clear = _clear(entry, texts, purposes.get(entry.purpose_key), now)
        clear["seq"], clear["event_id"] = seq, event_id
        if entry.purpose_key in snapshots:
            clear["purpose_sha256"] = snapshots[entry.purpose_key].sha256
        personal = orjson.dumps(dict(entry.personal), option=orjson.OPT_SORT_KEYS)
        salt = salts[place * _SALT : (place + 1) * _SALT]
        personal_digest = hashlib.sha256(salt + personal).digest()
        mine = chained(before, clear, personal_digest)
        made.append(
            {
                **clear,
                "personal_enc": (
                    cipher.encrypt(personal.decode(), _context(event_id))
                    if entry.personal
                    else None
                ),
                "personal_salt": salt,
                "personal_digest": personal_digest,
                "prev_hash": before,
                "hash": mine,
            }
        )
        before = mine
    rows.add(tx, made)
    return ids


def verify(tx: Tx, cipher: Cipher | None = None, known_head: Head | None = None) -> VerifyResult:
    """Read the whole ledger and say where it is not what was written.

    With `known_head`, kept outside the store, rows cut off at the end are found too, and a ledger
    written anew from some row on. With a cipher the personal parts are opened and checked against
    their digests; erased ones are well.
    """
    before, expected, newest = GENESIS, 1, None
    broken: list[Broken] = []
    held = known_head is None
    for row in rows.rows(tx):
        if row.seq != expected:
            broken.append(Broken(kind="removed", seq=row.seq))
        elif row.prev_hash != before:
            broken.append(Broken(kind="moved", seq=row.seq))
        if chained(row.prev_hash, row.clear, row.personal_digest) != row.hash:
            broken.append(Broken(kind="changed", seq=row.seq))
        if cipher is not None and not _personal_holds(cipher, row):
            broken.append(Broken(kind="personal", seq=row.seq))
        if known_head is not None and row.seq == known_head.seq:
            held = row.hash == known_head.hash
        before, expected = row.hash, row.seq + 1
        newest = Head(seq=row.seq, event_id=row.clear["event_id"], hash=row.hash)
    if not held:
        broken.append(Broken(kind="truncated", seq=newest.seq if newest else 0))
    broken += [
        Broken(kind="document", sha256=document.sha256)
        for document in rows.documents(tx)
        if digest(document.text) != document.sha256
    ]
    return VerifyResult(entries=newest.seq if newest else 0, head=newest, broken=tuple(broken))


def head(tx: Tx) -> Head | None:
    """Give the newest row's place and hash: what is kept outside the store."""
    return rows.head(tx)


def chained(before: bytes, clear: Mapping[str, Any], personal_digest: bytes) -> bytes:
    """Give the hash of a row with these clear columns that follows the row with hash `before`."""
    text = {**clear, "personal_digest": personal_digest.hex()}
    return hashlib.sha256(before + orjson.dumps(text, _written, _CANONICAL)).digest()


def _written(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError("only texts, numbers, lists and times are part of the chain")
    return _moment(value)


@lru_cache(maxsize=4096)
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _clear(
    entry: Entry,
    texts: Mapping[tuple[str, str], DocumentRow],
    purpose: PurposeRow | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "event_type": str(entry.event_type),
        "ground": str(entry.ground),
        "contact_id": entry.contact_id,
        "purpose_key": entry.purpose_key,
        "purpose_id": purpose.id if purpose else None,
        "purpose_sha256": None,
        "scope": entry.scope,
        "channel": entry.channel,
        "method": str(entry.method),
        "strength": entry.strength,
        "default_ticked": entry.default_ticked,
        "wording_sha256": texts[entry.wording, "wording"].sha256 if entry.wording else None,
        "wording_language": entry.wording_language,
        "form_url": _text(entry.form_url, 2000),
        "form_sha256": texts[entry.form_text, "form"].sha256 if entry.form_text else None,
        "privacy_notice_url": _text(entry.privacy_notice_url, 2000),
        "privacy_notice_version": _text(entry.privacy_notice_version, 60),
        "occurred_at": entry.occurred_at,
        "recorded_at": now,
        "expires_at": entry.expires_at,
        "actor": _text(entry.actor, 200),
        "connection_id": entry.connection_id,
        "source_ref": entry.source_ref,
        "source_field": _text(entry.source_field, 200),
        "source_value": _text(entry.source_value, 200),
        "collection_id": entry.collection_id,
        "exclusion_id": entry.exclusion_id,
        "attachments": entry.attachments,
        "controller": entry.controller,
        "recipients": entry.recipients,
        "withdrawal_methods": entry.withdrawal_methods,
    }


def _text(value: str | None, longest: int) -> str | None:
    return None if value is None else storable(value)[:longest]


def _personal_holds(cipher: Cipher, row: EvidenceRow) -> bool:
    if row.personal_salt is None:
        return row.personal_enc is None
    try:
        personal = (
            cipher.decrypt(row.personal_enc, _context(row.clear["event_id"]))
            if row.personal_enc
            else "{}"
        )
    except ConfigError:
        return False
    return hashlib.sha256(row.personal_salt + personal.encode()).digest() == row.personal_digest


def _context(event_id: str) -> str:
    return f"evidence.personal:{event_id}"


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
