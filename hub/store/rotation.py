"""Rotating keys while the hub runs: a new key, everybody has it, rows use it, old rows follow.

Each step leaves a store and a ring that fit together, whoever is killed in between; the next run
goes on where the last one was. Old rows follow in short transactions, so opt-outs and SMS pass.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.config import Config
from hub.errors import ConfigError
from hub.store import keyfacts, keys, reindexing, sealed
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.identity import find_ring
from hub.store.keyfacts import KeyFacts
from hub.store.keys import KINDS, KeyRing, Kind
from hub.store.sealed import Walked

STEP = 500
"""How many values one transaction puts under another key."""

SETTLED = timedelta(minutes=10)
"""How long after a data key was replaced a process at work may still write with it: a job ends
within ten minutes (`hub.queue.JOB_SECONDS`)."""

_WALKS = 5
_LONGEST_PAUSE = 0.05

Progress = Callable[[int], None]
"""Told how many values are done."""


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A key that no row uses yet. `line` is the key itself where it has yet to be put somewhere."""

    kind: Kind
    number: int
    print: str
    line: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class KeyRow:
    """One key: `state` is used, older, coming, or retired; `rows` counts by column or table.

    `here` says whether the ring of this process has it. `since` is when rows began to use it, UTC.
    """

    kind: Kind
    number: int
    print: str
    state: str
    here: bool
    since: datetime | None
    rows: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Followed:
    """How many values were put under the new key, and how many are still under older ones."""

    changed: int
    left: int


def next_key(database: Database, config: Config, kind: Kind) -> Coming:
    """Give the key that comes next: one that is in the ring and not used yet, or a new one.

    A new one is written into the key file at once. With `HUB_KEYS` it is given as a line to be put
    there, and kept nowhere. Raises TransientError where the file cannot be written.
    """
    with database.read() as tx:
        facts = keyfacts.read(tx)
    if config.keys is not None:
        return _next(facts, keys.parse(config.keys), kind)
    with keys.changing(config.key_file):
        ring = keys.read_file(config.key_file)
        coming = _next(facts, ring, kind)
        if coming.line is not None:
            keys.replace_file(config.key_file, keys.parse(f"{ring.text()}{coming.line}\n"))
    return Coming(kind=kind, number=coming.number, print=coming.print)


def announce(database: Database, config: Config, coming: Coming) -> None:
    """Write down that this key is to come.

    Raises ConfigError(`HUB_KEYS`) where another key of that number was announced elsewhere; the one
    made here is then taken out of the key file again.
    """
    with database.write() as tx:
        announced = keyfacts.announce(tx, coming.kind, coming.number, coming.print)
    if announced == coming.print:
        return
    if config.keys is None:
        with keys.changing(config.key_file):
            ring = keys.read_file(config.key_file)
            if ring.fingerprint(coming.kind, coming.number) == coming.print:
                keys.replace_file(config.key_file, ring.without(coming.kind, coming.number))
    ja = "データ鍵" if coming.kind == "data" else "索引鍵"
    raise ConfigError(
        "HUB_KEYS",
        f"Another host began to rotate to {coming.kind} key {coming.number}. Copy that line of its "
        "key file here and run the command again; without it, another number is taken.",
        f"別のホストが{ja}{coming.number}への更新を始めています。その鍵の行をここにもコピーしてから"
        "もう一度実行してください。コピーしなければ別の番号の鍵が作られます。",
    )


def unfinished(tx: Tx, kind: Kind) -> int:
    """Count the values that could still follow to the key that new rows use."""
    used = keyfacts.read(tx).used[kind]
    if kind == "index":
        return reindexing.left(tx, used)
    return sum(sealed.left(tx, each, used) for each in sealed.columns())


def follow(
    database: Database, cipher: Cipher, kind: Kind, progress: Progress = lambda done: None
) -> Followed:
    """Put what is under older keys under the one that new rows use, until nothing is left.

    What another process holds is met by a later walk; after a few walks the rest is left to the
    next run. Raises StoreUnavailable; what was done until then stays.
    """
    cipher.look_again()
    changed = 0
    for _ in range(_WALKS):
        before = changed
        for walk in _walks(cipher, kind):
            changed = _over(database, walk, changed, progress)
        with database.read() as tx:
            left = unfinished(tx, kind)
        if not left or changed == before:
            break
    return Followed(changed=changed, left=left)


def listing(tx: Tx, ring: KeyRing) -> list[KeyRow]:
    """Give every key the store or the ring knows, by kind and number."""
    facts = keyfacts.read(tx)
    by_column = sealed.counts(tx)
    by_table = reindexing.counts(tx)
    prints = {**facts.retired, **facts.new, **facts.known}
    prints = {**ring.fingerprints(), **prints}
    rows = []
    for kind in KINDS:
        numbers = sorted(int(name.split(":")[1]) for name in prints if name.startswith(kind))
        for number in numbers:
            name = f"{kind}:{number}"
            counted = (
                by_table.get(number, {})
                if kind == "index"
                else {column: n[number] for column, n in by_column.items() if number in n}
            )
            rows.append(
                KeyRow(
                    kind=kind,
                    number=number,
                    print=prints[name],
                    state=_state(facts, kind, number),
                    here=ring.fingerprint(kind, number) == prints[name],
                    since=facts.since.get(name),
                    rows=counted,
                )
            )
    return rows


def take_out(config: Config, kind: Kind, number: int) -> bool:
    """Take a retired key out of the key file; False where `HUB_KEYS` holds it.

    Raises TransientError where the file cannot be written.
    """
    if config.keys is not None:
        return number not in keys.parse(config.keys).of(kind)
    with keys.changing(config.key_file):
        ring = find_ring(config)
        if ring is not None and number in ring.of(kind):
            keys.replace_file(config.key_file, ring.without(kind, number))
    return True


def _next(facts: KeyFacts, ring: KeyRing, kind: Kind) -> Coming:
    given = facts.numbers(kind)
    there = [
        number
        for number in ring.of(kind)
        if number > facts.used[kind] and f"{kind}:{number}" not in facts.retired
    ]
    if there:
        number = max(there)
        return Coming(kind=kind, number=number, print=ring.fingerprint(kind, number) or "")
    number = max(given | ring.of(kind).keys()) + 1
    ring = ring.plus(kind, number)
    print_ = ring.fingerprint(kind, number) or ""
    return Coming(kind=kind, number=number, print=print_, line=ring.line(kind, number))


def _state(facts: KeyFacts, kind: Kind, number: int) -> str:
    name = f"{kind}:{number}"
    if facts.used.get(kind) == number:
        return "used"
    if name in facts.known:
        return "older"
    return "retired" if name in facts.retired else "coming"


def _walks(cipher: Cipher, kind: Kind) -> list[Callable[[Tx, int], Walked]]:
    if kind == "index":
        used = cipher.keys.index
        return [lambda tx, after: reindexing.move(tx, cipher, used, after, STEP)]
    used = cipher.keys.data
    return [
        lambda tx, after, each=each: sealed.seal_again(tx, cipher, each, used, after, STEP)  # type: ignore[misc]
        for each in sealed.columns()
    ]


def _over(
    database: Database, walk: Callable[[Tx, int], Walked], done: int, progress: Progress
) -> int:
    after: int | None = 0
    while after is not None:
        began = time.monotonic()
        with database.write() as tx:
            walked = walk(tx, after)
        done += walked.changed
        after = walked.last
        progress(done)
        # Others that wait for SQLite's one write lock get as much time as this took.
        if after is not None:
            time.sleep(min(_LONGEST_PAUSE, time.monotonic() - began))
    return done
