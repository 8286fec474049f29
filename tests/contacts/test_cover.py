"""What a declaration would cover, and what rests on it once it is signed."""

import shutil
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.consent import collections
from hub.contacts.cover import COVERED, WORDS, Proposal, preview
from hub.contacts.verdict import Verdict
from hub.store import collection_cover
from hub.values.contact import Answer

from .town import NOW, WORDING, YEAR_AGO, Platform, hub_beside, no, out, yes

DAY = timedelta(days=1)
START, END = NOW - 100 * DAY, NOW - 50 * DAY


def proposal(hub, **changes):
    values = {
        "connection_id": hub.ids["crm"],
        "purpose_key": "campaign",
        "period_from": START,
        "period_until": END,
        "filter": {"store": ["渋谷"]},
    }
    return Proposal(**(values | changes))


def look(hub, **changes):
    with hub.db.read() as tx:
        return preview(tx, hub.cipher, proposal(hub, **changes), hub.now)


def declare(hub, **changes):
    with hub.db.write() as tx:
        return collections.declare(
            tx,
            **vars(proposal(hub, **changes)),
            method="checkbox",
            default_ticked=False,
            wording=WORDING,
            statement="店頭の申込書で同意を得ました。",
            signed_by="管理者",
            now=hub.now,
        )


def resting(hub, collection_id):
    with hub.db.read() as tx:
        return collection_cover.resting(tx, collection_id)


def lone(days=None, **more):
    """A ticked box without its wording."""
    return yes(at=None if days is None else NOW - days * DAY, wording=None, **more)


@pytest.fixture
def town(store_url):
    crm = Platform()
    here = {"attributes": {"store": "渋谷"}}
    crm.put("covered", "090-1111-0001", consent=lone(70), **here)
    crm.put("undated", "090-1111-0002", consent=lone(), **here)
    crm.put("early", "090-1111-0003", consent=lone(120), **here)
    crm.put("late", "090-1111-0004", consent=lone(20), **here)
    crm.put("elsewhere", "090-1111-0005", consent=lone(70), attributes={"store": "新宿"})
    crm.put("proven", "090-1111-0006", consent=yes(at=NOW - 70 * DAY), **here)
    crm.put("silent", "090-1111-0007", consent=no(), **here)
    crm.put("no-number", "03-1111-0008", consent=lone(70), **here)
    crm.put("stopped", "090-1111-0009", consent=lone(70), opt_out=out(), **here)
    crm.put("another", "090-1111-0010", consent=lone(70, purpose="visit"), **here)
    with hub_beside(store_url, crm=crm) as hub:
        hub.pull()
        yield hub


def test_it_says_how_many_it_covers_and_why_not_the_others(town):
    assert dict(look(town).counts) == {
        COVERED: 2,
        "before_period": 1,
        "after_period": 1,
        "other_attributes": 1,
        "proves_itself": 1,
        "not_agreed": 2,
        "no_number": 1,
        "stopped": 1,
    }


def test_what_it_said_is_what_the_next_reading_does(town):
    said = look(town).covered
    id_ = declare(town)
    assert resting(town, id_).grounds == 0
    town.pull()
    assert (resting(town, id_).grounds, resting(town, id_).numbers) == (said, said)
    assert town.may_text("covered") == "allow"
    assert look(town).counts["other_declaration"] == said


def test_without_a_filter_and_an_end_it_covers_more(town):
    assert look(town, filter={}).covered == 3
    assert look(town, period_until=None).covered == 3


def test_what_rests_on_it_falls_with_it_and_stays_counted(town):
    id_ = declare(town)
    town.pull()
    before = resting(town, id_)
    with town.db.write() as tx:
        collections.revoke(tx, id_, "管理者", town.now)
    assert town.may_text("covered") == "collection_revoked"
    town.pull()
    after = resting(town, id_)
    assert (before.grounds, after.grounds) == (2, 0)
    assert after.entries == before.entries


def test_every_reason_is_told_in_both_languages():
    assert {"erased", "number_changed"} <= set(WORDS) & {str(each) for each in Verdict}
    assert all(words.ja and words.en for words in WORDS.values())


READINGS = st.one_of(
    st.builds(lone, st.one_of(st.none(), st.integers(0, 150))),
    st.builds(lambda days: yes(at=NOW - days * DAY), st.integers(0, 150)),
    st.builds(lambda answer: no(answer), st.sampled_from([Answer.NO, Answer.SILENT])),
)
RECORDS = st.lists(
    st.tuples(READINGS, READINGS, st.sampled_from(["渋谷", "新宿", ""]), st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(records=RECORDS, filtered=st.booleans(), ended=st.booleans())
def test_a_preview_and_the_reading_that_follows_agree(
    records, filtered, ended, ready_sqlite, tmp_path
):
    for file in tmp_path.glob("hub.db*"):
        file.unlink()
    shutil.copy(ready_sqlite, tmp_path / "hub.db")
    crm = Platform()
    with hub_beside(f"sqlite:///{tmp_path / 'hub.db'}", crm=crm) as hub:
        for place, (reading, _, store, stops) in enumerate(records):
            crm.put(
                str(place),
                f"090-2222-{place:04d}",
                consent=reading,
                attributes={"store": store},
                opt_out=out(NOW - 3 * DAY) if stops else None,
            )
        hub.pull()
        hub.later(days=1)
        for place, (_, reading, _, changed) in enumerate(records):
            if changed:
                crm.change(str(place), consent=reading)
        hub.pull()
        about = {
            "filter": {"store": ["渋谷"]} if filtered else {},
            "period_until": END if ended else None,
        }
        said = look(hub, **about).covered
        id_ = declare(hub, **about)
        hub.pull()
        assert resting(hub, id_).grounds == said


def test_a_year_ago_is_long_before(town):
    assert look(town, period_from=YEAR_AGO - DAY, period_until=YEAR_AGO).covered == 1
