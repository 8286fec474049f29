"""Named points at which a crash test lets this process die.

Where the variable HUB_FAULT holds the name of a point, the process kills itself with SIGKILL
when it gets there; `after_mark:3` means the third time. Without the variable nothing happens.
"""

import os
import signal
from collections import Counter

POINTS = (
    "after_claim",
    "after_mark",
    "before_post",
    "after_post",
    "before_record",
    "after_record",
)
"""Every point there is, in the order a message passes them."""

_wanted = os.environ.get("HUB_FAULT", "")
_seen: Counter[str] = Counter()


def reached(point: str) -> None:
    """Die here if a crash test asked for it."""
    if not _wanted:
        return
    name, _, time = _wanted.partition(":")
    if name != point:
        return
    _seen[point] += 1
    if _seen[point] >= int(time or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
