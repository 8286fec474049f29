"""A store with two platforms and one number that three records hold."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import pytest
import sqlalchemy as sa

from hub.consent import ledger, standing
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.gate import Question, Verdict, decide
from hub.consent.policy import Policy
from hub.errors import HubError
from hub.optout.act import opt_out
from hub.optout.stopping import OptOutResult
from hub.roles import OptOutSink
from hub.store import connections as connection_rows
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.people import contacts_for
from hub.store.tables.connections import connection
from hub.store.tables.optouts import push
from hub.store.tables.people import link
from hub.store.upgrade import upgrade
from hub.values.optout import OptOut, Outcome, OutcomeState
from hub.values.words import Words

START = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


class Sink:
    """An opt-out sink that keeps what it is told, and answers as a test wants."""

    def __init__(self) -> None:
        self.records: dict[str, str] = {}
        self.calls: list[list[OptOut]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.raises: HubError | None = None
        self.during: Callable[[], None] | None = None
        self._lock = Lock()

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        with self._lock:
            self.calls.append(list(opt_outs))
        if self.during is not None:
            self.during()
        if self.raises is not None:
            raise self.raises
        return [self._one(each) for each in opt_outs]

    def _one(self, opt_out: OptOut) -> Outcome:
        answer = {"state": OutcomeState.DONE, "version": "7", "confirmed": True} | self.answers.get(
            str(opt_out.ref), {}
        )
        if answer["state"] is OutcomeState.DONE:
            with self._lock:
                self.records[str(opt_out.ref)] = opt_out.change
        return Outcome(id=opt_out.id, ref=opt_out.ref, **answer)


@dataclass
class Platforms:
    """The connections of this test, as the pushes see them."""

    db: Database
    sinks: dict[int, Sink | None]
    parked: list[int] = field(default_factory=list)

    def by_id(self, connection_id: int) -> ConnectionRow:
        with self.db.read() as tx:
            row = connection_rows.by_id(tx, connection_id)
        assert row is not None
        return row

    def sink(self, connection_id: int) -> OptOutSink | None:
        return self.sinks[connection_id]

    def park(self, connection_id: int, words: Words) -> None:
        self.parked.append(connection_id)
        with self.db.write() as tx:
            connection_rows.set_state(tx, connection_id, "parked", words, START)

    def recover(self, connection_id: int) -> None:
        with self.db.write() as tx:
            connection_rows.set_state(tx, connection_id, "ok", Words("", ""), START)


@dataclass
class World:
    """Everything a test of opting out needs."""

    db: Database
    cipher: Cipher
    contact_id: int
    crm: int
    desk: int
    platforms: Platforms
    now: datetime = START

    def clock(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def sinks(self) -> Collection[int]:
        return {self.crm, self.desk}

    def sink(self, connection_id: int) -> Sink:
        sink = self.platforms.sinks[connection_id]
        assert sink is not None
        return sink

    def stop(self, scope: str = "promotional", origin: str = "page", **more: Any) -> OptOutResult:
        values: dict[str, Any] = {
            "contact_id": self.contact_id,
            "scope": scope,
            "origin": origin,
            "actor": "person",
            "occurred_at": self.now,
            "now": self.now,
            "sink_connections": self.sinks,
        }
        with self.db.write() as tx:
            return opt_out(tx, self.cipher, **(values | more))

    def agree(self, at: datetime, purpose: str = "campaign") -> None:
        entry = Entry(
            event_type=EventType.GIVEN,
            ground=Ground.CONSENT,
            contact_id=self.contact_id,
            purpose_key=purpose,
            method=Method.CHECKBOX,
            actor="person",
            strength=4,
            wording="お得な情報をSMSで受け取ります。",
            occurred_at=at,
            connection_id=self.crm,
            source_ref="12:1",
        )
        with self.db.write() as tx:
            ledger.append(tx, self.cipher, [entry], self.now)

    def verdict(self, purpose: str = "campaign") -> Verdict:
        question = Question(
            purpose_key=purpose,
            message_class="promotional",
            now=self.now,
            source_read_at=self.now,
        )
        with self.db.read() as tx:
            known = standing.load(tx, [self.contact_id], purpose)[self.contact_id]
        return decide(question, known, Policy())

    def pushes(self) -> list[tuple[str, str, str]]:
        """Give ref, change and state of each push, oldest first."""
        with self.db.read() as tx:
            rows = tx.execute(
                sa.select(push.c.ref, push.c.change, push.c.state).order_by(push.c.id)
            )
            return [(row.ref, row.change, row.state) for row in rows]

    def add_link(self, connection_id: int, ref: str, **values: Any) -> None:
        with self.db.write() as tx:
            tx.execute(
                sa.insert(link).values(
                    connection_id=connection_id,
                    ref=ref,
                    contact_id=self.contact_id,
                    verdict="consented",
                    read_at=self.now,
                    **values,
                )
            )


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    db = Database(store_url)
    upgrade(db)
    with db.write() as tx:
        contact_id = contacts_for(tx, [[b"0123456789abcdef"]], START)[0]
        ids = []
        for name, enabled in (("crm", True), ("desk", False)):
            made = tx.execute(
                sa.insert(connection).values(
                    name=name,
                    plugin="kintone",
                    label=name,
                    origin="console",
                    enabled=enabled,
                    state="ok",
                    state_since=START,
                    created_at=START,
                )
            )
            ids.append(int(made.inserted_primary_key[0]))
    crm, desk = ids
    world = World(
        db=db,
        cipher=Cipher(new_ring()),
        contact_id=contact_id,
        crm=crm,
        desk=desk,
        platforms=Platforms(db, {crm: Sink(), desk: Sink()}),
    )
    for connection_id, ref in ((crm, "12:1"), (crm, "12:2"), (desk, "user:5")):
        world.add_link(connection_id, ref)
    yield world
    db.close()
