"""Telling the platforms: due pushes in batches, tried until each record is acknowledged.

Nothing is ever dropped. A push ends only when the platform acknowledged, the record is gone, or
something newer is to be told.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hub.errors import AuthError, ConfigError, HubError, TransientError
from hub.roles import OptOutSink
from hub.store import pushes as queries
from hub.store.connections import ConnectionRow
from hub.store.database import Database
from hub.store.pushes import ClaimedPush, Settled
from hub.values.optout import Change, OptOut, Outcome, OutcomeState
from hub.values.ref import Ref
from hub.values.words import Words

BATCH = 50
CLAIM_FOR = timedelta(minutes=5)
"""Longer than the guard lets a call take: what a dead worker held is free again after this."""

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3600.0

_NOTHING = Words("", "")
_NO_SINK = Words(
    "この接続のプラグインは配信停止を書き戻せません。接続先で手作業で反映してください。",
    "This connection's plugin cannot write opt-outs back. Change the record in the platform.",
)
_NOT_ANSWERED = Words(
    "プラグインがこのレコードの結果を返しませんでした。自動で再試行します。",
    "The plugin gave no outcome for this record. It is tried again by itself.",
)


class Platforms(Protocol):
    """What is needed of the directory of connections."""

    def by_id(self, connection_id: int) -> ConnectionRow: ...  # noqa: D102

    def sink(self, connection_id: int) -> OptOutSink | None: ...  # noqa: D102

    def park(self, connection_id: int, words: Words) -> None: ...  # noqa: D102


class Claimed(Protocol):
    """Something that one worker holds while it tries to tell a platform."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102


def push_open(
    db: Database, connections: Platforms, clock: Callable[[], datetime], limit: int = 1000
) -> int:
    """Try due pushes, a batch of each connection in turn; give how many were tried.

    Disabled connections are told too, parked ones when they are in order again. Several workers
    may do this at once: each push, and each record, is in one hand at a time.
    """
    tried = 0
    with db.read() as tx:
        waiting = queries.due_connections(tx, clock())
    while waiting and tried < limit:
        for connection_id in tuple(waiting):
            row = connections.by_id(connection_id)
            count = 0
            if row.state != "parked":
                count = _batch(db, connections, row, clock, min(BATCH, limit - tried))
            tried += count
            if count == 0:
                waiting.remove(connection_id)
            if tried >= limit:
                break
    return tried


def pause(attempts: int, asked: float | None = None) -> timedelta:
    """Give how long to wait after this many attempts: 30 s, doubled up to an hour, spread by 20 %.

    `asked` (seconds) is what the platform wants at least.
    """
    doubled = FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    seconds = min(doubled, LONGEST_PAUSE) * random.uniform(0.8, 1.2)
    return timedelta(seconds=max(seconds, asked or 0.0))


def settled(push: Claimed, outcome: Outcome | None, now: datetime) -> Settled:
    """Give what becomes of a push after this outcome; None: there was none."""
    state = outcome.state if outcome else OutcomeState.LATER
    ended = state in (OutcomeState.DONE, OutcomeState.GONE)
    if state is OutcomeState.BLOCKED:
        wait = timedelta(seconds=LONGEST_PAUSE * random.uniform(0.9, 1.1))
    else:
        wait = pause(push.attempts, outcome.retry_after if outcome else None)
    names = {OutcomeState.LATER: "open", OutcomeState.BLOCKED: "blocked"}
    why = _NOT_ANSWERED if outcome is None else outcome.why or _NOTHING
    return Settled(
        id=push.id,
        attempts=push.attempts,
        state=names.get(state, str(state)),
        next_at=now if ended else now + wait,
        confirmed=outcome.confirmed if outcome else False,
        why=_NOTHING if state is OutcomeState.DONE else why,
        acknowledged_at=now if state is OutcomeState.DONE else None,
    )


def _batch(
    db: Database,
    connections: Platforms,
    row: ConnectionRow,
    clock: Callable[[], datetime],
    limit: int,
) -> int:
    with db.write() as tx:
        now = clock()
        claimed = queries.claim(tx, row.id, now, now + CLAIM_FOR, limit)
    if not claimed:
        return 0
    outcomes = _tell(connections, row, claimed)
    now = clock()
    with db.write() as tx:
        queries.settle(tx, [settled(push, outcomes.get(push.key), now) for push in claimed])
        queries.remember_versions(
            tx,
            row.id,
            {
                str(outcome.ref): outcome.version
                for outcome in outcomes.values()
                if outcome.state is OutcomeState.DONE and outcome.version
            },
        )
    return len(claimed)


def _tell(
    connections: Platforms, row: ConnectionRow, claimed: Sequence[ClaimedPush]
) -> Mapping[str, Outcome]:
    try:
        sink = connections.sink(row.id)
        if sink is None:
            return _all(claimed, OutcomeState.BLOCKED, _NO_SINK)
        return {
            outcome.id: outcome for outcome in sink.record([_opt_out(push) for push in claimed])
        }
    except AuthError as exc:
        connections.park(row.id, exc.words)
        return _all(claimed, OutcomeState.LATER, exc.words)
    except ConfigError as exc:
        return _all(claimed, OutcomeState.BLOCKED, exc.words)
    except TransientError as exc:
        return _all(claimed, OutcomeState.LATER, exc.words, exc.retry_after)
    except HubError as exc:
        return _all(claimed, OutcomeState.LATER, exc.words)


def _all(
    claimed: Sequence[ClaimedPush],
    state: OutcomeState,
    why: Words,
    retry_after: float | None = None,
) -> Mapping[str, Outcome]:
    return {
        push.key: Outcome(
            id=push.key,
            ref=Ref.parse(push.ref),
            state=state,
            why=why,
            retry_after=retry_after,
        )
        for push in claimed
    }


def _opt_out(push: ClaimedPush) -> OptOut:
    return OptOut(
        id=push.key,
        ref=Ref.parse(push.ref),
        change=Change(push.change),
        scope=push.scope,
        channel=push.origin,
        at=push.acted_at,
        version=push.own_version,
    )
