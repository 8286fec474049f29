"""What the consent fields of a record say, and what is written into them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.consentfield import ConsentField
from connectors.salesforce.fields import OrgField, Shape
from connectors.salesforce.moments import when_of
from connectors.salesforce.record import answer_of
from hub.sdk import Answer, Consent, ConsentReading, FieldMapping, Ref, SourceContact

AT = datetime(2026, 1, 13, 1, 5, 20, 500_000, tzinfo=UTC)
REF = Ref("Contact", "003000000000001AAA")
YES = "許諾する"
OPTIONS = (YES, "許諾しない", "メール, 電話", "メール", "連絡不要")
SHAPE = Shape(
    objects={
        "Contact": {
            name: OrgField(name=name, label=name, **more)
            for name, more in {
                "Pick": {"type": "picklist", "options": OPTIONS},
                "Many": {"type": "multipicklist", "options": OPTIONS},
                "Text": {"type": "string", "length": 20},
                "Day": {"type": "date"},
                "Time": {"type": "datetime"},
                "Fixed": {"type": "string", "length": 20, "updateable": False},
                "How": {"type": "picklist", "options": ("店頭", "checkbox")},
            }.items()
        }
    },
    individual={},
)


def field(consent: str = "Pick", **more: str) -> ConsentField:
    mapping = FieldMapping(phone="p", consent=consent, consent_yes=[YES], **more)
    return ConsentField.of(SHAPE, "Contact", mapping)


def record(
    answer: Answer, at: datetime | None = None, *, touched: datetime = AT, **more: Any
) -> SourceContact:
    reading = ConsentReading(answer=answer, field="f", at=at, **{"value": "", **more})
    return SourceContact(ref=REF, number="", modified_at=touched, consents=(reading,))


def consent(**more: Any) -> Consent:
    values = {"id": "c", "ref": REF, "purpose": "campaign", "at": AT, "method": "checkbox"}
    return Consent(**values | more)


def test_a_no_that_was_not_touched_since_gives_way() -> None:
    before = record(Answer.NO, touched=AT - timedelta(hours=1))
    assert not field().may_say_no_since(before, (), AT)


def test_a_no_in_what_was_touched_since_stands() -> None:
    assert field().may_say_no_since(record(Answer.NO, touched=AT), (), AT)
    older = record(Answer.NO, touched=AT - timedelta(hours=1))
    assert field().may_say_no_since(older, (), AT, AT + timedelta(hours=1))


def test_a_no_with_its_own_date_goes_by_that() -> None:
    dated = field(consent_at="Time")
    touched = AT + timedelta(hours=1)
    older = record(Answer.NO, AT - timedelta(days=1), touched=touched)
    newer = record(Answer.NO, AT + timedelta(days=1), touched=AT - timedelta(days=1))
    assert not dated.may_say_no_since(older, (), AT)
    assert dated.may_say_no_since(newer, (), AT)


def test_on_the_same_day_a_date_without_a_time_proves_nothing() -> None:
    same = record(Answer.NO, when_of("2026-01-13", end=False))
    before = record(Answer.NO, when_of("2026-01-12", end=False))
    assert field(consent_at="Day").may_say_no_since(same, (), AT)
    assert not field(consent_at="Day").may_say_no_since(before, (), AT)


def test_a_yes_of_that_time_is_told_only_with_its_words() -> None:
    asked = field(consent_at="Time", consent_wording="Text")
    at = AT.replace(microsecond=0)
    words = consent(wording="同意します。")
    assert asked.is_told(record(Answer.YES, at, wording=" 同意します。\r\n"), words)
    assert not asked.is_told(record(Answer.YES, at, wording="前の文言"), words)
    assert asked.is_told(record(Answer.YES, at + timedelta(days=1), wording="後の文言"), words)


def test_a_picklist_gets_one_of_its_own_values_or_none() -> None:
    asked = field(consent_method="How")
    told = asked.to_say_yes(record(Answer.SILENT), consent(method="checkbox"))
    other = asked.to_say_yes(record(Answer.SILENT), consent(method="double_opt_in_sms"))
    assert told == {False: {"Pick": YES, "How": "checkbox"}}
    assert other[False]["How"] is None


def test_a_text_is_cut_to_what_the_field_holds_and_then_counts_as_told() -> None:
    asked = field(consent_at="Time", consent_wording="Text")
    long = consent(wording="あ" * 30)
    written = asked.to_say_yes(record(Answer.SILENT), long)[False]["Text"]
    assert written == "あ" * 20
    assert asked.is_told(record(Answer.YES, AT.replace(microsecond=0), wording=written), long)


def test_what_the_user_may_not_write_is_left_alone() -> None:
    asked = field(consent_wording="Fixed")
    assert asked.to_say_yes(record(Answer.SILENT), consent(wording="同意")) == {
        False: {"Pick": YES}
    }


@given(st.lists(st.sampled_from(OPTIONS), unique=True))
def test_a_multi_select_says_yes_afterwards_and_keeps_what_means_something_else(
    labels: list[str],
) -> None:
    now = record(Answer.NO, value=", ".join(labels))
    written = field("Many").to_say_yes(now, consent())[False]["Many"].split(";")
    assert answer_of(written, frozenset({YES})) is Answer.YES
    assert ("メール, 電話" in written) is ("メール, 電話" in labels)
    assert {"許諾しない", "連絡不要"}.isdisjoint(written)


@given(st.integers(0, 20 * 366 * 86_400))
def test_a_day_for_the_end_is_over_when_the_consent_is(seconds: int) -> None:
    until = AT + timedelta(seconds=seconds)
    asked = field(consent_until="Day")
    day = asked.to_say_yes(record(Answer.SILENT), consent(until=until))[False]["Day"]
    read = when_of(day, end=True)
    assert read is not None
    assert until - timedelta(days=1) - timedelta(seconds=1) <= read <= until
