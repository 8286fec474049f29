"""The daily pass over all record ids: what has vanished, what was never met.

A deleted record comes with no change, so only its absence tells. The pass runs page by page like
a pull and goes on where it was killed; only one that saw everything lets records go.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hub.connections.directory import Connections
from hub.contacts import trouble
from hub.contacts.page import store_page, store_vanished
from hub.contacts.progress import Progress, RunResult
from hub.contacts.pull import STREAM, PushBell
from hub.contacts.setting import setting_for, source_of
from hub.contacts.worker import gone, me
from hub.roles import ContactSource
from hub.store import links, people, runs
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow
from hub.store.database import Database, Tx
from hub.store.runs import Place
from hub.values.page import Page
from hub.values.ref import Ref

KIND = "refs"
_BATCH = 500


def check_vanished(
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
    """Go over every readable record id; records not among them vouch for nothing any more.

    A record that is there and that the hub does not know, or had let go, is read. The result
    counts ids in `read` and vanished records in `changed`. Raises StoreUnavailable only.
    """
    row = connections.by_id(connection_id)
    if not (row.enabled and row.state == "ok"):
        return trouble.unusable(row)
    return _Pass(db, cipher, connections, bells, clock, row, on_progress, deadline).run()


class _Pass:
    """One pass, or the rest of one."""

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
        self.run_id = 0

    def run(self) -> RunResult:
        if not self._begin():
            return RunResult(state="busy", progress=self.progress, words=trouble.BUSY, kind=KIND)
        ending = trouble.carry_out(
            self.db, self.connections, self.row.id, self.run_id, self.clock, self._pages
        )
        return RunResult(
            state=ending.state,
            progress=self.progress,
            words=ending.words,
            kind=KIND,
            run_id=self.run_id,
            retry_after=ending.retry_after,
        )

    def _begin(self) -> bool:
        now = self.clock()
        with self.db.write() as tx:
            place = runs.place(tx, self.row.id, KIND)
            if place.round_started_at is None:
                place = Place(round_started_at=now)
            run_id = runs.begin(tx, self.row.id, KIND, (KIND,), me(), gone, now)
            if run_id is None:
                return False
            runs.move(tx, self.row.id, KIND, place, now)
            pulled = runs.place(tx, self.row.id, STREAM)
        self.place, self.run_id = place, run_id
        self.round = place.round_started_at or now
        # While the first pull is on its way, what is unknown will come with it.
        self.meets_unknown = pulled.cursor is not None and pulled.round_started_at is None
        return True

    def _pages(self) -> bool:
        source = self.connections.source(self.row.id)
        while not (self.deadline and self.clock() >= self.deadline):
            page = source.refs(self.place.cursor)
            self._read_unknown(source, page)
            self._mark(page)
            self.on_progress(self.progress)
            if page.done:
                return self._let_go()
        return False

    def _read_unknown(self, source: ContactSource, page: Page[Ref]) -> None:
        with self.db.read() as tx:
            known = people.find_links(tx, self.row.id, [str(ref) for ref in page.items])
        missing = [
            ref
            for ref in page.items
            if (self.meets_unknown and str(ref) not in known)
            or (str(ref) in known and known[str(ref)].vanished_at is not None)
        ]
        sinks = self.connections.with_role("opt_out_sink")
        for start in range(0, len(missing), _BATCH):
            asked_at = self.clock()
            found = source.get(missing[start : start + _BATCH])
            items = [contact for contact in found.values() if contact is not None]
            with self.db.write() as tx:
                setting = setting_for(tx, self.row, sinks, asked_at, round_=self.round)
                stored = store_page(tx, self.cipher, setting, items, self.clock())
            if stored.stopped:
                self.bells.pushes()

    def _mark(self, page: Page[Ref]) -> None:
        now = self.clock()
        with self.db.write() as tx:
            links.mark_seen(tx, self.row.id, [str(ref) for ref in page.items], self.round)
            self.progress = replace(
                self.progress,
                read=self.progress.read + len(page.items),
                kept=self.progress.kept + len(page.items),
            )
            if not page.done:
                self.place = replace(self.place, cursor=page.cursor)
                runs.move(tx, self.row.id, KIND, self.place, now)
            self._advance(tx, now)

    def _let_go(self) -> bool:
        """Let the unmet records go, in batches, and close the round with the last of them."""
        while True:
            now = self.clock()
            with self.db.write() as tx:
                ids = links.unseen(tx, self.row.id, self.round, _BATCH)
                rows: Sequence[people.LinkRow] = list(people.links_by_id(tx, ids).values())
                store_vanished(tx, self.cipher, source_of(tx, self.row), rows, now)
                self.progress = replace(self.progress, changed=self.progress.changed + len(rows))
                self._advance(tx, now)
                if len(rows) < _BATCH:
                    runs.move(tx, self.row.id, KIND, Place(), now)
                    return True

    def _advance(self, tx: Tx, now: datetime) -> None:
        if not runs.advance(tx, self.run_id, now=now, **vars(self.progress)):
            raise trouble.overtaken()
