"""The form, its code, the way back and the API on PostgreSQL, where callers come at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.contacts.consent_pushing import push_consents
from hub.store.tables.consent import evidence

from ..public.counter import E164
from .caller import CONSENT, Caller
from .conftest import MORNING


@pytest.fixture
def caller(redis_url: str, tmp_path: Path, ready_postgres_url: str) -> Iterator[Caller]:
    caller = Caller(tmp_path, redis_url, MORNING, HUB_DATABASE_URL=ready_postgres_url)
    caller.open()
    caller.key = caller.new_key("consents:read", "consents:write")
    yield caller
    caller.close()


def entries(caller: Caller) -> int:
    with caller.hub.database.read() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(evidence)).scalar_one()


def test_somebody_signs_up_says_stop_and_comes_back(caller: Caller):
    caller.pull()
    number = next(each.e164 for each in caller.people if each.e164)
    for _ in range(2):
        caller.type_code(caller.sent(number), caller.code(number))
        assert caller.verdict(number=number) == "allow"
        caller.clock.advance(60)
        caller.stop("promotional", number)
        assert caller.verdict(number=number) == "suppressed_promotional"
        caller.clock.advance(60)
    caller.type_code(caller.sent(number), caller.code(number))
    push_consents(caller.hub.database, caller.hub.connections, caller.clock)
    caller.clock.advance(3 * 24 * 3600)
    caller.hub.sign_ups.tidy()
    assert caller.has_number(number)


def test_a_number_nobody_confirmed_is_forgotten(caller: Caller):
    caller.sent()
    assert caller.has_number()
    caller.clock.advance(601)
    caller.drain()
    caller.hub.sign_ups.tidy()
    assert not caller.has_number(E164)


def test_the_same_request_many_times_at_once_is_done_once(caller: Caller):
    before = entries(caller)
    headers = {"Idempotency-Key": "order-17"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: caller.post(CONSENT, headers=headers), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert entries(caller) == before + 1


def test_many_forms_at_once_for_one_number_send_no_more_than_a_days_codes(caller: Caller):
    with ThreadPoolExecutor(8) as pool:
        turns = range(12)
        list(pool.map(lambda turn: caller.send(address=f"192.0.2.{turn}"), turns))
    assert len(caller.texts()) == 5
