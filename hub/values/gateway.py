"""One SMS on its way through a gateway, and what the gateway says of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

Counting = Literal["utf16", "sjis_bytes", "cp932_bytes"]
Idempotency = Literal["key", "lookup", "none"]
Billing = Literal["segments", "per_70"]


@dataclass(frozen=True, kw_only=True)
class GatewayProfile:
    """What a gateway can do, so that the hub counts, paces and repeats rightly.

    `max_units` is the longest text in the gateway's own counting. `newline_units` is what a line
    break costs. `reference_bits` is the size of the joined-message reference (8 gives parts of
    67 and 153, 16 gives 66 and 152). `rate` is messages per second for the account, `burst` how
    many may leave at once. `idempotency` says what makes a repeat after a time-out safe: a `key`
    the gateway refuses twice, a `lookup` by our reference, or `none`. `retries_itself` means the
    hub must not. `data_region` is shown to the admin before the gateway is enabled
    (個人情報保護法 art. 28 where it is abroad).

    With `wide_doubles` one character outside the GSM alphabet makes every character count as a
    full-width one, because the carriers then take 70 of any kind. `billing` is what the gateway
    charges: `segments`, the parts in which the text travels, or `per_70`, each begun 70 UTF-16
    units.
    """

    max_units: int = 670
    counting: Counting = "utf16"
    newline_units: int = 1
    reference_bits: Literal[8, 16] = 8
    rate: float = 10.0
    burst: int = 10
    idempotency: Idempotency = "none"
    retries_itself: bool = False
    reports: bool = True
    replies: bool = False
    data_region: str = "jp"
    unsupported: str = ""
    """Characters the gateway cannot carry."""
    wide_doubles: bool = False
    billing: Billing = "segments"


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One SMS to one number. `id` is the idempotency key and stays the same over all tries."""

    id: str
    number: str = field(repr=False)
    """E.164."""
    text: str = field(repr=False)
    not_after: datetime | None = None
    callback_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An SMS whose fate is asked for, as it was posted, and what the hub knows beside it.

    It was surely not posted before `since`; `posted_at` is when it was marked for its last post and
    `asked_at` is now (all UTC). `reference` is the gateway's id where that is known; then number
    and text may be empty, since they can have been erased meanwhile. `others` are the gateway's ids
    of the hub's other SMS to the same number: none of them is this one.
    """

    outgoing: Outgoing
    since: datetime
    posted_at: datetime
    asked_at: datetime
    reference: str | None = None
    others: frozenset[str] = frozenset()


class ReceiptState(StrEnum):
    """The gateway's answer to one send."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRY_LATER = "retry_later"
    """Surely not sent: may be tried again."""
    UNKNOWN = "unknown"
    """May have been sent: no answer, or one that says neither."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the gateway answered. These are data, not exceptions.

    `reference` is the gateway's own id. `reason` is one of bad_number, opted_out, content, auth,
    sender (it cannot send to this number), quota, unreachable, expired, other. `opted_out` in a
    reason makes the hub record an opt-out.
    """

    state: ReceiptState
    reference: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    billed_units: int | None = None


class ReportState(StrEnum):
    """What became of an SMS, by the gateway's report."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """A report about one SMS. `id` tells two reports apart; the same id twice is one report.

    `reference` is the gateway's id, `key` ours (the id of the `Outgoing`): one of them is enough.
    `permanent` says whether an undelivered number will stay so; None if the gateway does not say.
    `reason` is one of a receipt's, or one of partly, handset_refuses, repeated_text,
    outside_hours, canceled_there; whatever else it is, people read it as it stands. `carrier` is
    the network of the handset, as the gateway names it. A gateway that reports each part of a long
    text by itself says which `part` of how many `parts`, from 1: the SMS is delivered when all are.
    """

    id: str
    state: ReportState
    reference: str | None = None
    key: str | None = None
    at: datetime | None = None
    reason: str | None = None
    permanent: bool | None = None
    billed_units: int | None = None
    carrier: str | None = None
    part: int | None = None
    parts: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A text that came back from a handset. `number` is E.164 or as the gateway writes it."""

    id: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime | None = None
    handled_as: Literal["stop", "start", "help"] | None = None
    """Set where the gateway has already acted on a keyword itself."""
