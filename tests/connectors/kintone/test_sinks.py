"""Opt-outs reach the record or the people who work with it; notes are left once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.comments import ends_with_mark, mark_of
from connectors.kintone.fields import read_form
from connectors.kintone.optoutfield import OptOutField
from connectors.kintone.sandbox import KintoneSandbox
from connectors.kintone.sinks import KintoneNotes, KintoneOptOuts
from hub.sdk import (
    Activity,
    AuthError,
    Change,
    ConfigError,
    FieldMapping,
    OptOut,
    Outcome,
    OutcomeState,
    Ref,
)
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind

DATED = {"opt_out_at": "配信停止日時"}
AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
BOX, WHEN = "配信停止", "配信停止日時"


def opt_out(record: str, change: Change = Change.OPT_OUT, at: datetime = AT) -> OptOut:
    return OptOut(
        id=f"{change}-{record}",
        ref=Ref("1", record),
        change=change,
        scope="promotional",
        channel="page",
        at=at,
    )


def restore(record: str, at: datetime = AT) -> OptOut:
    return opt_out(record, Change.RESTORE, at)


def activity(record: str, id_: str = "a-1") -> Activity:
    return Activity(
        id=id_,
        ref=Ref("1", record),
        thread="m-1",
        state="delivered",
        text="SMSが届きました。",
        at=AT,
    )


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture
def person(kintone: KintoneSandbox) -> str:
    """The id of somebody who agreed and is not opted out."""
    return str(kintone.records()["consented"]["id"])


def revision(kintone: KintoneSandbox, record: str) -> str:
    return str(kintone.value(record, "$revision"))


def writes(kintone: KintoneSandbox) -> int:
    return len([call for call in kintone.calls() if call.method == "PUT"])


# ---- opt out ---------------------------------------------------------------------------------


def test_an_opt_out_is_written_dated_and_read_back(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    outcome = only(KintoneOptOuts(connect(DATED)).record([opt_out(person)]))
    assert outcome.state is OutcomeState.DONE
    assert outcome.confirmed
    assert outcome.version == revision(kintone, person) == "2"
    assert kintone.value(person, BOX) == ["停止"]
    assert kintone.value(person, WHEN) == "2026-01-13T01:00:00Z"


def test_nothing_else_of_the_record_changes(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    fields = ["氏名", "携帯番号", "SMS許諾", "許諾日時", "許諾文言", "メモ", "来店履歴"]
    before = [kintone.value(person, code) for code in fields]
    KintoneOptOuts(connect(DATED)).record([opt_out(person)])
    assert [kintone.value(person, code) for code in fields] == before


def test_writing_it_again_changes_nothing(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    KintoneOptOuts(connect(DATED)).record([opt_out(person)])
    again = only(
        KintoneOptOuts(connect(DATED)).record([opt_out(person, at=AT + timedelta(days=1))])
    )
    assert (again.state, again.confirmed, again.version) == (OutcomeState.DONE, True, "2")
    assert kintone.value(person, WHEN) == "2026-01-13T01:00:00Z"
    assert writes(kintone) == 1


def test_a_required_field_left_empty_ends_in_one_comment_and_a_reason(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.require_field("担当部署")
    for _ in range(3):
        outcome = only(KintoneOptOuts(connect()).record([opt_out(person)]))
        assert outcome.state is OutcomeState.BLOCKED
        assert outcome.why is not None
        assert "another of its fields" in outcome.why.en
        assert "別のフィールド" in outcome.why.ja
    (comment,) = kintone.comments_of(person)
    assert "配信停止の申し出" in comment
    assert "2026-01-13 10:00" in comment

    kintone.require_field("担当部署", required=False)
    assert only(KintoneOptOuts(connect()).record([opt_out(person)])).state is OutcomeState.DONE


@pytest.mark.parametrize("code", ["GAIA_FU01", "GAIA_NO01"])
def test_a_missing_right_to_one_record_is_told_there_and_parks_nothing(
    kintone: KintoneSandbox, connect: Any, person: str, code: str
) -> None:
    other = "1000" if person != "1000" else "1001"
    kintone.fail_record(person, code)
    blocked, done = KintoneOptOuts(connect()).record([opt_out(person), opt_out(other)])
    assert (blocked.state, done.state) == (OutcomeState.BLOCKED, OutcomeState.DONE)
    assert blocked.why is not None
    assert "no right" in blocked.why.en
    assert len(kintone.comments_of(person)) == 1


def test_a_date_that_cannot_be_written_does_not_keep_the_opt_out_back(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.lock_field(WHEN)
    sink = KintoneOptOuts(connect(DATED))
    assert only(sink.record([opt_out(person)])).state is OutcomeState.DONE
    assert kintone.value(person, BOX) == ["停止"]
    assert only(sink.record([opt_out(person)])).state is OutcomeState.DONE
    assert kintone.comments_of(person) == []


def test_comments_switched_off_still_give_the_reason(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.comments(on=False)
    kintone.lock_field(BOX)
    outcome = only(KintoneOptOuts(connect()).record([opt_out(person)]))
    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "no right" in outcome.why.en


def test_a_deleted_record_is_gone(kintone: KintoneSandbox, connect: Any, person: str) -> None:
    kintone.delete(person)
    for change in Change:
        outcome = only(KintoneOptOuts(connect()).record([opt_out(person, change)]))
        assert outcome.state is OutcomeState.GONE


def test_a_vanished_opt_out_field_is_asked_for_in_the_record(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.lose_field(BOX)
    outcome = only(KintoneOptOuts(connect()).record([opt_out(person)]))
    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert outcome.why.en.startswith("connections.crm.mapping.opt_out: ")
    assert len(kintone.comments_of(person)) == 1


def test_a_vanished_consent_field_keeps_no_opt_out_back(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.lose_field("SMS許諾")
    assert only(KintoneOptOuts(connect()).record([opt_out(person)])).state is OutcomeState.DONE


def test_throttling_lets_the_rest_wait_untried(kintone: KintoneSandbox, connect: Any) -> None:
    kintone.faults.add(Fault(kind=FaultKind.THROTTLE, path="record.json", skip=3, retry_after=37))
    ids = ["900", "901", "902", "903"]
    outcomes = KintoneOptOuts(connect()).record([opt_out(id_) for id_ in ids])
    states = [outcome.state for outcome in outcomes]
    later = OutcomeState.LATER
    assert states == [OutcomeState.DONE, later, later, later]
    assert [outcome.retry_after for outcome in outcomes[1:]] == [37, 37, 37]
    assert [outcome.ref.id for outcome in outcomes] == ids


def test_a_locked_record_waits_alone(kintone: KintoneSandbox, connect: Any, person: str) -> None:
    kintone.fail_record("901", "GAIA_DA02")
    outcomes = KintoneOptOuts(connect()).record([opt_out("901"), opt_out("902")])
    assert [outcome.state for outcome in outcomes] == [OutcomeState.LATER, OutcomeState.DONE]


def test_an_answer_that_never_came_is_repeated_without_harm(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.faults.add(Fault(kind=FaultKind.DROP, method="PUT", after=True))
    sink = KintoneOptOuts(connect())
    assert only(sink.record([opt_out(person)])).state is OutcomeState.LATER
    assert only(sink.record([opt_out(person)])).state is OutcomeState.DONE
    assert revision(kintone, person) == "2"


def test_an_acknowledged_write_is_done_even_if_nobody_could_look(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    kintone.faults.add(Fault(kind=FaultKind.RUBBISH, method="GET", path="record.json", skip=1))
    outcome = only(KintoneOptOuts(connect()).record([opt_out(person)]))
    assert (outcome.state, outcome.confirmed, outcome.version) == (OutcomeState.DONE, False, "2")


def test_a_refused_token_is_raised_so_that_everything_stays_open(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    bad = connect(**kintone.bad_credentials())
    with pytest.raises(AuthError):
        KintoneOptOuts(bad).record([opt_out(person)])
    with pytest.raises(AuthError):
        KintoneNotes(bad).note([activity(person)])


def test_an_app_that_was_moved_to_a_guest_space_is_raised_too(
    kintone: KintoneSandbox, connect: Any
) -> None:
    sink = KintoneNotes(connect())
    kintone.refuse("GAIA_IL23")
    with pytest.raises(ConfigError) as caught:
        sink.note([activity("1")])
    assert caught.value.key == "guest_space"


def test_a_record_of_another_app_is_not_touched(kintone: KintoneSandbox, connect: Any) -> None:
    strange = OptOut(
        id="x", ref=Ref("2", "1"), change=Change.OPT_OUT, scope="all", channel="page", at=AT
    )
    outcome = only(KintoneOptOuts(connect()).record([strange]))
    assert outcome.state is OutcomeState.BLOCKED
    assert kintone.calls() == []


# ---- restore ---------------------------------------------------------------------------------


def test_an_undo_takes_our_own_opt_out_back_within_the_same_minute(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    sink = KintoneOptOuts(connect(DATED))
    sink.record([opt_out(person)])
    outcome = only(sink.record([restore(person, AT + timedelta(seconds=20))]))
    assert (outcome.state, outcome.confirmed) == (OutcomeState.DONE, True)
    assert kintone.value(person, BOX) == []
    assert not kintone.value(person, WHEN)


def test_an_older_dated_opt_out_is_taken_back_by_any_process(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    KintoneOptOuts(connect(DATED)).record([opt_out(person)])
    later = restore(person, AT + timedelta(minutes=3))
    assert only(KintoneOptOuts(connect(DATED)).record([later])).state is OutcomeState.DONE
    assert kintone.value(person, BOX) == []


@pytest.mark.parametrize("since", ["2026-01-13T01:00:00Z", "2026-01-13T02:00:00Z", ""])
def test_an_opt_out_that_may_be_newer_stays(
    kintone: KintoneSandbox, connect: Any, person: str, since: str
) -> None:
    kintone.edit(person, {BOX: ["停止"], WHEN: since})
    outcome = only(KintoneOptOuts(connect(DATED)).record([restore(person)]))
    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "stays opted out" in outcome.why.en
    assert kintone.value(person, BOX) == ["停止"]
    assert kintone.comments_of(person) == []


def test_without_a_mapped_date_only_our_own_untouched_opt_out_is_taken_back(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    sink = KintoneOptOuts(connect())
    sink.record([opt_out(person)])
    kintone.edit(person, {"メモ": "本人より電話"})
    assert only(sink.record([restore(person)])).state is OutcomeState.BLOCKED
    assert kintone.value(person, BOX) == ["停止"]


def test_a_record_that_is_not_opted_out_needs_no_restore(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    outcome = only(KintoneOptOuts(connect()).record([restore(person)]))
    assert (outcome.state, outcome.confirmed) == (OutcomeState.DONE, True)
    assert writes(kintone) == 0


def test_a_record_that_changes_under_our_hands_is_read_and_decided_again(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    sink = KintoneOptOuts(connect(DATED))
    sink.record([opt_out(person)])
    kintone.fail_record(person, "GAIA_CO02")
    outcome = only(sink.record([restore(person, AT + timedelta(minutes=3))]))
    assert outcome.state is OutcomeState.LATER
    assert writes(kintone) == 1 + 3
    assert kintone.value(person, BOX) == ["停止"]


# ---- the field, without a server -------------------------------------------------------------


def field(kind: str, dated: str = "DATETIME", **definition: Any) -> OptOutField:
    options = {label: {"index": i} for i, label in enumerate(["受信", "停止", "保留"])}
    form = read_form(
        {
            "properties": {
                "更新": {"type": "UPDATED_TIME"},
                "停": {"type": kind, "options": options} | definition,
                "日": {"type": dated},
            }
        }
    )
    mapping = FieldMapping(phone="x", opt_out="停", opt_out_value=["停止"], opt_out_at="日")
    return OptOutField.of(form, mapping)


def holding(value: object, since: object = None) -> dict[str, Any]:
    return {"停": {"value": value}, "日": {"value": since}}


def test_other_ticks_of_a_check_box_stay() -> None:
    box = field("CHECK_BOX")
    assert box.to_opt_out(holding(["保留"]), AT)["停"] == ["保留", "停止"]
    assert box.to_restore(holding(["保留", "停止"])) == {"停": ["保留"], "日": None}


def test_a_choice_goes_back_to_its_default_or_to_nothing_or_to_nobody_knows() -> None:
    assert field("RADIO_BUTTON").to_opt_out(holding("受信"), AT)["停"] == "停止"
    usual = field("RADIO_BUTTON", defaultValue="受信").to_restore(holding("停止"))
    assert usual == {"停": "受信", "日": None}
    assert field("DROP_DOWN").to_restore(holding("停止")) == {"停": None, "日": None}
    assert field("RADIO_BUTTON").to_restore(holding("停止")) is None
    assert field("DROP_DOWN", required=True).to_restore(holding("停止")) is None
    assert field("RADIO_BUTTON", defaultValue="停止").to_restore(holding("停止")) is None


def test_a_text_is_written_and_emptied() -> None:
    text = field("SINGLE_LINE_TEXT")
    assert text.to_opt_out(holding(""), AT)["停"] == "停止"
    assert text.to_restore(holding("停止")) == {"停": "", "日": None}


def test_a_day_proves_only_another_day() -> None:
    box = field("CHECK_BOX", dated="DATE")
    assert (
        box.to_opt_out(holding([]), datetime(2026, 1, 12, 15, 0, tzinfo=UTC))["日"] == "2026-01-13"
    )
    assert box.was_before(holding(["停止"], "2026-01-12"), AT)
    assert not box.was_before(holding(["停止"], "2026-01-13"), AT)


@given(
    st.lists(st.sampled_from(["受信", "停止", "保留"]), unique=True),
    st.integers(min_value=0, max_value=4_000_000_000).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
)
def test_an_opt_out_written_twice_writes_once(ticked: list[str], at: datetime) -> None:
    box = field("CHECK_BOX")
    record = holding(ticked)
    for code, value in box.to_opt_out(record, at).items():
        record[code] = {"value": value}
    assert box.is_out(record)
    assert box.to_opt_out(record, at) == {}
    assert set(ticked) <= set(record["停"]["value"])
    assert not box.was_before(record, at)
    assert box.was_before(record, at + timedelta(minutes=1))


# ---- notes -----------------------------------------------------------------------------------


def test_a_note_is_left_once_however_often_it_is_tried(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    for _ in range(2):
        assert only(KintoneNotes(connect()).note([activity(person)])).state is OutcomeState.DONE
    only(KintoneNotes(connect()).note([activity(person, "a-2")]))
    comments = [text.rstrip() for text in kintone.comments_of(person)]
    assert comments == [
        f"SMSが届きました。 {mark_of('a-1')}",
        f"SMSが届きました。 {mark_of('a-2')}",
    ]


def test_a_note_is_found_again_below_many_newer_comments(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    notes = KintoneNotes(connect())
    notes.note([activity(person, f"a-{number}") for number in range(25)])
    notes.note([activity(person, "a-0")])
    assert len(kintone.comments_of(person)) == 25


def test_comments_from_before_it_happened_are_not_searched(
    kintone: KintoneSandbox, connect: Any, person: str, clock: SandboxClock
) -> None:
    notes = KintoneNotes(connect())
    clock.stop(AT - timedelta(days=1))
    notes.note([activity(person, f"old-{number}") for number in range(25)])
    clock.stop(AT)
    before = len(kintone.calls())
    notes.note([activity(person)])
    methods = [call.method for call in kintone.calls()[before:]]
    assert methods == ["GET", "POST"]


def test_a_note_whose_answer_was_lost_is_not_left_twice(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    notes = KintoneNotes(connect())
    kintone.faults.add(Fault(kind=FaultKind.DROP, method="POST", after=True))
    assert only(notes.note([activity(person)])).state is OutcomeState.LATER
    assert only(notes.note([activity(person)])).state is OutcomeState.DONE
    assert len(kintone.comments_of(person)) == 1


def test_notes_are_blocked_where_comments_are_off_and_gone_with_their_record(
    kintone: KintoneSandbox, connect: Any, person: str
) -> None:
    notes = KintoneNotes(connect())
    kintone.comments(on=False)
    outcome = only(notes.note([activity(person)]))
    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "コメントを有効に" in outcome.why.ja
    kintone.comments(on=True)
    kintone.delete(person)
    assert only(notes.note([activity(person)])).state is OutcomeState.GONE


def test_a_mark_is_told_from_what_people_write() -> None:
    assert ends_with_mark(f"届きました。 {mark_of('x')} ")
    for text in ("", "#", "電話 #12", "#0123456789", "#a1b2c3d4 と電話"):
        assert not ends_with_mark(text)
