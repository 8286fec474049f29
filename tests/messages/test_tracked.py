"""Counted links lead to what their template names, and to nothing else."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from hub.config import read_config
from hub.errors import ConfigError
from hub.messages import tracked
from hub.messages.linter import lint
from hub.messages.offers import find_offers
from hub.messages.templates import Link, parse
from hub.store.tables.messages import tracked_link
from hub.store.tables.optouts import opt_out_token
from hub.web.public import blueprint

from .house import BODY, SENDER

SHOP = "https://shop.example.jp/sale?id=1#top"
WITH_LINK = BODY + " {{link:" + SHOP + "}}"
LIVES = timedelta(days=180)


def test_a_link_is_no_field_and_is_read_once_for_each_address():
    template = parse(
        "{{link:https://a.example/}}と{{ link:https://b.example }}と{{link:https://a.example/}}"
    )
    assert template.fields == frozenset()
    assert [link.url for link in template.links] == ["https://a.example/", "https://b.example"]


@pytest.mark.parametrize(
    "url",
    ["http://a.example", "javascript:alert(1)", "https://", "https://me@a.example", "//a.example"],
)
def test_only_a_whole_secure_address_can_be_counted(url):
    with pytest.raises(ConfigError, match="counted links as"):
        parse("{{link:" + url + "}}")


def test_in_a_notice_a_counted_link_to_elsewhere_is_told_like_any_other():
    template = parse("{{name}}様 {{link:https://shop.example.jp/}}")
    (found,) = find_offers(template, ["https://sms.example.jp"])
    assert found.code == "transactional_with_link"


def test_a_counted_link_takes_nothing_from_what_advertising_must_show():
    assert lint(parse(WITH_LINK), SENDER) == []


@pytest.fixture
def sent(make_house):
    house = make_house(2, body=WITH_LINK)
    house.create()
    house.drain()
    return house


def secrets(house):
    return [
        match[1]
        for post in house.gateway.posts
        for match in re.finditer(r"http://localhost:8000/l/([\w-]{12})(?![\w-])", post.text)
    ]


def web(house):
    app = Flask(__name__)
    serves = SimpleNamespace(
        config=read_config({}),
        database=house.db,
        cipher=house.cipher,
        connections=house.connections,
        bells=house.bells,
        policy=house.policy,
        clock=house.clock,
    )
    app.register_blueprint(blueprint(serves))
    return app.test_client()


def counts(house):
    with house.db.read() as tx:
        return sorted(tx.execute(sa.select(tracked_link.c.fetched)).scalars())


def test_each_message_has_an_address_of_its_own_that_leads_to_the_templates(sent):
    first, second = secrets(sent)
    assert first != second
    assert SHOP not in sent.gateway.posts[0].text
    answer = web(sent).get(f"/l/{first}")
    assert (answer.status_code, answer.headers["Location"]) == (302, SHOP)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert counts(sent) == [0, 1]


def test_a_look_without_fetching_is_not_counted(sent):
    first, _ = secrets(sent)
    assert web(sent).head(f"/l/{first}").status_code == 302
    assert counts(sent) == [0, 0]


def test_fetches_are_counted_by_message(sent):
    first, _ = secrets(sent)
    client = web(sent)
    for _ in range(3):
        client.get(f"/l/{first}")
    with sent.db.read() as tx:
        (link,) = tracked.fetched(tx, 1, 1)
    assert (link.url, link.carried, link.fetched) == (SHOP, 2, 1)
    assert counts(sent) == [0, 3]


def test_a_fetch_is_no_act_of_the_person(sent):
    tables = ("evidence", "exclusion", "opt_out_push")
    query = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)
    with sent.db.read() as tx:
        before = tx.exec_driver_sql(query).scalars().all()
    web(sent).get(f"/l/{secrets(sent)[0]}")
    with sent.db.read() as tx:
        assert tx.exec_driver_sql(query).scalars().all() == before
        assert tx.execute(sa.select(opt_out_token.c.used_at)).scalars().all() == [None, None]


@pytest.mark.parametrize("query", ["?url=https://evil.example", "?next=//evil.example"])
def test_nobody_can_make_a_link_lead_elsewhere(sent, query):
    answer = web(sent).get(f"/l/{secrets(sent)[0]}{query}")
    assert answer.headers["Location"] == SHOP


def test_an_unknown_link_leads_nowhere(sent):
    answer = web(sent).get("/l/AAAAAAAAAAAA")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_a_link_is_over_one_day(sent, clock):
    first, _ = secrets(sent)
    clock.advance(180 * 86400)
    assert web(sent).get(f"/l/{first}").status_code == 404


def test_a_passed_on_link_opts_nobody_out(sent):
    for secret in secrets(sent):
        assert web(sent).get(f"/o/{secret}").status_code == 404


def test_a_new_version_of_the_template_leads_no_old_link_elsewhere(sent):
    first, _ = secrets(sent)
    sent.publish(BODY + " {{link:https://other.example/}}")
    assert web(sent).get(f"/l/{first}").headers["Location"] == SHOP


@given(st.text(alphabet="AZaz09-_", min_size=12, max_size=12), st.integers(0, 9))
def test_the_secret_of_a_link_does_not_give_its_messages_token_away(token, place):
    made = tracked.derive(token, place)
    assert made != token
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", made)
    assert made != tracked.derive(token, place + 1)


def test_a_link_reads_as_it_was_written():
    link = Link.to(SHOP)
    assert parse("{{" + link.name + "}}").links == (link,)
