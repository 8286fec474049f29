import pytest

from connectors.twilio.callbacks import read
from hub.sdk import RefusedInbound, ReportState

DELIVERED = {
    "AccountSid": "AC1",
    "ApiVersion": "2010-04-01",
    "From": "+15005550006",
    "MessageSid": "SM1",
    "MessageStatus": "delivered",
    "RawDlrDoneDate": "2601131005",
    "SomethingNew": "x",
    "To": "+819012345678",
}
REPLY = {
    "AccountSid": "AC1",
    "Body": " 停止\n",
    "From": "+819012345678",
    "MessageSid": "SM2",
    "NumMedia": "1",
    "NumSegments": "1",
    "SmsStatus": "received",
    "To": "+15005550006",
}


def test_a_status_is_linked_by_our_key_and_by_twilios_id():
    (report,) = read(DELIVERED, "0b6f")

    assert (report.state, report.key, report.reference) == (ReportState.DELIVERED, "0b6f", "SM1")
    assert (report.reason, report.permanent) == (None, None)


def test_a_status_without_our_key_is_linked_by_twilios_id_alone():
    for tail in ("", "x" * 37):
        (report,) = read(DELIVERED, tail)
        assert (report.key, report.reference) == (None, "SM1")


def test_a_repeat_has_the_same_id_and_another_status_has_not():
    first, again = read(DELIVERED, ""), read(DELIVERED | {"SomethingNew": "y"}, "")
    sent = read(DELIVERED | {"MessageStatus": "sent"}, "")

    assert first[0].id == again[0].id != sent[0].id


def test_an_error_code_tells_why():
    told = DELIVERED | {"MessageStatus": "undelivered", "ErrorCode": "30005"}
    (report,) = read(told, "")

    assert (report.state, report.reason) == (ReportState.UNDELIVERED, "bad_number")
    assert report.permanent


def test_a_status_of_a_later_version_is_no_report():
    assert read(DELIVERED | {"MessageStatus": "teleported"}, "") == []


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
def test_what_is_neither_status_nor_reply_is_refused(missing):
    with pytest.raises(RefusedInbound) as refused:
        read({name: value for name, value in DELIVERED.items() if name != missing}, "")

    assert (refused.value.reason, refused.value.status) == ("malformed", 400)


def test_a_reply_keeps_its_text_as_it_came():
    (reply,) = read(REPLY, "")

    assert (reply.id, reply.number, reply.text) == ("SM2", "+819012345678", " 停止\n")
    assert reply.handled_as is None


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_a_keyword_that_twilio_acted_on_is_told(kind):
    (reply,) = read(REPLY | {"OptOutType": kind, "Body": kind}, "")

    assert reply.handled_as == kind.lower()


def test_a_picture_without_text_is_an_empty_reply():
    (reply,) = read({name: value for name, value in REPLY.items() if name != "Body"}, "")

    assert reply.text == ""


def test_a_message_of_another_channel_is_no_reply():
    assert read(REPLY | {"From": "whatsapp:+819012345678"}, "") == []


def test_no_number_or_text_shows_in_a_repr():
    shown = repr([read(REPLY, ""), read(DELIVERED, "0b6f")])

    assert "9012345678" not in shown
    assert "停止" not in shown
