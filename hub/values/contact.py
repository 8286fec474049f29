"""What a contact source reads: a person's record and what it says about consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.values.ref import Ref


class Answer(StrEnum):
    """What a consent field says.

    A field never ticked is not a refusal and not a consent: it is `silent`. Whether `no` after
    `yes` is a withdrawal is for the hub to decide, which knows what was read before.
    """

    YES = "yes"
    NO = "no"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class ConsentReading:
    """What one record says about one purpose, as read, with everything that proves it.

    `field` and `value` are what was really there. `at` (UTC) is when the person answered, by the
    platform's own dated field; a record's modified-time is no such date. `wording` is the text
    the person saw. `until` is when the agreement ends. None means that the platform does not say.
    """

    answer: Answer
    field: str
    value: str
    purpose: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    wording: str | None = None
    method: str | None = None
    form_url: str | None = None
    default_ticked: bool | None = None


@dataclass(frozen=True, kw_only=True)
class OptOutReading:
    """The record's own do-not-text field: set or not, and since when (UTC) if the platform says."""

    out: bool
    field: str
    value: str
    at: datetime | None = None


class NumberKind(StrEnum):
    """Whose a further number is: the person's main one, one more of their own, or a shared one."""

    PRIMARY = "primary"
    IDENTITY = "identity"
    SHARED = "shared"


@dataclass(frozen=True, kw_only=True)
class FurtherNumber:
    """One more number of a record's person, as typed there. `label` is what people call it."""

    number: str = field(repr=False)
    kind: NumberKind
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceContact:
    """One record as the platform holds it now.

    `number` is as typed there; the hub normalises. `version` names a state of the record
    (a revision, a system time stamp) and lets the hub see an echo of its own write.

    `further` are more numbers of the same person, where `get` knows any: consent never counts for
    them, but a service SMS that the person asked for may go there. `choice` is what the record
    itself says about which number is meant (all of it, or its last digits). `person` is the
    record of the person, where this one only stands for them as a ticket does: an opt-out by a
    further number is written there. Since spec 1.0.
    """

    ref: Ref
    number: str = field(repr=False)
    version: str | None = None
    modified_at: datetime | None = None
    name: str = field(default="", repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)
    consents: Sequence[ConsentReading] = field(default=(), repr=False)
    opt_out: OptOutReading | None = field(default=None, repr=False)
    site: str | None = None
    further: Sequence[FurtherNumber] = field(default=(), repr=False)
    choice: str = field(default="", repr=False)
    person: Ref | None = None
