"""The org's records, filled from the shared roster.

| object | holds |
|---|---|
| Contact | seven people of ten, with the org's own SMS fields |
| Lead | one of ten |
| Individual, ContactPointPhone | one for each of them |
| ContactPointTypeConsent, ContactPointConsent | the consents that have evidence, said once more |
| DataUsePurpose, EngagementChannelType | marketing, service · SMS, voice |
| Account | a store each |

A record has its person's number, so ids are the same in every run.
"""

from array import array
from datetime import UTC, datetime, time, timedelta

from connectors.salesforce.sandbox.moments import ZONE, to_text
from connectors.salesforce.sandbox.objects import STORES, objects
from connectors.salesforce.sandbox.records import Seed, Table, Values
from connectors.salesforce.sandbox.schema import SObject
from hub.testing import roster
from hub.testing.roster import NumberKind, Person, SalesforceKind, Verdict

USERNAME = "hub@sandbox.example.com"
PURPOSES = ("SMSキャンペーン", "予約・ご利用のご連絡")
CHANNELS = ("SMS", "Voice")
INTEGRATION_USER, ADMINISTRATOR = 1, 2

# The roster was imported by a data loader, two hundred records a second, on one morning.
_IMPORTED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_KINDS = {SalesforceKind.CONTACT: "Contact", SalesforceKind.LEAD: "Lead"}


def stamp(batch: int) -> str:
    """When a batch of the roster was imported."""
    return to_text(_IMPORTED + timedelta(seconds=batch))


def tables(people: int) -> dict[str, Table]:
    """All objects with their records, by name."""
    by_name = {each.name: each for each in objects()}
    seeder = _Seeder(by_name)
    every = range(1, people + 1)
    contacts = array("q", (n for n in every if _kind(n) is SalesforceKind.CONTACT))
    leads = array("q", (n for n in every if _kind(n) is SalesforceKind.LEAD))
    both = array("q", (n for n in every if _kind(n)))
    given = array("q", (n for n in both if _has_evidence(n)))
    filled: dict[str, tuple[array[int], Seed]] = {
        "Organization": (array("q", [1]), _organization),
        "User": (array("q", [INTEGRATION_USER, ADMINISTRATOR]), _user),
        "Account": (
            array("q", range(1, len(STORES) + 1)),
            lambda n: {"Name": f"{STORES[n - 1]}店"},
        ),
        "Contact": (contacts, seeder.contact),
        "Lead": (leads, seeder.lead),
        "Individual": (both, seeder.individual),
        "DataUsePurpose": (array("q", [1, 2]), _purpose),
        "EngagementChannelType": (array("q", [1, 2]), lambda n: {"Name": CHANNELS[n - 1]}),
        "ContactPointPhone": (both, seeder.phone),
        "ContactPointTypeConsent": (given, seeder.type_consent),
        "ContactPointConsent": (given, seeder.point_consent),
    }
    nothing: tuple[array[int], Seed] = (array("q"), lambda _: {})
    return {
        name: Table(about, *filled.get(name, nothing), stamp) for name, about in by_name.items()
    }


def record_of(number: int) -> tuple[str, int] | None:
    """The object and number of the record that holds the person with this index, or None."""
    kind = _kind(number)
    return None if kind is None else (_KINDS[kind], number)


def _kind(number: int) -> SalesforceKind | None:
    return SALESFORCE_KINDS[number % 10]


# Asking the roster for whole persons would make a hundred thousand of them at the start.
SALESFORCE_KINDS = [roster.person(10 + digit).salesforce for digit in range(10)]


def _has_evidence(number: int) -> bool:
    return roster.verdict_of(number) is not Verdict.NOT_CONSENTED and number % 10 != 5


