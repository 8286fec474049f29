"""A whole pull on SQLite against the plain path, in the same run.

The plain path does the same work the usual way: marshmallow for each record, `phonenumbers` for
each number, SQLAlchemy Core upserts of a page's contacts and links. Both encrypt, and the first
pull of both writes the same ledger. Half of the people consented. Pages come ready made, so the
platform's part is in neither.

`full re-read` is everything read anew with no news in it: normalise, check, encrypt, upsert, as
`performance.md` counts a pull. `first pull` adds the evidence, `nothing new` is a page of known
versions. The last ratio is the memory of a pull of five times as many people.
"""

import gc
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
import sqlalchemy as sa
from marshmallow import Schema, fields
from ratio import Ratio
from sqlalchemy.dialects import sqlite

from hub.connections.directory import Connections
from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.contacts.pull import pull
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin, Registry
from hub.settings import Settings
from hub.store import connections as connection_rows
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.tables.people import contact, link
from hub.store.upgrade import upgrade
from hub.values.contact import Answer, ConsentReading, SourceContact
from hub.values.mapping import FieldMapping
from hub.values.page import Page
from hub.values.ref import Ref

PEOPLE = 20_000
PAGE = 500
ROUNDS = 3
NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
WORDING = "キャンペーンのお知らせをSMSで受け取ることに同意します。"


class NoBells:
    """Nobody listens."""

    def pushes(self) -> None:
        """Nothing."""


class Town:
    """A platform whose records are made page by page, or all before anything is measured."""

    def __init__(self, people: int, *, ready: bool) -> None:
        self.people = people
        self.ready = [self._record(index) for index in range(people)] if ready else []

    def page(self, start: int) -> list[SourceContact]:
        """The records from this one on."""
        end = min(start + PAGE, self.people)
        return self.ready[start:end] or [self._record(index) for index in range(start, end)]

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """The next page."""
        start = int(cursor or 0)
        end = start + PAGE
        return Page(items=self.page(start), cursor=str(end), done=end >= self.people)

    def fields(self) -> Sequence[Any]:
        """None."""
        return ()

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """None."""
        return dict.fromkeys(refs)

    def refs(self, cursor: str | None) -> Page[Ref]:
        """None."""
        return Page(items=(), cursor=None, done=True)

    def _record(self, index: int) -> SourceContact:
        agreed = index % 2 == 0
        return SourceContact(
            ref=Ref("12", str(index)),
            number=f"0{'789'[index % 3]}0-{1000 + index // 10_000:04d}-{index % 10_000:04d}",
            version="1",
            name=f"見本 太郎{index}",
            attributes={"store": "渋谷"},
            consents=(
                ConsentReading(
                    answer=Answer.YES if agreed else Answer.SILENT,
                    field="SMS許諾",
                    value="許諾する" if agreed else "",
                    purpose="campaign",
                    at=NOW - timedelta(days=100, minutes=index % 500) if agreed else None,
                    wording=WORDING if agreed else None,
                    default_ticked=False,
                ),
            ),
        )


class NoSettings(Settings):
    """None."""


class Place:
    """One empty store with the town's connection in it."""

    def __init__(self, folder: Path, town: Town) -> None:
        self.db = Database(f"sqlite:///{folder / 'hub.db'}")
        upgrade(self.db)
        self.cipher = Cipher(new_ring())
        plugin = Plugin(
            name="town",
            distribution="town",
            version="1",
            hooks={"contact_source": lambda connection: town},
            settings=NoSettings,
            form=(),
            guard=Guard(),
        )
        self.connections = Connections(
            database=self.db,
            cipher=self.cipher,
            registry=Registry(plugins={"town": plugin}, broken={}),
            provisioned={},
            public_url="https://hub.example.jp",
            clock=lambda: NOW,
        )
        with self.db.write() as tx:
            self.id = connection_rows.put(
                tx,
                name="crm",
                plugin="town",
                label="CRM",
                site_id=None,
                origin="console",
                mapping=FieldMapping(phone="phone"),
                settings_enc=None,
                now=NOW,
            )

    def pull(self) -> None:
        """Pull as the hub does."""
        result = pull(self.db, self.cipher, self.connections, NoBells(), lambda: NOW, self.id)
        assert result.state == "done", result.words.en

    def forget(self, *, basis: bool) -> None:
        """Let the next pull read everything: as news of the judging, or as mere changes."""
        column = "basis = 'another'" if basis else "cursor = '0'"
        with self.db.write() as tx:
            tx.exec_driver_sql(f"UPDATE reading SET {column}")


class Record(Schema):
    """The fields of a record, checked one by one."""

    number = fields.String(required=True)
    name = fields.String(required=True)
    answer = fields.String(required=True)
    at = fields.AwareDateTime(allow_none=True)
    wording = fields.String(allow_none=True)
    store = fields.String(required=True)


