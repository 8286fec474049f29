"""Notes: the record behind a message is told what became of it.

A note is kept with the change of state it tells of and left later, again and again until the
platform has it. Its id stays the same, so that a repeat leaves no second note. A note is a
courtesy: unlike an opt-out it is given up after a while.
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.errors import AuthError, HubError
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.store import notes as queries
from hub.store import replies, templates
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.notes import NewNote, NoteChange, NoteRow
from hub.store.replies import Answered
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
_REPLY = "reply:"
_REPLIED = Words("SMSに返信がありました({label})。\n{text}", "Answered by SMS ({label}):\n{text}")
_GONE = Words("(本文は消去済み)", "(The text was erased.)")
_ANSWERS = uuid.UUID("8f0d5f0e-6f0d-4e6c-8a8a-2b5d4a1f9c33")


def of_reply(reply_id: int, answered: Answered, now: datetime) -> list[NewNote]:
    """Give the note that tells an SMS's record of a reply to it; none without a record."""
    if answered.link_id is None:
        return []
    return [
        NewNote(
            key=str(uuid.uuid5(_ANSWERS, str(reply_id))),
            message_id=answered.message_id,
            link_id=answered.link_id,
            message_state=f"{_REPLY}{reply_id}",
            at=now,
        )
    ]


def push(
    db: Database,
    cipher: Cipher,
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
                texts = replies.texts(tx, cipher, [id_ for row in rows if (id_ := _reply_of(row))])
            if not rows:
                break
            left -= len(rows)
            activities = [
                _activity(row, labels.get(row.template_id, ""), texts, language) for row in rows
            ]
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


def _reply_of(row: NoteRow) -> int | None:
    """Give the reply that a note tells of."""
    _, _, id_ = row.message_state.partition(_REPLY)
    return int(id_) if id_ else None


def _activity(row: NoteRow, label: str, texts: Mapping[int, str], language: Language) -> Activity:
    reply_id = _reply_of(row)
    if reply_id is not None:
        said = texts.get(reply_id) or _GONE.in_(language)
        # Of its own thread: nothing that is told later about the SMS may take its place.
        return Activity(
            id=row.key,
            ref=Ref.parse(row.ref),
            thread=row.key,
            state="replied",
            text=_REPLIED.in_(language).format(label=label, text=said),
            at=row.at,
        )
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
