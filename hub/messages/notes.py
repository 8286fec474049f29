"""Notes: the record behind a message is told what became of it.

A note is kept with the change of state it tells of and left later, again and again until the
platform has it. Its id stays the same, so that a repeat leaves no second note. A note is a
courtesy: unlike an opt-out it is given up after a while.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.errors import AuthError, HubError
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.store import notes as queries
from hub.store import templates
from hub.store.database import Database
from hub.store.notes import NoteChange, NoteRow
from hub.values.activity import Activity
from hub.values.optout import Outcome, OutcomeState
from hub.values.ref import Ref
from hub.values.words import Language, Words

BATCH = 50
LEASE = timedelta(seconds=180)
"""Longer than a plugin's call may take."""

MOST_TRIES = 12
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)

_TOLD: dict[str, Words] = {
    State.SUBMITTED: Words("SMSを送信しました({label})。", "SMS sent ({label})."),
    State.DELIVERED: Words("SMSが端末に届きました({label})。", "SMS delivered ({label})."),
    State.UNDELIVERED: Words(
        "SMSを届けられませんでした({label})。", "SMS could not be delivered ({label})."
    ),
    State.EXPIRED: Words(
        "SMSは期限内に届きませんでした({label})。", "SMS did not arrive in time ({label})."
    ),
    State.REJECTED: Words(
        "SMSの送信が拒否されました({label})。", "SMS was refused by the gateway ({label})."
    ),
}


def push(
    db: Database,
    connections: Connections,
    clock: Callable[[], datetime],
    *,
    limit: int = 500,
    language: Language = "ja",
) -> int:
    """Leave notes that are due, `limit` at most; give how many were acknowledged.

    Connections that are disabled or parked keep theirs until they are in order again.
    """
    takers = connections.with_role("activity_sink")
    usable = {row.id for row in connections.rows() if row.enabled and row.state == "ok"}
    left, done = limit, 0
    for connection_id in sorted(takers & usable):
        while left > 0:
            with db.write() as tx:
                rows = queries.take_due(tx, [connection_id], clock(), LEASE, min(BATCH, left))
                labels = templates.labels(tx, {row.template_id for row in rows})
            if not rows:
                break
            left -= len(rows)
            activities = [_activity(row, labels.get(row.template_id, ""), language) for row in rows]
            changes = _leave(connections, connection_id, rows, activities, clock)
            with db.write() as tx:
                queries.finish(tx, changes)
            done += sum(1 for each in changes if each.state == "done")
    return done


def _leave(
    connections: Connections,
    connection_id: int,
    rows: Sequence[NoteRow],
    activities: Sequence[Activity],
    clock: Callable[[], datetime],
) -> list[NoteChange]:
    try:
        sink = connections.activity_sink(connection_id)
        outcomes = {each.id: each for each in sink.note(activities)} if sink else {}
    except AuthError as exc:
        connections.park(connection_id, exc.words)
        outcomes = {}
    except HubError:
        # Tried again, each note by its own count; what it was is the connection's to tell.
        outcomes = {}
    now = clock()
    return [after(row, outcomes.get(row.key), now) for row in rows]


def after(row: NoteRow, outcome: Outcome | None, now: datetime) -> NoteChange:
    """Give what becomes of a note after one try; None stands for no outcome at all."""
    state = outcome.state if outcome else OutcomeState.LATER
    if state is OutcomeState.DONE:
        return NoteChange(id=row.id, state="done", next_at=now)
    if state is OutcomeState.GONE:
        return NoteChange(id=row.id, state="gone", next_at=now)
    if row.attempts >= MOST_TRIES:
        return NoteChange(id=row.id, state="given_up", next_at=now)
    wait = min(FIRST_RETRY * 2 ** min(row.attempts, 10), LONGEST_RETRY) * random.uniform(0.5, 1)
    if outcome and outcome.retry_after is not None:
        wait = max(wait, timedelta(seconds=outcome.retry_after))
    return NoteChange(id=row.id, state="open", next_at=now + wait)


def _activity(row: NoteRow, label: str, language: Language) -> Activity:
    text = _TOLD[State(row.message_state)].in_(language).format(label=label)
    if row.reason and row.message_state not in (State.SUBMITTED, State.DELIVERED):
        text = f"{text} {words_for(row.reason).in_(language)}"
    return Activity(
        id=row.key,
        ref=Ref.parse(row.ref),
        thread=row.message_key,
        state=row.message_state,
        text=text,
        at=row.at,
    )
