"""Notes on records what became of their SMS, as completed Tasks.

A merged record's note goes to its winner, a converted lead's to the contact it became.
"""

from collections.abc import Sequence

from hub.sdk import Activity, Connection, Outcome, Ref, TransientError

from .client import ROWS_A_WRITE, SalesforceClient
from .outcomes import OTHER_OBJECT, blocked, done, gone, later, refused
from .reading import is_ref
from .successors import Successors
from .tasks import Note, Tasks


class SalesforceNotes:
    """Leaves a Task on the Contact or Lead for each note."""

    def __init__(self, connection: Connection, client: SalesforceClient | None = None) -> None:
        self._objects = tuple(connection.settings["objects"])
        client = client or SalesforceClient(connection)
        self._tasks = Tasks(client)
        self._successors = Successors(client, self._objects)

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        """Leave each note, once; give one outcome for each."""
        outcomes: dict[str, Outcome] = {}
        possible: list[Activity] = []
        for activity in activities:
            if activity.ref.object not in self._objects:
                outcomes[activity.id] = blocked(activity, OTHER_OBJECT)
            elif not is_ref(activity.ref, activity.ref.object):
                outcomes[activity.id] = gone(activity)
            else:
                possible.append(activity)
        for start in range(0, len(possible), ROWS_A_WRITE):
            for outcome in self._leave(possible[start : start + ROWS_A_WRITE]):
                outcomes[outcome.id] = outcome
        return [outcomes[activity.id] for activity in activities]

    def _leave(self, activities: Sequence[Activity]) -> list[Outcome]:
        try:
            now = self._successors.of(each.ref for each in activities)
            there = [each for each in activities if each.ref in now]
            answers = self._tasks.leave([_note(each, now[each.ref]) for each in there])
        except TransientError as error:
            return [later(each, error.retry_after) for each in activities]
        outcomes = [gone(each) for each in activities if each.ref not in now]
        return outcomes + [
            done(activity, None, confirmed=False)
            if written.refusal is None
            else refused(activity, written.refusal)
            for activity, written in zip(there, answers, strict=True)
        ]


def _note(activity: Activity, ref: Ref) -> Note:
    return Note(id=activity.id, ref=ref, text=activity.text, at=activity.at, before=activity.ref)
