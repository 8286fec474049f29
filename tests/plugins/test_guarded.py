from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import PluginBug, TransientError
from hub.plugins.answers import Post
from hub.plugins.guard import Guard
from hub.plugins.guarded import (
    GuardedActivitySink,
    GuardedContactSource,
    GuardedFinder,
    GuardedGateway,
    GuardedLookUp,
    GuardedOptOutSink,
    GuardedPoller,
    GuardedReceiver,
    GuardedReportReceiver,
    GuardedTrigger,
)
from hub.roles import PollsEvents, ReceivesEvents
from hub.values.activity import Activity
from hub.values.contact import ConsentReading, OptOutReading, SourceContact
from hub.values.event import Acknowledgement, Event, Inbound
from hub.values.gateway import (
    DeliveryReport,
    GatewayProfile,
    Outgoing,
    Receipt,
    ReceiptState,
    Reply,
    ReportState,
    Sent,
)
from hub.values.mapping import SourceField
from hub.values.optout import Change, OptOut, Outcome, OutcomeState
from hub.values.page import Page, Skipped
from hub.values.ref import Ref

POST = Post(guard=Guard(limit=2), owner="crm (acme)")
NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)
REF = Ref("12", "7")
CONTACT = SourceContact(ref=REF, number="090-1234-5678")
PAGE = Page(items=[CONTACT], cursor="1", done=True)
INBOUND = Inbound(method="POST", tail="", url="", query={}, headers={}, body=b"", received_at=NOW)
OUTGOING = Outgoing(id="sms-1", number="+819012345678", text="こんにちは")
NUMBER = "90-1234-5678"