class _Seeder:
    def __init__(self, by_name: dict[str, SObject]) -> None:
        self._id = {name: each.ids.of for name, each in by_name.items()}
        self._owner = self._id["User"](ADMINISTRATOR)
        self._accounts = {store: self._id["Account"](at + 1) for at, store in enumerate(STORES)}

    def contact(self, number: int) -> Values:
        person = roster.person(number)
        return self._person(person) | {"AccountId": self._accounts[person.store]}

    def lead(self, number: int) -> Values:
        person = roster.person(number)
        more = {"Company": "個人", "Status": "Open - Not Contacted", "IsConverted": False}
        return self._person(person) | more

    def individual(self, number: int) -> Values:
        person = roster.person(number)
        return {
            "LastName": person.family,
            "FirstName": person.given,
            "Name": f"{person.family} {person.given}",
            "HasOptedOutSolicit": person.withdrawn_at is not None,
            "OwnerId": self._owner,
        }

    def phone(self, number: int) -> Values:
        person = roster.person(number)
        mobile = person.number_kind in (NumberKind.MOBILE, NumberKind.MOBILE_060)
        return {
            "Name": person.typed,
            "ParentId": self._id["Individual"](number),
            "TelephoneNumber": person.typed,
            "PhoneType": "Mobile" if mobile else "Home",
            "IsSmsCapable": mobile,
            "IsPrimary": True,
            "OwnerId": self._owner,
        }

    def type_consent(self, number: int) -> Values:
        more = {"PartyId": self._id["Individual"](number), "ContactPointType": "Phone"}
        return self._consent(roster.person(number)) | more

    def point_consent(self, number: int) -> Values:
        return self._consent(roster.person(number)) | {
            "ContactPointId": self._id["ContactPointPhone"](number),
            "EngagementChannelTypeId": self._id["EngagementChannelType"](1),
        }

    def _person(self, person: Person) -> Values:
        stopped = person.withdrawn_at
        until = person.consent_until
        return {
            "LastName": person.family,
            "FirstName": person.given,
            "Name": f"{person.family} {person.given}",
            "MobilePhone": person.typed or None,
            "Email": person.email,
            "HasOptedOutOfEmail": False,
            "HasOptedOutOfFax": False,
            "DoNotCall": False,
            "IndividualId": self._id["Individual"](person.index),
            "OwnerId": self._owner,
            "Customer_Code__c": person.customer_code,
            "Store__c": person.store,
            "Visit_At__c": to_text(person.visit_at) if person.index % 2 else None,
            "SMS_Opt_In__c": person.verdict is not Verdict.NOT_CONSENTED,
            "SMS_Consent_Date__c": to_text(person.consented_at) if person.consented_at else None,
            "SMS_Consent_Until__c": until.isoformat() if until else None,
            "SMS_Consent_Source__c": person.consent_source or None,
            "SMS_Consent_Wording__c": person.wording or None,
            "SMS_Opt_Out__c": stopped is not None,
            "SMS_Opt_Out_Date__c": to_text(stopped) if stopped else None,
        }

    def _consent(self, person: Person) -> Values:
        out = person.withdrawn_at
        at = to_text(out or person.consented_at or _IMPORTED)
        until = person.consent_until
        end = datetime.combine(until + timedelta(days=1), time(), ZONE) if until else None
        return {
            "Name": f"{person.family} {person.given}",
            "PrivacyConsentStatus": "OptOut" if out else "OptIn",
            "CaptureDate": at,
            "CaptureContactPointType": "Phone" if out else "Web",
            "CaptureSource": person.consent_source,
            "EffectiveFrom": at,
            "EffectiveTo": to_text(end) if end else None,
            "DataUsePurposeId": self._id["DataUsePurpose"](1),
            "OwnerId": self._owner,
        }


def _organization(number: int) -> Values:
    name = "SMS Connector Hub サンドボックス"
    return {"Name": name, "IsSandbox": False, "OrganizationType": "Developer Edition"}


def _user(number: int) -> Values:
    if number == INTEGRATION_USER:
        return {"Name": "連携 ユーザ", "Username": USERNAME, "Email": USERNAME, "IsActive": True}
    admin = "admin@sandbox.example.com"
    return {"Name": "管理者", "Username": admin, "Email": admin, "IsActive": True}


def _account(number: int) -> Values:
    return {"Name": f"{STORES[number - 1]}店"}


def _purpose(number: int) -> Values:
    return {"Name": PURPOSES[number - 1], "CanDataSubjectOptOut": True}
