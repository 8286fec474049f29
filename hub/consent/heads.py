"""Heads: the newest hash of each chain, kept in a file outside the store.

A chain by itself shows what was changed, removed or moved inside it, but not what was cut off at
its end, nor that somebody wrote it anew from some row on. A hash kept elsewhere does. Each place
is a file of JSON lines that is only appended to, mode 0600: `heads.jsonl` in the data folder, and
what `HUB_HEADS_FILE` names, which belongs on another disk.

The store remembers which places it has written to. A file that is gone is told and never made anew
by itself: an administrator begins it anew (`begin_anew`), with a reason that stands in it.
"""

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from hub.config import Config
from hub.consent.heads_file import Beginning, HeadsFile, Kept, Unreadable
from hub.store import audit, facts, ledger
from hub.store.database import Database, Tx

EVERY = timedelta(minutes=1)
"""How often the schedule has the heads kept, where the chains have grown."""

LATE = timedelta(minutes=15)
"""How old a kept head may be while the chain has grown, before it is told."""

FILE = "heads.jsonl"


class Chain(StrEnum):
    """The two chains of the store."""

    LEDGER = "ledger"
    AUDIT = "audit"


class Trouble(StrEnum):
    """What may be wrong with a place, the worst last."""

    NEVER_KEPT = "never_kept"  # no head was ever written there
    OLDER = "older"  # the chain has grown for a while since the newest head
    DAMAGED = "damaged"  # lines of the file cannot be read; the others count
    OPEN = "open"  # others than the hub's user can read or write the file
    UNREADABLE = "unreadable"  # the file is there and cannot be opened
    MISSING = "missing"  # the store knows the file, and it is not there
    TRUNCATED = "truncated"  # the chain ends before the newest head
    REWRITTEN = "rewritten"  # the chain has another hash there


HARD = frozenset({Trouble.UNREADABLE, Trouble.MISSING, Trouble.TRUNCATED, Trouble.REWRITTEN})
"""What keeps a place from vouching for the chains."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One file of heads; `fact` is the name under which the store remembers it."""

    path: Path
    fact: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """How one place stands: what is wrong with it, the newest head of each chain, when it began."""

    path: Path
    troubles: tuple[Trouble, ...]
    newest: Mapping[Chain, Kept]
    beginning: Beginning | None = None

    @property
    def vouches(self) -> bool:
        """True where its heads can be compared with and agree."""
        return not HARD & set(self.troubles)


def places(config: Config) -> tuple[Place, ...]:
    """Give the files this deployment keeps heads in, the one in the data folder first."""
    own = (config.data_dir / FILE).absolute()
    # Hosts that share a PostgreSQL store have a data folder each, at the same path maybe.
    host = "" if config.database_url.startswith("sqlite") else f"{socket.gethostname()}:"
    found = [Place(path=own, fact=facts.named("heads", f"{host}{own}"))]
    if config.heads_file is not None:
        other = config.heads_file.absolute()
        found.append(Place(path=other, fact=facts.named("heads", str(other))))
    return tuple(found)


def keep(database: Database, config: Config, now: datetime) -> list[Found]:
    """Append the newest head of each chain to each place, where it has grown; say how they stand.

    Harmless to repeat, and safe from several processes at once. A place that is missing, cannot be
    written or whose newest head the chain does not have is left alone: writing on would hide it.
    """
    return [_keep_one(database, place, now) for place in places(config)]


def look(tx: Tx, config: Config, now: datetime) -> list[Found]:
    """Say how each place stands, by its newest heads; writes nothing."""
    found = []
    for place in places(config):
        try:
            with HeadsFile.reading(place.path) as file:
                found.append(_judge(tx, place, file, now))
        except FileNotFoundError:
            found.append(_without(tx, place, now))
        except Unreadable:
            found.append(Found(path=place.path, troubles=(Trouble.UNREADABLE,), newest={}))
    return found


def known(config: Config, chain: Chain) -> Iterable[tuple[int, bytes]]:
    """Give every head of this chain that any place keeps since it began: what verifying takes."""
    for place in places(config):
        try:
            with HeadsFile.reading(place.path) as file:
                yield from [(each.seq, each.hash) for each in file.all() if each.chain == chain]
        except (FileNotFoundError, Unreadable):
            continue


