"""Doing one thing to many records, so that no record keeps the others from it."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from hub.sdk import Activity, Consent, OptOut, Outcome, OutcomeState, TransientError, Words

from .refusals import Throttled

PATIENCE = 60.0
"""Seconds that failing calls of one batch may cost before the rest waits for the next batch."""

Item = TypeVar("Item", OptOut, Activity, Consent)


def one_by_one(items: Sequence[Item], act: Callable[[Item], Outcome]) -> list[Outcome]:
    """Give one outcome for each item, in order.

    A TransientError makes that item wait. The rest waits too, untried, once kintone takes no more
    calls or does not answer for long. Other errors concern the connection and are raised.
    """
    outcomes: list[Outcome] = []
    patience = PATIENCE
    stopped: TransientError | None = None
    for item in items:
        if stopped:
            outcomes.append(later(item, stopped.retry_after))
            continue
        started = time.monotonic()
        try:
            outcomes.append(act(item))
        except TransientError as error:
            outcomes.append(later(item, error.retry_after))
            patience -= time.monotonic() - started
            if isinstance(error, Throttled) or patience <= 0:
                stopped = error
    return outcomes


def done(item: OptOut | Activity | Consent, version: str | None, *, confirmed: bool) -> Outcome:
    """Give the outcome of a write that kintone acknowledged."""
    return Outcome(
        id=item.id,
        ref=item.ref,
        state=OutcomeState.DONE,
        version=version or None,
        confirmed=confirmed,
    )


def later(item: OptOut | Activity | Consent, retry_after: float | None) -> Outcome:
    """Give the outcome of a write to be tried again after so many seconds."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.LATER, retry_after=retry_after)


def blocked(item: OptOut | Activity | Consent, why: Words) -> Outcome:
    """Give the outcome of a write that needs somebody to change something first."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.BLOCKED, why=why)


def gone(item: OptOut | Activity | Consent) -> Outcome:
    """Give the outcome of a write to a record that is not there any more."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.GONE)
