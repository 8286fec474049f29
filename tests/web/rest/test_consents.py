"""`POST /api/v1/consents`: what is recorded, what it is worth, what is refused and where."""

import pytest
import sqlalchemy as sa

from hub.consent import documents, ledger
from hub.store.tables.api import api_answer
from hub.store.tables.consent import evidence

from ..public.counter import NUMBER
from .caller import CONSENT, WORDING, Caller, without


def faults(answer) -> dict[str, str]:
    """What is wrong, by pointer."""
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    return {each["pointer"]: each["code"] for each in answer.json["errors"]}


# ---- what is recorded ------------------------------------------------------------------------


def test_a_consent_with_its_proof_opens_advertising(caller: Caller):
    answer = caller.recorded()
    assert (answer["event"], answer["strength"], answer["strength_wanted"]) == ("given", 4, 3)
    assert answer["missing"] == []
    assert answer["excluded"] is False
    assert answer["number"] == "090****9876"
    assert caller.verdict() == "allow"


def test_what_the_caller_knows_is_kept(caller: Caller):
    caller.recorded(
        form_url="https://shop.example.jp/signup",
        form_text="会員登録\n[ ] お得な情報",
        privacy_notice_url="https://shop.example.jp/privacy",
        privacy_notice_version="3",
        language="ja",
        source="order-17",
        ip="198.51.100.7",
        user_agent="Mozilla/5.0",
    )
    (row,) = caller.entries()
    assert row.actor.startswith("api:")
    assert row.method == "checkbox"
    assert row.default_ticked is False
    assert caller.kept(row.wording_sha256) == WORDING
    assert caller.kept(row.form_sha256) == "会員登録\n[ ] お得な情報"
    assert row.privacy_notice_version == "3"
    assert row.occurred_at.isoformat() == "2026-01-12T09:30:00+00:00"
    with caller.hub.database.read() as tx:
        assert ledger.verify(tx, caller.hub.cipher).whole
        everything = repr(tx.execute(sa.select(evidence)).all())
    for personal in ("198.51.100.7", "Mozilla", "9876"):
        assert personal not in everything


@pytest.mark.parametrize(
    ("lacking", "strength", "missing"),
    [
        (("occurred_at",), 1, ["occurred_at"]),
        (("wording",), 1, ["wording"]),
        (("occurred_at", "wording"), 1, ["occurred_at", "wording"]),
        (("default_ticked",), 3, []),
    ],
)
def test_what_is_lacking_lowers_the_strength_and_is_named(
    caller: Caller, lacking: tuple[str, ...], strength: int, missing: list[str]
):
    answer = caller.post(without(*lacking)).json
    assert (answer["strength"], answer["missing"]) == (strength, missing)
    assert caller.verdict() == ("allow" if strength >= 3 else "strength_below_policy")


def test_a_box_that_came_ticked_is_told_to_be_too_little(caller: Caller):
    answer = caller.recorded(default_ticked=True)
    assert (answer["strength"], answer["missing"]) == (2, ["default_ticked"])
    assert caller.verdict() == "strength_below_policy"


def test_a_way_of_agreeing_that_never_proves_enough_is_told(caller: Caller):
    assert caller.recorded(method="voice")["missing"] == ["method"]


def test_words_the_hub_has_can_be_named_by_their_hash(caller: Caller):
    caller.recorded()
    answer = caller.post({**without("wording"), "wording_sha256": documents.digest(WORDING)})
    assert answer.json["strength"] == 4


def test_a_consent_for_a_number_on_the_exclusion_list_is_recorded_and_opens_nothing(caller: Caller):
    caller.stop("promotional")
    caller.clock.advance(60)
    answer = caller.recorded(occurred_at=caller.clock().isoformat())
    assert answer["excluded"] is True
    assert caller.verdict() == "suppressed_promotional"


def test_only_a_double_opt_in_newer_than_the_stop_re_opens(caller: Caller):
    caller.stop("promotional")
    caller.clock.advance(60)
    assert caller.recorded(method="double_opt_in_sms")["excluded"] is True
    later = caller.clock().isoformat()
    assert caller.recorded(method="double_opt_in_sms", occurred_at=later)["excluded"] is False
    assert caller.verdict() == "allow"


def test_an_older_consent_never_beats_a_withdrawal(caller: Caller):
    caller.stop("promotional")
    caller.recorded(method="double_opt_in_sms")
    assert caller.verdict() == "suppressed_promotional"


def test_a_weaker_consent_from_another_source_takes_nothing_away(caller: Caller):
    caller.recorded(source="form")
    caller.post({**without("wording"), "source": "import"})
    assert caller.verdict() == "allow"


# ---- what is shown ---------------------------------------------------------------------------


def test_a_consent_can_be_asked_for_again(caller: Caller):
    recorded = caller.recorded()
    shown = caller.call("GET", f"/consents/{recorded['id']}")
    assert shown.status_code == 200
    assert shown.json == recorded


