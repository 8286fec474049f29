"""Telling a new act from an old one: what was said before, and what only echoes our own write."""

from collections.abc import Sequence
from datetime import datetime

from hub.optout.stop import Stop
from hub.store.exclusions import SaidRow
from hub.store.pushes import PushRow


def is_said_anew(
    stop: Stop, pushes: Sequence[PushRow], before: Sequence[SaidRow], now: datetime
) -> bool:
    """Say whether the person said it again some other way; what is known is not noted twice.

    `before` is every time the standing exclusion was asked for, `pushes` all of the contact.
    """
    said = stop.said
    told = any(
        push.change == "opt_out"
        and (push.connection_id, push.ref) == (said.connection_id, said.source_ref)
        and push.attempts
        for push in pushes
    )
    # A date before now is one the source gave; the moment of reading says nothing new.
    at = stop.occurred_at
    dated = at if at is not None and at < now else None
    same = [
        each.occurred_at
        for each in before
        if (each.connection_id, each.source_ref, each.method)
        == (said.connection_id, said.source_ref, said.method)
    ]
    newer = dated is not None and all(each is None or each < dated for each in same)
    return not told and (not same or newer)


def is_not_yet_restored(stop: Stop, pushes: Sequence[PushRow], now: datetime) -> bool:
    """Say whether the record still shows our own opt-out, whose end is on its way to it."""
    of_record = [
        push
        for push in pushes
        if (push.connection_id, push.ref) == (stop.connection_id, stop.source_ref)
        and push.state != "superseded"
    ]
    if not of_record or of_record[-1].change != "restore" or of_record[-1].state != "open":
        return False
    # The moment of reading is no date: the record says out, and does not say since when.
    if stop.occurred_at is None or stop.occurred_at >= now:
        return True
    return stop.occurred_at <= of_record[-1].acted_at
