"""The clock of a sandbox, which tests set instead of waiting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """A clock that can be set, moved and stopped. All times are UTC.

    `source` gives the time it follows; without one it follows the machine.
    """

    def __init__(self, source: Callable[[], datetime] | None = None) -> None:
        self._source = source or real_time
        self._offset = timedelta()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        """The present moment of the sandbox."""
        return self._stopped or self._source() + self._offset

    def set(self, moment: datetime) -> None:
        """Move to this moment and go on from there. Raises ValueError without a time zone."""
        self._offset = _aware(moment) - self._source()
        if self._stopped:
            self._stopped = _aware(moment)

    def stop(self, moment: datetime | None = None) -> None:
        """Stand still, at this moment or at the present one."""
        self._stopped = _aware(moment) if moment else self()

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds; a stopped clock stays stopped."""
        step = timedelta(seconds=seconds)
        self._offset += step
        if self._stopped:
            self._stopped += step


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("The clock needs a time zone. Write it as in 2026-01-05T10:00:00+09:00.")
    return moment.astimezone(UTC)
