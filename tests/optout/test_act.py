from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hub.consent import exclusions, ledger
from hub.consent.gate import Allow, Deny
from hub.optout.act import (
    ReopenResult,
    opt_out,
    push_again,
    push_for_links,
    reopen,
    undo,
)
from hub.optout.pushes import push_open
from hub.optout.stopping import OptOutResult
from hub.store.tables.consent import evidence, exclusion

DAY = timedelta(days=1)


def take_back(world: Any, exclusion_id: int | None, message_id: int | None = None) -> bool:
    with world.db.write() as tx:
        return undo(
            tx,
            world.cipher,
            contact_id=world.contact_id,
            exclusion_id=exclusion_id or 0,
            message_id=message_id,
            actor="person",
            now=world.now,
            sink_connections=world.sinks,
        )


def agree_anew(world: Any, purpose: str | None, at: Any) -> ReopenResult:
    with world.db.write() as tx:
        return reopen(
            tx,
            world.cipher,
            contact_id=world.contact_id,
            purpose_key=purpose,
            occurred_at=at,
            why="consent" if purpose else "start",
            actor="person",
            now=world.now,
            sink_connections=world.sinks,
        )


def events(world: Any) -> list[tuple[str, str]]:
    with world.db.read() as tx:
        query = sa.select(evidence.c.event_type, evidence.c.purpose_key).order_by(evidence.c.seq)
        return [(row[0], row[1]) for row in tx.execute(query)]


def test_one_act_excludes_writes_the_ledger_and_tells_every_record(world: Any) -> None:
    world.agree(world.now - DAY)
    result = world.stop()
    assert not result.already
    assert world.verdict() == Deny("suppressed_promotional")
    assert events(world) == [("given", "campaign"), ("withdrawn", "promotional")]
    assert world.pushes() == [
        ("12:1", "opt_out", "open"),
        ("12:2", "opt_out", "open"),
        ("user:5", "opt_out", "open"),
    ]


def test_stopping_twice_adds_nothing(world: Any) -> None:
    first = world.stop()
    again = world.stop()
    assert again == OptOutResult(exclusion_id=first.exclusion_id, already=True)
    assert len(events(world)) == 1
    assert len(world.pushes()) == 3


def test_two_opt_outs_at_once_make_one_exclusion(world: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: world.stop(), range(8)))
    assert sum(not result.already for result in results) == 1
    assert len({result.exclusion_id for result in results}) == 1
    with world.db.read() as tx:
        assert len(exclusions.active(tx, [world.contact_id])[world.contact_id]) == 1
        assert ledger.verify(tx).whole


def test_a_withdrawal_in_one_platform_fans_out_to_the_others_only(world: Any) -> None:
    world.stop(origin="platform", connection_id=world.desk, source_ref="user:5")
    assert [ref for ref, _, _ in world.pushes()] == ["12:1", "12:2"]


