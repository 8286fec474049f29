"""What can be ordered, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hub.messages.misfits import Misfit, Tally
from hub.store.people import Audience

SingleKind = Literal["single", "rule", "api"]

PRIORITY: Mapping[str, int] = {"single": 0, "rule": 1, "api": 1, "list": 2}
"""Lower goes first: an agent's SMS does not wait behind a list."""


@dataclass(frozen=True, kw_only=True)
class SendOrder:
    """One template to all records of a connection that `filters` and `where` let through.

    `where` names attributes and, for each, the values that count. A record without a ground has
    no attributes stored and so is let through by no condition.

    `gateway_id` None leaves the gateway to the routes. `key` names the order: the same key again is
    the same send, never a second one. `actor` is who
    ordered it (`user:3`, `cli`). Times are UTC.
    """

    key: str
    template_key: str
    gateway_id: int | None
    connection_id: int
    actor: str
    filters: Audience | None = None
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owner_id: int | None = None
    site_id: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SingleOrder:
    """One SMS to the number behind one record.

    `kind` is `single` for an agent's, `rule` for one that an event caused, `api`. `contact_id` is
    the number that was asked for in the record, which was read for it a moment ago: the record's
    own, or a further one of its person; None is the record's own. `values` are further merge
    values. The rest is as in `SendOrder`.
    """

    key: str
    template_key: str
    gateway_id: int | None
    link_id: int
    actor: str
    kind: SingleKind = "single"
    contact_id: int | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    rule_id: int | None = None
    event_id: int | None = None
    owner_id: int | None = None
    site_id: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """What became of an order, or in a dry run what would become of it.

    `send_id` is None in a dry run. `already` says that the send was there before. `states` counts
    messages by state, `reasons` those held or refused by reason; `segments` are SMS segments of
    all that are not refused. `gateways` are those it goes by, in the order they are tried.

    Only a dry run says how many units the first gateway will charge for (`billed_units`, an
    estimate) and which characters keep whose texts from going (`misfits`).
    """

    send_id: int | None
    already: bool
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    segments: int
    gateways: tuple[int, ...]
    billed_units: int | None = None
    misfits: Sequence[Tally] = ()

    @property
    def recipients(self) -> int:
        """How many numbers were looked at."""
        return sum(self.states.values())


@dataclass(frozen=True, kw_only=True)
class SingleResult:
    """What became of one SMS. `message_id` is None where there is no number to send to.

    `already` says that this order was carried out before; state and reason are those of then.
    `misfits` are the characters for which it is refused now.
    """

    message_id: int | None
    state: str
    reason: str | None
    already: bool
    misfits: tuple[Misfit, ...] = ()