def begin_anew(database: Database, config: Config, *, why: str, by: str, now: datetime) -> None:
    """Have every place begin anew from the chains as they are now; older lines stay readable.

    For a store that was put back from a backup, or a file that was lost. The caller writes the
    audit row. Raises Unreadable where a file cannot be written.
    """
    for place in places(config):
        with HeadsFile.writing(place.path) as file, database.write() as tx:
            file.begin(Beginning(at=now, why=why, by=by))
            file.append(_newest(tx, now).values())
            facts.remember(tx, place.fact, now.isoformat())


def _keep_one(database: Database, place: Place, now: datetime) -> Found:
    try:
        with database.read() as tx:
            if facts.get(tx, place.fact) is not None and not place.path.exists():
                return _without(tx, place, now)
            if not _newest(tx, now):
                return _without(tx, place, now)
        with HeadsFile.writing(place.path) as file:
            # Read behind the file's lock: what another process kept meanwhile is in the store too.
            with database.read() as tx:
                found = _judge(tx, place, file, now)
                if not found.vouches:
                    return found
                newest = _newest(tx, now)
            grown = [
                head
                for chain, head in newest.items()
                if chain not in found.newest or head.seq > found.newest[chain].seq
            ]
            file.append(grown)
        with database.write() as tx:
            facts.remember(tx, place.fact, now.isoformat())
    except Unreadable:
        return Found(path=place.path, troubles=(Trouble.UNREADABLE,), newest={})
    troubles = tuple(t for t in found.troubles if t not in (Trouble.OLDER, Trouble.NEVER_KEPT))
    return Found(
        path=place.path,
        troubles=troubles,
        newest={**found.newest, **{Chain(each.chain): each for each in grown}},
        beginning=found.beginning,
    )


def _judge(tx: Tx, place: Place, file: HeadsFile, now: datetime) -> Found:
    newest = {Chain(each.chain): each for each in file.newest() if each.chain in set(Chain)}
    troubles = [Trouble.DAMAGED] if file.damaged else []
    if file.open_to_others:
        troubles.append(Trouble.OPEN)
    heads = _newest(tx, now)
    for chain, kept in newest.items():
        head = heads.get(chain)
        if head is None or head.seq < kept.seq:
            troubles.append(Trouble.TRUNCATED)
        elif _hash_at(tx, chain, kept.seq) != kept.hash:
            troubles.append(Trouble.REWRITTEN)
        elif head.seq > kept.seq and now - kept.at > LATE:
            troubles.append(Trouble.OLDER)
    if any(chain not in newest and _begun(tx, chain, now) for chain in heads):
        troubles.append(Trouble.OLDER if newest else Trouble.NEVER_KEPT)
    return Found(
        path=place.path,
        troubles=tuple(sorted(set(troubles), key=list(Trouble).index)),
        newest=newest,
        beginning=file.beginning,
    )


def _without(tx: Tx, place: Place, now: datetime) -> Found:
    """How a place stands whose file is not there."""
    if facts.get(tx, place.fact) is not None:
        return Found(path=place.path, troubles=(Trouble.MISSING,), newest={})
    waiting = any(_begun(tx, chain, now) for chain in Chain)
    return Found(path=place.path, troubles=(Trouble.NEVER_KEPT,) if waiting else (), newest={})


def _begun(tx: Tx, chain: Chain, now: datetime) -> bool:
    """Say whether the chain has had rows for longer than a head may be late."""
    at = ledger.begun_at(tx) if chain is Chain.LEDGER else audit.begun_at(tx)
    return at is not None and now - at > LATE


def _newest(tx: Tx, now: datetime) -> dict[Chain, Kept]:
    heads: dict[Chain, ledger.Head | audit.AuditHead | None] = {
        Chain.LEDGER: ledger.head(tx),
        Chain.AUDIT: audit.head(tx),
    }
    return {
        chain: Kept(chain=chain, seq=head.seq, hash=head.hash, at=now)
        for chain, head in heads.items()
        if head is not None
    }


def _hash_at(tx: Tx, chain: Chain, seq: int) -> bytes | None:
    return ledger.hash_at(tx, seq) if chain is Chain.LEDGER else audit.hash_at(tx, seq)


def hard(found: Sequence[Found]) -> bool:
    """Say whether any place cannot vouch for the chains."""
    return not all(each.vouches for each in found)
