"""Consent records shaped after ISO/IEC TS 27560:2023: header, processing, parties, events.

Field names are those of its clause 6.3; types, states and legal bases are terms of the Data Privacy
Vocabulary (DPV 2; w3id.org/dpv/guides/consent-27560). The specification has no place for the words
a person saw nor for a chain: those stand under `hub` in each event, with every field of ours. What
nobody recorded is `not recorded`, never a guess.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.consent.dossier import Dossier, Proven
from hub.consent.entry import ALL, PROMOTIONAL, EventType, Ground, Method
from hub.consent.entry_fields import exclusion_fields, fields, written

SCHEMA_VERSION = "ISO/IEC TS 27560:2023"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record"
UNKNOWN = "not recorded"
UNTIL_WITHDRAWN = "until withdrawn"
CONTROLLER = "controller"
RETENTION = "P3Y"
"""特定商取引法 art. 12-3(3): three years, counted from the last advertisement sent."""

STATES: Mapping[str, str] = {
    EventType.REQUESTED: "dpv:ConsentRequested",
    EventType.GIVEN: "dpv:ConsentGiven",
    EventType.RENEWED: "dpv:RenewedConsentGiven",
    EventType.REFUSED: "dpv:ConsentRefused",
    EventType.WITHDRAWN: "dpv:ConsentWithdrawn",
    EventType.EXPIRED: "dpv:ConsentExpired",
    EventType.INVALIDATED: "dpv:ConsentInvalidated",
    EventType.IMPORTED: "dpv:ConsentUnknown",
}

_TYPES: Mapping[str, str] = {
    Method.DOUBLE_OPT_IN_SMS: "dpv:ExplicitlyExpressedConsent",
    Method.DOUBLE_OPT_IN_MAIL: "dpv:ExplicitlyExpressedConsent",
    Method.CHECKBOX: "dpv:ExpressedConsent",
    Method.KEYWORD: "dpv:ExpressedConsent",
    Method.PAPER: "dpv:ExpressedConsent",
    Method.VOICE: "dpv:ExpressedConsent",
    Method.IN_PERSON: "dpv:ExpressedConsent",
    Method.PAGE: "dpv:ExpressedConsent",
    Method.SUBMIT_DEEMED: "dpv:ImpliedConsent",
}

_BASES: Mapping[str, str] = {
    Ground.CONSENT: "dpv:Consent",
    Ground.REQUEST: "dpv:Consent",
    Ground.ADDRESS_GIVEN_IN_WRITING: "特定電子メール法 art. 3(1)(ii)",
    Ground.BUSINESS_RELATIONSHIP: "特定電子メール法 art. 3(1)(iii)",
    Ground.PUBLISHED_ADDRESS: "特定電子メール法 art. 3(1)(iv)",
    Ground.NOT_ADVERTISING: "dpv:Contract",
}


@dataclass(frozen=True, kw_only=True)
class Controller:
    """The company this hub belongs to, as it shows itself in advertising."""

    name: str
    address: str
    contact: str


def records(dossier: Dossier, controller: Controller) -> Iterator[dict[str, Any]]:
    """Give the consent records about one number: one for each purpose."""
    keys = dict.fromkeys(each.row.clear["purpose_key"] for each in dossier.entries)
    purposes = [key for key in keys if key not in (ALL, PROMOTIONAL)] or list(keys)
    for key in purposes:
        yield _record(dossier, key, controller)


def event_type(method: str, default_ticked: bool | None) -> str:
    """Give the type of consent that saying it this way is."""
    if method == Method.CHECKBOX and default_ticked is False:
        return "dpv:ExplicitlyExpressedConsent"
    return _TYPES.get(method, "dpv:Consent")


def _record(dossier: Dossier, key: str, controller: Controller) -> dict[str, Any]:
    entries = [each for each in dossier.entries if _bears_on(each, key, dossier)]
    own = [each for each in entries if each.row.clear["purpose_key"] == key]
    return {
        "header": {
            "schema_version": SCHEMA_VERSION,
            "record_id": own[0].row.clear["event_id"],
            "pii_principal_id": f"contact:{dossier.contact_id}",
        },
        "pii_processing": _processing(own, key),
        "party_identification": _parties(dossier, entries, controller),
        "events": [_event(each, dossier) for each in entries],
        "hub": {
            "purpose_key": key,
            "number": dossier.number,
            "number_keyed_hash": dossier.key,
            "erased_at": written(dossier.erased_at),
            "records": [
                {"connection_id": each.connection_id, "record": each.ref}
                for each in dossier.records
            ],
            "exclusions": [exclusion_fields(each) for each in dossier.exclusions],
        },
    }


def _bears_on(each: Proven, key: str, dossier: Dossier) -> bool:
    filed = each.row.clear["purpose_key"]
    if filed in (key, ALL):
        return True
    return filed == PROMOTIONAL and _promotional(key, dossier)


def _promotional(key: str, dossier: Dossier) -> bool:
    classes = {
        each.purpose.message_class
        for each in dossier.entries
        if each.purpose is not None and each.purpose.key == key
    }
    return not classes or PROMOTIONAL in classes


def _processing(own: Sequence[Proven], key: str) -> dict[str, Any]:
    newest = own[-1]
    clear = newest.row.clear
    noticed = next((e for e in reversed(own) if e.row.clear["privacy_notice_url"]), None)
    language = next(
        (e.row.clear["wording_language"] for e in reversed(own) if e.row.clear["wording_language"]),
        UNKNOWN,
    )
    purpose = newest.purpose
    promotional = purpose is None or purpose.message_class == PROMOTIONAL
    return {
        "privacy_notice": (
            {
                "url": noticed.row.clear["privacy_notice_url"],
                "version": noticed.row.clear["privacy_notice_version"] or UNKNOWN,
            }
            if noticed
            else UNKNOWN
        ),
        "language": language,
        "purposes": [
            {
                "purpose": purpose.text if purpose else key,
                "purpose_id": key,
                "purpose_version": purpose.version if purpose else UNKNOWN,
                "purpose_type": "dpv:DirectMarketing" if promotional else "dpv:ServiceProvision",
                "lawful_basis": _BASES.get(clear["ground"], clear["ground"]),
                "pii_information": [{"pii_type": "pd:TelephoneNumber", "pii_optional": True}],
                "pii_controllers": [CONTROLLER],
                "collection_method": clear["method"],
                "processing_method": "dpv:Transmit",
                "storage_locations": [UNKNOWN],
                "retention_period": RETENTION,
                "service": clear["channel"],
                "jurisdiction": "JP",
                "recipient_third_parties": _recipients(own),
                "withdrawal_method": list(clear["withdrawal_methods"]),
            }
        ],
    }


def _recipients(entries: Sequence[Proven]) -> list[str]:
    named = [name for each in entries for name in each.row.clear["recipients"]]
    sent = [f"gateway:{sent.gateway_id}" for each in entries for sent in each.sent]
    return list(dict.fromkeys([*named, *sent])) or [UNKNOWN]


def _parties(
    dossier: Dossier, entries: Sequence[Proven], controller: Controller
) -> list[dict[str, Any]]:
    named = next((e.row.clear["controller"] for e in entries if e.row.clear["controller"]), "")
    parties = [
        {
            "party_id": CONTROLLER,
            "party_name": named or controller.name or UNKNOWN,
            "party_address": controller.address or UNKNOWN,
            "party_contact": controller.contact or UNKNOWN,
            "party_type": "dpv:DataController",
        },
        {
            "party_id": f"contact:{dossier.contact_id}",
            "party_name": UNKNOWN,
            "party_address": UNKNOWN,
            "party_contact": dossier.number or UNKNOWN,
            "party_type": "dpv:DataSubject",
        },
    ]
    recipients = [
        {
            "party_id": name,
            "party_name": name,
            "party_address": UNKNOWN,
            "party_contact": UNKNOWN,
            "party_type": "dpv:Recipient",
        }
        for name in _recipients(entries)
        if name != UNKNOWN
    ]
    return [*parties, *recipients]


def _event(each: Proven, dossier: Dossier) -> dict[str, Any]:
    clear = each.row.clear
    person = clear["actor"] == "person"
    return {
        "event_time": written(clear["occurred_at"] or clear["recorded_at"]),
        "validity_duration": written(clear["expires_at"]) or UNTIL_WITHDRAWN,
        "entity_id": f"contact:{dossier.contact_id}" if person else clear["actor"],
        "event_type": event_type(clear["method"], clear["default_ticked"]),
        "event_state": STATES[clear["event_type"]],
        "hub": fields(each),
    }