class Answers:
    """A plugin that answers whatever it is asked with the same thing."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given: self.answer

    @property
    def profile(self) -> Any:
        return self.answer


def source(answer: Any) -> GuardedContactSource:
    return GuardedContactSource(POST, cast(Any, Answers(answer)))


def opt_out(id_: str) -> OptOut:
    return OptOut(
        id=id_, ref=REF, change=Change.OPT_OUT, scope="promotional", channel="page", at=NOW
    )


def outcome(id_: str) -> Outcome:
    return Outcome(id=id_, ref=REF, state=OutcomeState.DONE)


def bug(ask: Callable[[], object]) -> str:
    with pytest.raises(PluginBug) as caught:
        ask()
    assert caught.value.words.en.startswith("crm (acme): ")
    assert NUMBER not in caught.value.words.en + caught.value.words.ja
    return caught.value.words.en


def test_good_answers_come_through() -> None:
    field = SourceField(code="携帯番号", label="携帯番号", kind="phone")
    skipped = replace(PAGE, skipped=[Skipped(ref=REF, reason="no_number")])

    assert source([field]).fields() == (field,)
    assert source(skipped).changed(None).skipped == (Skipped(ref=REF, reason="no_number"),)
    assert source(replace(PAGE, gone=[REF])).changed(None).gone == (REF,)
    assert source({REF: CONTACT}).get([REF]) == {REF: CONTACT}
    assert source({REF: None}).get([REF]) == {REF: None}
    assert source(Page(items=[REF], cursor=None, done=True)).refs("1").items == (REF,)


def test_a_lazy_list_is_read_under_the_guard() -> None:
    def lazy() -> Any:
        yield CONTACT
        raise RuntimeError("090-1234-5678")

    assert "broke with RuntimeError" in bug(
        lambda: source(replace(PAGE, items=lazy())).changed(None)
    )


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ([CONTACT], "contact_source.changed gave list"),
        (None, "contact_source.changed gave NoneType"),
        (replace(PAGE, items=None), "did not give a list"),
        (replace(PAGE, items="text"), "did not give a list"),
        (replace(PAGE, items=[CONTACT, {"number": NUMBER}]), "gave a list with dict in it"),
        (replace(PAGE, skipped=["12:7"]), "gave a list with str in it"),
        (replace(PAGE, gone=["12:7"]), "gave a list with str in it"),
        (replace(PAGE, cursor=1), "gave a cursor that is no text"),
        (replace(PAGE, done=False, cursor=None), "gave no new cursor"),
        (replace(PAGE, done=False, cursor="9"), "would read the same page for ever"),
        (replace(PAGE, items=[replace(CONTACT, number=9012345678)]), "of the wrong type"),
        (replace(PAGE, items=[replace(CONTACT, ref="12:7")]), "of the wrong type"),
        (replace(PAGE, items=[replace(CONTACT, choice=1234)]), "of the wrong type"),
        (replace(PAGE, items=[replace(CONTACT, person="12:7")]), "of the wrong type"),
        (replace(PAGE, items=[replace(CONTACT, further=["090-1111-2222"])]), "with str in it"),
        (replace(PAGE, items=[replace(CONTACT, modified_at=NAIVE)]), "without a time zone"),
        (replace(PAGE, items=[replace(CONTACT, modified_at="now")]), "without a time zone"),
        (
            replace(
                PAGE,
                items=[
                    replace(
                        CONTACT,
                        consents=[ConsentReading(answer="yes", field="f", value="v", at=NAIVE)],
                    )
                ],
            ),
            "without a time zone",
        ),
        (
            replace(
                PAGE,
                items=[
                    replace(
                        CONTACT, opt_out=OptOutReading(out=True, field="f", value="v", at=NAIVE)
                    )
                ],
            ),
            "without a time zone",
        ),
    ],
)  # fmt: skip
def test_a_page_that_is_none_is_a_bug_before_it_reaches_the_store(page: Any, sentence: str) -> None:
    assert sentence in bug(lambda: source(page).changed("9"))


@pytest.mark.parametrize(
    "answer", [{}, {REF: CONTACT, Ref("12", "8"): None}, {Ref("12", "8"): None}]
)
def test_records_read_again_are_exactly_those_asked_for(answer: Any) -> None:
    assert "did not answer for exactly the records" in bug(lambda: source(answer).get([REF]))


def test_a_record_read_again_is_a_contact() -> None:
    assert "gave dict" in bug(lambda: source({REF: {"number": NUMBER}}).get([REF]))


@given(
    asked=st.lists(st.sampled_from("abcd"), unique=True, max_size=4),
    told=st.lists(st.sampled_from("abcd"), max_size=5),
)
def test_there_is_exactly_one_outcome_for_each_id(asked: Sequence[str], told: list[str]) -> None:
    sink = GuardedOptOutSink(POST, cast(Any, Answers([outcome(id_) for id_ in told])))
    opt_outs = [opt_out(id_) for id_ in asked]

    if sorted(asked) == sorted(told):
        assert {each.id for each in sink.record(opt_outs)} == set(asked)
    else:
        assert "exactly one outcome for each id" in bug(lambda: sink.record(opt_outs))


def test_an_activity_sink_answers_for_each_note() -> None:
    activity = Activity(id="a", ref=REF, thread="t", state="delivered", text="届きました", at=NOW)

    good = GuardedActivitySink(POST, cast(Any, Answers([outcome("a")])))
    bad = GuardedActivitySink(POST, cast(Any, Answers([True])))
    assert good.note([activity]) == (outcome("a"),)
    assert "gave a list with bool in it" in bug(lambda: bad.note([activity]))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "did not give a list"),
        ([{"id": "1"}], "gave a list with dict in it"),
        ([Event(id="", type="record_added")], "gave a notice without an id"),
    ],
)
def test_an_event_is_one_and_has_an_id(answer: Any, sentence: str) -> None:
    receiver = GuardedReceiver(POST, cast(Any, Answers(answer)))

    assert sentence in bug(lambda: receiver.receive(INBOUND))


def test_a_trigger_has_the_sides_its_plugin_has() -> None:
    plugin = cast(Any, Answers([]))

    assert not isinstance(GuardedReceiver(POST, plugin), PollsEvents)
    assert not isinstance(GuardedPoller(POST, plugin), ReceivesEvents)
    both = GuardedTrigger(POST, plugin, cast(Any, Answers(Page(items=[], cursor="2", done=False))))
    assert both.receive(INBOUND) == ()
    assert both.poll("1").cursor == "2"
    assert "for ever" in bug(lambda: both.poll("2"))


def test_a_gateway_sends_on_the_callers_thread_and_its_crash_is_a_bug() -> None:
    class Crashing:
        profile = GatewayProfile()

        def send(self, outgoing: Outgoing) -> Receipt:
            raise KeyError(outgoing.number)

    gateway = GuardedGateway(POST, Crashing())

    assert gateway.profile == GatewayProfile()
    said = bug(lambda: gateway.send(OUTGOING))
    assert "message_gateway.send broke with KeyError at test_guarded.py line" in said
    assert "+8190" not in said


def test_a_gateways_own_error_passes() -> None:
    class Throttled:
        profile = GatewayProfile()

        def send(self, outgoing: Outgoing) -> Receipt:
            raise TransientError("Later.", maybe_done=True)

    with pytest.raises(TransientError) as caught:
        GuardedGateway(POST, Throttled()).send(OUTGOING)
    assert caught.value.maybe_done


@pytest.mark.parametrize("answer", [None, "ok", True, {"state": "accepted"}])
def test_a_receipt_is_one(answer: Any) -> None:
    gateway = GuardedGateway(POST, cast(Any, Answers(answer)))

    assert "message_gateway.send gave" in bug(lambda: gateway.send(OUTGOING))
    assert "message_gateway.profile gave" in bug(lambda: gateway.profile)


def test_a_report_names_its_message() -> None:
    nameless = DeliveryReport(id="r", state=ReportState.DELIVERED)
    good = [replace(nameless, key="sms-1"), Reply(id="r2", number="090", text="停止")]

    assert GuardedReportReceiver(POST, cast(Any, Answers(good))).receive(INBOUND) == tuple(good)
    bad = GuardedReportReceiver(POST, cast(Any, Answers([nameless])))
    assert "names no message" in bug(lambda: bad.receive(INBOUND))


def test_a_look_up_gives_a_receipt_a_report_or_nothing() -> None:
    receipt = Receipt(state=ReceiptState.ACCEPTED)

    assert GuardedLookUp(POST, cast(Any, Answers(receipt))).find("sms-1") == receipt
    assert GuardedLookUp(POST, cast(Any, Answers(None))).find("sms-1") is None
    bad = GuardedLookUp(POST, cast(Any, Answers(False)))
    assert "message_gateway.find gave bool" in bug(lambda: bad.find("sms-1"))


def test_a_gateway_that_is_asked_by_what_was_sent_answers_the_same() -> None:
    sent = Sent(outgoing=OUTGOING, since=NOW, posted_at=NOW, asked_at=NOW)
    receipt = Receipt(state=ReceiptState.UNKNOWN)

    assert GuardedFinder(POST, cast(Any, Answers(receipt))).find_sent(sent) == receipt
    assert GuardedFinder(POST, cast(Any, Answers(None))).find_sent(sent) is None
    bad = GuardedFinder(POST, cast(Any, Answers(False)))
    assert "message_gateway.find_sent gave bool" in bug(lambda: bad.find_sent(sent))


def test_a_gateway_may_answer_a_callback_in_its_own_kind() -> None:
    class Speaks:
        def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
            return []

        def acknowledge(self, request: Inbound) -> Any:
            return answer

    answer: Any = Acknowledgement(content_type="text/xml", body=b"<Response/>")
    assert GuardedReportReceiver(POST, Speaks()).acknowledge(INBOUND) == answer
    answer = None
    assert GuardedReportReceiver(POST, Speaks()).acknowledge(INBOUND) is None
    answer = "<Response/>"
    broken = GuardedReportReceiver(POST, Speaks())
    assert "message_gateway.acknowledge gave str" in bug(lambda: broken.acknowledge(INBOUND))


def test_a_gateway_without_words_of_its_own_leaves_the_answer_to_the_hub() -> None:
    class Silent:
        def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
            return []

    assert GuardedReportReceiver(POST, Silent()).acknowledge(INBOUND) is None
