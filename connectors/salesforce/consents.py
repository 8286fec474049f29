"""Consent that stands beside the record, in Salesforce's standard consent objects."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import soql
from .client import SalesforceClient
from .consentcode import OPT_IN, OPT_OUT, POINT_CONSENT, TYPE_CONSENT, ConsentCode
from .moments import moment, when_of

_FIELDS = (
    "Id",
    "PrivacyConsentStatus",
    "CaptureDate",
    "CaptureSource",
    "EffectiveFrom",
    "EffectiveTo",
    "SystemModstamp",
)
_LAST_DIGITS = 9
"""A number as typed at home and abroad ends alike: 090-1111-2222, +81 90 1111 2222."""


@dataclass(frozen=True, kw_only=True)
class ConsentRow:
    """One row of a consent object. `key` is whom it is for: the Individual or the phone number.

    `at` and `until` are what it says itself, `touched_at` is when it was last changed (UTC).
    """

    id: str
    key: str
    status: str
    at: datetime | None
    until: datetime | None
    source: str | None
    stamp: str
    touched_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonKey:
    """Whom consent rows are looked up by: the Individual's id and the number as typed."""

    individual: str
    number: str = field(repr=False)


class Consents:
    """Reads the rows of one consent object and purpose."""

    def __init__(self, client: SalesforceClient, code: ConsentCode) -> None:
        self._client = client
        self.code = code

    def rows(self, people: Iterable[PersonKey]) -> dict[PersonKey, Sequence[ConsentRow]]:
        """Give the rows of each person; a person without an Individual has none."""
        known = [person for person in people if person.individual]
        ids = sorted({person.individual for person in known})
        if self.code.object == TYPE_CONSENT:
            by_party = self._read(ids)
            return {person: by_party.get(person.individual, ()) for person in known}
        points = self.points(ids)
        by_point = self._read(sorted({id_ for each in points.values() for id_, _ in each}))
        return {
            person: [
                row
                for id_, number in points.get(person.individual, ())
                if same_number(number, person.number)
                for row in by_point.get(id_, ())
            ]
            for person in known
        }

    def points(self, individuals: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Give the phone records of each Individual: id and number."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        fields = ("Id", "ParentId", "TelephoneNumber")
        for query in soql.among("ContactPointPhone", fields, "ParentId", individuals):
            for row in self._client.query(query):
                found[str(row["ParentId"])].append((str(row["Id"]), row["TelephoneNumber"] or ""))
        return found

    def points_of(self, person: PersonKey) -> list[str]:
        """Give the phone records of a person that hold its number."""
        return [
            id_
            for id_, number in self.points([person.individual]).get(person.individual, ())
            if same_number(number, person.number)
        ]

    def individuals(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Give the Individuals that changed rows of this object are about."""
        key = self.key_field
        keys = sorted({str(row[key]) for row in rows if row.get(key)})
        if self.code.object == TYPE_CONSENT:
            return keys
        return [
            str(row["ParentId"])
            for query in soql.among("ContactPointPhone", ("Id", "ParentId"), "Id", keys)
            for row in self._client.query(query)
            if row.get("ParentId")
        ]

    @property
    def key_field(self) -> str:
        """The field that says whom a row is for."""
        return "PartyId" if self.code.object == TYPE_CONSENT else "ContactPointId"

    def _read(self, keys: Sequence[str]) -> dict[str, list[ConsentRow]]:
        found: dict[str, list[ConsentRow]] = defaultdict(list)
        fields = [*_FIELDS, self.key_field]
        where = f"DataUsePurpose.Name = {soql.text(self.code.purpose)}"
        if self.code.object == TYPE_CONSENT:
            where += " AND ContactPointType = 'Phone'"
        else:
            fields.append("EngagementChannelType.Name")
        for query in soql.among(self.code.object, fields, self.key_field, keys, where=where):
            for record in self._client.query(query):
                if self.code.object == POINT_CONSENT and not for_sms(record):
                    continue
                row = _row(record, self.key_field)
                found[row.key].append(row)
        return found


def for_sms(record: Mapping[str, Any]) -> bool:
    """Say whether a row is about SMS: its channel says so, or it names none."""
    channel = record.get("EngagementChannelType")
    name = channel.get("Name") if isinstance(channel, Mapping) else None
    return name is None or "sms" in str(name).lower()


def strictest(rows: Sequence[ConsentRow]) -> ConsentRow | None:
    """Give the row that counts: a refusal before a question left open before a yes."""
    order = {OPT_OUT: 0, OPT_IN: 2}
    return min(rows, key=lambda row: (order.get(row.status, 1), row.id), default=None)


def same_number(one: str, other: str) -> bool:
    """Say whether two numbers as typed end in the same digits."""
    a, b = (re.sub(r"\D", "", number)[-_LAST_DIGITS:] for number in (one, other))
    return len(a) == _LAST_DIGITS and a == b


def _row(record: Mapping[str, Any], key: str) -> ConsentRow:
    captured = when_of(record["CaptureDate"], end=False)
    begins = when_of(record["EffectiveFrom"], end=False)
    status = record["PrivacyConsentStatus"]
    # A yes counts from the day it begins; a refusal from when it was said.
    dates = [date for date in (captured, begins if status == OPT_IN else None) if date]
    return ConsentRow(
        id=str(record["Id"]),
        key=str(record[key]),
        status=str(status or ""),
        at=max(dates) if captured else None,
        until=when_of(record["EffectiveTo"], end=True),
        source=record["CaptureSource"] or None,
        stamp=str(record["SystemModstamp"])[:23],
        touched_at=moment(record["SystemModstamp"]),
    )