class Plain:
    """The usual way to write a pull."""

    def __init__(self, place: Place, town: Town) -> None:
        self.place = place
        self.town = town
        self.schema = Record()

    def pull(self, *, evidence: bool) -> None:
        """Pull everything."""
        for start in range(0, self.town.people, PAGE):
            with self.place.db.write() as tx:
                self._store(tx, self.town.page(start), evidence=evidence)

    def _store(self, tx: sa.Connection, items: list[SourceContact], *, evidence: bool) -> None:
        cipher = self.place.cipher
        loaded = [self._load(item) for item in items]
        numbers = [_number(each["number"]) for each in loaded]
        lookups = [cipher.lookup(number) for number in numbers]
        statement = sqlite.insert(contact).values(
            [
                {
                    "lookup": lookup,
                    "number_enc": cipher.encrypt(number, f"contact.number:{lookup.hex()}"),
                    "created_at": NOW,
                }
                for lookup, number in zip(lookups, numbers, strict=True)
            ]
        )
        tx.execute(
            statement.on_conflict_do_update(
                index_elements=["lookup"], set_={"number_enc": statement.excluded.number_enc}
            )
        )
        found = tx.execute(
            sa.select(contact.c.lookup, contact.c.id).where(contact.c.lookup.in_(lookups))
        )
        ids = {bytes(row[0]): row[1] for row in found}
        rows = [
            {
                "connection_id": self.place.id,
                "ref": str(item.ref),
                "contact_id": ids[lookup],
                "verdict": "consented" if each["at"] and each["wording"] else "silent",
                "name_enc": cipher.encrypt(each["name"], f"link.name:1:{item.ref}"),
                "attributes_enc": cipher.encrypt(each["store"], f"link.attributes:1:{item.ref}"),
                "version": item.version,
                "read_at": NOW,
            }
            for item, each, lookup in zip(items, loaded, lookups, strict=True)
        ]
        upsert = sqlite.insert(link).values(rows)
        tx.execute(
            upsert.on_conflict_do_update(
                index_elements=["connection_id", "ref"],
                set_={key: upsert.excluded[key] for key in rows[0] if key != "ref"},
            )
        )
        if evidence:
            said = [row for row in zip(rows, numbers, loaded, strict=True) if row[2]["at"]]
            ledger.append(tx, cipher, [self._entry(*row) for row in said], NOW)

    def _load(self, item: SourceContact) -> dict[str, Any]:
        said = item.consents[0]
        loaded: dict[str, Any] = self.schema.load(
            {
                "number": item.number,
                "name": item.name,
                "answer": said.answer.value,
                "at": said.at.isoformat() if said.at else None,
                "wording": said.wording,
                "store": item.attributes["store"],
            }
        )
        return loaded

    def _entry(self, row: dict[str, Any], number: str, loaded: dict[str, Any]) -> Entry:
        return Entry(
            event_type=EventType.GIVEN,
            ground=Ground.CONSENT,
            contact_id=row["contact_id"],
            purpose_key="campaign",
            method=Method.CHECKBOX,
            strength=4,
            wording=loaded["wording"],
            occurred_at=loaded["at"],
            actor="connection:crm",
            connection_id=self.place.id,
            source_ref=row["ref"],
            personal={"number": number},
        )


def _number(text: str) -> str:
    parsed = phonenumbers.parse(text, "JP")
    assert phonenumbers.is_valid_number(parsed)
    assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def run() -> Iterator[Ratio]:
    """Each round makes both stores anew and measures them in turns."""
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], None]) -> None:
        # CPU time: on a shared machine the clock on the wall tells of the neighbours.
        start = time.process_time()
        work()
        times.setdefault(name, []).append(PEOPLE / (time.process_time() - start))

    town = Town(PEOPLE, ready=True)
    # The ready records are the platform's: looking through them again and again is no one's work.
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
            place, plain = Place(Path(ours), town), Plain(Place(Path(theirs), town), town)
            timed("first", place.pull)
            timed("plain first", lambda plain=plain: plain.pull(evidence=True))
            place.forget(basis=True)
            timed("again", place.pull)
            timed("plain again", lambda plain=plain: plain.pull(evidence=False))
            place.forget(basis=False)
            timed("known", place.pull)
            place.db.close()
            plain.place.db.close()
    middle = {name: statistics.median(figures) for name, figures in times.items()}
    yield _ratio("full re-read", middle["again"], middle["plain again"], 3.0)
    yield _ratio("first pull, with evidence", middle["first"], middle["plain first"], 1.6)
    yield _ratio("nothing new", middle["known"], middle["plain again"], 3.0)
    yield Ratio(
        name="memory of five times as many",
        ours=_peak(5 * PAGE * 4),
        baseline=_peak(PAGE * 4),
        unit="MB",
        at_most=1.5,
    )


def _ratio(name: str, ours: float, baseline: float, at_least: float) -> Ratio:
    return Ratio(
        name=name, ours=ours, baseline=baseline, unit="rows/s of CPU time", at_least=at_least
    )


def _peak(people: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), Town(people, ready=False))
        tracemalloc.start()
        place.pull()
        peak = tracemalloc.get_traced_memory()[1] / 1_000_000
        tracemalloc.stop()
        place.db.close()
        return peak
