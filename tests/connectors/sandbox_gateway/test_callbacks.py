import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox_gateway import callbacks
from hub.sdk import Inbound, RefusedInbound, ReportState, SecretText

KEY = SecretText("sesame")
NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
REPLY = {"type": "reply", "id": "1", "from": "+819012345678", "text": "停止", "at": NOW.isoformat()}


def posted(body: bytes, stamp: str | None = None, key: str = "sesame") -> Inbound:
    stamp = str(int(NOW.timestamp())) if stamp is None else stamp
    mac = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Inbound(
        method="POST",
        tail="",
        url="http://localhost/in/sms",
        query={},
        headers={"x-sandbox-timestamp": stamp, "x-sandbox-signature": f"v1={mac}"},
        body=body,
        received_at=NOW,
    )


def refused(request: Inbound) -> str:
    with pytest.raises(RefusedInbound) as error:
        callbacks.check(request, KEY)
    assert error.value.status == 401
    return error.value.reason


def test_a_signature_with_the_connections_key_is_believed():
    callbacks.check(posted(b"[]"), KEY)


def test_a_signature_with_another_key_is_refused():
    assert refused(posted(b"[]", key="open")) == "bad_signature"


def test_a_body_that_was_changed_is_refused():
    assert refused(replace(posted(b"[]"), body=b"[ ]")) == "bad_signature"


@pytest.mark.parametrize("header", ["x-sandbox-timestamp", "x-sandbox-signature"])
def test_a_request_without_a_signature_or_its_time_is_refused(header):
    request = posted(b"[]")
    headers = {name: value for name, value in request.headers.items() if name != header}

    assert refused(replace(request, headers=headers)) == "bad_signature"


@pytest.mark.parametrize("signature", ["", "v1=", "v1=é", "v1=" + "0" * 64])
def test_a_signature_that_is_none_is_refused(signature):
    request = posted(b"[]")
    headers = {**request.headers, "x-sandbox-signature": signature}

    assert refused(replace(request, headers=headers)) == "bad_signature"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_from_over_five_minutes_away_is_stale(seconds):
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))

    assert refused(posted(b"[]", stamp)) == "stale"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_signature_from_five_minutes_away_is_still_good(seconds):
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))

    callbacks.check(posted(b"[]", stamp), KEY)


@pytest.mark.parametrize("stamp", ["", "soon", "1.5", "-1", "٣", "9" * 400])
def test_a_time_that_is_no_number_is_stale_even_when_it_is_signed(stamp):
    assert refused(posted(b"[]", stamp)) == "stale"


def test_reports_and_replies_are_read_in_their_order():
    report = {
        "type": "report",
        "id": "r",
        "message_id": "sms-1",
        "state": "undelivered",
        "at": NOW.isoformat(),
        "reason": "unreachable",
        "permanent": False,
    }

    first, second = callbacks.read(json.dumps([report, REPLY]).encode())

    assert (first.state, first.reference, first.permanent) == (
        ReportState.UNDELIVERED,
        "sms-1",
        False,
    )
    assert (second.number, second.text, second.at) == ("+819012345678", "停止", NOW)


def test_an_entry_of_a_new_type_is_left_out():
    entries = [{"type": "opened", "id": "1"}, REPLY]

    assert [item.id for item in callbacks.read(json.dumps(entries).encode())] == ["1"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b"[1]",
        b'[{"type": "report"}]',
        b"[" * 100_000,
        json.dumps([REPLY | {"from": None}]).encode(),
        json.dumps([REPLY | {"text": 1}]).encode(),
        json.dumps([REPLY | {"at": "now"}]).encode(),
        json.dumps([REPLY | {"id": ""}]).encode(),
    ],
)
def test_a_malformed_body_is_answered_with_400(body):
    with pytest.raises(RefusedInbound) as error:
        callbacks.read(body)

    assert (error.value.reason, error.value.status) == ("malformed", 400)
