"""The rows that one opt-out or restore has to write: the record, its Individual, its consents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.sdk import Consent, Ref, SourceContact, Words

from . import soql
from .client import SalesforceClient
from .consentcode import INDIVIDUAL, KEY, OPT_IN, OPT_OUT, TYPE_CONSENT, ConsentCode
from .consents import ConsentRow, Consents, PersonKey
from .moments import date_text, moment

SOURCE = "SMS Connector Hub"
"""What stands as the capture source of a consent row the hub wrote."""

_NEUTRAL = "Seen"

NO_INDIVIDUAL = Words(
    ja="このレコードには個人(Individual)が関連付けられていないため、同意オブジェクトに書き込めません。"
    "レコードに個人を関連付けてください。",
    en="The record has no Individual, so nothing can be written to the consent object. "
    "Link the record to an Individual.",
)
NO_PHONE_RECORD = Words(
    ja="個人(Individual)にこの番号の連絡先電話(ContactPointPhone)がありません。"
    "連絡先電話を作成してください。",
    en="The Individual has no Contact Point Phone with this number. Make one.",
)

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Rows to update by object and id, rows to make, and why something cannot be written."""

    updates: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    new: Sequence[Mapping[str, Any]] = field(default=())
    why_not: Words | None = None

    @property
    def empty(self) -> bool:
        """Say whether nothing is to be written."""
        return not self.updates and not self.new


