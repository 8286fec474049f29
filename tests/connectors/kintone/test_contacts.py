"""Reading people: nobody is left out, and nothing is read as a consent that is none."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.contacts import KintoneContacts
from connectors.kintone.cursor import Cursor, dump, load
from connectors.kintone.fields import read_form
from connectors.kintone.record import Odd, RecordReader, answer_of, when_of
from connectors.kintone.sandbox import KintoneSandbox
from hub.sdk import Answer, ConfigError, FieldMapping, Ref, SourceContact, TransientError
from hub.testing.clock import SandboxClock
from hub.testing.roster import Verdict, first

YES = frozenset({"許諾する"})
MOMENTS = st.integers(min_value=0, max_value=4_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


def drain(source: KintoneContacts, cursor: str | None) -> tuple[dict[str, SourceContact], str]:
    """Read pages until one is the last; give the contacts by record id, and the cursor."""
    found: dict[str, SourceContact] = {}
    while True:
        page = source.changed(cursor)
        found |= {item.ref.id: item for item in page.items}
        assert page.cursor is not None
        cursor = page.cursor
        if page.done:
            return found, cursor


def test_the_first_load_gives_everybody_page_by_page(kintone: KintoneSandbox, connect: Any) -> None:
    source = KintoneContacts(connect())
    first_page = source.changed(None)
    assert len(first_page.items) == 500
    assert not first_page.done
    found, _ = drain(source, first_page.cursor)
    assert len(found) == 700


def test_a_pull_goes_on_where_its_last_page_ended_in_another_process(
    kintone: KintoneSandbox, connect: Any
) -> None:
    cursor = KintoneContacts(connect()).changed(None).cursor
    items = KintoneContacts(connect()).changed(cursor).items
    assert [items[0].ref.id, items[-1].ref.id] == ["501", "1000"]


def test_a_record_says_all_it_knows_about_a_consent(kintone: KintoneSandbox, connect: Any) -> None:
    mapping = {"consent_until": "許諾期限", "consent_method": "許諾の取得方法", "site": "店舗"}
    person = first(kintone.people, Verdict.CONSENTED)
    assert person is not None
    contact = KintoneContacts(connect(mapping)).get([Ref("1", str(person.index))])[
        Ref("1", str(person.index))
    ]
    assert contact is not None
    assert (contact.number, contact.name) == (person.typed, person.name)
    assert contact.attributes == {"store": person.store}
    assert contact.site == person.store
    assert contact.version == "1"
    assert contact.modified_at == datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    (consent,) = contact.consents
    assert consent.answer is Answer.YES
    assert (consent.field, consent.value, consent.purpose) == ("SMS許諾", "許諾する", "campaign")
    assert consent.at is not None
    assert person.consented_at is not None
    assert consent.at == person.consented_at.replace(second=0, microsecond=0)
    assert consent.wording == person.wording
    assert consent.method == person.consent_source
    assert consent.default_ticked is False
    assert contact.opt_out is not None
    assert not contact.opt_out.out


def test_each_kind_of_person_is_read_for_what_they_said(
    kintone: KintoneSandbox, connect: Any
) -> None:
    mapping = {"opt_out_at": "配信停止日時"}
    found, _ = drain(KintoneContacts(connect(mapping)), None)
    silent = kintone.records()["not_consented"]["id"]
    assert found[silent].consents[0].answer is Answer.SILENT
    out = found[kintone.records()["withdrawn"]["id"]].opt_out
    assert out is not None
    assert out.out
    assert out.at is not None


def test_a_change_comes_once_its_minute_is_over(
    kintone: KintoneSandbox, connect: Any, clock: SandboxClock
) -> None:
    source = KintoneContacts(connect())
    _, cursor = drain(source, None)
    clock.advance(300)
    kintone.edit(7, {"SMS許諾": []})

    found, cursor = drain(source, cursor)
    assert "7" not in found
    clock.advance(120)
    found, cursor = drain(source, cursor)
    assert set(found) == {"7"}
    assert found["7"].consents[0].answer is Answer.SILENT

    # Windows overlap, so it may come a second time, as the same version; not a third time.
    clock.advance(600)
    again, cursor = drain(source, cursor)
    assert again == found
    clock.advance(600)
    found, _ = drain(source, cursor)
    assert found == {}


def test_a_record_saved_while_pages_are_read_is_not_lost(
    kintone: KintoneSandbox, connect: Any, clock: SandboxClock
) -> None:
    source = KintoneContacts(connect())
    cursor = source.changed(None).cursor
    # Record 3 lies behind us already when it changes.
    kintone.edit(3, {"SMS許諾": []})
    clock.advance(5)
    found, cursor = drain(source, cursor)
    assert "3" not in found
    clock.advance(180)
    found, _ = drain(source, cursor)
    assert found["3"].consents[0].answer is Answer.SILENT


def test_within_the_same_minute_there_is_nothing_to_ask(
    kintone: KintoneSandbox, connect: Any
) -> None:
    source = KintoneContacts(connect())
    _, cursor = drain(source, None)
    before = len([call for call in kintone.calls() if call.path.endswith("records.json")])
    page = source.changed(cursor)
    assert (page.items, page.cursor, page.done) == ((), cursor, True)
    assert len([c for c in kintone.calls() if c.path.endswith("records.json")]) == before


def test_a_new_mapping_reads_everybody_anew(kintone: KintoneSandbox, connect: Any) -> None:
    _, cursor = drain(KintoneContacts(connect()), None)
    found, _ = drain(KintoneContacts(connect({"site": "店舗"})), cursor)
    assert len(found) == 1200


@pytest.mark.parametrize("cursor", ["", "[]", "{}", '{"of":"x"}', "null", '{"of":1,"until":"x"}'])
def test_a_cursor_that_cannot_be_read_starts_from_nothing(cursor: str) -> None:
    assert load(cursor, "x") is None


@given(
    MOMENTS,
    st.none() | st.integers(min_value=0, max_value=2**53),
)
def test_a_cursor_is_read_back_as_it_was(until: datetime, last: int | None) -> None:
    minute = until.replace(second=0, microsecond=0)
    for since in (None, minute):
        cursor = Cursor(until=minute, since=since, last=last)
        assert load(dump(cursor, "abc"), "abc") == cursor
        assert load(dump(cursor, "abc"), "other") is None


@given(MOMENTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_windows_overlap_and_end_before_the_present(start: datetime, step: Any) -> None:
    at = Cursor(until=start.replace(second=0, microsecond=0))
    clock = start + step
    window = at.next_window(clock)
    if window is None:
        assert (clock - at.until).total_seconds() < 120
        return
    assert window.since is not None
    assert window.since < at.until < window.until
    assert 60 <= (clock - window.until).total_seconds() < 120


def test_one_broken_record_does_not_keep_the_page_back(
    kintone: KintoneSandbox, connect: Any
) -> None:
    broken = kintone.bad_record()
    source = KintoneContacts(connect())
    pages = [source.changed(None)]
    while not pages[-1].done:
        pages.append(source.changed(pages[-1].cursor))
    assert sum(len(page.items) for page in pages) == 1199
    (skipped,) = [skip for page in pages for skip in page.skipped]
    assert (skipped.ref, skipped.reason) == (Ref("1", broken), "malformed")
    assert source.get([Ref("1", broken)]) == {Ref("1", broken): None}


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("SMS許諾", "consent"),
        ("配信停止", "opt_out"),
        ("携帯番号", "phone"),
        ("許諾日時", "consent_at"),
    ],
)
def test_a_field_that_vanishes_stops_the_pull_in_the_middle(
    kintone: KintoneSandbox, connect: Any, field: str, key: str
) -> None:
    source = KintoneContacts(connect())
    cursor = source.changed(None).cursor
    kintone.lose_field(field)
    for read in (lambda: source.changed(cursor), lambda: source.get([Ref("1", "1")])):
        with pytest.raises(ConfigError) as caught:
            read()
        assert caught.value.key == f"mapping.{key}"


def test_a_renamed_yes_stops_the_pull_and_is_no_withdrawal(
    kintone: KintoneSandbox, connect: Any
) -> None:
    source = KintoneContacts(connect())
    cursor = source.changed(None).cursor
    kintone.rename_option("SMS許諾", "許諾する", "同意する")
    with pytest.raises(ConfigError) as caught:
        source.changed(cursor)
    assert caught.value.key == "mapping.consent"
    with pytest.raises(ConfigError):
        source.get([Ref("1", kintone.records()["consented"]["id"])])


def test_a_renamed_other_option_stops_nothing(kintone: KintoneSandbox, connect: Any) -> None:
    mapping = {"consent": "会員区分", "consent_yes": ["プレミアム"]}
    source = KintoneContacts(connect(mapping))
    cursor = source.changed(None).cursor
    kintone.rename_option("会員区分", "一般", "標準")
    found, _ = drain(source, cursor)
    assert found["501"].consents[0].answer is Answer.NO
    assert found["504"].consents[0].answer is Answer.YES


def test_a_renamed_updated_time_is_found_again_at_once(
    kintone: KintoneSandbox, connect: Any, clock: SandboxClock
) -> None:
    source = KintoneContacts(connect())
    _, cursor = drain(source, None)
    clock.advance(300)
    for number in range(1, 600):
        kintone.edit(number, {"メモ": "x"})
    clock.advance(300)
    cursor = source.changed(cursor).cursor
    kintone.rename_field("更新日時", "Updated_datetime")
    found, _ = drain(source, cursor)
    assert len(found) == 99


def test_records_that_are_gone_or_of_another_app_are_none(
    kintone: KintoneSandbox, connect: Any
) -> None:
    kintone.delete(9)
    asked = [Ref("1", "8"), Ref("1", "9"), Ref("2", "8"), Ref("1", "x"), Ref("1", "99999")]
    found = KintoneContacts(connect()).get(asked)
    assert list(found) == asked
    assert [contact is None for contact in found.values()] == [False, True, True, True, True]


def test_the_pass_over_all_ids_misses_what_was_deleted_and_begins_anew(
    kintone: KintoneSandbox, connect: Any
) -> None:
    kintone.delete(600)
    source, ids, cursor, done = KintoneContacts(connect()), [], None, False
    while not done:
        page = source.refs(cursor)
        ids += [ref.id for ref in page.items]
        cursor, done = page.cursor, page.done
    assert len(ids) == 1199
    assert "600" not in ids
    assert cursor is None


def test_a_broken_answer_moves_no_cursor(kintone: KintoneSandbox, connect: Any) -> None:
    source = KintoneContacts(connect())
    cursor = source.changed(None).cursor
    kintone.rubbish(times=1)
    with pytest.raises(TransientError):
        source.changed(cursor)
    assert source.changed(cursor).items[0].ref.id == "501"


def test_without_a_mapping_the_phone_field_is_asked_for(connect: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        KintoneContacts(replace(connect(), mapping=None)).changed(None)
    assert caught.value.key == "mapping.phone"


def test_no_number_and_no_name_is_in_what_is_shown(kintone: KintoneSandbox, connect: Any) -> None:
    page = KintoneContacts(connect()).changed(None)
    shown = f"{page!r}"
    assert page.items[0].number not in shown
    assert page.items[0].name not in shown
    assert json.loads(page.cursor or "")["last"] == 500


# ---- one record, without a server ------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "answer"),
    [
        ([], Answer.SILENT),
        (["許諾する"], Answer.YES),
        (["お知らせ"], Answer.NO),
        (["許諾する "], Answer.NO),
        (["許諾する", "お知らせ"], Answer.YES),
        (["許諾する", "許諾しない"], Answer.NO),
        (["許諾する", "配信停止"], Answer.NO),
    ],
)
def test_only_the_exact_label_is_a_yes_and_a_no_beside_it_counts(
    labels: list[str], answer: Answer
) -> None:
    assert answer_of(labels, YES) is answer


@given(st.lists(st.text()), st.frozensets(st.text()))
def test_nobody_agrees_without_a_label_that_counts(labels: list[str], yes: frozenset[str]) -> None:
    answer = answer_of(labels, yes)
    assert (answer is Answer.SILENT) == (not labels)
    if answer is Answer.YES:
        assert yes & set(labels)


def test_dates_are_japanese_days_and_moments_are_utc() -> None:
    assert when_of("2026-01-05", end=False) == datetime(2026, 1, 4, 15, 0, tzinfo=UTC)
    assert when_of("2026-01-05", end=True) == datetime(2026, 1, 5, 14, 59, 59, tzinfo=UTC)
    assert when_of("2026-01-05T01:23:00Z", end=True) == datetime(2026, 1, 5, 1, 23, tzinfo=UTC)
    assert when_of("", end=False) is when_of(None, end=False) is None
    for broken in ("2026-01-05T01:23:00", "yesterday", 5, ["2026-01-05"]):
        with pytest.raises(ValueError, match=r"zone|date|format|match"):
            when_of(broken, end=False)


def reader(kind: str, **mapping: Any) -> RecordReader:
    form = read_form(
        {
            "properties": {
                "更新日時": {"type": "UPDATED_TIME"},
                "番号": {"type": "NUMBER"},
                "同意": {"type": kind, "options": {"はい": {"index": 0}, "いいえ": {"index": 1}}}
                if kind == "RADIO_BUTTON"
                else {"type": kind},
                "担当": {"type": "USER_SELECT"},
            }
        }
    )
    fields = {"phone": "番号", "consent": "同意", "consent_yes": ["はい"]} | mapping
    return RecordReader(form, FieldMapping(**fields), 1)


def record(**values: Any) -> dict[str, Any]:
    given = {"$id": "5", "$revision": "2", "更新日時": "2026-01-05T01:23:00Z", "番号": "9012345678"}
    return {code: {"value": value} for code, value in (given | values).items()}


def test_a_number_that_lost_its_zero_is_passed_on_as_it_is() -> None:
    assert reader("RADIO_BUTTON").read(record(同意="はい")).number == "9012345678"


@pytest.mark.parametrize(
    ("value", "answer"), [("はい", Answer.YES), ("いいえ", Answer.NO), (None, Answer.SILENT)]
)
def test_a_choice_is_read_by_its_label(value: str | None, answer: Answer) -> None:
    assert reader("RADIO_BUTTON").read(record(同意=value)).consents[0].answer is answer


@pytest.mark.parametrize(
    ("value", "answer"), [(" はい ", Answer.YES), ("はい？", Answer.NO), (" ", Answer.SILENT)]
)
def test_a_text_counts_without_the_spaces_around_it(value: str, answer: Answer) -> None:
    assert reader("SINGLE_LINE_TEXT").read(record(同意=value)).consents[0].answer is answer


def test_users_are_read_by_name_and_fields_left_out_as_empty() -> None:
    read = reader("RADIO_BUTTON", attributes={"staff": "担当"})
    users = [{"code": "a", "name": "佐藤"}, {"code": "b", "name": "鈴木"}]
    assert read.read(record(同意="はい", 担当=users)).attributes == {"staff": "佐藤, 鈴木"}
    assert read.read(record(同意="はい")).attributes == {"staff": ""}


@pytest.mark.parametrize(
    "changes",
    [{"番号": 9012345678}, {"番号": {"a": 1}}, {"同意": 1}, {"更新日時": "now"}, {"$id": None}],
)
def test_a_record_of_the_wrong_shape_is_odd(changes: dict[str, Any]) -> None:
    with pytest.raises(Odd):
        reader("RADIO_BUTTON").read(record(**{"同意": "はい"} | changes))


@given(
    st.dictionaries(
        st.sampled_from(["番号", "同意", "更新日時", "$id"]),
        st.none()
        | st.text()
        | st.integers()
        | st.lists(st.text())
        | st.dictionaries(st.text(), st.text()),
    )
)
def test_whatever_a_record_holds_it_is_read_or_odd(values: dict[str, Any]) -> None:
    try:
        contact = reader("RADIO_BUTTON").read(record(**{"同意": "はい"} | values))
    except Odd:
        return
    assert isinstance(contact.number, str)
