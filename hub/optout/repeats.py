"""Telling a new act from an old one: what was said before, and what only echoes our own write."""

from collections.abc import Sequence
from datetime import datetime

from hub.consent.entry import EventType
from hub.consent.exclusions import Exclusion
from hub.optout.said import Said, write
from hub.store import exclusions as exclusion_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.pushes import PushRow


def repeat(
    tx: Tx,
    cipher: Cipher,
    row: Exclusion,
    said: Said,
    pushes: Sequence[PushRow],
    occurred_at: datetime | None,
    now: datetime,
) -> None:
    """Note that the person said it again some other way; what they said once is not noted twice."""
    told = any(
        push.change == "opt_out"
        and (push.connection_id, push.ref) == (said.connection_id, said.source_ref)
        and push.attempts
        for push in pushes
    )
    # A date before now is one the source gave; the moment of reading says nothing new.
    dated = occurred_at if occurred_at is not None and occurred_at < now else None
    before = [
        each.occurred_at
        for each in exclusion_rows.said(tx, [row.id])
        if (each.connection_id, each.source_ref, each.method)
        == (said.connection_id, said.source_ref, said.method)
    ]
    newer = dated is not None and all(each is None or each < dated for each in before)
    if told or (before and not newer):
        return
    write(
        tx, cipher, EventType.WITHDRAWN, row.contact_id, row.scope, said, row.id, occurred_at, now
    )
    exclusion_rows.repeat(tx, row.id, max(row.said_last, min(occurred_at or now, now)))


def is_not_yet_restored(
    pushes: Sequence[PushRow], said: Said, occurred_at: datetime | None, now: datetime
) -> bool:
    """Say whether the record still shows our own opt-out, whose end is on its way to it."""
    of_record = [
        push
        for push in pushes
        if (push.connection_id, push.ref) == (said.connection_id, said.source_ref)
        and push.state != "superseded"
    ]
    if not of_record or of_record[-1].change != "restore" or of_record[-1].state != "open":
        return False
    # The moment of reading is no date: the record says out, and does not say since when.
    if occurred_at is None or occurred_at >= now:
        return True
    return occurred_at <= of_record[-1].acted_at