def payload(key: Key, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row as sObject Collections want it."""
    object_, id_ = key
    return {"attributes": {"type": object_}, "id": id_, **fields}


class Beside:
    """Writes what stands beside records: their Individual and their consent rows."""

    def __init__(self, client: SalesforceClient, code: ConsentCode | None) -> None:
        self._client = client
        self._code = code
        self._consents = Consents(client, code) if code else None

    @property
    def object(self) -> str:
        """Name the consent object; empty where none is mapped."""
        return self._code.object if self._code else ""

    def individuals(self, refs: Sequence[Ref]) -> dict[Ref, str]:
        """Give the Individual of each record that has one."""
        found: dict[Ref, str] = {}
        for object_ in sorted({ref.object for ref in refs}):
            ids = [ref.id for ref in refs if ref.object == object_]
            for query in soql.among(object_, ("Id", "IndividualId"), "Id", ids):
                for row in self._client.query(query):
                    if row.get("IndividualId"):
                        found[Ref(object_, str(row["Id"]))] = str(row["IndividualId"])
        return found

    def touched(self, individuals: Iterable[str]) -> dict[str, datetime]:
        """Give when each Individual was last changed (UTC)."""
        fields = ("Id", "SystemModstamp")
        return {
            str(row["Id"]): moment(row["SystemModstamp"])
            for query in soql.among(INDIVIDUAL, fields, "Id", sorted(set(individuals)))
            for row in self._client.query(query)
        }

    def rows(
        self, contacts: Sequence[SourceContact], individuals: Mapping[Ref, str]
    ) -> dict[Ref, Sequence[ConsentRow]]:
        """Give the consent rows of each record; none where no consent object is mapped."""
        if self._consents is None:
            return {}
        people = {
            contact.ref: PersonKey(
                individual=individuals.get(contact.ref, ""), number=contact.number
            )
            for contact in contacts
        }
        found = self._consents.rows(people.values())
        return {ref: found.get(person, ()) for ref, person in people.items()}

    def refuse(
        self,
        contact: SourceContact,
        individual: str | None,
        rows: Sequence[ConsentRow],
        at: datetime,
        *,
        keyed: bool,
    ) -> Plan:
        """Plan the refusal in the consent rows; a row is made where there is none.

        With `keyed` it is made by its external id, so that two writers make one.
        """
        if self._code is None:
            return Plan()
        if individual is None:
            return Plan(why_not=NO_INDIVIDUAL)
        said = {
            "PrivacyConsentStatus": OPT_OUT,
            "CaptureDate": date_text(at, type_="datetime"),
            "CaptureSource": SOURCE,
        }
        if rows:
            object_ = self._code.object
            return Plan(updates={(object_, row.id): said for row in rows if row.status != OPT_OUT})
        return self._new(contact, individual, {"CaptureContactPointType": "Phone", **said}, keyed)

    def agree(
        self,
        contact: SourceContact,
        individual: str | None,
        rows: Sequence[ConsentRow],
        consent: Consent,
        *,
        keyed: bool,
    ) -> Plan:
        """Plan the agreement in the consent rows; a row is made where there is none.

        Nothing of an earlier answer stays in a row: not its beginning, and not its end.
        """
        if self._code is None:
            return Plan()
        if individual is None:
            return Plan(why_not=NO_INDIVIDUAL)
        at = date_text(consent.at, type_="datetime")
        said = {
            "PrivacyConsentStatus": OPT_IN,
            "CaptureDate": at,
            # What reading it again takes for the method.
            "CaptureSource": consent.method,
            "EffectiveFrom": at,
            "EffectiveTo": date_text(consent.until, type_="datetime") if consent.until else None,
        }
        if rows:
            return Plan(updates={(self._code.object, row.id): said for row in rows})
        point = "Web" if consent.form_url else "Phone"
        return self._new(contact, individual, {"CaptureContactPointType": point, **said}, keyed)

    def _new(
        self, contact: SourceContact, individual: str, said: Mapping[str, Any], keyed: bool
    ) -> Plan:
        assert self._code is not None
        purpose = self._purpose_id()
        if purpose is None:
            return Plan(why_not=NO_INDIVIDUAL)
        made = {
            "attributes": {"type": self._code.object},
            "Name": SOURCE,
            "DataUsePurposeId": purpose,
            **said,
        }
        if self._code.object == TYPE_CONSENT:
            whom = [{"PartyId": individual, "ContactPointType": "Phone"}]
        else:
            assert self._consents is not None
            person = PersonKey(individual=individual, number=contact.number)
            whom = [{"ContactPointId": point} for point in self._consents.points_of(person)]
            if not whom:
                return Plan(why_not=NO_PHONE_RECORD)
        return Plan(new=[{**made, **each, **_key_of(each, purpose, keyed)} for each in whom])

    def reopen(self, rows: Sequence[ConsentRow], at: datetime) -> Plan:
        """Plan to take a refusal back: not to a yes, which only the person's own act makes."""
        assert self._code is not None
        said = {
            "PrivacyConsentStatus": _NEUTRAL,
            "CaptureDate": date_text(at, type_="datetime"),
            "CaptureSource": SOURCE,
        }
        object_ = self._code.object
        return Plan(updates={(object_, row.id): said for row in rows if row.status == OPT_OUT})

    def _purpose_id(self) -> str | None:
        assert self._code is not None
        names = [self._code.purpose]
        for query in soql.among("DataUsePurpose", ("Id",), "Name", names):
            for row in self._client.query(query):
                return str(row["Id"])
        return None


def _key_of(whom: Mapping[str, str], purpose: str, keyed: bool) -> dict[str, str]:
    """Give the external id of a consent row: whom it is for and what about."""
    return {KEY: ":".join([*whom.values(), purpose])} if keyed else {}


def both(one: Plan, other: Plan) -> Plan:
    """Put two plans together."""
    return Plan(
        updates={**one.updates, **other.updates},
        new=[*one.new, *other.new],
        why_not=one.why_not or other.why_not,
    )


def of_fields(ref: Ref, writes: Mapping[bool, Mapping[str, Any]], individual: str | None) -> Plan:
    """Plan writes to a record's own fields and to its Individual's."""
    updates: dict[Key, Mapping[str, Any]] = {}
    for of_individual, fields in writes.items():
        if not of_individual:
            updates[(ref.object, ref.id)] = fields
        elif individual is None:
            return Plan(updates=updates, why_not=NO_INDIVIDUAL)
        else:
            updates[(INDIVIDUAL, individual)] = fields
    return Plan(updates=updates)
