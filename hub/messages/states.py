"""The states of one message, and which may follow which. Pure.

Every change of a message's state in the store is checked against this table. What a delivery
report changes goes by rank, so that reports give the same end in whatever order they come.
"""

from enum import StrEnum

from hub.values.gateway import ReportState


class State(StrEnum):
    """Where a message stands."""

    HELD = "held"
    QUEUED = "queued"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REFUSED = "refused"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


FIRST = frozenset({State.QUEUED, State.HELD, State.REFUSED})
"""What a message may be when it is made."""

NEXT: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.QUEUED, State.CANCELED, State.EXPIRED}),
    State.QUEUED: frozenset({State.CLAIMED}),
    State.CLAIMED: frozenset({State.SUBMITTING, State.REFUSED, State.HELD, State.QUEUED}),
    State.SUBMITTING: frozenset({State.SUBMITTED, State.REJECTED, State.QUEUED, State.UNKNOWN}),
    State.SUBMITTED: frozenset({State.DELIVERED, State.UNDELIVERED, State.EXPIRED}),
    State.UNKNOWN: frozenset(
        {State.SUBMITTED, State.DELIVERED, State.UNDELIVERED, State.REJECTED, State.QUEUED}
    ),
    # Gateways that try again by themselves report a failure first and the delivery later: a
    # report of higher rank still counts.
    State.EXPIRED: frozenset({State.UNDELIVERED, State.DELIVERED}),
    State.UNDELIVERED: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset(),
    # The gateway surely has it not; a person, and nobody else, may let it go once more.
    State.REJECTED: frozenset({State.QUEUED}),
    State.REFUSED: frozenset(),
    State.CANCELED: frozenset(),
}

FINAL = frozenset(
    {
        State.DELIVERED,
        State.UNDELIVERED,
        State.EXPIRED,
        State.REJECTED,
        State.REFUSED,
        State.CANCELED,
    }
)
"""Nothing more is done for a message in one of these; a late report may still mend it."""

WAITS_FOR_ANSWER = frozenset({State.HELD, State.QUEUED, State.CLAIMED, State.SUBMITTING})
"""States in which a report is kept until the gateway's answer, or its absence, is recorded."""

_REPORTED: dict[ReportState, tuple[int, State]] = {
    ReportState.SUBMITTED: (1, State.SUBMITTED),
    ReportState.EXPIRED: (2, State.EXPIRED),
    # The gateway had taken it and its network did not: for the recipient the same thing.
    ReportState.REJECTED: (3, State.UNDELIVERED),
    ReportState.UNDELIVERED: (3, State.UNDELIVERED),
    ReportState.DELIVERED: (4, State.DELIVERED),
}


def allowed(was: State | None, to: State) -> bool:
    """Say whether a message may go from one state to the other; None is a message being made."""
    return to in FIRST if was is None else to in NEXT[was]


def rank(reported: ReportState) -> int:
    """Give how much a report counts, from 1; a higher one overrules a lower one."""
    return _REPORTED[reported][0]


def after_report(state: State, known_rank: int, reported: ReportState) -> tuple[State, ...]:
    """Give the states a message goes through because of a report, none where it changes nothing.

    `known_rank` is that of the highest report so far, 0 without any. An unknown message that
    expired at the gateway was submitted first. A report never brings back a message that was
    refused, rejected or canceled, and one that comes before the gateway's answer has to wait.
    """
    new_rank, to = _REPORTED[reported]
    if new_rank <= known_rank:
        return ()
    if to in NEXT[state]:
        return (to,)
    if state is State.UNKNOWN and to in NEXT[State.SUBMITTED]:
        return (State.SUBMITTED, to)
    return ()
