"""Retiring a key: never while a row needs it, or a number could not be found without it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.store import cleansing, keyfacts, reindexing, sealed
from hub.store.database import Tx
from hub.store.keys import Kind
from hub.store.rotation import SETTLED

_STEP = 1000


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a key stays: `unknown`, `retired` (before), `used`, `settling`, `rows` or `resting`.

    `rows` counts what needs it; `until` is when it may be tried again, UTC.
    """

    why: str
    rows: Mapping[str, int] = field(default_factory=dict)
    until: datetime | None = None


def retire(tx: Tx, kind: Kind, number: int, now: datetime) -> Refusal | None:
    """Retire a key, or say why it stays.

    The store's files are then written anew as after an erasure, since they may still hold what was
    under the key.
    """
    name = f"{kind}:{number}"
    facts = keyfacts.read(tx)
    if name in facts.retired:
        return Refusal(why="retired")
    if number not in facts.numbers(kind):
        return Refusal(why="unknown")
    if facts.used[kind] == number:
        return Refusal(why="used")
    refusal = None
    if name in facts.known:
        used_since = facts.since.get(f"{kind}:{facts.used[kind]}")
        refusal = _index(tx, number) if kind == "index" else _data(tx, number, used_since, now)
    if refusal is None:
        keyfacts.retire(tx, kind, number)
        cleansing.note_erased(tx, f"key:{name}:{now.isoformat()}")
    return refusal


def resting(tx: Tx, kind: Kind, used: int) -> int:
    """Count the numbers that are found by an older index key alone."""
    if kind == "data":
        return 0
    keys = [key for key in reindexing.counts(tx) if key != used]
    return sum(reindexing.resting(tx, key).contacts for key in keys)


def _data(tx: Tx, number: int, used_since: datetime | None, now: datetime) -> Refusal | None:
    if used_since is not None and now < used_since + SETTLED:
        return Refusal(why="settling", until=used_since + SETTLED)
    counted = {
        column: by_key[number] for column, by_key in sealed.counts(tx).items() if number in by_key
    }
    return Refusal(why="rows", rows=counted) if counted else None


def _index(tx: Tx, number: int) -> Refusal | None:
    found = reindexing.resting(tx, number)
    if found.contacts:
        rows = {"erased": found.erased, "not_kept": found.contacts - found.erased}
        return Refusal(why="resting", rows={what: n for what, n in rows.items() if n})
    while reindexing.drop(tx, number, _STEP):
        continue
    return None
