"""What a sandbox does wrong on request: throttle, stall, rubbish, a dropped connection."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from werkzeug.wrappers import Response


class FaultKind(StrEnum):
    """How a call goes wrong."""

    THROTTLE = "throttle"
    STALL = "stall"
    RUBBISH = "rubbish"
    DROP = "drop"
    STATUS = "status"


class Rubbish(StrEnum):
    """What a rubbish answer looks like."""

    HTML_502 = "html_502"
    HTML_503 = "html_503"
    TEXT_503 = "text_503"
    TRUNCATED_JSON = "truncated_json"
    EMPTY = "empty"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order to go wrong.

    It is spent on the next `times` calls whose method and path fit: `method` None fits all, and
    `path` fits when it occurs in the path. The first `skip` fitting calls are let through.
    `retry_after` (seconds, throttle only) is sent as Retry-After; None leaves the header out.
    `seconds` is how long a stall lasts, after which the call is answered as usual.
    `rubbish` picks the answer of a rubbish fault; `status` the code of a status fault.
    `after` makes a drop happen after the work was done, so that the caller cannot know.
    """

    kind: FaultKind
    times: int = 1
    skip: int = 0
    path: str = ""
    method: str | None = None
    retry_after: float | None = None
    seconds: float = 0.0
    rubbish: Rubbish = Rubbish.HTML_502
    status: int = 500
    after: bool = False


@dataclass(kw_only=True)
class _Open:
    fault: Fault
    skip: int
    left: int


class Switchboard:
    """The faults that are switched on, spent in the order they were added."""

    def __init__(self) -> None:
        self._open: deque[_Open] = deque()
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Switch a fault on. Raises ValueError for a count below one."""
        if fault.times < 1:
            raise ValueError("A fault needs `times` of at least 1. To end faults, clear them.")
        with self._lock:
            self._open.append(_Open(fault=fault, skip=fault.skip, left=fault.times))

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._open.clear()

    def waiting(self) -> int:
        """How many faults have not been spent yet."""
        with self._lock:
            return len(self._open)

    def take(self, method: str, path: str) -> Fault | None:
        """Spend the first fault that fits this call; None when there is none."""
        with self._lock:
            for entry in self._open:
                fault = entry.fault
                if fault.path not in path or fault.method not in (None, method):
                    continue
                if entry.skip:
                    entry.skip -= 1
                    continue
                entry.left -= 1
                if not entry.left:
                    self._open.remove(entry)
                return fault
        return None


def rubbish_answer(kind: Rubbish) -> Response | None:
    """The answer no client asked for; None where it is made of the real one by cutting it."""
    match kind:
        case Rubbish.HTML_502:
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return Response(page, 502, mimetype="text/html")
        case Rubbish.HTML_503:
            page = "<html><body><h1>503 Service Unavailable</h1></body></html>"
            return Response(page, 503, mimetype="text/html")
        case Rubbish.TEXT_503:
            return Response("Service Unavailable", 503, mimetype="text/plain")
        case Rubbish.EMPTY:
            return Response("", 200, mimetype="application/json")
        case Rubbish.TRUNCATED_JSON:
            return None
