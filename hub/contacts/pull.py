"""Pulling a connection's records, page by page.

A page, what follows from it, the cursor and the counts are one transaction: a pull that is killed
anywhere goes on behind the last page that was stored. The next pages are read meanwhile, a few at
most, so that memory stays flat.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import orjson

from hub.connections.directory import Connections
from hub.contacts import trouble
from hub.contacts.ahead import Ahead
from hub.contacts.known import Source
from hub.contacts.page import store_page, store_vanished
from hub.contacts.progress import Progress, RunResult
from hub.contacts.setting import setting_for, source_of
from hub.contacts.worker import gone, me
from hub.store import people, runs
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow, set_usage
from hub.store.database import Database
from hub.store.runs import Place
from hub.values.contact import SourceContact
from hub.values.page import Page
from hub.values.ref import Ref

KINDS = ("first", "whole", "changed")
STREAM = "changed"
WHOLE_EVERY = timedelta(days=1)


class PushBell(Protocol):
    """The bell that wakes whoever pushes opt-outs."""

    def pushes(self) -> None:
        """Say that pushes are due."""


def pull(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: PushBell,
    clock: Callable[[], datetime],
    connection_id: int,
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    deadline: datetime | None = None,
) -> RunResult:
    """Read what changed in a connection since the last pull, all of it the first time.

    All is read anew too where the mapping or a declared collection is another, where the
    connection's grounds are suspended, and once a day: imports with old times and changed rights
    move no record's modified-time. Errors of the platform end the run with a sentence; none is
    raised but StoreUnavailable. At the `deadline` nothing more is asked for, and the run stops
    behind the pages it has.
    """
    row = connections.by_id(connection_id)
    if not (row.enabled and row.state == "ok"):
        return trouble.unusable(row)
    return _Pull(db, cipher, connections, bells, clock, row, on_progress, deadline).run()


class _Pull:
    """One run."""

    def __init__(
        self,
        db: Database,
        cipher: Cipher,
        connections: Connections,
        bells: PushBell,
        clock: Callable[[], datetime],
        row: ConnectionRow,
        on_progress: Callable[[Progress], None],
        deadline: datetime | None,
    ) -> None:
        self.db = db
        self.cipher = cipher
        self.connections = connections
        self.bells = bells
        self.clock = clock
        self.row = row
        self.on_progress = on_progress
        self.deadline = deadline
        self.progress = Progress(skipped={})
        self.place = Place()
        self.run_id = 0

    def run(self) -> RunResult:
        if not self._begin():
            return RunResult(state="busy", progress=self.progress, words=trouble.BUSY)
        ending = trouble.carry_out(
            self.db, self.connections, self.row.id, self.run_id, self.clock, self._pages
        )
        return RunResult(
            state=ending.state,
            progress=self.progress,
            words=ending.words,
            kind=self.kind,
            run_id=self.run_id,
            retry_after=ending.retry_after,
        )

    def _begin(self) -> bool:
        now = self.clock()
        with self.db.write() as tx:
            place = runs.place(tx, self.row.id, STREAM)
            basis = _basis(self.row, [each.id for each in source_of(tx, self.row).collections])
            suspended = self.row.grounds_suspended_at is not None
            anew = place.cursor is None or place.basis != basis
            due = suspended or place.whole_at is None or now - place.whole_at >= WHOLE_EVERY
            if anew or (due and place.round_started_at is None):
                place = Place(basis=basis, round_started_at=now, whole_at=place.whole_at)
            self.kind = _kind(place)
            run_id = runs.begin(tx, self.row.id, self.kind, KINDS, me(), gone, now)
            if run_id is None:
                return False
            runs.move(tx, self.row.id, STREAM, place, now)
        self.place, self.run_id = place, run_id
        self._all = False
        return True

    def _pages(self) -> bool:
        source = self.connections.source(self.row.id)
        sinks = self.connections.with_role("opt_out_sink")
        with Ahead(source, self.place.cursor, self.clock, self.deadline) as ahead:
            for read in ahead:
                self._store(read.page, sinks, read.asked_at)
                self.on_progress(self.progress)
        if self._all and self.kind != "changed" and self.row.grounds_suspended_at is not None:
            # Everything was read with the fields in place again.
            self.connections.restore_grounds(self.row.id)
        return self._all

    def _store(self, page: Page[SourceContact], sinks: frozenset[int], asked_at: datetime) -> None:
        now = self.clock()
        place = replace(self.place, cursor=page.cursor)
        if page.done and place.round_started_at is not None:
            place = replace(place, round_started_at=None, whole_at=place.round_started_at)
        with self.db.write() as tx:
            setting = setting_for(
                tx, self.row, sinks, asked_at, rewrite=self.place.round_started_at is not None
            )
            stored = store_page(tx, self.cipher, setting, page.items, now)
            progress = self.progress.plus(stored.verdicts, stored.changed, page.skipped)
            if not runs.advance(tx, self.run_id, now=now, **vars(progress)):
                raise trouble.overtaken()
            runs.move(tx, self.row.id, STREAM, place, now)
            if page.usage is not None:
                set_usage(tx, self.row.id, page.usage, now)
            if page.done:
                runs.pulled(tx, self.row.id, now)
        self.place, self.progress, self._all = place, progress, page.done
        if stored.stopped:
            self.bells.pushes()
        if page.gone:
            self._let_go(page.gone, setting.source, now)

    def _let_go(self, gone: Sequence[Ref], source: Source, now: datetime) -> None:
        # Contacts are locked before the ledger, so this cannot join the page's own transaction;
        # what a kill between the two leaves behind, the daily pass over all ids lets go.
        with self.db.write() as tx:
            lost = people.find_links(tx, self.row.id, [str(ref) for ref in gone])
            store_vanished(tx, self.cipher, source, list(lost.values()), now)


def _kind(place: Place) -> str:
    if place.round_started_at is None:
        return "changed"
    return "first" if place.whole_at is None else "whole"


def _basis(row: ConnectionRow, collection_ids: list[int]) -> str:
    """Name what records are judged by: with another basis they are all read anew."""
    text = orjson.dumps([row.mapping, collection_ids], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:32]
