import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http_gateway.answers import read, receipt, rule_for
from connectors.http_gateway.vendorfile import BUILT_IN, load
from hub.sdk import ReceiptState


def meaning(name, status, body, wait=None):
    vendor = load(name)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = read(content, status, wait)
    rule = rule_for(answer, vendor.send.rules, vendor.answers)
    told = receipt(answer, rule, vendor.answers, "key")
    return rule.outcome, told


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (200, {"id": "a"}, "accepted", None),
        (201, {"id": "a"}, "accepted", None),
        (200, {"object": "message"}, "unknown", None),
        (401, {"code": "unauthentication"}, "auth", None),
        (404, {"code": "invalid_tenant"}, "auth", None),
        (404, {"code": "model_not_found"}, "unknown", None),
        (403, {}, "auth", None),
        (429, b"slow down", "retry_later", "quota"),
        (422, {"code": "validation_error", "errors": {"to": ["x"]}}, "rejected", "bad_number"),
        (422, {"code": "validation_error", "errors": {"body": ["x"]}}, "rejected", "content"),
        (422, {"code": "validation_error", "errors": {"limited_at": []}}, "rejected", "expired"),
        (422, {"code": "validation_error", "errors": {"service_id": []}}, "auth", None),
        (400, {"code": "bad_request"}, "rejected", "other"),
        (422, b"<html>", "unknown", None),
        (500, {"code": "x"}, "unknown", None),
    ],
)
def test_karadens_answers(status, body, outcome, reason):
    told, answer = meaning("karaden", status, body)

    assert told == outcome
    if outcome != "auth":
        assert answer.reason == reason


@pytest.mark.parametrize(
    ("code", "message", "outcome", "reason"),
    [
        (0, "Success.", "accepted", None),
        (400, "Duplicate client tag.", "repeated", None),
        (110, "Invalid token.", "auth", None),
        (100, "Required smsCode.", "auth", None),
        (110, "Invalid phoneNumber.", "rejected", "bad_number"),
        (120, "message too long.", "rejected", "content"),
        (110, "Invalid clientTag.", "rejected", "other"),
        (300, "Exceed sending count.", "retry_later", "quota"),
        (500, "System error.", "unknown", None),
        (999, "?", "unknown", None),
    ],
)
def test_zettai_reachs_answers(code, message, outcome, reason):
    body = {"responseCode": code, "responseMessage": message}
    told, answer = meaning("zettai_reach", 200, body)

    assert told == outcome
    if outcome != "auth":
        assert answer.reason == reason


def test_the_vendors_own_delay_comes_before_the_files():
    assert meaning("karaden", 429, {}, 7.0)[1].retry_after == 7
    assert meaning("karaden", 429, {})[1].retry_after == 5


def test_what_is_charged_is_passed_on():
    _, told = meaning("karaden", 200, {"id": "a", "charged_count_per_sent": 3})

    assert (told.reference, told.billed_units) == ("a", 3)


@given(st.sampled_from(BUILT_IN), st.integers(100, 599), st.binary())
def test_nothing_but_the_vendors_own_yes_is_accepted(name, status, body):
    _, told = meaning(name, status, body)

    assert told.state is not ReceiptState.ACCEPTED
