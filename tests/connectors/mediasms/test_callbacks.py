import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mediasms.callbacks import Door, moment, read
from hub.sdk import Inbound, RefusedInbound, Reply, ReportState, SecretText

KEY = SecretText("k" * 22)
SMSID = "0123456789abcdef0123456789abcdef"
RESULT = {"mobilenumber": "09012345678", "status": "1", "smsid": SMSID, "smstext": "x"}
REPLY = RESULT | {
    "status": "26",
    "smstext": "停止",
    "returnsmsdatetime": "2026年01月13日 10:00:00",
    "replyid": "7",
    "senderid": "05000000000",
}


def posted(told, *, form=False, tail=None, address="203.0.113.9"):
    kind = "application/x-www-form-urlencoded; charset=UTF-8" if form else "application/json"
    body = told if isinstance(told, bytes) else _written(told, form=form)
    return Inbound(
        method="POST",
        tail=KEY.reveal() if tail is None else tail,
        url="http://localhost/in/sms/",
        query={},
        headers={"content-type": kind},
        body=body,
        received_at=datetime(2026, 1, 13, 1, 0, tzinfo=UTC),
        address=address,
    )


def _written(told, *, form):
    return (urlencode(told) if form else json.dumps(told)).encode()


def refused(door, request):
    with pytest.raises(RefusedInbound) as caught:
        door.check(request)
    return caught.value.reason, caught.value.status


def test_whoever_knows_the_key_is_believed():
    assert Door(key=KEY).check(posted(RESULT)) == KEY


@pytest.mark.parametrize("tail", ["", "k" * 21, "k" * 23, "é", "K" * 22])
def test_another_key_is_refused(tail):
    assert refused(Door(key=KEY), posted(RESULT, tail=tail)) == ("bad_secret", 401)


def test_without_a_key_nobody_is_believed():
    assert refused(Door(key=None), posted(RESULT, tail="")) == ("bad_secret", 401)


@pytest.mark.parametrize("address", ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::5"])
def test_a_caller_of_the_list_is_let_in(address):
    door = Door(key=KEY, addresses=("198.51.100.1", "203.0.113.0/28", "2001:db8::/32"))

    assert door.check(posted(RESULT, address=address)) == KEY


@pytest.mark.parametrize("address", ["203.0.113.16", "2001:db9::5", "", None, "nonsense"])
def test_a_caller_that_is_not_on_the_list_is_refused_with_the_right_key_too(address):
    door = Door(key=KEY, addresses=("203.0.113.0/28", "2001:db8::/32"))

    assert refused(door, posted(RESULT, address=address)) == ("wrong_address", 403)


def test_the_key_is_looked_at_before_the_address():
    """A stranger does not learn whether an address is on the list."""
    door = Door(key=KEY, addresses=("203.0.113.0/28",))

    assert refused(door, posted(RESULT, tail="x", address="192.0.2.1")) == ("bad_secret", 401)


@pytest.mark.parametrize("form", [False, True])
def test_a_result_names_our_key(form):
    (told,) = read(posted(RESULT, form=form), KEY, "")

    assert (told.key, told.reference, told.state) == (SMSID, SMSID, ReportState.DELIVERED)


@pytest.mark.parametrize("form", [False, True])
def test_a_reply_comes_with_its_time_and_says_that_the_sms_arrived(form):
    reply, told = read(posted(REPLY, form=form), KEY, "")

    assert (reply.number, reply.text) == ("09012345678", "停止")
    assert reply.at == datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
    assert (told.key, told.state) == (SMSID, ReportState.DELIVERED)


def test_the_same_reply_twice_is_one_and_every_difference_makes_another():
    def id_of(**changes):
        return next(
            item for item in read(posted(REPLY | changes), KEY, "") if isinstance(item, Reply)
        ).id

    changed = [
        {"replyid": "8"},
        {"smstext": "はい"},
        {"mobilenumber": "09012345679"},
        {"returnsmsdatetime": "2026年01月13日 10:00:01"},
    ]
    assert id_of() == id_of()
    assert len({id_of(), *(id_of(**each) for each in changed)}) == 5
    assert "09012345678" not in id_of()


def test_a_reply_is_taken_even_where_its_status_is_no_reply():
    """A STOP must not be lost because the vendor counts replies otherwise than we know."""
    items = read(posted(REPLY | {"status": "1"}), KEY, "")

    assert [item.text for item in items if isinstance(item, Reply)] == ["停止"]


def test_a_reply_without_an_smsid_is_taken():
    (reply,) = read(posted(REPLY | {"smsid": ""}), KEY, "")

    assert reply.text == "停止"


def test_a_result_of_another_system_with_the_same_user_is_left_out():
    assert read(posted(RESULT), KEY, "A1") == []
    (told,) = read(posted(RESULT | {"smsid": f"A1{SMSID}"}), KEY, "A1")
    assert (told.key, told.reference) == (SMSID, f"A1{SMSID}")


def test_parameters_nobody_knows_here_and_numbers_instead_of_texts_are_taken():
    (told,) = read(posted(RESULT | {"status": 14, "memo": "x", "more": {"a": 1}}), KEY, "")

    assert (told.state, told.reason) == (ReportState.UNDELIVERED, "unreachable")


def test_half_a_character_in_a_reply_does_not_lose_it():
    reply, _ = read(posted(REPLY | {"smstext": "停止\ud842"}), KEY, "")

    assert reply.text == "停止?"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 2_000, b'{"smsid": "a"}', b'{"status": "1"}'],
)
def test_what_is_no_result_is_refused(body):
    with pytest.raises(RefusedInbound) as caught:
        read(posted(body), KEY, "")

    assert (caught.value.reason, caught.value.status) == ("malformed", 400)


any_text = st.text(st.characters(), max_size=20)


@given(st.dictionaries(st.sampled_from(sorted(REPLY)), any_text | st.integers() | st.none()))
def test_whatever_stands_in_the_fields_it_is_read_or_refused(told):
    try:
        items = read(posted(told), KEY, "")
    except RefusedInbound:
        return
    for item in items:
        assert item.id.encode().isascii()
        assert isinstance(item, Reply) or item.key


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020年09月01日 10:00:00", datetime(2020, 9, 1, 1, 0, tzinfo=UTC)),
        ("2026年1月2日 0:00:00", datetime(2026, 1, 1, 15, 0, tzinfo=UTC)),
        ("", None),
        ("2020-09-01 10:00:00", None),
        ("2020年13月01日 10:00:00", None),
    ],
)
def test_times_are_those_of_japan(text, at):
    assert moment(text) == at