@pytest.mark.parametrize(
    "id_", ["0", "x" * 500, "..", "%00", "018f0000-0000-7000-8000-000000000000"]
)
def test_a_consent_that_is_not_there_is_a_problem(caller: Caller, id_: str):
    answer = caller.call("GET", f"/consents/{id_}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_recording_and_looking_are_in_the_audit_trail(caller: Caller):
    caller.call("GET", f"/consents/{caller.recorded()['id']}")
    actor = f"api:{caller.key.split('_')[1]}"
    assert caller.trail()[-2:] == [(actor, "consent.recorded"), (actor, "consent.seen")]


# ---- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"number": "03-1234-5678"}, "/number", "landline"),
        ({"number": "090-XXXX-1234"}, "/number", "letters"),
        ({"number": "+1 202 555 0143"}, "/number", "foreign"),
        ({"number": ""}, "/number", "length"),
        ({"number": 9012345678}, "/number", "type"),
        ({"number": None}, "/number", "null"),
        ({"purpose": "nothing"}, "/purpose", "unknown_purpose"),
        ({"purpose": "consent_confirmation"}, "/purpose", "unknown_purpose"),
        ({"method": "page"}, "/method", "choice"),
        ({"default_ticked": "no"}, "/default_ticked", "type"),
        ({"occurred_at": "2026-01-12T18:30:00"}, "/occurred_at", "time"),
        ({"occurred_at": "yesterday"}, "/occurred_at", "time"),
        ({"occurred_at": "2026-02-30T10:00:00+09:00"}, "/occurred_at", "time"),
        ({"occurred_at": "2026-01-13T10:11:00+09:00"}, "/occurred_at", "future"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "/occurred_at", "past"),
        ({"expires_at": "2026-01-01T00:00:00Z"}, "/expires_at", "order"),
        ({"wording": "a\0b"}, "/wording", "characters"),
        ({"wording": "a" * 5001}, "/wording", "length"),
        ({"wording_sha256": "0" * 64}, "/wording_sha256", "both"),
        ({"wording_sha256": "nonsense"}, "/wording_sha256", "choice"),
        ({"form_url": "javascript:alert(1)"}, "/form_url", "url"),
        ({"language": "Japanese"}, "/language", "choice"),
        ({"ip": "here"}, "/ip", "type"),
        ({"extra/~field": 1}, "/extra~1~0field", "unknown"),
    ],
)
def test_a_bad_value_is_refused_by_its_field(caller: Caller, changes, pointer: str, code: str):
    assert faults(caller.post({**CONSENT, **changes})) == {pointer: code}
    assert caller.entries() == []


def test_all_fields_that_are_wrong_are_told_at_once(caller: Caller):
    assert faults(caller.post({"method": "page", "occurred_at": 5})) == {
        "/number": "required",
        "/purpose": "required",
        "/method": "choice",
        "/occurred_at": "time",
    }


def test_an_unknown_hash_of_words_is_refused(caller: Caller):
    answer = caller.post({**without("wording"), "wording_sha256": "0" * 64})
    assert faults(answer) == {"/wording_sha256": "unknown_text"}


def test_no_answer_repeats_what_was_sent(caller: Caller):
    text = caller.post({**CONSENT, "number": "03-9999-1234", "purpose": "秘密"}).text
    assert "9999" not in text
    assert "秘密" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "内容に誤りがあります"), ("en", "Correct the fields"), ("", "Correct the fields")],
)
def test_a_problem_is_told_in_the_callers_language(caller: Caller, language: str, words: str):
    headers = {"Accept-Language": language} if language else {}
    answer = caller.post({}, headers=headers)
    assert words in answer.json["detail"]
    assert answer.json["title"] in ("Unprocessable Entity", "Unprocessable Content")
    assert answer.json["status"] == 422


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"number": NaN}', "application/json", 400),
        (b'{"number": "\\ud800"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"3", "application/json", 422),
        (b"", "application/json", 422),
        (b"number=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b'{"wording": "' + b"a" * 200_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_a_problem(caller: Caller, data, content_type: str, status: int):
    answer = caller.client().post(
        "/api/v1/consents",
        data=data,
        content_type=content_type,
        headers={"Authorization": f"Bearer {caller.key}"},
    )
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"


# ---- once ------------------------------------------------------------------------------------


def test_the_same_request_again_is_done_once_and_answered_the_same(caller: Caller):
    headers = {"Idempotency-Key": "order-17"}
    first = caller.post(CONSENT, headers=headers)
    again = caller.post(CONSENT, headers=headers)
    assert (again.status_code, again.data) == (201, first.data)
    assert len(caller.entries()) == 1


def test_the_same_key_for_another_body_is_refused(caller: Caller):
    headers = {"Idempotency-Key": "order-17"}
    caller.post(CONSENT, headers=headers)
    answer = caller.post({**CONSENT, "purpose": "points"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key")


def test_another_program_may_use_the_same_word(caller: Caller):
    headers = {"Idempotency-Key": "1"}
    caller.post(CONSENT, headers=headers)
    other = caller.new_key("consents:write")
    assert caller.post(CONSENT, headers=headers, key=other).status_code == 201
    assert len(caller.entries()) == 2


def test_a_key_counts_for_a_day(caller: Caller):
    headers = {"Idempotency-Key": "1"}
    caller.post(CONSENT, headers=headers)
    caller.clock.advance(24 * 3600)
    caller.post(CONSENT, headers=headers)
    assert len(caller.entries()) == 2


def test_a_refused_request_leaves_its_key_free(caller: Caller):
    headers = {"Idempotency-Key": "1"}
    caller.post({**CONSENT, "purpose": "nothing"}, headers=headers)
    assert caller.post(CONSENT, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "a" * 256, "é"])
def test_a_key_that_is_none_is_refused(caller: Caller, key: str):
    answer = caller.post(CONSENT, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key")


def test_the_store_holds_neither_the_key_nor_the_number(caller: Caller):
    caller.post(CONSENT, headers={"Idempotency-Key": "order-seventeen"})
    with caller.hub.database.read() as tx:
        row = repr(tx.execute(sa.select(api_answer)).one())
    assert "seventeen" not in row
    assert NUMBER not in row
