"""How far each connection was read, and the runs that read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.connections import connection, reading, run
from hub.values.words import Words

LEASE = timedelta(seconds=150)
"""How long a run may say nothing before another may take its place: longer than one call into a
plugin may last (`hub.plugins.guard.LIMIT`)."""


KEPT = timedelta(days=30)
"""How long a finished run is listed."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a stream of a connection was read.

    `basis` names what the records were judged by. `round_started_at` is set while a pass over
    everything is under way, which goes on where it ended after a kill; `whole_at` is when the
    last one began that ended.
    """

    cursor: str | None = None
    basis: str | None = None
    round_started_at: datetime | None = None
    whole_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run, for lists and progress."""

    id: int
    connection_id: int
    kind: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    read: int
    kept: int
    changed: int
    skipped: Mapping[str, int]
    reason: Words


def place(tx: Tx, connection_id: int, stream: str) -> Place:
    """Give how far the stream was read; an empty place where it never was."""
    row = tx.execute(
        sa.select(
            reading.c.cursor, reading.c.basis, reading.c.round_started_at, reading.c.whole_at
        ).where(reading.c.connection_id == connection_id, reading.c.stream == stream)
    ).first()
    return Place() if row is None else Place(**row._mapping)


def move(tx: Tx, connection_id: int, stream: str, to: Place, now: datetime) -> None:
    """Store how far the stream was read, in the transaction that stores what was read."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    values = {**vars(to), "moved_at": now}
    tx.execute(
        dialect.insert(reading)
        .values(connection_id=connection_id, stream=stream, **values)
        .on_conflict_do_update(index_elements=["connection_id", "stream"], set_=values)
    )


def begin(
    tx: Tx,
    connection_id: int,
    kind: str,
    kinds: tuple[str, ...],
    worker: str,
    gone: Callable[[str], bool],
    now: datetime,
) -> int | None:
    """Begin a run and give its id; None where another of these kinds is at work.

    A run whose worker is `gone`, or that said nothing for longer than its lease, was killed: it
    is closed as stopped.
    """
    if tx.dialect.name == "postgresql":
        # Two that begin at once: the second waits here and then sees the first one's row.
        tx.execute(
            sa.select(connection.c.id).where(connection.c.id == connection_id).with_for_update()
        )
    running = sa.and_(
        run.c.connection_id == connection_id, run.c.kind.in_(kinds), run.c.state == "running"
    )
    held = tx.execute(sa.select(run.c.worker).where(running, run.c.lease_until > now)).scalars()
    if not all(gone(name) for name in held):
        return None
    tx.execute(sa.update(run).where(running).values(state="stopped", finished_at=now))
    tx.execute(
        sa.delete(run).where(run.c.connection_id == connection_id, run.c.finished_at < now - KEPT)
    )
    made = tx.execute(
        sa.insert(run).values(
            connection_id=connection_id,
            kind=kind,
            state="running",
            started_at=now,
            worker=worker,
            lease_until=now + LEASE,
            skipped={},
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def advance(
    tx: Tx,
    run_id: int,
    *,
    read: int,
    kept: int,
    changed: int,
    skipped: Mapping[str, int],
    now: datetime,
) -> bool:
    """Store the counts so far and hold the lease; False where another took this run's place."""
    moved = tx.execute(
        sa.update(run)
        .where(run.c.id == run_id, run.c.state == "running")
        .values(
            read=read, kept=kept, changed=changed, skipped=dict(skipped), lease_until=now + LEASE
        )
    )
    return moved.rowcount == 1


def finish(tx: Tx, run_id: int, state: str, words: Words, now: datetime) -> None:
    """Close a run as done, stopped or failed, with the sentence that says why.

    A pull that found nothing new leaves no row: there is one every minute.
    """
    if state == "done":
        tx.execute(
            sa.delete(run).where(run.c.id == run_id, run.c.kind == "changed", run.c.read == 0)
        )
    tx.execute(
        sa.update(run)
        .where(run.c.id == run_id, run.c.state == "running")
        .values(
            state=state,
            reason_ja=words.ja,
            reason_en=words.en,
            finished_at=now,
            lease_until=None,
        )
    )


def pulled(tx: Tx, connection_id: int, now: datetime) -> None:
    """Note that a pull read everything there was."""
    tx.execute(
        sa.update(connection).where(connection.c.id == connection_id).values(last_pull_at=now)
    )


def latest(tx: Tx, connection_id: int, limit: int = 10) -> list[RunRow]:
    """Give a connection's last runs, the newest first."""
    rows = tx.execute(
        sa.select(run)
        .where(run.c.connection_id == connection_id)
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return [
        RunRow(
            id=row.id,
            connection_id=row.connection_id,
            kind=row.kind,
            state=row.state,
            started_at=row.started_at,
            finished_at=row.finished_at,
            read=row.read,
            kept=row.kept,
            changed=row.changed,
            skipped=row.skipped,
            reason=Words(ja=row.reason_ja, en=row.reason_en),
        )
        for row in rows
    ]
