"""Applying the opt-out journal to a store that was put back from a backup.

Every exclusion has a name of its own, so the order of lines and of files, and how often they are
applied, make no difference: a stop whose name the store has is there already; one that was lifted
by its name is not made. What the store does not know is made as any opt-out is, with its entry in
the ledger and its pushes to the platforms.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.consent import exclusions as exclusion_list
from hub.consent.entry import EventType, Method
from hub.consent.exclusions import Origin
from hub.optout.act import opt_out_many
from hub.optout.journal_file import Line, Reading, read
from hub.optout.restoring import tell_records
from hub.optout.said import Said, Saying, write
from hub.optout.stop import Stop
from hub.store import exclusions, lookups
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.people import lock_contacts

BEFORE = timedelta(days=1)
"""How long before a backup its journal is read from: a stop is in the journal before its commit,
and hosts' clocks differ."""

_PART = 500
_RENEWS = frozenset({"undone", "start", "paper"})
"""Lifts by which the person took the stop itself back; after any other they agreed to something,
and that entry is not in the journal."""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of the journal: lines read and damaged, gaps in its chain, and changes made."""

    lines: int
    damaged: int
    gaps: int
    stopped: int
    lifted: int


def apply(
    tx: Tx,
    cipher: Cipher,
    paths: Sequence[Path],
    *,
    since: datetime | None,
    now: datetime,
    sink_connections: Collection[int],
) -> Applied:
    """Bring into the store what the journals have since then; all of it where that is None.

    Harmless to repeat. Raises OSError where a journal cannot be opened.
    """
    met = Reading()
    lifted = {
        line.key: line
        for path in paths
        for line in read(path, cipher, Reading())
        if line.change == "lift"
    }
    # First what ended: a number that said stop, took it back and said stop again has a standing
    # exclusion in an older store, which would be taken for the new one and then be lifted.
    ended = _lift_all(tx, cipher, list(lifted.values()), now, sink_connections)
    stopped = 0
    for part in _parts(paths, cipher, met, since):
        known = exclusions.states_of(tx, [line.key for line in part])
        new = [line for line in part if line.key not in known and line.key not in lifted]
        stopped += _stop(tx, cipher, [e for e in new if e.change == "stop"], now, sink_connections)
        _say_again(tx, [line for line in part if line.change == "again"])
    return Applied(
        lines=met.lines, damaged=met.damaged, gaps=met.gaps, stopped=stopped, lifted=ended
    )


def _parts(
    paths: Sequence[Path], cipher: Cipher, met: Reading, since: datetime | None
) -> Iterator[list[Line]]:
    part: list[Line] = []
    for path in paths:
        for line in read(path, cipher, met):
            if since is None or line.at >= since:
                part.append(line)
            if len(part) == _PART:
                yield part
                part = []
    yield part


def _lift_all(
    tx: Tx, cipher: Cipher, lines: Sequence[Line], now: datetime, sink_connections: Collection[int]
) -> int:
    ended = 0
    for start in range(0, len(lines), _PART):
        part = {line.key: line for line in lines[start : start + _PART]}
        for key, row in exclusions.states_of(tx, list(part)).items():
            if row.lifted_at is None:
                ended += _lift(tx, cipher, row, part[key], now, sink_connections)
    return ended


def _stop(
    tx: Tx, cipher: Cipher, lines: Sequence[Line], now: datetime, sink_connections: Collection[int]
) -> int:
    if not lines:
        return 0
    contacts = _contacts(tx, lines, now)
    once = {line.key: (line, id_) for line, id_ in zip(lines, contacts, strict=True)}
    stops = [
        Stop(
            contact_id=contact_id,
            scope=line.scope,
            origin=Origin(line.origin),
            actor=line.actor,
            occurred_at=line.acted_at,
            key=line.key,
        )
        for line, contact_id in once.values()
    ]
    done = opt_out_many(tx, cipher, stops, now=now, sink_connections=sink_connections)
    return sum(not each.already for each in done)


def _contacts(tx: Tx, lines: Sequence[Line], now: datetime) -> list[int]:
    """Give the contact of each line; a number the store never met gets one without its number."""
    values = sorted({value for line in lines for _, value in line.lookups})
    known = lookups.find(tx, values)
    found = []
    for line in lines:
        mine = next((known[value] for _, value in line.lookups if value in known), None)
        if mine is None:
            key, value = max(line.lookups)
            known |= lookups.insert(tx, [value], key, now)
            mine = known[value]
        found.append(mine)
    return found


def _say_again(tx: Tx, lines: Sequence[Line]) -> None:
    rows = exclusions.states_of(tx, [line.key for line in lines])
    exclusions.repeat(
        tx,
        {
            rows[line.key].id: line.acted_at
            for line in lines
            if line.key in rows and rows[line.key].said_last < line.acted_at
        },
    )


def _lift(
    tx: Tx,
    cipher: Cipher,
    row: ExclusionRow,
    line: Line,
    now: datetime,
    sink_connections: Collection[int],
) -> int:
    lock_contacts(tx, [row.contact_id])
    exclusion_list.lift(tx, [row.id], by=line.actor, why=line.why, now=now)
    if line.why in _RENEWS:
        said = Said(
            method=Method.PAGE,
            actor=line.actor,
            connection_id=None,
            source_ref=None,
            ip=None,
            user_agent=None,
            controller="",
        )
        saying = Saying(exclusion=row, said=said, occurred_at=line.at)
        write(tx, cipher, EventType.RENEWED, [saying], now)
    tell_records(
        tx,
        row.contact_id,
        [row],
        acted_at=line.at,
        sink_connections=sink_connections,
        now=now,
    )
    return 1
