"""Notes on records what became of their SMS, as completed Tasks."""

from collections.abc import Sequence

from hub.sdk import Activity, Connection, Outcome, TransientError

from .client import ROWS_A_WRITE, SalesforceClient
from .outcomes import OTHER_OBJECT, blocked, done, gone, later, refused
from .reading import is_ref
from .tasks import Note, Tasks


class SalesforceNotes:
    """Leaves a Task on the Contact or Lead for each note."""

    def __init__(self, connection: Connection, client: SalesforceClient | None = None) -> None:
        self._objects = tuple(connection.settings["objects"])
        self._tasks = Tasks(client or SalesforceClient(connection))

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
        notes = [Note(id=each.id, ref=each.ref, text=each.text, at=each.at) for each in activities]
        try:
            answers = self._tasks.leave(notes)
        except TransientError as error:
            return [later(each, error.retry_after) for each in activities]
        return [
            done(activity, None, confirmed=False)
            if written.refusal is None
            else refused(activity, written.refusal)
            for activity, written in zip(activities, answers, strict=True)
        ]
