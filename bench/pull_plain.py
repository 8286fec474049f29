"""The usual way to write a pull: what the hub's own is measured against."""

import hashlib
import json
import os
from typing import Any
from uuid import uuid4

import phonenumbers
import sqlalchemy as sa
from marshmallow import Schema, fields
from pull_town import NOW, PAGE, Place, Town
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.ledger import SOURCE
from hub.store.tables.consent import document, evidence, exclusion
from hub.store.tables.people import contact, link
from hub.values.contact import SourceContact


class Record(Schema):
    """The fields of a record, checked one by one."""

    number = fields.String(required=True)
    name = fields.String(required=True)
    answer = fields.String(required=True)
    at = fields.AwareDateTime(allow_none=True)
    wording = fields.String(allow_none=True)
    store = fields.String(required=True)
    out = fields.Boolean(required=True)
    out_at = fields.AwareDateTime(allow_none=True)


class Plain:
    """A page at a time: marshmallow, phonenumbers, encryption, Core statements for all rows.

    With evidence it writes what the hub writes: a hash-chained entry for each consent and each
    opt-out, with the number encrypted beside it, and the exclusion list.
    """

    def __init__(self, place: Place, town: Town) -> None:
        self.place = place
        self.town = town
        self.schema = Record()
        self.seq, self.hash = 0, bytes(32)

    def pull(self, *, evidence: bool) -> None:
        """Pull everything."""
        for start in range(0, self.town.people, PAGE):
            with self.place.db.write() as tx:
                self._store(tx, self.town.page(start), evidence=evidence)

    def _store(self, tx: sa.Connection, items: list[SourceContact], *, evidence: bool) -> None:
        cipher = self.place.cipher
        dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
        loaded = [self._load(item) for item in items]
        numbers = [_number(each["number"]) for each in loaded]
        lookups = [cipher.lookup(number) for number in numbers]
        statement = dialect.insert(contact).values(
            [
                {
                    "lookup": lookup,
                    "number_enc": cipher.encrypt(number, f"contact.number:{lookup.hex()}"),
                    "created_at": NOW,
                }
                for lookup, number in zip(lookups, numbers, strict=True)
            ]
        )
        tx.execute(
            statement.on_conflict_do_update(
                index_elements=["lookup"], set_={"number_enc": statement.excluded.number_enc}
            )
        )
        found = tx.execute(
            sa.select(contact.c.lookup, contact.c.id).where(contact.c.lookup.in_(lookups))
        )
        ids = {bytes(row[0]): row[1] for row in found}
        rows = [
            {
                "connection_id": self.place.id,
                "ref": str(item.ref),
                "contact_id": ids[lookup],
                "verdict": "consented" if each["at"] and each["wording"] else "silent",
                "name_enc": cipher.encrypt(each["name"], f"link.name:1:{item.ref}"),
                "attributes_enc": cipher.encrypt(each["store"], f"link.attributes:1:{item.ref}"),
                "version": item.version,
                "out": each["out"],
                "read_at": NOW,
            }
            for item, each, lookup in zip(items, loaded, lookups, strict=True)
        ]
        upsert = dialect.insert(link).values(rows)
        tx.execute(
            upsert.on_conflict_do_update(
                index_elements=["connection_id", "ref"],
                set_={key: upsert.excluded[key] for key in rows[0] if key != "ref"},
            )
        )
        if evidence:
            self._write_down(tx, list(zip(rows, numbers, loaded, strict=True)))

    def _load(self, item: SourceContact) -> dict[str, Any]:
        said, out = item.consents[0], item.opt_out
        assert out is not None
        loaded: dict[str, Any] = self.schema.load(
            {
                "number": item.number,
                "name": item.name,
                "answer": said.answer.value,
                "at": said.at.isoformat() if said.at else None,
                "wording": said.wording,
                "store": item.attributes["store"],
                "out": out.out,
                "out_at": out.at.isoformat() if out.at else None,
            }
        )
        return loaded

    def _write_down(
        self, tx: sa.Connection, said: list[tuple[dict[str, Any], str, dict[str, Any]]]
    ) -> None:
        stopped = [row for row in said if row[2]["out"]]
        if stopped:
            tx.execute(sa.insert(exclusion), [_exclusion(row, each) for row, _, each in stopped])
        wording = next((each["wording"] for _, _, each in said if each["wording"]), None)
        if wording and self.seq == 0:
            values = {"sha256": _sha256(wording), "kind": "wording", "text": wording}
            tx.execute(sa.insert(document).values(**values, created_at=NOW))
        entries = [
            self._entry(row, number, each, out=False) for row, number, each in said if each["at"]
        ]
        entries += [self._entry(row, number, each, out=True) for row, number, each in stopped]
        if entries:
            tx.execute(sa.insert(evidence), entries)

    def _entry(
        self, row: dict[str, Any], number: str, each: dict[str, Any], *, out: bool
    ) -> dict[str, Any]:
        event_id = str(uuid4())
        self.seq += 1
        clear = {
            "seq": self.seq,
            "event_id": event_id,
            "schema": "consent-evidence/2",
            "event_type": "withdrawn" if out else "given",
            "ground": "consent",
            "contact_id": row["contact_id"],
            "purpose_key": "promotional" if out else "campaign",
            "scope": ["promotional"] if out else [],
            "channel": "sms",
            "method": "record_event" if out else "checkbox",
            "strength": 1 if out else 4,
            "wording_sha256": None if out else _sha256(each["wording"]),
            "occurred_at": each["out_at"] if out else each["at"],
            "recorded_at": NOW,
            "actor": "connection:crm",
            "connection_id": self.place.id,
            "source_ref": row["ref"],
            "attachments": [],
            "controller": "",
            "recipients": [],
            "withdrawal_methods": ["opt_out_page", "reply", "phone"],
        }
        personal = json.dumps({"number": number}, sort_keys=True)
        salt, source_salt = os.urandom(16), os.urandom(16)
        personal_digest = hashlib.sha256(salt + personal.encode()).digest()
        source = json.dumps([clear["source_ref"], None, None, clear["attachments"]])
        source_digest = hashlib.sha256(source_salt + source.encode()).digest()
        before = self.hash
        hashed = {key: value for key, value in clear.items() if key not in SOURCE}
        hashed |= {"personal": personal_digest.hex(), "source": source_digest.hex()}
        text = json.dumps(hashed, sort_keys=True, default=str)
        self.hash = hashlib.sha256(before + text.encode()).digest()
        return clear | {
            "personal_enc": self.place.cipher.encrypt(personal, f"evidence.personal:{event_id}"),
            "personal_salt": salt,
            "personal_digest": personal_digest,
            "source_salt": source_salt,
            "source_digest": source_digest,
            "prev_hash": before,
            "hash": self.hash,
        }


def _exclusion(row: dict[str, Any], each: dict[str, Any]) -> dict[str, Any]:
    return {
        "contact_id": row["contact_id"],
        "scope": "promotional",
        "origin": "platform",
        "connection_id": row["connection_id"],
        "source_ref": row["ref"],
        "actor": "connection:crm",
        "occurred_at": each["out_at"],
        "recorded_at": NOW,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _number(text: str) -> str:
    parsed = phonenumbers.parse(text, "JP")
    assert phonenumbers.is_valid_number(parsed)
    assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
