import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mediasms.answers import Answer, code_of, read, result_of
from connectors.mediasms.answers import receipt as receipt_for
from connectors.mediasms.refusals import parking, parks
from hub.sdk import ReceiptState

SMSID = "ab" * 16


def receipt(code, status, smsid, wait=None):
    return receipt_for(Answer(code=code, status=status, wait=wait), smsid)


def test_a_401_without_a_code_is_a_refused_sign_in_and_a_code_counts_more():
    assert read(b"", 401, None).code == "401"
    assert read(b"<html>", 401, None).code == "401"
    assert read(b'{"result": "555"}', 401, None).code == "555"
    assert read(b"", 403, None).code is None


@given(st.binary(), st.integers(100, 599))
def test_no_bytes_break_the_reading(body, status):
    answer = read(body, status, None)

    assert answer.code is None or len(answer.code) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"result": "200"}', "200"),
        ('{"result":587}', "587"),
        ("200", "200"),
        ("200\n1\n", "200"),
        (" 560 ", "560"),
        ("", None),
        ("Service Unavailable", None),
        ("<html><body>503</body></html>", None),
        ('{"result', None),
        ('{"status": "200"}', None),
        ('{"result": null}', None),
        ("[200]", None),
        ("20", None),
        ("2000", None),
        ("２００", None),
        ("[" * 100_000, None),
    ],
)
def test_the_code_is_read_from_json_or_from_a_first_line(text, code):
    assert code_of(text) == code


@given(st.text())
def test_no_text_breaks_the_reading(text):
    code = code_of(text)

    assert code is None or (len(code) == 3 and code.isdigit())


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("200", ReceiptState.ACCEPTED, None),
        ("587", ReceiptState.ACCEPTED, None),
        ("624", ReceiptState.ACCEPTED, None),
        ("402", ReceiptState.RETRY_LATER, "quota"),
        ("503", ReceiptState.RETRY_LATER, "quota"),
        ("562", ReceiptState.RETRY_LATER, "outside_hours"),
        ("592", ReceiptState.RETRY_LATER, "outside_hours"),
        ("560", ReceiptState.REJECTED, "bad_number"),
        ("585", ReceiptState.REJECTED, "content"),
        ("618", ReceiptState.REJECTED, "content"),
        ("619", ReceiptState.REJECTED, "content"),
        ("620", ReceiptState.REJECTED, "content"),
        ("634", ReceiptState.REJECTED, "content"),
        ("654", ReceiptState.REJECTED, "content"),
        ("550", ReceiptState.REJECTED, "other"),
        ("999", ReceiptState.REJECTED, "other"),
        ("500", ReceiptState.UNKNOWN, None),
        ("502", ReceiptState.UNKNOWN, None),
        (None, ReceiptState.UNKNOWN, None),
    ],
)
def test_each_code_has_its_outcome(code, state, reason):
    answer = receipt(code, 200, SMSID)

    assert (answer.state, answer.reason) == (state, reason)
    assert answer.reference == (SMSID if state is ReceiptState.ACCEPTED else None)


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_the_code_counts_and_not_the_http_status(status):
    assert receipt("560", status, SMSID).reason == "bad_number"
    assert receipt("587", status, SMSID).state is ReceiptState.ACCEPTED


@pytest.mark.parametrize("status", [302, 500, 502])
def test_a_success_under_a_status_of_failure_is_believed_to_be_neither(status):
    assert receipt("200", status, SMSID).state is ReceiptState.UNKNOWN


def test_nothing_but_a_known_success_is_accepted():
    accepted = {
        str(code)
        for code in range(100, 1000)
        if receipt(str(code), 200, SMSID).state is ReceiptState.ACCEPTED
    }

    assert accepted == {"200", "587", "624"}


def test_the_consoles_own_delay_is_passed_on_and_without_one_the_account_rests():
    assert receipt("503", 503, SMSID, 7).retry_after == 7
    assert receipt("503", 503, SMSID).retry_after == 1
    assert receipt("592", 200, SMSID).retry_after == 1800


@pytest.mark.parametrize("code", ["401", "555", "557", "666", "606", "574", "580", "595", "601"])
def test_what_would_refuse_the_next_sms_too_stops_the_connection_with_a_sentence(code):
    error = parking(code, "Media 1")

    assert parks(code)
    for sentence in (error.words.en, error.words.ja):
        assert "Media 1" in sentence
        assert "{" not in sentence


def test_each_reason_to_stop_has_a_sentence_of_its_own():
    codes = ["401", "555", "557", "666", "606", "574", "580", "595"]

    assert len({parking(code, "x").words.en for code in codes}) == len(codes)
    assert not any(parks(code) for code in ("200", "503", "560", "587", "999"))


@pytest.mark.parametrize(
    ("text", "result"), [("200\n14\n", "14"), ("200\r\n1", "1"), ("200", None), ("200\n\n", None)]
)
def test_a_pulled_answer_has_its_result_in_the_second_line(text, result):
    assert result_of(text) == result
