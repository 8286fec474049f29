import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server

from hub.config import read_config
from hub.connections.directory import Connections
from hub.consent import ledger, purposes
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.policy import Policy
from hub.optout import tokens
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.queue import Bells, flag
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.people import contacts_for
from hub.store.tables.connections import connection
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.messages import message, send, template
from hub.store.tables.optouts import opt_out_token, push
from hub.store.tables.people import link
from hub.store.upgrade import upgrade
from hub.web.public import blueprint
from hub.web.public.limits import MOST

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)  # 10:00 in Japan
AGREED = datetime(2025, 4, 1, 3, 0, tzinfo=UTC)


@dataclass
class Site:
    """The page of a hub with one reader, and the link in their SMS."""

    app: Flask
    db: Database
    broker: redis.Redis
    token: str
    contact_id: int
    now: datetime = NOW

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def path(self) -> str:
        return f"/o/{self.token}"

    def page(self, language: str = "ja") -> str:
        return self.client.get(f"{self.path}?lang={language}").text

    def press(self, act: str) -> str:
        answer = self.client.post(self.path, data={"act": act}, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    def scopes(self) -> list[str]:
        with self.db.read() as tx:
            query = sa.select(exclusion.c.scope).where(exclusion.c.lifted_at.is_(None))
            return sorted(tx.execute(query).scalars())

    def rows(self) -> list[int]:
        with self.db.read() as tx:
            return [
                tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (exclusion, evidence, push)
            ]


def _fill(db: Database, cipher: Cipher) -> tuple[int, str]:
    with db.write() as tx:
        contact_id = contacts_for(tx, [[b"0123456789abcdef"]], NOW)[0]
        made = tx.execute(
            sa.insert(connection).values(
                name="crm",
                plugin="kintone",
                label="顧客アプリ",
                origin="console",
                enabled=True,
                state="ok",
                state_since=NOW,
                created_at=NOW,
            )
        )
        crm = int(made.inserted_primary_key[0])
        tx.execute(
            sa.insert(link).values(
                connection_id=crm, ref="12:1", contact_id=contact_id, verdict="x", read_at=NOW
            )
        )
        for key, kind, label in (
            ("campaign", "promotional", "セール・新商品のお知らせ"),
            ("points", "promotional", "ポイントのご案内"),
            ("booking", "transactional", "ご予約の確認"),
        ):
            purposes.ensure(tx, key, kind, label, label, NOW)
        ids = ledger.append(
            tx,
            cipher,
            [
                Entry(
                    event_type=EventType.GIVEN,
                    ground=Ground.CONSENT,
                    contact_id=contact_id,
                    purpose_key=key,
                    method=Method.CHECKBOX,
                    actor="person",
                    strength=4,
                    wording="SMSを受け取ります。",
                    occurred_at=AGREED,
                    connection_id=crm,
                    source_ref="12:1",
                )
                for key in ("campaign", "points", "booking")
            ],
            NOW,
        )
        message_id = _message(tx, contact_id, crm, ids[0])
        token = tokens.issue(
            tx,
            contact_id=contact_id,
            message_id=message_id,
            purpose_key="campaign",
            last_digits="5678",
            now=NOW,
        )
    return contact_id, token


def _message(tx: sa.Connection, contact_id: int, gateway_id: int, evidence_id: str) -> int:
    about = {"key": "sale", "purpose_key": "campaign", "created_at": NOW}
    template_id = tx.execute(
        sa.insert(template).values(
            **about, version=1, label="x", language="ja", body="x", created_by="x"
        )
    ).inserted_primary_key[0]
    send_id = tx.execute(
        sa.insert(send).values(
            **about,
            kind="list",
            template_id=template_id,
            message_class="promotional",
            gateway_id=gateway_id,
            state="sending",
            actor="x",
        )
    ).inserted_primary_key[0]
    made = tx.execute(
        sa.insert(message).values(
            key="m",
            send_id=send_id,
            contact_id=contact_id,
            gateway_id=gateway_id,
            purpose_key="campaign",
            message_class="promotional",
            priority=2,
            state="submitted",
            segments=1,
            evidence_id=evidence_id,
            due_at=NOW,
            created_at=NOW,
        )
    )
    return int(made.inserted_primary_key[0])


@pytest.fixture
def site(sqlite_url: str, redis_url: str) -> Iterator[Site]:
    db = Database(sqlite_url)
    upgrade(db)
    cipher = Cipher(new_ring())
    contact_id, token = _fill(db, cipher)
    client = redis.Redis.from_url(redis_url)
    site = Site(app=Flask("hub"), db=db, broker=client, token=token, contact_id=contact_id)
    hub: Any = SimpleNamespace(
        config=read_config(
            {
                "HUB_SENDER_NAME": "株式会社さくら商店",
                "HUB_SENDER_CONTACT": "0120-000-000",
                "HUB_SENDER_ADDRESS": "東京都千代田区1-1-1",
            }
        ),
        database=db,
        cipher=cipher,
        connections=Connections(
            database=db,
            cipher=cipher,
            registry=load([], Guard()),
            provisioned={},
            public_url="http://localhost:8000",
            clock=lambda: site.now,
        ),
        bells=Bells(client),
        policy=Policy(),
        clock=lambda: site.now,
    )
    site.app.register_blueprint(blueprint(hub))
    yield site
    client.close()
    db.close()


def _cut(broker: redis.Redis) -> None:
    broker.connection_pool.connection_kwargs["path"] = "/nowhere"
    broker.connection_pool.disconnect()


def test_looking_changes_nothing(site: Site) -> None:
    before = site.rows()
    for _ in range(3):
        assert site.client.get(site.path).status_code == 200
        assert site.client.head(site.path).status_code == 200
        assert site.client.options(site.path).status_code == 200
    assert site.rows() == before
    with site.db.read() as tx:
        assert tx.execute(sa.select(opt_out_token.c.used_at)).scalar() is None


def test_the_page_says_who_for_what_since_when_and_which_number(site: Site) -> None:
    page = site.page()
    for words in ("株式会社さくら商店", "セール・新商品のお知らせ", "2025年4月1日", "末尾 5678"):
        assert words in page
    for words in ("0120-000-000", "東京都千代田区1-1-1"):
        assert words in page


def test_one_button_stops_all_advertising(site: Site) -> None:
    page = site.press("promotional")
    assert "広告のSMSは停止しています" in page
    assert site.scopes() == ["promotional"]
    assert "すべてのSMSを停止する" in page


def test_every_record_waits_to_be_told_and_the_bell_is_rung(site: Site) -> None:
    site.press("promotional")
    assert site.rows()[2] == 1
    assert site.broker.exists(flag("pushes"))


def test_a_broker_that_is_away_keeps_nobody_from_stopping(site: Site) -> None:
    _cut(site.broker)
    assert "広告のSMSは停止しています" in site.press("promotional")
    assert site.rows()[2] == 1


def test_a_second_button_stops_everything(site: Site) -> None:
    page = site.press("all")
    assert "すべてのSMSを停止しています" in page
    assert 'value="promotional"' not in page
    assert site.scopes() == ["all"]


def test_one_purpose_can_be_stopped_alone(site: Site) -> None:
    page = site.press("purpose:points")
    assert site.scopes() == ["purpose:points"]
    assert "「ポイントのご案内」のSMSは停止しています" in page
    assert "広告のSMSをすべて停止する" in page


def test_a_purpose_the_reader_never_had_is_not_stopped(site: Site) -> None:
    for act in ("purpose:nothing", "", "everything", "undo:1", "undo:９", "undo:" + "9" * 60):
        site.press(act)
    assert site.scopes() == []


def test_a_used_link_says_that_it_is_stopped_already(site: Site) -> None:
    site.press("promotional")
    site.now += timedelta(days=30)
    page = site.page()
    assert "広告のSMSは停止しています" in page
    assert "2026年1月13日 に受け付けました" in page
    assert "停止を取り消す" not in page
    site.press("promotional")
    assert site.scopes() == ["promotional"]


def test_a_tap_can_be_undone_for_ten_minutes(site: Site) -> None:
    page = site.press("promotional")
    assert "10:10 まで取り消せます" in page
    undo = re.search(r'value="(undo:\d+)"', page)
    assert undo is not None
    page = site.press(undo[1])
    assert "停止を取り消しました" in page
    assert site.scopes() == []


def test_after_ten_minutes_an_undo_does_nothing(site: Site) -> None:
    undo = re.search(r'value="(undo:\d+)"', site.press("promotional"))
    assert undo is not None
    site.now += timedelta(minutes=11)
    assert "広告のSMSは停止しています" in site.press(undo[1])
    assert site.scopes() == ["promotional"]


def test_the_evidence_says_that_it_was_this_page(site: Site) -> None:
    site.client.post(site.path, data={"act": "all"}, headers={"User-Agent": "OldPhone/1.0"})
    with site.db.read() as tx:
        row = tx.execute(sa.select(evidence).order_by(evidence.c.seq.desc()).limit(1)).one()
    assert (row.event_type, row.method, row.purpose_key, row.controller) == (
        "withdrawn",
        "page",
        "all",
        "株式会社さくら商店",
    )
    assert row.personal_enc is not None


def test_english_is_shown_to_who_asks_for_it_and_one_tap_away_for_all(site: Site) -> None:
    english = site.client.get(site.path, headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "Stop all advertising SMS" in english
    assert f'href="{site.path}?lang=ja"' in english
    assert "1 April 2025" in english
    assert "English" in site.page("ja")
    french = site.client.get(site.path, headers={"Accept-Language": "fr"}).text
    assert "広告のSMSをすべて停止する" in french


def test_the_language_stays_after_the_tap(site: Site) -> None:
    answer = site.client.post(f"{site.path}?lang=en", data={"act": "all"}, follow_redirects=True)
    assert "Every SMS is stopped" in answer.text


def test_the_page_is_small_and_needs_nothing_from_elsewhere(site: Site) -> None:
    for act in ("promotional", "purpose:points", "all"):
        page = site.press(act)
        assert len(page.encode()) < 10_000
    assert "<script" not in page
    assert not re.search(r'(?:src|href|action)="(?!/o/|tel:|mailto:)', page)
    assert "@import" not in page
    assert "url(" not in page


def test_nobody_stores_follows_or_indexes_it(site: Site) -> None:
    answers = [
        site.client.get(site.path),
        site.client.post(site.path, data={"act": "all"}),
        site.client.get("/o/AAAAAAAAAAAA"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


def test_an_unknown_link_gets_a_plain_page_with_the_contact(site: Site) -> None:
    for token in ("AAAAAAAAAAAA", "short", "x" * 300, "%00", "<b>"):
        answer = site.client.get(f"/o/{token}")
        assert answer.status_code == 404
        assert "0120-000-000" in answer.text
        assert "<b>" not in answer.text
    answer = site.client.post("/o/AAAAAAAAAAAA", data={"act": "all"})
    assert answer.status_code == 404
    assert site.scopes() == []


def test_only_unknown_links_are_limited(site: Site) -> None:
    statuses = [site.client.get("/o/AAAAAAAAAAAA").status_code for _ in range(MOST + 2)]
    assert statuses == [404] * MOST + [429] * 2
    assert site.client.get(site.path).status_code == 200
    site.press("promotional")
    assert site.scopes() == ["promotional"]
    elsewhere = site.client.get("/o/AAAAAAAAAAAA", environ_base={"REMOTE_ADDR": "127.0.0.2"})
    assert elsewhere.status_code == 404


def test_unknown_links_are_limited_while_the_broker_is_away(site: Site) -> None:
    _cut(site.broker)
    statuses = {site.client.get("/o/AAAAAAAAAAAA").status_code for _ in range(MOST + 1)}
    assert statuses == {404, 429}


def test_a_store_that_is_down_never_says_stopped(site: Site) -> None:
    site.db.engine.dispose()
    site.db.engine = sa.create_engine("sqlite:////nowhere/hub.db")
    for answer in (site.client.get(site.path), site.client.post(site.path, data={"act": "all"})):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "120"
        assert "まだ完了していません" in answer.text
        assert "0120-000-000" in answer.text


def test_what_an_admin_wrote_is_shown_as_text(site: Site) -> None:
    with site.db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "<script>1</script>", "x", NOW)
    assert "<script>" not in site.page()
    assert "<script>" not in site.press("purpose:campaign")


# ---- in a browser ----------------------------------------------------------------------------


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    server = create_server(site.app, host="127.0.0.1", port=0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}{site.path}"
    server.close()


def test_it_works_in_a_browser_without_javascript(
    site: Site, address: str, browser_page: Any
) -> None:
    context = browser_page.context.browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="ja-JP"
    )
    page = context.new_page()
    page.goto(address)
    main = page.get_by_role("button", name="広告のSMSをすべて停止する")
    box = main.bounding_box()
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 48
    main.click()
    assert page.get_by_role("heading", name="広告のSMSは停止しています").is_visible()
    assert site.scopes() == ["promotional"]
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("You will get SMS as before").is_visible()
    assert site.scopes() == []
    context.close()


def test_its_own_style_is_the_one_the_policy_names(address: str, browser_page: Any) -> None:
    blocked: list[str] = []
    browser_page.on("console", lambda line: blocked.append(line.text))
    browser_page.goto(address)
    colour = browser_page.eval_on_selector("input.main", "e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(11, 92, 173)"
    assert [line for line in blocked if "favicon" not in line] == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 390
