"""Verifying the audit trail: is every row as it was written, and is none missing?"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.store import audit
from hub.store.audit import GENESIS, AuditFilter, AuditHead, AuditRow
from hub.store.database import Tx


@dataclass(frozen=True, kw_only=True)
class BrokenTrail:
    """A place where the trail is not what was written.

    `kind`: `changed` (the row), `removed` (rows before it), `moved` (it follows another row than
    it did), `added` (a row that nobody chained; `seq` is 0 and `id` names it), `truncated` (rows
    after it), `rewritten` (it has another hash than the one kept outside the store).
    """

    kind: str
    seq: int = 0
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class TrailResult:
    """How many rows were read, how many of them are older than the chain, and what is wrong."""

    rows: int
    unchained: int
    head: AuditHead | None
    broken: tuple[BrokenTrail, ...]

    @property
    def whole(self) -> bool:
        """True where nothing is wrong."""
        return not self.broken


def verify(tx: Tx, known: Iterable[tuple[int, bytes]] = ()) -> TrailResult:
    """Read the whole trail and say where it is not what was written.

    `known` are places and hashes kept outside the store: with them rows cut off at the end are
    found too, and a trail written anew from some row on.
    """
    kept: dict[int, set[bytes]] = {}
    for seq, hash_ in known:
        kept.setdefault(seq, set()).add(hash_)
    checker = _Checker(kept)
    for row in audit.stream(tx, AuditFilter()):
        checker.see(row)
    return checker.result()


class _Checker:
    def __init__(self, kept: dict[int, set[bytes]]) -> None:
        self._kept = kept
        self._rows = 0
        self._unchained = 0
        self._head: AuditHead | None = None
        self._broken: list[BrokenTrail] = []

    def see(self, row: AuditRow) -> None:
        self._rows += 1
        if row.seq is None or row.hash is None or row.prev_hash is None:
            self._unchained += 1
            # Rows from before there was a chain stand before it, never behind its beginning.
            if self._head is not None:
                self._broken.append(BrokenTrail(kind="added", id=row.id))
            return
        last = self._head or AuditHead(seq=0, hash=GENESIS)
        if row.seq != last.seq + 1:
            kind = "removed" if row.seq > last.seq else "moved"
            self._broken.append(BrokenTrail(kind=kind, seq=row.seq, id=row.id))
        elif row.prev_hash != last.hash:
            self._broken.append(BrokenTrail(kind="moved", seq=row.seq, id=row.id))
        if not audit.follows(row, row.prev_hash):
            self._broken.append(BrokenTrail(kind="changed", seq=row.seq, id=row.id))
        if self._kept.pop(row.seq, {row.hash}) != {row.hash}:
            self._broken.append(BrokenTrail(kind="rewritten", seq=row.seq, id=row.id))
        self._head = AuditHead(seq=row.seq, hash=row.hash)

    def result(self) -> TrailResult:
        newest = self._head.seq if self._head else 0
        if any(seq > newest for seq in self._kept):
            self._broken.append(BrokenTrail(kind="truncated", seq=newest))
        return TrailResult(
            rows=self._rows,
            unchained=self._unchained,
            head=self._head,
            broken=tuple(self._broken),
        )
