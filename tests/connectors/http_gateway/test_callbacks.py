import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http_gateway.callbacks import Door, read
from connectors.http_gateway.vendor import Callback, Replies
from connectors.http_gateway.vendorfile import load
from hub.sdk import Inbound, RefusedInbound, ReportState, SecretText

KEY = SecretText("k" * 22)
NOTICE = {
    "type": "DLR",
    "dateTime": "2026/01/13 10:00:00",
    "phoneNumber": "+819012345678",
    "clientTag": "ab" * 16,
    "carrierName": "AU",
    "statusId": 2,
    "detailedStatusId": 2,
    "separatedSuccessCount": 3,
}


def posted(body, kind="application/x-www-form-urlencoded", **more):
    told = {"tail": KEY.reveal(), "address": "203.0.113.9"} | more
    return Inbound(
        method="POST",
        url="http://localhost/in/sms/",
        query={},
        headers={"content-type": kind},
        body=body,
        received_at=datetime.now(UTC),
        **told,
    )


def results(name, body, kind="application/x-www-form-urlencoded"):
    vendor = load(name)
    return read(posted(body, kind), vendor.callback, vendor.reports, KEY)


def wrapped(*notices):
    return json.dumps({"eventNotifications": list(notices)})


def test_zettai_reach_posts_a_form_with_json_in_it():
    (told,) = results("zettai_reach", urlencode({"json": wrapped(NOTICE)}).encode())

    assert (told.key, told.state, told.billed_units) == ("ab" * 16, ReportState.DELIVERED, 3)
    assert told.at == datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
    assert told.carrier == "AU"


def test_the_json_itself_is_taken_too():
    body = wrapped(NOTICE, NOTICE | {"clientTag": "cd"}).encode()

    assert len(results("zettai_reach", body, "application/json; charset=utf-8")) == 2


@pytest.mark.parametrize(
    ("detail", "reason", "permanent"),
    [
        (31732, "bad_number", None),
        (11834, "handset_refuses", None),
        (51824, "unreachable", False),
        (61999, "other", None),
    ],
)
def test_the_end_of_the_detailed_code_says_why(detail, reason, permanent):
    notice = NOTICE | {"statusId": 3, "detailedStatusId": detail}
    (told,) = results("zettai_reach", urlencode({"json": wrapped(notice)}).encode())

    assert (told.state, told.reason) == (ReportState.UNDELIVERED, reason)
    assert told.permanent is permanent


def test_a_state_nobody_described_is_kept_and_changes_nothing():
    body = json.dumps({"id": "a", "result": "new", "status": "x", "sent_result": "y"}).encode()
    (told,) = results("karaden", body)

    assert (told.state, told.reason) == (ReportState.SUBMITTED, "unread_state")


@pytest.mark.parametrize("tail", ["", "k" * 21, "k" * 23, "é"])
def test_another_key_is_refused(tail):
    with pytest.raises(RefusedInbound) as refused:
        Door(key=KEY).check(posted(b"", tail=tail))
    assert refused.value.reason == "bad_secret"


@pytest.mark.parametrize("address", ["203.0.113.16", "", None, "nonsense"])
def test_a_caller_that_is_not_on_the_list_is_refused_with_the_right_key_too(address):
    door = Door(key=KEY, addresses=("203.0.113.0/28",))

    assert door.check(posted(b"")) == KEY
    with pytest.raises(RefusedInbound) as refused:
        door.check(posted(b"", address=address))
    assert (refused.value.reason, refused.value.status) == ("wrong_address", 403)


def test_the_same_reply_twice_is_one_and_every_difference_makes_another():
    how = Callback(kind="json", replies=Replies(number="n", text="t", at="at"))

    def id_of(**changes):
        body = json.dumps({"n": "09012345678", "t": "停止", "at": "2026-01-13"} | changes)
        (reply,) = read(posted(body.encode()), how, load("karaden").reports, KEY)
        return reply.id

    changed = [{"n": "09012345679"}, {"t": "はい"}, {"at": "2026-01-14"}]
    assert id_of() == id_of()
    assert len({id_of(), *(id_of(**each) for each in changed)}) == 4
    assert "09012345678" not in id_of()


@given(st.sampled_from(["karaden", "zettai_reach"]), st.binary() | st.just(b"[" * 2_000))
def test_whatever_is_posted_it_is_read_or_refused(name, body):
    for sent in (body, b"json=" + body):
        try:
            told = results(name, sent)
        except RefusedInbound:
            continue
        assert told
