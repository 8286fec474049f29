"""How a mapping names a standard consent object: `ContactPointTypeConsent:` and a purpose.

Salesforce keeps consent beside the record, in rows for an Individual (ContactPointTypeConsent) or
for one of its phone numbers (ContactPointConsent), each for a Data Use Purpose. A mapping has
field names only, so the object and the purpose's name stand where a field would.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.sdk import FieldMapping

TYPE_CONSENT = "ContactPointTypeConsent"
POINT_CONSENT = "ContactPointConsent"
POINT_PHONE = "ContactPointPhone"
INDIVIDUAL = "Individual"
OPT_IN = "OptIn"
OPT_OUT = "OptOut"
STATUSES = (OPT_IN, OPT_OUT, "Seen", "NotSeen")
KEY = "SMS_Hub_Key__c"
"""The external id of a consent row the hub made: with it a row is made once, however often and by
however many it is tried. The folder `metadata` brings it."""


@dataclass(frozen=True, kw_only=True)
class ConsentCode:
    """One consent object and the name of the Data Use Purpose."""

    object: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.object}:{self.purpose}"


def parse(code: str | None) -> ConsentCode | None:
    """Read a mapped code; None where it names a field and no consent object."""
    object_, colon, purpose = (code or "").partition(":")
    if not colon or object_ not in (TYPE_CONSENT, POINT_CONSENT) or not purpose.strip():
        return None
    return ConsentCode(object=object_, purpose=purpose.strip())


def of(mapping: FieldMapping) -> ConsentCode | None:
    """Give the consent object one object's mapping names; None where it names fields alone."""
    return parse(mapping.consent) or parse(mapping.opt_out)


def named(mapping: FieldMapping, objects: Iterable[str]) -> ConsentCode | None:
    """Give the consent object a connection's mapping names for any of its objects."""
    return next((code for name in objects if (code := of(mapping.of(name)))), None)
