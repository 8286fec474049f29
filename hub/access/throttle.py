"""Slowing down who guesses, without locking anybody out.

Failures in a row make the next try wait, longer each time, and no longer than a quarter of an
hour; nothing is locked. They count against the account and against the address. Who comes with a
browser, or from an address, that the user signed in with before is counted apart, so a stranger's
failures do not make the real user wait (OWASP ASVS 5.0.0, 6.3.1).
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access.sessions import Visitor
from hub.store import sign_in_failures as queries
from hub.store.database import Tx

LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)
"""Without a failure for this long, counting begins anew."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What failures are counted under, and how many are free before a wait.

    A success clears the count of an account; of an address it takes back its own try alone, so
    that nobody clears it by signing in with an account of theirs in between.
    """

    name: str
    free: int
    clears: bool = True


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long the next try has to wait."""

    span: timedelta

    @property
    def seconds(self) -> int:
        """Whole seconds, at least one."""
        return max(1, math.ceil(self.span.total_seconds()))


def of(what: str, visitor: Visitor, known: str | None) -> list[Counted]:
    """Give what a try at something (`account:…`) counts under; `known` names a known place."""
    if known is not None:
        return [Counted(name=f"{what}:{known}", free=5)]
    return [
        Counted(name=f"{what}:stranger", free=5),
        Counted(name=f"address:{visitor.address}", free=20, clears=False),
    ]


def pause(failures: int, free: int) -> timedelta:
    """Give how long to wait after this many failures in a row: nothing, then 1 s, 2 s, 4 s …"""
    over = failures - free
    return min(LONGEST, timedelta(seconds=2 ** min(over, 20))) if over >= 0 else timedelta()


def begin(tx: Tx, counted: Sequence[Counted], now: datetime) -> Wait | int:
    """Give how long the next try has to wait, or count it as a failure and give their number.

    Counted before it is looked at, so that many tries at once are no way around the wait.
    """
    queries.forget(tx, now - FORGOTTEN)
    waits = [timedelta()]
    for each in counted:
        found = queries.find(tx, _hash(each.name))
        if found is not None:
            waits.append(found[1] + pause(found[0], each.free) - now)
    if max(waits) > timedelta():
        return Wait(span=max(waits))
    counts = [queries.add(tx, _hash(each.name), now) for each in counted]
    return counts[0]


def worth_a_row(failures: int) -> bool:
    """Say whether this failure gets a row in the audit trail: 1, 2, 4, 8 …, so none floods it."""
    return failures & (failures - 1) == 0


def succeeded(tx: Tx, counted: Sequence[Counted]) -> None:
    """Say that the try was none of guessing."""
    for each in counted:
        forget = queries.clear if each.clears else queries.take_back
        forget(tx, _hash(each.name))


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
