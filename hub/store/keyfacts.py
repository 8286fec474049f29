"""What the store knows of its keys: their fingerprints, since when, and which one new rows use.

A key is first announced: every process learns it, and no row needs it yet. Then it is used: from
that moment a process without it cannot work with this store. A retired key is one that no row
needs any more. All of it stands in `hub_fact`; the keys themselves never do.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from hub.store import facts as facts_of
from hub.store.database import Tx
from hub.store.keys import KINDS, KeyRing, Kind
from hub.store.tables.base import hub_fact

# Any number, the same in every process.
_LOCK = 0x534D57
_KNOWN, _NEW, _RETIRED, _SINCE = "key:", "key-new:", "key-retired:", "key-since:"
_USE = "key-use:"
_EVERY = "key"


@dataclass(frozen=True, kw_only=True)
class KeyFacts:
    """The store's keys, by names such as `data:1`.

    `known` are the fingerprints of keys that rows may need, `new` those of keys that are announced,
    `retired` those of keys that no row needs. `used` gives the number that new rows use, by kind;
    it lacks a kind in a store that never had keys. `since` is when rows began to use a key, UTC.
    """

    known: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)
    used: dict[Kind, int] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)

    def numbers(self, kind: Kind) -> set[int]:
        """Give every number of a kind that was ever given to a key."""
        names = [*self.known, *self.new, *self.retired]
        return {int(name.split(":")[1]) for name in names if name.startswith(f"{kind}:")}


def read(tx: Tx) -> KeyFacts:
    """Give what the store knows."""
    facts = KeyFacts()
    places = {_KNOWN: facts.known, _NEW: facts.new, _RETIRED: facts.retired}
    for row in tx.execute(sa.select(hub_fact).where(hub_fact.c.key.startswith(_EVERY))):
        prefix, _, name = row.key.partition(":")
        if f"{prefix}:" in places:
            places[f"{prefix}:"][name] = row.value
        elif f"{prefix}:" == _SINCE:
            facts.since[name] = datetime.fromisoformat(row.value)
        elif f"{prefix}:" == _USE:
            facts.used.update({kind: int(row.value) for kind in KINDS if kind == name})
    return facts


def used_index(tx: Tx) -> int | None:
    """Give the number of the index key that new contacts use, and hold it until the end of `tx`.

    None in a store that does not know its keys. Nobody begins to use another key before this
    transaction has ended, so that two never make the same number's contact under two keys.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text(f"SELECT pg_advisory_xact_lock_shared({_LOCK})"))
    query = sa.select(hub_fact.c.value).where(hub_fact.c.key == f"{_USE}index")
    value = tx.execute(query).scalar()
    return None if value is None else int(value)


def hold(tx: Tx) -> None:
    """Wait until nobody makes contacts, and let nobody until the end of `tx`."""
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def remember_first(tx: Tx, ring: KeyRing, now: datetime) -> KeyFacts:
    """Write down the keys of a store that knows none, or which of them new rows use; give all."""
    hold(tx)
    facts = read(tx)
    if not facts.known:
        for name, print_ in ring.fingerprints().items():
            facts_of.remember(tx, _KNOWN + name, print_)
            facts_of.remember(tx, _SINCE + name, _written(now))
    for kind in KINDS:
        numbers = [int(name.split(":")[1]) for name in facts.known if name.startswith(f"{kind}:")]
        if kind not in facts.used:
            facts_of.remember(tx, _USE + kind, str(max(numbers or ring.of(kind))))
    return read(tx)


def announce(tx: Tx, kind: Kind, number: int, print_: str) -> str:
    """Say that this key is to come; give the fingerprint that is announced, maybe another's."""
    hold(tx)
    facts_of.remember(tx, f"{_NEW}{kind}:{number}", print_)
    return read(tx).new[f"{kind}:{number}"]


def use(tx: Tx, kind: Kind, number: int, now: datetime) -> bool:
    """Let new rows use a key that is announced; say whether they did not before."""
    hold(tx)
    name = f"{kind}:{number}"
    facts = read(tx)
    if facts.used.get(kind, 0) >= number or name not in facts.new:
        return False
    facts_of.remember(tx, _KNOWN + name, facts.new[name])
    facts_of.remember(tx, _SINCE + name, _written(now))
    _drop(tx, _NEW + name)
    tx.execute(sa.update(hub_fact).where(hub_fact.c.key == _USE + kind).values(value=str(number)))
    return True


def retire(tx: Tx, kind: Kind, number: int) -> None:
    """Write down that no row needs this key any more. The caller has made sure of it."""
    name = f"{kind}:{number}"
    facts = read(tx)
    facts_of.remember(tx, _RETIRED + name, facts.known.get(name) or facts.new[name])
    for prefix in (_KNOWN, _NEW, _SINCE):
        _drop(tx, prefix + name)


def _drop(tx: Tx, key: str) -> None:
    tx.execute(sa.delete(hub_fact).where(hub_fact.c.key == key))


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
