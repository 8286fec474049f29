"""One entry of the ledger of grounds (許諾の記録), before it is written."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

SCHEMA = "consent-evidence/2"
"""Names the set of fields below and the way they are hashed."""

FIRST_SCHEMA = "consent-evidence/1"
"""The way rows were hashed before: their source is in the chain as it is and cannot go."""

ALL = "all"
PROMOTIONAL = "promotional"
"""Two purpose keys that are no purposes: what a withdrawal of that whole scope is filed under."""

UNSPECIFIED = "unspecified"
"""What a consent that names no purpose is filed under: it is written down and opens nothing."""

CONFIRMATION = "consent_confirmation"
"""The purpose of the one SMS that may ask for consent: the code that goes to a number which its
owner typed into a form a moment ago. Its ground is the entry `requested` of that form."""


class EventType(StrEnum):
    """What happened; the states of the Data Privacy Vocabulary behind ISO/IEC TS 27560."""

    REQUESTED = "requested"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    IMPORTED = "imported"


class Ground(StrEnum):
    """Why a message may be sent: the cases of 特定電子メール法 art. 3(1), and no advertising."""

    CONSENT = "consent"
    REQUEST = "request"
    ADDRESS_GIVEN_IN_WRITING = "address_given_in_writing"
    BUSINESS_RELATIONSHIP = "business_relationship"
    PUBLISHED_ADDRESS = "published_address"
    NOT_ADVERTISING = "not_advertising"


class Method(StrEnum):
    """How the person, or whoever acted for them, said it."""

    CHECKBOX = "checkbox"
    SUBMIT_DEEMED = "submit_deemed"  # みなし同意: pressing the button counts as agreeing
    DOUBLE_OPT_IN_SMS = "double_opt_in_sms"
    DOUBLE_OPT_IN_MAIL = "double_opt_in_mail"
    KEYWORD = "keyword"
    PAPER = "paper"
    VOICE = "voice"
    IN_PERSON = "in_person"
    IMPORT = "import"
    RECORD_EVENT = "record_event"
    PAGE = "page"


class Invalidated(StrEnum):
    """Why a ground fell without its person's doing; the `source_value` of such an entry."""

    NUMBER_CHANGED = "number_changed"
    RECORD_GONE = "record_gone"


class Entry(NamedTuple):
    """What is known of one act. `None` means that nobody knows, never "no".

    A tuple, because a page of a pull makes hundreds of them and a dataclass takes three times as
    long; its fields are given by name all the same.

    `occurred_at` is when the person acted, by a date of the source's own; when the hub learned of
    it is added by the ledger. `wording` is the text the person saw, `form_text` the page or form
    around it; each is kept once and named by its hash. `connection_id` and `source_ref`
    (`object:id`) name the record that says so; together they are the entry's source, and of each
    source the newest entry counts. `exclusion_id` ties a withdrawal to what it put on the
    exclusion list, and a renewal to what it took off. `controller` may stay empty where it is the
    company this hub belongs to. `purpose_version` is the version of the purpose the person was
    shown; where it is not known, the one that was in force when they acted counts. `personal`
    holds `number`, `ip`, `user_agent`: it is encrypted and can be erased while the rest still
    verifies. Times are aware and kept as UTC.
    """

    event_type: EventType
    ground: Ground
    contact_id: int
    purpose_key: str
    method: Method
    actor: str
    purpose_version: int | None = None
    strength: int = 1
    channel: str = "sms"
    scope: tuple[str, ...] = ()
    default_ticked: bool | None = None
    wording: str | None = None
    wording_language: str | None = None
    form_url: str | None = None
    form_text: str | None = None
    privacy_notice_url: str | None = None
    privacy_notice_version: str | None = None
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    connection_id: int | None = None
    source_ref: str | None = None
    source_field: str | None = None
    source_value: str | None = None
    collection_id: int | None = None
    exclusion_id: int | None = None
    attachments: tuple[str, ...] = ()
    controller: str = ""
    recipients: tuple[str, ...] = ()
    withdrawal_methods: tuple[str, ...] = ("opt_out_page", "reply", "phone")
    personal: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"Entry({self.event_type}, contact_id={self.contact_id}, {self.purpose_key!r})"
