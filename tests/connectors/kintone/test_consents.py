"""Consents reach the record with their proof, and never against what somebody said there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.consentfield import ConsentField
from connectors.kintone.consents import KintoneConsents
from connectors.kintone.contacts import KintoneContacts
from connectors.kintone.fields import read_form
from connectors.kintone.record import answer_of, when_of
from hub.sdk import Answer, ConfigError, Consent, FieldMapping, Outcome, OutcomeState, Ref

# A minute behind the sandbox's clock in the person's favour: records were made before that.
AT = datetime(2026, 1, 13, 1, 5, 20, tzinfo=UTC)
BOX, WHEN, WORDS, UNTIL = "SMS許諾", "許諾日時", "許諾文言", "許諾期限"
METHOD = {"consent_method": "許諾の取得方法"}


def consent(record: str, at: datetime = AT, **more: Any) -> Consent:
    values = {"method": "double_opt_in_sms", "wording": "SMSの受信に同意します。", **more}
    return Consent(id=f"c-{record}", ref=Ref("1", record), purpose="campaign", at=at, **values)


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture
def silent(kintone) -> str:
    """The id of somebody who was never asked."""
    return str(kintone.records()["not_consented"]["id"])


def tell(connection: Any, record: str, at: datetime = AT, **more: Any) -> Outcome:
    return only(KintoneConsents(connection).record([consent(record, at, **more)]))


def test_a_consent_is_written_with_its_proof_and_read_back(kintone, connect, silent: str):
    outcome = tell(connect(METHOD), silent)
    assert (outcome.state, outcome.confirmed) == (OutcomeState.DONE, True)
    assert outcome.version == str(kintone.value(silent, "$revision"))
    assert kintone.value(silent, BOX) == ["許諾する"]
    assert kintone.value(silent, WHEN) == "2026-01-13T01:05:00Z"
    assert kintone.value(silent, WORDS) == "SMSの受信に同意します。"
    assert kintone.value(silent, "許諾の取得方法") == "double_opt_in_sms"


def test_the_record_then_reads_as_that_consent(kintone, connect, silent: str):
    tell(connect(), silent)
    ref = Ref("1", silent)
    contact = KintoneContacts(connect()).get([ref])[ref]
    assert contact is not None
    (reading,) = contact.consents
    assert reading.answer is Answer.YES
    assert reading.at == AT.replace(second=0)


def test_nothing_else_of_the_record_changes(kintone, connect, silent: str):
    fields = ["氏名", "携帯番号", "配信停止", "配信停止日時", "メモ", "来店履歴"]
    before = [kintone.value(silent, code) for code in fields]
    tell(connect(), silent)
    assert [kintone.value(silent, code) for code in fields] == before


def test_writing_it_again_changes_nothing(kintone, connect, silent: str):
    first = tell(connect(), silent)
    again = tell(connect(), silent)
    assert (again.state, again.version) == (OutcomeState.DONE, first.version)


def test_an_older_yes_gets_the_newer_date_and_loses_its_old_end(kintone, connect):
    person = str(kintone.records()["consented"]["id"])
    kintone.edit(person, {UNTIL: "2020-01-01"})
    assert tell(connect(), person).state is OutcomeState.DONE
    assert kintone.value(person, WHEN) == "2026-01-13T01:05:00Z"
    assert not kintone.value(person, UNTIL)


def test_a_record_that_is_opted_out_stays_so(kintone, connect, silent: str):
    kintone.edit(silent, {"配信停止": ["停止"]})
    outcome = tell(connect(), silent)
    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "opted out" in outcome.why.en
    assert kintone.value(silent, BOX) == []
    assert kintone.value(silent, "配信停止") == ["停止"]


def test_a_record_of_another_app_is_left_alone(kintone, connect, silent: str):
    wrong = Consent(id="c", ref=Ref("9", silent), purpose="campaign", at=AT, method="checkbox")
    assert only(KintoneConsents(connect()).record([wrong])).state is OutcomeState.BLOCKED


def test_a_record_that_is_gone_is_told(kintone, connect, silent: str):
    kintone.delete(silent)
    assert tell(connect(), silent).state is OutcomeState.GONE


def test_a_locked_record_waits(kintone, connect, silent: str):
    kintone.fail_record(silent, "GAIA_DA02")
    assert tell(connect(), silent).state is OutcomeState.LATER


def test_without_a_consent_field_an_admin_is_told(connect, silent: str):
    bare = {"consent": None, "consent_yes": ()}
    bare |= dict.fromkeys(("consent_at", "consent_until", "consent_wording"))
    with pytest.raises(ConfigError) as caught:
        tell(connect(bare), silent)
    assert caught.value.key == "mapping.consent"


# ---- what the fields say, and what is written into them ---------------------------------------

RADIO = {
    "properties": {
        "SMS": {
            "type": "RADIO_BUTTON",
            "label": "SMS",
            "options": {"許諾する": {"index": "0"}, "許諾しない": {"index": "1"}},
        },
        "更新日時": {"type": "UPDATED_TIME", "label": "更新日時"},
        "日時": {"type": "DATETIME", "label": "日時"},
        "取得": {
            "type": "DROP_DOWN",
            "label": "取得",
            "options": {"店頭": {"index": "0"}, "checkbox": {"index": "1"}},
        },
    }
}


def radio(**more: str) -> ConsentField:
    mapping = FieldMapping(phone="p", consent="SMS", consent_yes=["許諾する"], **more)
    return ConsentField.of(read_form(RADIO), mapping)


def record(answer: str, updated: datetime, at: str | None = None) -> dict[str, Any]:
    return {
        "SMS": {"value": answer},
        "更新日時": {"value": updated.isoformat()},
        "日時": {"value": at or ""},
    }


def test_a_no_that_was_not_touched_since_gives_way():
    assert not radio().may_say_no_since(record("許諾しない", AT - timedelta(hours=1)), AT)


def test_a_no_in_a_record_that_was_touched_since_stands():
    assert radio().may_say_no_since(record("許諾しない", AT + timedelta(hours=1)), AT)


def test_a_no_with_its_own_date_goes_by_that():
    older = record("許諾しない", AT + timedelta(hours=1), "2026-01-12T00:00:00Z")
    newer = record("許諾しない", AT - timedelta(hours=1), "2026-01-14T00:00:00Z")
    field = radio(consent_at="日時")
    assert not field.may_say_no_since(older, AT)
    assert field.may_say_no_since(newer, AT)


def test_a_choice_gets_one_of_its_own_options_or_none():
    field = radio(consent_method="取得")
    told = field.to_say_yes(record("", AT), consent("1", method="checkbox"))
    assert told == {"SMS": "許諾する", "取得": "checkbox"}
    assert field.to_say_yes(record("", AT), consent("1"))["取得"] is None


@given(st.integers(0, 20 * 366 * 86_400))
def test_a_day_for_the_end_is_over_when_the_consent_is(seconds: int):
    form = {"properties": {**RADIO["properties"], "期限": {"type": "DATE", "label": "期限"}}}
    mapping = FieldMapping(phone="p", consent="SMS", consent_yes=["許諾する"], consent_until="期限")
    until = AT + timedelta(seconds=seconds)
    field = ConsentField.of(read_form(form), mapping)
    day = field.to_say_yes(record("", AT), consent("1", until=until))["期限"]
    end = when_of(day, end=True)
    assert end is not None
    assert until - timedelta(days=1, seconds=1) <= end <= until


BOXES = {
    "properties": {
        "許諾": {
            "type": "CHECK_BOX",
            "label": "許諾",
            "options": {
                label: {"index": str(at)}
                for at, label in enumerate(("SMS許諾", "メール許諾", "連絡不要"))
            },
        },
        "更新日時": {"type": "UPDATED_TIME", "label": "更新日時"},
    }
}


@given(st.lists(st.sampled_from(["SMS許諾", "メール許諾", "連絡不要"]), unique=True))
def test_a_check_box_says_yes_afterwards_and_keeps_what_means_something_else(labels: list[str]):
    mapping = FieldMapping(phone="p", consent="許諾", consent_yes=["SMS許諾"])
    field = ConsentField.of(read_form(BOXES), mapping)
    written = field.to_say_yes({"許諾": {"value": labels}}, consent("1"))["許諾"]
    assert isinstance(written, list)
    assert answer_of(written, frozenset({"SMS許諾"})) is Answer.YES
    assert ("メール許諾" in written) is ("メール許諾" in labels)
