# SPDX-License-Identifier: GPL-3.0-or-later
"""Noting what became of an SMS: one internal note on the ticket, or one line on the user.

A comment cannot be changed once it is there, and a ticket takes thirty updates in ten minutes. So
that an SMS was sent is not noted at once: what became of it follows mostly within seconds, and
then one note tells both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.sdk import Activity, Connection, Outcome, OutcomeState, Ref, TransientError, Words

from .client import ZendeskClient
from .marks import Mark, mark_of, marks_in
from .refusals import MISSING, Refusal, Throttled
from .user import TICKET, USER, number_in
from .usernotes import folded, marks_of

SETTLES = timedelta(minutes=2)
"""For how long “sent” waits for what becomes of the SMS before it is noted alone."""

_SENT = "submitted"
_CLOSED = Words(
    ja="チケットがクローズされているため、メモを追加できません。必要ならフォローアップチケットに"
    "記録してください。",
    en="The ticket is closed and takes no notes. Write it into a follow-up ticket if it matters.",
)
_NOT_TAKEN = Words(
    ja="Zendeskがメモの追加を受け付けませんでした。管理者の権限とチケットの必須項目を"
    "確認してください。",
    en="Zendesk did not take the note. Check the admin's rights and the ticket's required fields.",
)
_UNKNOWN_KIND = Words(
    ja="Zendeskのユーザーでもチケットでもないレコードです。接続先を確認してください。",
    en="The record is neither a user nor a ticket of Zendesk. Check where the record comes from.",
)


class ZendeskNotes:
    """Leaves notes about SMS in one account; `clock` tells the time in UTC."""

    def __init__(
        self,
        connection: Connection,
        client: ZendeskClient | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client or ZendeskClient(connection)
        self._clock = clock

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        """Leave each note once; what tells of the same SMS becomes one note."""
        threads: dict[tuple[object, str], list[Activity]] = {}
        for activity in activities:
            threads.setdefault((activity.ref, activity.thread), []).append(activity)
        tickets = self._client.tickets(_ids(activities, TICKET))
        outcomes: dict[str, Outcome] = {}
        refused: dict[Ref, Throttled] = {}
        for thread in threads.values():
            # A ticket has a limit of its own, which looks like the account's. Only where a second
            # record is refused too are the others not even tried.
            known = refused.get(thread[0].ref) or (
                [*refused.values()][-1] if len(refused) > 1 else None
            )
            if known:
                answer = _all(thread, OutcomeState.LATER, retry_after=known.retry_after)
            else:
                try:
                    answer = self._thread(thread, tickets)
                except TransientError as error:
                    answer = _all(thread, OutcomeState.LATER, retry_after=error.retry_after)
                    if isinstance(error, Throttled):
                        refused[thread[0].ref] = error
            outcomes.update(answer)
        return [outcomes[activity.id] for activity in activities]

    def _thread(
        self, thread: Sequence[Activity], tickets: Mapping[int, Mapping[str, Any]]
    ) -> dict[str, Outcome]:
        ref = thread[0].ref
        if ref.object == TICKET:
            ticket = tickets.get(number_in(ref))
            if ticket is None or ticket.get("status") == "deleted":
                return _all(thread, OutcomeState.GONE)
            return self._on_ticket(thread, number_in(ref), str(ticket.get("status")))
        if ref.object == USER:
            return self._on_user(thread, number_in(ref))
        return _all(thread, OutcomeState.BLOCKED, why=_UNKNOWN_KIND)

    def _on_ticket(
        self, thread: Sequence[Activity], ticket_id: int, status: str
    ) -> dict[str, Outcome]:
        newest = _newest(thread)
        wait = newest.at + SETTLES - self._clock()
        if newest.state == _SENT and wait > timedelta(0):
            return _all(thread, OutcomeState.LATER, retry_after=wait.total_seconds())
        if status == "closed":
            return _all(thread, OutcomeState.BLOCKED, why=_CLOSED)
        comments = self._client.comments(ticket_id)
        there = (mark for each in comments for mark in marks_in(str(each.get("body", ""))))
        mark = mark_of(newest.thread, newest.id)
        if _is_told(there, mark, newest):
            return _all(thread, OutcomeState.DONE)
        told = "\n".join(each.text for each in sorted(thread, key=lambda each: each.at))
        return _after(thread, self._client.comment(ticket_id, f"{told} {mark}"))

    def _on_user(self, thread: Sequence[Activity], user_id: int) -> dict[str, Outcome]:
        newest = _newest(thread)
        # Read right before it is written: the field is one text, and people write in it too.
        user = self._client.users([user_id]).get(user_id) if user_id else None
        if user is None or user.get("active") is False:
            return _all(thread, OutcomeState.GONE)
        notes = str(user.get("notes") or "")
        mark = mark_of(newest.thread, newest.id)
        if _is_told(marks_of(notes), mark, newest):
            return _all(thread, OutcomeState.DONE)
        text = folded(notes, mark, newest.text, newest.at)
        return _after(thread, self._client.write_notes(user_id, text))


def _is_told(there: Iterable[Mark], mark: Mark, activity: Activity) -> bool:
    """Say whether a note is there; that an SMS was sent is told by any note about it."""
    return any(
        found == mark or (activity.state == _SENT and found.thread == mark.thread)
        for found in there
    )


def _newest(thread: Sequence[Activity]) -> Activity:
    """Give what is to be told last: whatever became of the SMS comes after that it was sent."""
    return max(thread, key=lambda each: (each.state != _SENT, each.at))


def _ids(activities: Sequence[Activity], object_: str) -> list[int]:
    return sorted({number_in(each.ref) for each in activities if each.ref.object == object_} - {0})


def _after(thread: Sequence[Activity], refusal: Refusal | None) -> dict[str, Outcome]:
    if refusal is None:
        return _all(thread, OutcomeState.DONE)
    if refusal.status == MISSING:
        return _all(thread, OutcomeState.GONE)
    return _all(thread, OutcomeState.BLOCKED, why=_NOT_TAKEN)


def _all(
    thread: Sequence[Activity],
    state: OutcomeState,
    *,
    why: Words | None = None,
    retry_after: float | None = None,
) -> dict[str, Outcome]:
    return {
        each.id: Outcome(id=each.id, ref=each.ref, state=state, why=why, retry_after=retry_after)
        for each in thread
    }
