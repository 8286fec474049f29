"""Putting a list of numbers on the exclusion list, and saying beforehand what that would do.

A number nobody has a record of goes on the list too, as its keyed hash: if it ever turns up in a
platform it is barred from the first moment.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from hub.consent import exclusions, purposes
from hub.consent.exclusions import Origin
from hub.contacts.exclusion_file import Encoding, Refused, Wanted, detect, read
from hub.optout.act import opt_out_many
from hub.optout.stop import Stop
from hub.store import exclusions as exclusion_rows
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx

AT_ONCE = 1000
TOLD = 1000
"""How many refused lines are named one by one; the rest are counted."""

Target = tuple[int, str]
"""A contact and a scope."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What became of a file, or would become of it: lines new to the list, lines known to it, and
    lines refused, the first of them by number and all of them by reason."""

    encoding: Encoding
    added: int
    already: int
    refused: Sequence[Refused]
    refused_by_reason: Mapping[str, int]

    @property
    def lines(self) -> int:
        """How many lines were read, empty ones left out."""
        return self.added + self.already + sum(self.refused_by_reason.values())


@dataclass(frozen=True, kw_only=True)
class Order:
    """How a file is to be taken: what a line without a scope means, and who hands it in."""

    default_scope: str
    actor: str
    now: datetime
    controller: str = ""


def check(db: Database, cipher: Cipher, file: BinaryIO, order: Order) -> Listed:
    """Say what `put` would do with this file; store nothing."""
    counting = _Counting(db, detect(file))
    # The file may hold a number twice: only the first line is news.
    seen: set[tuple[str, str]] = set()
    for part in counting.parts(file, order):
        with db.read() as tx:
            ids = _known(tx, cipher, part)
            listed = _listed(tx, list(ids.values()))
            back = exclusion_rows.taken_back(tx, list(ids.values()))
        for each in part:
            contact_id = ids.get(each.e164)
            known = contact_id is not None and (
                (contact_id, each.scope) in listed or _is_old(each, contact_id, back)
            )
            if known or (each.e164, each.scope) in seen:
                counting.already += 1
            else:
                counting.added += 1
            seen.add((each.e164, each.scope))
    return counting.result()


def put(
    db: Database, cipher: Cipher, file: BinaryIO, order: Order, sink_connections: Collection[int]
) -> Listed:
    """Put the file's numbers on the list, part by part; the same file again changes nothing.

    Each part is stored with its ledger entries and its pushes in one transaction. A line older
    than what the person said since, or as old, is known: it brings back no stop they took back. A
    line without a date counts as said now.
    """
    counting = _Counting(db, detect(file))
    for part in counting.parts(file, order):
        with db.write() as tx:
            lookups = [cipher.lookups(each.e164) for each in part]
            ids = people.contacts_for(tx, lookups, order.now)
            people.lock_contacts(tx, ids)
            back = exclusion_rows.taken_back(tx, ids)
            stops = [
                _stop(each, contact_id, order)
                for each, contact_id in zip(part, ids, strict=True)
                if not _is_old(each, contact_id, back)
            ]
            done = opt_out_many(tx, cipher, stops, now=order.now, sink_connections=sink_connections)
        new = sum(not each.already for each in done)
        counting.added += new
        counting.already += len(part) - new
    return counting.result()


class _Counting:
    """Reads a file in parts and keeps count."""

    def __init__(self, db: Database, encoding: Encoding) -> None:
        with db.read() as tx:
            self._purposes = frozenset(purpose.key for purpose in purposes.every(tx))
        self._encoding = encoding
        self._refused: list[Refused] = []
        self._by_reason: Counter[str] = Counter()
        self.added = 0
        self.already = 0

    def parts(self, file: BinaryIO, order: Order) -> Iterator[list[Wanted]]:
        lines = read(
            file,
            self._encoding,
            default_scope=order.default_scope,
            purpose_keys=self._purposes,
            now=order.now,
        )
        while part := list(islice(lines, AT_ONCE)):
            wanted = [each for each in part if isinstance(each, Wanted)]
            for each in part:
                if isinstance(each, Refused):
                    self._by_reason[each.why] += 1
                    if len(self._refused) < TOLD:
                        self._refused.append(each)
            if wanted:
                yield wanted

    def result(self) -> Listed:
        return Listed(
            encoding=self._encoding,
            added=self.added,
            already=self.already,
            refused=self._refused,
            refused_by_reason=dict(self._by_reason),
        )


def _known(tx: Tx, cipher: Cipher, part: Sequence[Wanted]) -> dict[str, int]:
    """Give the contacts of those of these numbers that have one."""
    lookups = {each.e164: cipher.lookups(each.e164) for each in part}
    known = people.known_contacts(tx, list(lookups.values()))
    return {
        e164: contact_id
        for e164, contact_id in zip(lookups, known, strict=True)
        if contact_id is not None
    }


def _listed(tx: Tx, contact_ids: Sequence[int]) -> set[Target]:
    active = exclusions.active(tx, contact_ids)
    return {(id_, row.scope) for id_, rows in active.items() for row in rows}


def _is_old(each: Wanted, contact_id: int, back: Mapping[Target, datetime]) -> bool:
    since = back.get((contact_id, each.scope))
    return since is not None and each.said_at is not None and each.said_at <= since


def _stop(each: Wanted, contact_id: int, order: Order) -> Stop:
    return Stop(
        contact_id=contact_id,
        scope=each.scope,
        origin=Origin.IMPORT,
        actor=order.actor,
        occurred_at=each.said_at,
        note=each.note,
        controller=order.controller,
    )
