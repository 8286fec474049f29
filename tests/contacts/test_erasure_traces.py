"""After an erasure nothing of the person is in any file, and the next pull brings nothing back."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from connectors.kintone.sandbox import KintoneSandbox
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.consent import ledger, purposes
from hub.contacts import erasure, erasure_traces
from hub.contacts.pull import pull
from hub.factory import Hub, build
from hub.messages import dispatch, library, replies
from hub.messages.canceling import cancel_waiting
from hub.messages.orders import SendOrder
from hub.sdk import Reply
from hub.store import cleansing, people
from hub.store.tables.consent import evidence
from hub.store.tables.messages import message, reply
from hub.store.tables.people import contact, link
from hub.testing.clock import SandboxClock
from hub.testing.roster import Verdict, first

BODY = "{{name}}様 {{sender_name}}です。 配信停止: {{opt_out_url}}"
PEOPLE = 20


@dataclass(kw_only=True)
class Place:
    """A hub on real files with a kintone and a gateway, and the person who is to be forgotten."""

    hub: Hub
    crm: KintoneSandbox
    clock: SandboxClock
    broker: Path
    folder: Path
    url: str

    def __post_init__(self) -> None:
        self.person = first(PEOPLE, Verdict.CONSENTED)

    @property
    def contact_id(self) -> int:
        with self.hub.database.read() as tx:
            found = people.find_contact(tx, self.hub.cipher.lookups(self.person.e164))
        assert found is not None
        return found

    def later(self, seconds: float) -> None:
        """Let time pass, in the hub as in the platform."""
        self.clock.advance(seconds)
        self.crm.clock.advance(seconds)

    def pull(self) -> None:
        h = self.hub
        connection = h.connections.row("crm").id
        pull(h.database, h.cipher, h.connections, h.bells, h.clock, connection)

    def busy_day(self) -> None:
        """People are read, texted, and answer."""
        h = self.hub
        self.pull()
        with h.database.write() as tx:
            purposes.ensure(tx, "campaign", "promotional", "案内", "会員への案内", h.clock())
            library.publish(
                tx,
                key="sale",
                label="セール",
                purpose_key="campaign",
                body=BODY,
                actor="test",
                sender=h.sender,
                known=["store"],
                now=h.clock(),
            )
        crm, sms = h.connections.row("crm").id, h.connections.row("sms").id
        h.outbox.create(
            SendOrder(
                key="winter", template_key="sale", gateway_id=sms, connection_id=crm, actor="test"
            )
        )
        until = h.clock() + timedelta(seconds=30)
        dispatch.drain(
            h.database,
            h.cipher,
            h.senders,
            h.connections,
            h.bells,
            h.clock,
            sms,
            "worker",
            until,
            policy=h.policy,
        )
        said = Reply(id="1", number=self.person.e164, text=f"{self.person.name}です。電話ください")
        replies.take(h.database, h.cipher, h.connections, h.bells, h.clock, sms, [said])

    def sealed(self) -> list[bytes]:
        """Every ciphertext of the person, as the store has it."""
        mine = self.contact_id
        with self.hub.database.read() as tx:
            return [
                bytes(value)
                for column, of in (
                    (contact.c.number_enc, contact.c.id),
                    (link.c.name_enc, link.c.contact_id),
                    (link.c.attributes_enc, link.c.contact_id),
                    (message.c.body_enc, message.c.contact_id),
                    (reply.c.text_enc, reply.c.contact_id),
                    (evidence.c.personal_enc, evidence.c.contact_id),
                    (evidence.c.personal_salt, evidence.c.contact_id),
                )
                for value in tx.execute(sa.select(column).where(of == mine)).scalars()
                if value is not None
            ]

    def clear(self) -> list[bytes]:
        """The person's number and name in every way they may be written."""
        national = "0" + self.person.e164[3:]
        texts = [
            self.person.e164,
            self.person.e164[1:],
            national,
            f"{national[:3]}-{national[3:7]}-{national[7:]}",
            self.person.typed,
            self.person.name,
            "".join(self.person.name.split()),
        ]
        codes = ("utf-8", "utf-16-le", "utf-16-be")
        return [text.encode(code) for text in texts if text for code in codes]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file that the database and the broker keep, save the write-ahead log of PostgreSQL,
        which holds ciphertext until it is recycled."""
        paths = [path for path in self.broker.rglob("*") if path.is_file()]
        if self.hub.database.dialect == "sqlite":
            paths += self.folder.glob("hub.db*")
        else:
            paths += self._postgresql()
        for path in paths:
            yield path.name, path.read_bytes()

    def _postgresql(self) -> Iterator[Path]:
        where = self.url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(where, autocommit=True) as server:
            server.execute("CHECKPOINT")
            home, oid = server.execute(
                "SELECT current_setting('data_directory'), oid FROM pg_database "
                "WHERE datname = current_database()"
            ).fetchone() or ("", 0)
        yield from (path for path in (Path(home) / "base" / str(oid)).iterdir())

    def found(self, wanted: list[bytes]) -> set[str]:
        """The files that hold any of these."""
        return {name for name, held in self.files() if any(each in held for each in wanted)}


@pytest.fixture
def place(store_url, redis_url, valkey, tmp_path, caplog) -> Iterator[Place]:
    caplog.set_level(logging.DEBUG)
    clock = SandboxClock(lambda: datetime.now(UTC))
    with (
        KintoneSandbox(people=PEOPLE, limits=False) as crm,
        PhoneSandbox() as phone,
    ):
        settings = crm.connection_settings()
        mapping = settings.pop("mapping")
        token, hook = settings.pop("api_token"), settings.pop("webhook_key")
        lines = ["[plugins]", 'load = ["kintone", "sandbox_gateway"]', "[connections.crm]"]
        lines += ['plugin = "kintone"', 'label = "CRM"', 'api_token = { env = "T" }']
        lines += ['webhook_key = { env = "W" }']
        lines += [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        lines += ["[connections.crm.mapping]"]
        lines += [f"{key} = {_toml(value)}" for key, value in mapping.items()]
        lines += ["[connections.sms]", 'plugin = "sandbox_gateway"', 'label = "SMS"']
        lines += [f'base_url = "{phone.base_url}"', 'api_key = { env = "S" }']
        (tmp_path / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
        hub = build(
            {
                "HUB_DATA_DIR": str(tmp_path),
                "HUB_DATABASE_URL": store_url,
                "HUB_REDIS_URL": redis_url,
                "HUB_PLUGINS_FILE": str(tmp_path / "plugins.toml"),
                "HUB_QUIET_HOURS": "off",
                "HUB_SENDER_NAME": "株式会社サンプル商店",
                "HUB_SENDER_CONTACT": "0120-000-000",
                "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
                "T": token,
                "W": hook,
                "S": phone.api_key,
            },
            clock=clock,
        )
        yield Place(
            hub=hub,
            crm=crm,
            clock=clock,
            broker=Path(valkey.data_dir),
            folder=tmp_path,
            url=store_url,
        )
        hub.database.close()


def _toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def erase(place: Place) -> None:
    hub, now = place.hub, place.clock()
    with hub.database.write() as tx:
        row = erasure.order(
            tx,
            kind="person",
            subject=place.contact_id,
            by="test",
            now=now,
            due_at=now,
            why="ordered",
        )
    erasure.carry_out(hub.database, cancel_waiting, hub.clock, row.id)
    assert erasure_traces.take_out(hub.database, place.clock(), by_day=True)


def test_neither_clear_nor_sealed_bytes_of_an_erased_person_are_in_any_file(place, caplog):
    place.busy_day()
    sealed = place.sealed()
    # Number, name, attributes, SMS, reply, and the personal part of an entry with its salt.
    assert len(sealed) >= 7
    assert place.found(sealed), "the search must find what is there"
    assert place.found(place.clear()) == set()
    erase(place)
    assert place.sealed() == []
    assert place.found(sealed) == set()
    assert place.found(place.clear()) == set()
    logged = caplog.text.encode()
    assert not [each for each in place.clear() if each in logged]
    with place.hub.database.read() as tx:
        assert ledger.verify(tx, place.hub.cipher).whole
        assert cleansing.noted(tx) is None


def test_a_real_pull_does_not_bring_an_erased_person_back_and_a_new_consent_does(place):
    place.busy_day()
    id_ = str(place.person.index)
    erase(place)
    for edit in ({"氏名": "別名 太郎"}, {"携帯番号": place.person.e164}):
        place.crm.edit(id_, edit)
        place.pull()
        place.later(86_401)
        place.pull()
        assert place.sealed() == []
    assert place.found(place.clear()) == set()
    now = place.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    place.crm.edit(id_, {"許諾日時": now})
    place.later(120)
    place.pull()
    assert len(place.sealed()) >= 4


def test_of_the_others_nothing_is_lost(place):
    place.busy_day()
    mine = place.contact_id
    kept = sa.select(contact.c.id).where(contact.c.number_enc.is_not(None), contact.c.id != mine)
    with place.hub.database.read() as tx:
        before = tx.execute(kept.order_by(contact.c.id)).all()
    erase(place)
    with place.hub.database.read() as tx:
        assert tx.execute(kept.order_by(contact.c.id)).all() == before
        assert people.numbers_of(tx, place.hub.cipher, [row.id for row in before])


def test_a_large_store_is_written_anew_at_night_only(place, monkeypatch):
    place.busy_day()
    with place.hub.database.write() as tx:
        cleansing.note_erased(tx, "mark")
    monkeypatch.setattr(erasure_traces, "AT_ONCE", 0)
    day, night = (datetime(2026, 1, 13, hour, 30, tzinfo=UTC) for hour in (3, 18))
    assert erasure_traces.take_out(place.hub.database, day, by_day=True) is None
    assert erasure_traces.take_out(place.hub.database, night, by_day=False) is True
    assert erasure_traces.take_out(place.hub.database, night, by_day=False) is None


def test_a_reader_in_the_way_leaves_it_for_the_next_time(place, monkeypatch):
    place.busy_day()
    monkeypatch.setattr(cleansing, "_CUT_SECONDS", 0.2)
    monkeypatch.setattr(cleansing, "_LOCK_SECONDS", 1)
    with place.hub.database.write() as tx:
        cleansing.note_erased(tx, "mark")
    with place.hub.database.read() as tx:
        people.numbers_of(tx, place.hub.cipher, [place.contact_id])
        assert cleansing.cleanse(place.hub.database) is False
    with place.hub.database.read() as tx:
        assert cleansing.noted(tx) == "mark"
    assert cleansing.cleanse(place.hub.database) is True
