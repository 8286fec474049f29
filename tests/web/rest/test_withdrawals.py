"""`POST /api/v1/withdrawals`: a stop that was said elsewhere counts like any other."""

import pytest

from ..public.counter import NUMBER
from .caller import CONSENT, Caller

STOP = {"number": NUMBER, "scope": "promotional"}


def test_a_withdrawal_stops_advertising_at_once(caller: Caller):
    caller.recorded()
    answer = caller.post(STOP, "/withdrawals")
    assert answer.status_code == 201
    assert answer.json["number"] == "090****9876"
    assert answer.json["already"] is False
    assert caller.verdict() == "suppressed_promotional"
    assert caller.exclusions() == ["promotional"]


def test_somebody_the_hub_never_heard_of_can_say_stop(caller: Caller):
    assert caller.post(STOP, "/withdrawals").status_code == 201
    caller.recorded()
    assert caller.verdict() == "suppressed_promotional"


def test_said_twice_it_stands_once(caller: Caller):
    caller.post(STOP, "/withdrawals")
    assert caller.post(STOP, "/withdrawals").json["already"] is True
    assert caller.exclusions() == ["promotional"]


def test_one_purpose_can_be_stopped_alone(caller: Caller):
    caller.recorded()
    caller.recorded(purpose="points")
    caller.post({**STOP, "scope": "purpose:points"}, "/withdrawals")
    assert caller.verdict("points") == "suppressed_purpose"
    assert caller.verdict("campaign") == "allow"


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"scope": "everything"}, "/scope", "choice"),
        ({"scope": "purpose:"}, "/scope", "choice"),
        ({"number": "0120-000-000"}, "/number", "toll_free"),
        ({"occurred_at": "2026-01-14T10:00:00+09:00"}, "/occurred_at", "future"),
    ],
)
def test_a_bad_value_is_refused_by_its_field(caller: Caller, changes, pointer: str, code: str):
    answer = caller.post({**STOP, **changes}, "/withdrawals")
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [(pointer, code)]


def test_it_is_in_the_audit_trail(caller: Caller):
    caller.post(STOP, "/withdrawals")
    assert caller.trail()[-1] == (f"api:{caller.key.split('_')[1]}", "opt_out.recorded")


def test_the_same_request_again_is_answered_the_same(caller: Caller):
    headers = {"Idempotency-Key": "1"}
    first = caller.post(STOP, "/withdrawals", headers=headers)
    assert caller.post(STOP, "/withdrawals", headers=headers).data == first.data
    # The word was used for a stop: it cannot come to mean a consent.
    assert caller.post(CONSENT, headers=headers).status_code == 422
