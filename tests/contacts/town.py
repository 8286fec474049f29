"""A made-up platform and a hub beside it: people's records that tests can change as they like."""

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.connections.directory import Connections
from hub.consent import exclusions, purposes
from hub.consent.gate import Allow, Question, decide
from hub.consent.policy import Policy
from hub.consent.standing import Standing, load
from hub.contacts.progress import RunResult
from hub.contacts.pull import pull
from hub.contacts.vanish import check_vanished
from hub.errors import RefusedInbound
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin, Registry
from hub.settings import Settings
from hub.store import connections as connection_rows
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import KeyRing
from hub.store.people import LinkRow
from hub.store.upgrade import upgrade
from hub.values.contact import Answer, ConsentReading, OptOutReading, SourceContact
from hub.values.event import Acknowledgement, Event, Inbound
from hub.values.mapping import FieldMapping
from hub.values.optout import OptOut, Outcome, OutcomeState
from hub.values.page import Page, Skipped
from hub.values.ref import Ref

RING = KeyRing(data={1: b"d" * 32}, index={1: b"i" * 32})
NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
YEAR_AGO = NOW - timedelta(days=365)
WORDING = "キャンペーンのお知らせをSMSで受け取ることに同意します。"


def yes(
    at: datetime | None = YEAR_AGO, wording: str | None = WORDING, purpose: str | None = "campaign"
) -> ConsentReading:
    """A ticked box."""
    return ConsentReading(
        answer=Answer.YES,
        field="SMS許諾",
        value="許諾する",
        purpose=purpose,
        at=at,
        wording=wording,
        default_ticked=False,
    )


def no(answer: Answer = Answer.SILENT, at: datetime | None = None) -> ConsentReading:
    """A box that is not ticked, or one that says no."""
    return ConsentReading(
        answer=answer, field="SMS許諾", value="", purpose="campaign", at=at, default_ticked=False
    )


def out(at: datetime | None = None, *, out: bool = True) -> OptOutReading:
    """The record's own do-not-text field."""
    return OptOutReading(out=out, field="配信停止", value="停止" if out else "", at=at)


class Town(Settings):
    """The platform has no settings."""


