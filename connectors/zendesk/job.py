# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a job of Zendesk's, for a short while.

A bulk update answers at once and is done later; mostly within a second or two. What is not done
after our patience is done some time: the next try reads the users first and finds it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.sdk import TransientError

PATIENCE = 20.0
"""Seconds; the hub lets a call to a plugin take 120 in all."""

_PAUSES = (0.1, 0.2, 0.4, 0.8)
_LONG_PAUSE = 1.5
_ENDS = frozenset({"completed", "failed", "killed"})


@dataclass(frozen=True, kw_only=True)
class JobEnd:
    """How a job stood when we stopped looking. `failed` are the ids of the users it gave up on.

    `ended` False says that it goes on. That a job ended, or gave up on nobody, proves nothing:
    whoever ordered it reads the users again.
    """

    ended: bool
    failed: frozenset[int] = frozenset()


def wait(
    ask: Callable[[], Mapping[str, Any]],
    *,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> JobEnd:
    """Ask for a job's state until it has ended or `patience` (seconds) is used up."""
    until = clock() + patience
    tries = 0
    while True:
        try:
            job = ask()
        except TransientError:
            return JobEnd(ended=False)
        if job.get("status") in _ENDS:
            return JobEnd(ended=True, failed=_failed(job.get("results")))
        pause = _PAUSES[tries] if tries < len(_PAUSES) else _LONG_PAUSE
        if clock() + pause > until:
            return JobEnd(ended=False)
        sleep(pause)
        tries += 1


def _failed(results: object) -> frozenset[int]:
    if not isinstance(results, list):
        return frozenset()
    return frozenset(
        result["id"]
        for result in results
        if isinstance(result, Mapping)
        and isinstance(result.get("id"), int)
        and (result.get("success") is False or result.get("error"))
    )
