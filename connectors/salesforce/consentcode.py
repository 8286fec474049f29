"""How a mapping names a standard consent object: `ContactPointTypeConsent:` and a purpose.

Salesforce keeps consent beside the record, in rows for an Individual (ContactPointTypeConsent) or
for one of its phone numbers (ContactPointConsent), each for a Data Use Purpose. A mapping has
field names only, so the object and the purpose's name stand where a field would.
"""

from dataclasses import dataclass

TYPE_CONSENT = "ContactPointTypeConsent"
POINT_CONSENT = "ContactPointConsent"
INDIVIDUAL = "Individual"
OPT_IN = "OptIn"
OPT_OUT = "OptOut"
STATUSES = (OPT_IN, OPT_OUT, "Seen", "NotSeen")


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