@dataclass
class Platform:
    """Records by id, in the order of their last change. Every save gives a new version."""

    records: dict[str, SourceContact] = field(default_factory=dict)
    changes: list[tuple[int, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    gone: list[Ref] = field(default_factory=list)
    page_size: int = 3
    trouble: list[Exception] = field(default_factory=list)
    told: list[OptOut] = field(default_factory=list)
    before_page: Callable[[int], None] = lambda number: None
    pages: int = 0
    asked: int = 0
    polled: list[Event] = field(default_factory=list)

    def put(self, id_: str, number: str, **said: Any) -> SourceContact:
        """Save a record anew."""
        version = str(len(self.changes) + 1)
        consents = said.pop("consents", None)
        if consents is None:
            consents = (said.pop("consent"),) if "consent" in said else (no(),)
        contact = SourceContact(
            ref=Ref("12", id_), number=number, version=version, consents=consents, **said
        )
        self.records[id_] = contact
        self.changes.append((len(self.changes) + 1, id_))
        return contact

    def change(self, id_: str, **said: Any) -> SourceContact:
        """Change some of a record."""
        if "consent" in said:
            said["consents"] = (said.pop("consent"),)
        contact = replace(self.records[id_], version=str(len(self.changes) + 1), **said)
        self.records[id_] = contact
        self.changes.append((len(self.changes) + 1, id_))
        return contact

    def delete(self, id_: str) -> None:
        """Delete a record: no change tells of it."""
        del self.records[id_]

    # ---- what the plugin's role objects answer ----

    def fields(self) -> Sequence[Any]:
        """None are listed."""
        return ()

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """The next changes, a few a page."""
        self.pages += 1
        self.before_page(self.pages)
        self._trouble()
        after = int(cursor or 0)
        newer = [(number, id_) for number, id_ in self.changes if number > after]
        page = newer[: self.page_size]
        items = [self.records[id_] for _, id_ in page if id_ in self.records]
        last = page[-1][0] if page else after
        skipped, self.skipped = self.skipped, []
        gone, self.gone = self.gone, []
        done = len(page) == len(newer)
        return Page(items=items, cursor=str(last), done=done, skipped=skipped, gone=gone)

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Records by id."""
        self.asked += 1
        self._trouble()
        return {ref: self.records.get(ref.id) for ref in refs}

    def refs(self, cursor: str | None) -> Page[Ref]:
        """All ids, a few a page."""
        self._trouble()
        ids = sorted(self.records)
        start = int(cursor or 0)
        page = ids[start : start + self.page_size]
        end = start + len(page)
        return Page(items=[Ref("12", id_) for id_ in page], cursor=str(end), done=end >= len(ids))

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write opt-outs to the records."""
        self.told += opt_outs
        outcomes = []
        for each in opt_outs:
            contact = self.change(each.ref.id, opt_out=out(out=each.change == "opt_out"))
            outcomes.append(
                Outcome(id=each.id, ref=each.ref, state=OutcomeState.DONE, version=contact.version)
            )
        return outcomes

    def receive(self, request: Inbound) -> Sequence[Event]:
        """A JSON list of events, with the secret as tail."""
        if request.tail != "sesame":
            raise RefusedInbound("wrong_key", "A wrong key came in. Copy the address again.")
        self._trouble()
        return [
            Event(
                id=each["id"],
                type=each["type"],
                ref=Ref("12", each["record"]) if "record" in each else None,
                version=each.get("version"),
            )
            for each in json.loads(request.body)
        ]

    def acknowledge(self, request: Inbound) -> Acknowledgement | None:
        """An answer of its own kind for whoever asks for it."""
        if request.headers.get("accept") != "text/xml":
            return None
        return Acknowledgement(content_type="text/xml", body=b"<Ack>true</Ack>")

    def poll(self, cursor: str | None) -> Page[Event]:
        """Events in the order they were added."""
        self._trouble()
        start = int(cursor or 0)
        page = self.polled[start : start + self.page_size]
        end = start + len(page)
        return Page(items=page, cursor=str(end), done=end >= len(self.polled))

    def _trouble(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)


@dataclass
class Bells:
    """Counts what was rung."""

    rung: list[str] = field(default_factory=list)

    def pushes(self) -> None:
        """Opt-outs wait."""
        self.rung.append("pushes")

    def events(self) -> None:
        """Events wait."""
        self.rung.append("events")

    def send(self, gateway_id: int) -> None:
        """Messages wait."""
        self.rung.append(f"send:{gateway_id}")

    def notes(self) -> None:
        """Notes wait."""
        self.rung.append("notes")


class Hubs:
    """A hub with one connection for each platform of the test, all of the plugin `town`."""

    def __init__(self, url: str, **platforms: Platform) -> None:
        self.now = NOW
        self.db = Database(url)
        upgrade(self.db)
        self.cipher = Cipher(RING)
        self.platforms = platforms
        self.bells = Bells()
        guard = Guard(limit=30.0)

        def of(connection: Any) -> Platform:
            return self.platforms[connection.name]

        plugin = Plugin(
            name="town",
            distribution="town-hub",
            version="1",
            hooks={
                "contact_source": of,
                "opt_out_sink": of,
                "event_trigger": of,
            },
            settings=Town,
            form=(),
            guard=guard,
        )
        self.connections = Connections(
            database=self.db,
            cipher=self.cipher,
            registry=Registry(plugins={"town": plugin}, broken={}),
            provisioned={},
            public_url="https://hub.example.jp",
            clock=self.clock,
        )
        self.ids: dict[str, int] = {}
        with self.db.write() as tx:
            for name in platforms:
                self.ids[name] = connection_rows.put(
                    tx,
                    name=name,
                    plugin="town",
                    label=name.upper(),
                    site_id=None,
                    origin="console",
                    mapping=FieldMapping(phone="phone", consent="SMS許諾", purpose="campaign"),
                    settings_enc=None,
                    now=self.now,
                )
            purposes.ensure(tx, "campaign", "promotional", "案内", "キャンペーンの案内", self.now)
            purposes.ensure(tx, "visit", "transactional", "来店", "来店のお知らせ", self.now)

    def clock(self) -> datetime:
        """The time of this hub; the test moves it."""
        return self.now

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    def pull(self, name: str = "crm", **options: Any) -> RunResult:
        """Pull one connection."""
        return pull(
            self.db,
            self.cipher,
            self.connections,
            self.bells,
            self.clock,
            self.ids[name],
            **options,
        )

    def vanish(self, name: str = "crm", **options: Any) -> RunResult:
        """Go over all ids of one connection."""
        return check_vanished(
            self.db,
            self.cipher,
            self.connections,
            self.bells,
            self.clock,
            self.ids[name],
            **options,
        )

    def link(self, id_: str, name: str = "crm") -> LinkRow:
        """The row of one record."""
        with self.db.read() as tx:
            return people.find_links(tx, self.ids[name], [f"12:{id_}"])[f"12:{id_}"]

    def verdicts(self, name: str = "crm") -> dict[str, str]:
        """The verdict on each record."""
        refs = [f"12:{id_}" for id_ in self.platforms[name].records]
        with self.db.read() as tx:
            rows = people.find_links(tx, self.ids[name], refs)
        return {ref.partition(":")[2]: row.verdict for ref, row in rows.items()}

    def number(self, id_: str, name: str = "crm") -> str | None:
        """The number kept for the contact behind a record."""
        contact_id = self.link(id_, name).contact_id
        assert contact_id is not None
        with self.db.read() as tx:
            return people.numbers_of(tx, self.cipher, [contact_id]).get(contact_id)

    def standing(self, id_: str, name: str = "crm") -> Standing:
        """What the ledger and the exclusion list say of the number behind a record."""
        contact_id = self.link(id_, name).contact_id
        assert contact_id is not None
        with self.db.read() as tx:
            return load(tx, [contact_id], "campaign")[contact_id]

    def may_text(self, id_: str, name: str = "crm") -> str:
        """What the gate says to an advertisement: allow, or why not."""
        question = Question(
            purpose_key="campaign",
            message_class="promotional",
            now=self.now,
            source_read_at=self.link(id_, name).read_at,
        )
        answer = decide(question, self.standing(id_, name), Policy(quiet_hours=None))
        return "allow" if isinstance(answer, Allow) else str(answer.reason)

    def stops(self, id_: str, name: str = "crm") -> list[str]:
        """The scopes that are stopped for the number behind a record."""
        contact_id = self.link(id_, name).contact_id
        assert contact_id is not None
        with self.db.read() as tx:
            return sorted(row.scope for row in exclusions.active(tx, [contact_id])[contact_id])

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.db.read() as tx:
            return int(tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


@contextmanager
def hub_beside(url: str, **platforms: Platform) -> Any:
    """A hub for the length of a block."""
    hub = Hubs(url, **platforms)
    try:
        yield hub
    finally:
        hub.db.close()