def test_everything_of_one_opt_out_is_stored_or_nothing(world: Any) -> None:
    def die_before_the_commit() -> None:
        with world.db.write() as tx:
            opt_out(
                tx,
                world.cipher,
                contact_id=world.contact_id,
                scope="all",
                origin="page",
                actor="person",
                occurred_at=world.now,
                now=world.now,
                sink_connections=world.sinks,
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_before_the_commit()
    assert events(world) == []
    assert world.pushes() == []


def test_a_scope_that_is_none_is_refused(world: Any) -> None:
    with pytest.raises(ValueError, match="scope"):
        world.stop(scope="purpose:")


def test_an_act_dated_ahead_counts_as_of_now(world: Any) -> None:
    world.stop(occurred_at=world.now + 400 * DAY)
    with world.db.read() as tx:
        assert tx.execute(sa.select(exclusion.c.occurred_at)).scalar() == world.now


def test_who_pressed_is_kept_encrypted(world: Any) -> None:
    world.stop(ip="203.0.113.7", user_agent="Phone/1.0")
    with world.db.read() as tx:
        row = tx.execute(sa.select(evidence)).one()
        text = world.cipher.decrypt(row.personal_enc, f"evidence.personal:{row.event_id}")
    assert "203.0.113.7" in text
    assert not any("203.0.113.7" in repr(value) for value in row)


def test_a_record_seen_later_is_told_too(world: Any) -> None:
    world.stop()
    world.add_link(world.crm, "12:3")
    world.add_link(world.crm, "12:4", out=True)
    for expected in (1, 0):
        with world.db.write() as tx:
            told = push_for_links(tx, [world.contact_id], world.sinks, world.now)
        assert told == expected
    assert world.pushes()[-1] == ("12:3", "opt_out", "open")


def test_a_record_where_the_opt_out_was_unticked_is_told_again(world: Any) -> None:
    world.stop()
    push_open(world.db, world.platforms, world.clock)
    with world.db.write() as tx:
        assert push_again(tx, world.crm, ["12:1"], world.now) == 1
    push_open(world.db, world.platforms, world.clock)
    assert [len(call) for call in world.sink(world.crm).calls] == [2, 1]


# ---- undo ------------------------------------------------------------------------------------


def test_a_tap_can_be_taken_back_for_ten_minutes(world: Any) -> None:
    world.agree(world.now - DAY)
    result = world.stop(message_id=4)
    world.wait(minutes=10)
    assert take_back(world, result.exclusion_id, message_id=4)
    assert isinstance(world.verdict(), Allow)
    assert events(world)[-1] == ("renewed", "promotional")
    assert {state for _, _, state in world.pushes()} == {"superseded"}


def test_after_ten_minutes_it_stays(world: Any) -> None:
    result = world.stop(message_id=4)
    world.wait(minutes=11)
    assert not take_back(world, result.exclusion_id, message_id=4)
    assert world.verdict() == Deny("suppressed_promotional")


def test_only_the_link_that_stopped_can_take_it_back(world: Any) -> None:
    result = world.stop(message_id=4)
    assert not take_back(world, result.exclusion_id, message_id=5)


def test_what_was_said_elsewhere_too_cannot_be_taken_back_on_the_page(world: Any) -> None:
    result = world.stop(message_id=4)
    again = world.stop(origin="reply", connection_id=world.desk, source_ref="reply:1")
    assert again.already
    assert not take_back(world, result.exclusion_id, message_id=4)
    assert len(events(world)) == 2


def test_records_that_were_told_are_told_that_it_ended(world: Any) -> None:
    result = world.stop()
    push_open(world.db, world.platforms, world.clock)
    world.wait(minutes=1)
    assert take_back(world, result.exclusion_id)
    push_open(world.db, world.platforms, world.clock)
    assert world.sink(world.crm).records == {"12:1": "restore", "12:2": "restore"}
    assert world.sink(world.desk).records == {"user:5": "restore"}


def test_no_record_is_restored_while_another_exclusion_stands(world: Any) -> None:
    world.stop()
    result = world.stop(scope="all")
    push_open(world.db, world.platforms, world.clock)
    assert take_back(world, result.exclusion_id)
    assert "restore" not in {change for _, change, _ in world.pushes()}


def test_lifting_the_last_exclusion_restores_what_an_earlier_one_told(world: Any) -> None:
    first = world.stop()
    push_open(world.db, world.platforms, world.clock)
    second = world.stop(scope="all")
    assert take_back(world, second.exclusion_id)
    assert take_back(world, first.exclusion_id)
    push_open(world.db, world.platforms, world.clock)
    assert set(world.sink(world.crm).records.values()) == {"restore"}


def test_a_record_that_still_shows_our_own_opt_out_stops_nobody_again(world: Any) -> None:
    result = world.stop()
    push_open(world.db, world.platforms, world.clock)
    world.wait(minutes=1)
    take_back(world, result.exclusion_id)
    echo = world.stop(
        origin="platform", connection_id=world.crm, source_ref="12:1", occurred_at=None
    )
    assert echo == OptOutResult(exclusion_id=None, already=True)
    push_open(world.db, world.platforms, world.clock)
    world.wait(minutes=1)
    real = world.stop(origin="platform", connection_id=world.crm, source_ref="12:1")
    assert not real.already


def test_stopping_again_ends_a_restore_that_is_still_open(world: Any) -> None:
    result = world.stop(scope="all")
    push_open(world.db, world.platforms, world.clock)
    take_back(world, result.exclusion_id)
    world.stop()
    push_open(world.db, world.platforms, world.clock)
    assert world.sink(world.crm).records == {"12:1": "opt_out", "12:2": "opt_out"}


# ---- coming back -----------------------------------------------------------------------------


def test_a_dated_consent_after_the_stop_opens_its_purpose_again(world: Any) -> None:
    world.agree(world.now - DAY)
    world.agree(world.now - DAY, "news")
    stopped = world.stop()
    world.wait(days=2)
    at = world.now - timedelta(hours=1)
    world.agree(at)
    assert agree_anew(world, "campaign", at).lifted == (stopped.exclusion_id,)
    assert isinstance(world.verdict(), Allow)
    assert world.verdict("news") == Deny("withdrawn")


def test_a_consent_as_old_as_the_stop_opens_nothing(world: Any) -> None:
    world.stop()
    for at in (world.now, world.now - DAY):
        assert agree_anew(world, "campaign", at).lifted == ()


def test_a_consent_dated_ahead_opens_nothing(world: Any) -> None:
    world.stop()
    assert agree_anew(world, "campaign", world.now + DAY).lifted == ()


def test_a_stop_repeated_since_the_consent_keeps_it_closed(world: Any) -> None:
    world.stop()
    world.wait(hours=2)
    world.stop(origin="reply", connection_id=world.desk, source_ref="reply:1")
    assert agree_anew(world, "campaign", world.now - timedelta(hours=1)).lifted == ()


def test_one_newer_exclusion_keeps_all_of_them(world: Any) -> None:
    world.stop()
    world.wait(days=2)
    world.stop(scope="purpose:campaign")
    assert agree_anew(world, "campaign", world.now - DAY).lifted == ()
    assert agree_anew(world, "news", world.now - DAY).lifted != ()


def test_start_gives_back_what_stop_took_and_makes_no_consent(world: Any) -> None:
    world.agree(world.now - DAY)
    world.stop(origin="reply", connection_id=world.desk, source_ref="reply:1")
    world.wait(days=1)
    assert agree_anew(world, None, world.now).lifted != ()
    assert isinstance(world.verdict(), Allow)
    assert world.verdict("news") == Deny("wrong_purpose")


def test_the_lifted_row_stays_with_who_and_why(world: Any) -> None:
    world.stop()
    world.wait(days=1)
    agree_anew(world, None, world.now)
    with world.db.read() as tx:
        row = tx.execute(sa.select(exclusion)).one()
    assert (row.lifted_by, row.lifted_why, row.lifted_at) == ("person", "start", world.now)
