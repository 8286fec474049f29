"""The pull: what is kept of a record, what follows from a change, and what ends a run."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from hub.consent import collections, ledger
from hub.errors import AuthError, ConfigError, TransientError
from hub.optout import act
from hub.store import links, people, runs
from hub.values.contact import Answer
from hub.values.page import Skipped
from hub.values.ref import Ref

from .town import NOW, WORDING, YEAR_AGO, Hubs, Platform, hub_beside, no, out, yes

MOBILE, OTHER = "090-1234-5678", "080-1111-2222"


@pytest.fixture
def crm() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Platform:
    return Platform()


@pytest.fixture
def hub(store_url: str, crm: Platform, desk: Platform) -> Iterator[Hubs]:
    with hub_beside(store_url, crm=crm, desk=desk) as hub:
        yield hub


def test_every_record_is_kept_or_skipped_for_a_reason(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    crm.put("2", OTHER, consent=no())
    crm.put("3", "03-1234-5678", consent=yes())
    crm.put("4", "070-1111-2222", consent=yes(wording=None, at=None))
    crm.put("5", "070-1111-3333", consent=yes(), opt_out=out())
    crm.skipped.append(Skipped(ref=Ref("12", "6"), reason="malformed"))
    seen: list[int] = []

    result = hub.pull(on_progress=lambda progress: seen.append(progress.read))

    assert (result.state, result.kind) == ("done", "first")
    assert result.progress.read == 6
    assert result.progress.kept == 1
    assert result.progress.skipped == {
        "silent": 1, "landline": 1, "undated": 1, "opted_out": 1, "malformed": 1,
    }  # fmt: skip
    assert seen == [4, 6]
    with hub.db.read() as tx:
        row = runs.latest(tx, hub.ids["crm"])[0]
    assert (row.state, row.read, row.kept) == ("done", 6, 1)


def test_number_name_and_attributes_stay_only_where_a_ground_is(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes(), name="山田", attributes={"store": "渋谷"})
    crm.put("2", OTHER, consent=no(), name="田中", attributes={"store": "新宿"})
    hub.pull()
    assert hub.number("1") == "+819012345678"
    assert hub.number("2") is None
    with hub.db.read() as tx:
        kept = people.merge_values(tx, hub.cipher, [hub.link("1").id, hub.link("2").id])
    assert kept[hub.link("1").id].name == "山田"
    assert kept[hub.link("1").id].attributes == {"store": "渋谷"}
    assert kept[hub.link("2").id].name == ""

    crm.change("1", consent=no())
    hub.pull()
    assert hub.number("1") is None
    with hub.db.read() as tx:
        kept = people.merge_values(tx, hub.cipher, [hub.link("1").id])
    assert kept[hub.link("1").id].name == ""


def test_an_unchanged_record_adds_no_evidence(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    before = hub.count("evidence")
    crm.change("1", name="新しい名前")
    hub.later(minutes=1)
    hub.pull()
    assert hub.count("evidence") == before == 1
    assert hub.link("1").read_at == hub.now


def test_a_pull_with_nothing_new_leaves_no_row_and_old_runs_go(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    assert hub.pull().state == "done"
    assert hub.count("run") == 1
    hub.later(days=31)
    assert hub.pull().kind == "whole"
    assert hub.count("run") == 1


def test_once_a_day_everything_is_read_anew_for_what_no_modified_time_tells(
    hub: Hubs, crm: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes())
    assert hub.pull().kind == "first"
    # An import with its old time: the platform does not say that anything changed.
    crm.records["1"] = replace(crm.records["1"], consents=(no(),))
    hub.later(hours=23)
    assert hub.pull().kind == "changed"
    assert hub.verdicts() == {"1": "consented"}
    hub.later(hours=2)
    assert hub.pull().kind == "whole"
    assert hub.verdicts() == {"1": "withdrawn"}
    assert hub.pull().kind == "changed"


def test_a_tick_taken_away_is_a_withdrawal_that_the_other_platform_is_told_of(
    hub: Hubs, crm: Platform, desk: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes())
    desk.put("7", "+81 90 1234 5678", consent=yes())
    hub.pull("crm")
    hub.pull("desk")
    crm.change("1", consent=no())
    hub.later(minutes=1)
    hub.pull("crm")
    assert hub.verdicts() == {"1": "withdrawn"}
    assert hub.stops("1") == ["purpose:campaign"]
    with hub.db.read() as tx:
        told = tx.exec_driver_sql("SELECT connection_id, ref FROM opt_out_push").all()
    assert [tuple(row) for row in told] == [(hub.ids["desk"], "12:7")]
    assert "pushes" in hub.bells.rung


def test_a_record_that_joins_a_stopped_number_is_told_too(
    hub: Hubs, crm: Platform, desk: Platform
) -> None:
    crm.put("1", MOBILE, consent=no(), opt_out=out())
    hub.pull("crm")
    desk.put("7", MOBILE, consent=yes())
    hub.pull("desk")
    assert hub.stops("7", "desk") == ["promotional"]
    with hub.db.read() as tx:
        told = tx.exec_driver_sql("SELECT connection_id, ref FROM opt_out_push").all()
    assert [tuple(row) for row in told] == [(hub.ids["desk"], "12:7")]


def test_only_a_dated_yes_newer_than_the_stop_opens_a_number_again(
    hub: Hubs, crm: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    crm.change("1", consent=no())
    hub.later(days=1)
    hub.pull()
    crm.change("1", consent=yes())
    hub.later(days=1)
    hub.pull()
    assert hub.stops("1") == ["purpose:campaign"], "the same old date is no new act"
    crm.change("1", consent=yes(at=hub.now))
    hub.later(days=1)
    hub.pull()
    assert hub.stops("1") == []


def test_a_changed_number_takes_no_consent_along(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    old = hub.link("1").contact_id
    crm.change("1", number=OTHER)
    hub.later(days=1)
    hub.pull()
    assert hub.verdicts() == {"1": "number_changed"}
    assert hub.number("1") is None
    with hub.db.read() as tx:
        rows = tx.exec_driver_sql("SELECT event_type, contact_id FROM evidence ORDER BY seq").all()
    assert [tuple(row) for row in rows] == [("given", old), ("invalidated", old)]

    crm.change("1", consent=yes(at=hub.now + timedelta(hours=1)))
    hub.later(days=1)
    hub.pull()
    assert hub.verdicts() == {"1": "consented"}
    assert hub.number("1") == "+818011112222"


def test_two_people_on_one_number_share_its_consent_and_its_refusal(
    hub: Hubs, crm: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes())
    crm.put("2", "+819012345678", consent=no(Answer.NO))
    hub.pull()
    assert hub.link("1").contact_id == hub.link("2").contact_id
    assert hub.may_text("1") != "allow"
    hub.later(minutes=1)
    crm.change("2", consent=yes(at=hub.now))
    hub.pull()
    assert hub.may_text("1") == "allow"


def test_a_declared_collection_reads_everything_anew_and_proves_lone_ticks(
    hub: Hubs, crm: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes(at=None, wording=None), attributes={"store": "渋谷"})
    crm.put("2", OTHER, consent=yes(at=None, wording=None), attributes={"store": "新宿"})
    hub.pull()
    assert hub.verdicts() == {"1": "undated", "2": "undated"}
    with hub.db.write() as tx:
        collections.declare(
            tx,
            connection_id=hub.ids["crm"],
            purpose_key="campaign",
            method="checkbox",
            default_ticked=False,
            wording=WORDING,
            statement="店頭の申込書で同意を得ました。",
            signed_by="管理者",
            period_from=YEAR_AGO,
            now=hub.now,
            filter={"store": ["渋谷"]},
        )
    result = hub.pull()
    assert result.kind == "whole"
    assert hub.verdicts() == {"1": "consented", "2": "undated"}
    assert hub.pull().kind == "changed"


def test_a_vanished_field_suspends_the_grounds_until_all_was_read_again(
    hub: Hubs, crm: Platform
) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    gone = ConfigError("mapping.consent", "The field is gone. Choose another.")
    crm.trouble = [gone]
    result = hub.pull()
    assert (result.state, result.words.en) == ("failed", "The field is gone. Choose another.")
    assert hub.connections.row("crm").grounds_suspended_at is not None
    crm.trouble = [TransientError("Busy.", retry_after=30)]
    stopped = hub.pull()
    assert (stopped.state, stopped.retry_after) == ("stopped", 30)
    assert hub.connections.row("crm").grounds_suspended_at is not None
    assert hub.pull().kind == "first"
    assert hub.connections.row("crm").grounds_suspended_at is None


def test_refused_credentials_park_the_connection(hub: Hubs, crm: Platform) -> None:
    crm.trouble = [AuthError("Refused. Sign in again.", "拒否されました。")]
    assert hub.pull().state == "failed"
    assert hub.connections.row("crm").state == "parked"
    assert hub.pull().state == "unusable"


def test_a_run_in_trouble_goes_on_behind_the_last_page(hub: Hubs, crm: Platform) -> None:
    for index in range(7):
        crm.put(str(index), f"090-1234-000{index}", consent=yes())

    def stumble(page: int) -> None:
        if page == 2:
            raise TransientError("Busy.", retry_after=5)

    crm.before_page = stumble
    assert hub.pull().progress.read == 3
    result = hub.pull()
    assert (result.state, result.progress.read) == ("done", 4)
    assert len(hub.verdicts()) == 7


def test_a_deadline_stops_a_run_behind_a_page(hub: Hubs, crm: Platform) -> None:
    for index in range(7):
        crm.put(str(index), f"090-1234-000{index}", consent=yes())
    crm.before_page = lambda page: hub.later(seconds=10)
    result = hub.pull(deadline=hub.now + timedelta(seconds=15))
    assert (result.state, result.progress.read) == ("stopped", 6)
    assert hub.pull().progress.read == 1


def test_one_run_a_connection_at_a_time(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    states: list[str] = []
    crm.before_page = lambda page: states.append(hub.pull().state) if page == 1 else None
    assert hub.pull().state == "done"
    assert states == ["busy"]


def test_a_plugin_that_stands_still_ends_its_run(hub: Hubs, crm: Platform) -> None:
    for index in range(4):
        crm.put(str(index), f"090-1234-000{index}", consent=yes())
    hub.pull()
    crm.page_size = 0
    crm.change("1", name="x")
    result = hub.pull()
    assert result.state == "failed"
    assert "read the same page for ever" in result.words.en


def test_a_vanished_record_vouches_for_nothing_until_it_is_back(hub: Hubs, crm: Platform) -> None:
    kept = [crm.put(str(index), f"090-1234-000{index}", consent=yes()) for index in range(5)]
    hub.pull()
    crm.delete("2")
    hub.later(days=1)
    result = hub.vanish()
    assert (result.state, result.progress.read, result.progress.changed) == ("done", 4, 1)
    assert hub.link("2").vanished_at == hub.now
    assert hub.number("2") is None
    assert hub.may_text("1") == "allow" or hub.may_text("1") == "source_stale"
    assert hub.may_text("2") not in ("allow", "source_stale")

    crm.records["2"] = kept[2]
    hub.later(days=1)
    assert hub.vanish().state == "done"
    assert hub.link("2").vanished_at is None
    assert hub.verdicts()["2"] == "consented"


def test_a_record_told_as_gone_vouches_for_nothing_at_once(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    crm.put("2", OTHER, consent=yes())
    hub.pull()
    crm.delete("2")
    crm.gone = [Ref("12", "2"), Ref("12", "never-met")]
    assert hub.pull().state == "done"
    assert hub.link("2").vanished_at == hub.now
    assert hub.may_text("2") not in ("allow", "source_stale")
    assert hub.may_text("1") in ("allow", "source_stale")


def test_a_refusal_told_with_its_record_gone_still_counts(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    crm.put("2", MOBILE, consent=yes())
    hub.pull()
    crm.change("2", opt_out=out())
    crm.gone = [Ref("12", "2")]
    hub.pull()
    assert hub.may_text("1") not in ("allow", "source_stale")


def test_a_pass_over_the_ids_reads_what_was_never_met(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    crm.put("2", OTHER, consent=yes())
    crm.changes.pop()
    hub.vanish()
    assert hub.verdicts() == {"1": "consented", "2": "consented"}


def test_our_own_write_coming_back_is_no_news(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    written = crm.change("1", opt_out=out())
    with hub.db.write() as tx:
        tx.exec_driver_sql(f"UPDATE link SET own_version = '{written.version}'")
    before = hub.count("evidence")
    hub.pull()
    assert hub.verdicts() == {"1": "opted_out"}
    assert hub.stops("1") == []
    assert hub.count("evidence") == before


def test_an_erased_contact_is_not_filled_again(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes(), name="山田")
    hub.pull()
    with hub.db.write() as tx:
        tx.exec_driver_sql("UPDATE contact SET number_enc = NULL, erased_at = created_at")
    crm.change("1", consent=yes(at=NOW))
    hub.pull()
    assert hub.verdicts() == {"1": "erased"}
    assert hub.number("1") is None
    with hub.db.read() as tx:
        assert people.merge_values(tx, hub.cipher, [hub.link("1").id])[hub.link("1").id].name == ""


def test_contacts_made_under_an_older_index_key_are_found(hub: Hubs) -> None:
    with hub.db.write() as tx:
        made = people.contacts_for(tx, [[b"o" * 16]], NOW)
        assert people.contacts_for(tx, [[b"n" * 16, b"o" * 16]], NOW) == made
        assert people.find_contact(tx, [b"n" * 16]) is None
        assert links.contact_states(tx, made)[made[0]].lookup == b"o" * 16


def _killed_pull(url: str, crm: Platform, statements: int) -> None:
    """Pull in this process until it has run so many statements, then die."""
    hub = Hubs(url, crm=crm, desk=Platform())
    ran = count(1)

    def die(*_: object) -> None:
        if next(ran) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(hub.db.engine, "before_cursor_execute", die)
    hub.pull()


def test_a_pull_killed_anywhere_loses_and_doubles_nothing(store_url: str) -> None:
    crm = Platform(page_size=4)
    for index in range(30):
        crm.put(str(index), f"090-1234-{index:04d}", consent=yes() if index % 3 else no())
    fork = multiprocessing.get_context("fork")
    killed = 0
    for statements in (2, 9, 16, 21, 27, 34, 41, 49):
        child = fork.Process(target=_killed_pull, args=(store_url, crm, statements))
        child.start()
        child.join(30)
        killed += child.exitcode == -signal.SIGKILL
    assert killed >= 5
    with hub_beside(store_url, crm=crm, desk=Platform()) as hub:
        result = hub.pull()
        assert result.state == "done"
        assert len(hub.verdicts()) == 30
        assert hub.count("evidence") == 20
        assert hub.count("contact") == 30
        with hub.db.read() as tx:
            assert ledger.verify(tx, hub.cipher).whole


def test_pulls_and_opt_outs_at_once_neither_lock_up_nor_lose_anything(store_url: str) -> None:
    crm, desk = Platform(page_size=7), Platform(page_size=5)
    numbers = [f"090-1234-{index:04d}" for index in range(40)]
    for index, number in enumerate(numbers):
        crm.put(str(index), number, consent=yes())
        desk.put(str(99 - index), number, consent=yes())
    with hub_beside(store_url, crm=crm, desk=desk) as hub:
        hub.pull("crm")

        def stop_everybody() -> str:
            for index in reversed(range(len(numbers))):
                contact_id = hub.link(str(index)).contact_id
                assert contact_id is not None
                with hub.db.write() as tx:
                    act.opt_out(
                        tx,
                        hub.cipher,
                        contact_id=contact_id,
                        scope="promotional",
                        origin="page",
                        actor="person",
                        occurred_at=hub.now,
                        now=hub.now,
                        sink_connections=hub.ids.values(),
                    )
            return "done"

        for index in range(len(numbers)):
            crm.change(str(index), consent=yes(at=NOW))
        with ThreadPoolExecutor(3) as pool:
            runs_ = [
                pool.submit(lambda: hub.pull("crm").state),
                pool.submit(lambda: hub.pull("desk").state),
                pool.submit(stop_everybody),
            ]
            assert [run.result(60) for run in runs_] == ["done", "done", "done"]
        assert {tuple(hub.stops(str(index))) for index in range(len(numbers))} == {("promotional",)}
        with hub.db.read() as tx:
            told = tx.exec_driver_sql(
                "SELECT connection_id, count(*) FROM opt_out_push GROUP BY connection_id"
            ).all()
            assert {row[0]: row[1] for row in told} == dict.fromkeys(hub.ids.values(), 40)
            assert ledger.verify(tx, hub.cipher).whole
