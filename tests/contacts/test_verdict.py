"""Verdicts: what a record is worth, whatever it says and whatever was known of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent.collections import Collection
from hub.consent.entry import EventType, Method
from hub.contacts.known import Before, Number, Source, Stop
from hub.contacts.method import method_of
from hub.contacts.standing import standing_of
from hub.contacts.verdict import KEEPING, Judgement, Verdict, judge
from hub.values.contact import Answer, ConsentReading, OptOutReading, SourceContact
from hub.values.ref import Ref

from .town import NOW, WORDING, YEAR_AGO, no, out, yes

BARE = Source(connection_id=1, actor="connection:crm", collections=())
NUMBER = Number(contact_id=5, e164="+819012345678")


def collection(**said: object) -> Collection:
    values: dict[str, object] = {
        "id": 3,
        "connection_id": 1,
        "purpose_key": "campaign",
        "method": "checkbox",
        "default_ticked": False,
        "wording": WORDING,
        "wording_language": "ja",
        "form_url": "https://example.jp/form",
        "form_sha256": None,
        "form_text": None,
        "privacy_notice_url": None,
        "privacy_notice_version": None,
        "scope": (),
        "period_from": YEAR_AGO,
        "period_until": None,
        "filter": {},
        "statement": "同意を得ました。",
        "signed_by": "管理者",
        "user_id": None,
        "declared_at": NOW,
        "revoked_at": None,
        "revoked_by": None,
    }
    return Collection(**(values | said))  # type: ignore[arg-type]


def record(*consents: ConsentReading, opt_out: OptOutReading | None = None) -> SourceContact:
    return SourceContact(
        ref=Ref("12", "1"), number="090-1234-5678", version="7", consents=consents, opt_out=opt_out
    )


def before(**said: object) -> Before:
    values: dict[str, object] = {
        "contact_id": 5,
        "verdict": "consented",
        "agreed": {"campaign": None},
    }
    return Before(**(values | said))  # type: ignore[arg-type]


def judged(contact: SourceContact, known: Before | None = None, **said: object) -> Judgement:
    number = said.get("number", NUMBER)
    source = said.get("source", BARE)
    return judge(contact, number, known, source, NOW)  # type: ignore[arg-type]


def test_a_dated_yes_with_its_words_is_a_consent() -> None:
    judgement = judged(record(yes()))
    (entry,) = judgement.entries
    assert judgement.verdict == Verdict.CONSENTED
    assert (entry.event_type, entry.strength) == (EventType.GIVEN, 4)
    assert (entry.occurred_at, entry.wording) == (YEAR_AGO, WORDING)
    assert entry.personal == {"number": "+819012345678"}


@pytest.mark.parametrize(
    ("reading", "verdict"),
    [
        (yes(at=None), Verdict.UNDATED),
        (yes(wording=None), Verdict.UNPROVEN),
        (yes(purpose=None), Verdict.UNPROVEN),
        (yes(at=NOW + timedelta(days=1)), Verdict.UNDATED),
    ],
)
def test_a_yes_that_lacks_a_proof_is_imported_and_opens_nothing(
    reading: ConsentReading, verdict: Verdict
) -> None:
    judgement = judged(record(reading))
    assert judgement.verdict == verdict
    assert [(e.event_type, e.strength) for e in judgement.entries] == [(EventType.IMPORTED, 1)]


def test_a_collection_gives_a_lone_tick_its_proof() -> None:
    source = Source(connection_id=1, actor="connection:crm", collections=(collection(),))
    judgement = judged(record(yes(at=None, wording=None)), source=source)
    (entry,) = judgement.entries
    assert judgement.verdict == Verdict.CONSENTED
    assert (entry.collection_id, entry.strength, entry.method) == (3, 4, Method.CHECKBOX)
    assert entry.form_url == "https://example.jp/form"


def test_a_tick_newer_than_the_collections_period_is_not_covered() -> None:
    ended = collection(period_until=NOW - timedelta(days=30))
    source = Source(connection_id=1, actor="connection:crm", collections=(ended,))
    lone = record(yes(at=None, wording=None))
    assert judged(lone, source=source).verdict == Verdict.CONSENTED
    silent_so_far = before(verdict="silent", agreed={})
    later = judged(lone, silent_so_far, source=source)
    assert later.verdict == Verdict.UNDATED
    assert later.agreed == {"campaign": NOW}


def test_a_record_that_was_never_ticked_says_nothing() -> None:
    judgement = judged(record(no()))
    assert judgement.verdict == Verdict.SILENT
    assert not (judgement.entries)
    assert not (judgement.opt_outs)


def test_a_no_is_a_refusal_written_down_once() -> None:
    judgement = judged(record(no(Answer.NO)))
    assert [entry.event_type for entry in judgement.entries] == [EventType.REFUSED]
    again = judged(record(no(Answer.NO)), before(agreed={}, refused=judgement.refused))
    assert (again.verdict, list(again.entries)) == (Verdict.REFUSED, [])


@pytest.mark.parametrize("answer", [Answer.NO, Answer.SILENT])
def test_no_yes_after_a_yes_is_a_withdrawal(answer: Answer) -> None:
    judgement = judged(record(no(answer, at=YEAR_AGO)), before())
    assert judgement.verdict == Verdict.WITHDRAWN
    ((scope, at),) = [(act.scope, act.occurred_at) for act in judgement.opt_outs]
    assert (scope, at) == ("purpose:campaign", None), "the date beside it is that of the yes"


def test_a_stop_in_the_platform_stops_all_advertising() -> None:
    judgement = judged(record(yes(), opt_out=out(YEAR_AGO)))
    assert judgement.verdict == Verdict.OPTED_OUT
    assert [(act.scope, act.occurred_at) for act in judgement.opt_outs] == [
        ("promotional", YEAR_AGO)
    ]
    assert not judgement.entries


def test_a_consent_that_has_ended_is_expired() -> None:
    ended = ConsentReading(
        answer=Answer.YES, field="f", value="v", purpose="campaign", at=YEAR_AGO, wording=WORDING,
        until=NOW - timedelta(seconds=1),
    )  # fmt: skip
    judgement = judged(record(ended))
    assert judgement.verdict == Verdict.EXPIRED
    assert judgement.entries[0].expires_at == ended.until


@pytest.mark.parametrize(
    ("text", "default_ticked", "method"),
    [
        ("double_opt_in_sms", None, Method.DOUBLE_OPT_IN_SMS),
        ("来店時の申込書", None, Method.PAPER),
        ("電話での申込", None, Method.VOICE),
        ("会員登録フォーム", False, Method.CHECKBOX),
        ("会員登録フォーム", True, Method.SUBMIT_DEEMED),
        (None, False, Method.CHECKBOX),
        (None, None, Method.IMPORT),
        ("その他", False, Method.IMPORT),
    ],
)
def test_how_somebody_agreed_is_told_by_the_mapped_field(
    text: str | None, default_ticked: bool | None, method: Method
) -> None:
    assert method_of(text, default_ticked) == method


# ---- whatever comes --------------------------------------------------------------------------

MOMENTS = st.sampled_from([None, YEAR_AGO, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)])
READINGS = st.builds(
    ConsentReading,
    answer=st.sampled_from(Answer),
    field=st.just("f"),
    value=st.just("v"),
    purpose=st.sampled_from(["campaign", "news", None]),
    at=MOMENTS,
    until=MOMENTS,
    wording=st.sampled_from([None, WORDING]),
    default_ticked=st.sampled_from([None, True, False]),
)
OPT_OUTS = st.none() | st.builds(
    OptOutReading, out=st.booleans(), field=st.just("f"), value=st.just("v"), at=MOMENTS
)
RECORDS = st.builds(
    SourceContact,
    ref=st.just(Ref("12", "1")),
    number=st.just("090-1234-5678"),
    version=st.sampled_from([None, "7"]),
    consents=st.lists(READINGS, max_size=2, unique_by=lambda reading: reading.purpose),
    opt_out=OPT_OUTS,
)
PASTS = st.none() | st.builds(
    Before,
    contact_id=st.sampled_from([None, 5, 6]),
    number_changed_at=st.sampled_from([None, YEAR_AGO, NOW - timedelta(days=1)]),
    verdict=st.sampled_from([verdict.value for verdict in Verdict] + ["landline"]),
    agreed=st.dictionaries(st.sampled_from(["campaign", "news"]), st.none()),
    refused=st.frozensets(st.sampled_from(["campaign", "news"])),
    out=st.booleans(),
    own_version=st.sampled_from([None, "7"]),
)
STOPS = st.lists(
    st.builds(
        Stop,
        scope=st.sampled_from(["all", "promotional", "purpose:campaign", "purpose:news"]),
        said_at=st.sampled_from([YEAR_AGO, NOW - timedelta(hours=1)]),
    ),
    max_size=2,
)
SOURCES = st.sampled_from(
    [BARE, Source(connection_id=1, actor="connection:crm", collections=(collection(),))]
)


@given(RECORDS, PASTS, STOPS, SOURCES)
def test_nothing_but_a_proven_yes_gives_a_ground(
    contact: SourceContact, known: Before | None, stops: list[Stop], source: Source
) -> None:
    number = Number(contact_id=5, e164="+819012345678", stops=stops)
    judgement = judge(contact, number, known, source, NOW)
    changed = judgement.number_changed_at
    for entry in judgement.entries:
        if entry.event_type is not EventType.GIVEN:
            continue
        (reading,) = [r for r in contact.consents if r.purpose == entry.purpose_key]
        assert reading.answer is Answer.YES
        assert not judgement.out
        assert entry.contact_id == 5
        assert entry.collection_id is not None or (
            entry.occurred_at is not None and entry.wording and entry.occurred_at <= NOW
        )
        assert changed is None or (entry.occurred_at is not None and entry.occurred_at > changed)


@given(RECORDS, PASTS, STOPS, SOURCES)
def test_a_verdict_that_keeps_data_rests_on_an_entry(
    contact: SourceContact, known: Before | None, stops: list[Stop], source: Source
) -> None:
    number = Number(contact_id=5, e164="+819012345678", stops=stops)
    judgement = judge(contact, number, known, source, NOW)
    grounds = {EventType.GIVEN, EventType.IMPORTED}
    if judgement.verdict in KEEPING:
        assert any(e.event_type in grounds and e.contact_id == 5 for e in judgement.entries)


@given(RECORDS, PASTS, STOPS, SOURCES)
def test_only_a_dated_yes_newer_than_every_stop_opens_again(
    contact: SourceContact, known: Before | None, stops: list[Stop], source: Source
) -> None:
    number = Number(contact_id=5, e164="+819012345678", stops=stops)
    judgement = judge(contact, number, known, source, NOW)
    for yes_again in judgement.reopenings:
        assert not judgement.out
        hitting = [stop for stop in stops if stop.hits(yes_again.purpose_key)]
        assert hitting
        assert all(stop.said_at < yes_again.occurred_at <= NOW for stop in hitting)


@given(RECORDS, PASTS, STOPS, SOURCES)
def test_an_erased_number_gets_nothing_but_stops(
    contact: SourceContact, known: Before | None, stops: list[Stop], source: Source
) -> None:
    number = Number(contact_id=5, e164="+819012345678", erased_at=NOW, stops=stops)
    judgement = judge(contact, number, known, source, NOW)
    assert judgement.verdict == Verdict.ERASED
    assert {entry.event_type for entry in judgement.entries} <= {EventType.INVALIDATED}
    assert not (judgement.agreed)
    assert not (judgement.reopenings)


@given(RECORDS, PASTS, STOPS, SOURCES, st.booleans(), st.integers(0, 800))
def test_only_a_dated_yes_newer_than_the_erasure_brings_anything_back(
    contact: SourceContact,
    known: Before | None,
    stops: list[Stop],
    source: Source,
    of_record: bool,
    days: int,
) -> None:
    erased_at = NOW - timedelta(days=days)
    number = Number(contact_id=5, e164="+819012345678", stops=stops)
    if of_record and known is not None:
        known = replace(known, erased_at=erased_at)
    else:
        number = number._replace(erased_at=erased_at)
    judgement = judge(contact, number, known, source, NOW)
    if judgement.verdict != Verdict.ERASED:
        assert judgement.back
        assert not judgement.out
        newer = [each.at for each in contact.consents if each.at and each.at > erased_at]
        assert newer
    else:
        assert not judgement.back
        assert not judgement.reopenings


@given(RECORDS, PASTS, SOURCES)
def test_a_yes_that_went_away_always_stops_something(
    contact: SourceContact, known: Before | None, source: Source
) -> None:
    judgement = judge(contact, NUMBER, known, source, NOW)
    if known is None:
        return
    for reading in contact.consents:
        if reading.purpose in known.agreed and reading.answer is not Answer.YES:
            assert f"purpose:{reading.purpose}" in {act.scope for act in judgement.opt_outs}


@given(RECORDS, RECORDS, PASTS, SOURCES, st.sampled_from([NOW, NOW + timedelta(days=400)]))
def test_the_digest_tells_records_apart_that_are_judged_differently(
    one: SourceContact, other: SourceContact, known: Before | None, source: Source, now: datetime
) -> None:
    def digest(contact: SourceContact) -> bytes:
        return standing_of(contact, 5, known, source, now)

    def worth(contact: SourceContact) -> object:
        judgement = judge(contact, NUMBER, known, source, now)
        return judgement.verdict, judgement.entries, judgement.opt_outs

    if one.version == other.version and digest(one) == digest(other):
        assert worth(one) == worth(other)
