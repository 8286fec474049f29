"""The columns of an entry that are no ciphertext, as the ledger keeps and hashes them."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from hub.consent.documents import storable
from hub.consent.entry import SCHEMA, Entry
from hub.store.ledger import DocumentRow
from hub.store.purposes import PurposeRow

# What differs from person to person. Everything else of an entry is one of a few sets of values.
_OWN = ("contact_id", "occurred_at", "expires_at", "source_ref", "exclusion_id")
_own = attrgetter(*_OWN)
_shared = attrgetter(*(name for name in Entry._fields if name not in {*_OWN, "personal"}))


class ClearColumns:
    """Gives the clear columns of entries that are written together.

    A page of a pull has thousands of entries that say the same of different people: what they
    share is put together once. `texts` are the kept texts by (text, kind), `snapshots` the kept
    texts of purposes by id.
    """

    def __init__(
        self,
        texts: Mapping[tuple[str, str], DocumentRow],
        snapshots: Mapping[int, DocumentRow],
        now: datetime,
    ) -> None:
        self._texts = texts
        self._snapshots = snapshots
        self._now = now
        self._made: dict[tuple[Any, ...], dict[str, Any]] = {}

    def of(
        self, entry: Entry, purpose: PurposeRow | None, seq: int, event_id: str
    ) -> dict[str, Any]:
        """Give the columns of one entry, which agreed to this version of its purpose."""
        key = (_shared(entry), purpose.id if purpose else None)
        shared = self._made.get(key)
        if shared is None:
            shared = self._made[key] = self._put_together(entry, purpose)
        clear = shared.copy()
        clear.update(zip(_OWN, _own(entry), strict=True), seq=seq, event_id=event_id)
        return clear

    def _put_together(self, entry: Entry, purpose: PurposeRow | None) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "event_type": str(entry.event_type),
            "ground": str(entry.ground),
            "purpose_key": entry.purpose_key,
            "purpose_id": purpose.id if purpose else None,
            "purpose_sha256": self._snapshots[purpose.id].sha256 if purpose else None,
            "scope": entry.scope,
            "channel": entry.channel,
            "method": str(entry.method),
            "strength": entry.strength,
            "default_ticked": entry.default_ticked,
            "wording_sha256": self._hash(entry.wording, "wording"),
            "wording_language": entry.wording_language,
            "form_url": _text(entry.form_url, 2000),
            "form_sha256": self._hash(entry.form_text, "form"),
            "privacy_notice_url": _text(entry.privacy_notice_url, 2000),
            "privacy_notice_version": _text(entry.privacy_notice_version, 60),
            "recorded_at": self._now,
            "actor": _text(entry.actor, 200),
            "connection_id": entry.connection_id,
            "source_field": _text(entry.source_field, 200),
            "source_value": _text(entry.source_value, 200),
            "collection_id": entry.collection_id,
            "attachments": entry.attachments,
            "controller": entry.controller,
            "recipients": entry.recipients,
            "withdrawal_methods": entry.withdrawal_methods,
        }

    def _hash(self, text: str | None, kind: str) -> str | None:
        return self._texts[text, kind].sha256 if text else None


def _text(value: str | None, longest: int) -> str | None:
    return None if value is None else storable(value)[:longest]
