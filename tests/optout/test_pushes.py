from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import AuthError, ConfigError, PluginBug, TransientError
from hub.optout import receipts
from hub.optout.act import undo
from hub.optout.pushes import BATCH, CLAIM_FOR, pause, push_open
from hub.store.tables.people import link
from hub.values.optout import OutcomeState
from hub.values.words import Words


def push(world: Any) -> int:
    return push_open(world.db, world.platforms, world.clock)


def state_of(world: Any, ref: str) -> tuple[str, str]:
    with world.db.read() as tx:
        [row] = [row for row in receipts.listing(tx, limit=50) if row.ref == ref]
    return row.state, row.why.en


def test_each_record_is_told_once_and_has_its_receipt(world: Any) -> None:
    world.stop()
    assert push(world) == 3
    assert push(world) == 0
    with world.db.read() as tx:
        rows = receipts.listing(tx, limit=50)
        summary = receipts.summary(tx)
    assert [(row.connection, row.ref, row.state, row.confirmed) for row in rows] == [
        ("crm", "12:1", "done", True),
        ("crm", "12:2", "done", True),
        ("desk", "user:5", "done", True),
    ]
    assert summary.by_state == {"done": 3}
    assert receipts.age(rows[0], world.now) == timedelta(0)


def test_the_sink_is_told_what_where_and_since_when(world: Any) -> None:
    world.stop()
    push(world)
    [told] = world.sink(world.desk).calls[0]
    assert (str(told.ref), told.change, told.scope, told.channel, told.at) == (
        "user:5",
        "opt_out",
        "promotional",
        "page",
        world.now,
    )


def test_a_disabled_connection_is_told_too(world: Any) -> None:
    assert not world.platforms.by_id(world.desk).enabled
    world.stop()
    push(world)
    assert world.sink(world.desk).records == {"user:5": "opt_out"}


def test_the_version_our_write_made_is_kept_to_know_its_echo(world: Any) -> None:
    world.stop()
    push(world)
    with world.db.read() as tx:
        versions = tx.execute(sa.select(link.c.own_version).distinct()).scalars().all()
    assert versions == ["7"]


def test_what_could_not_be_written_is_tried_until_it_is(world: Any) -> None:
    world.stop()
    sink = world.sink(world.crm)
    sink.raises = TransientError("The platform is busy. Wait.", "混雑しています。")
    push(world)
    assert state_of(world, "12:1") == ("open", "The platform is busy. Wait.")
    assert push(world) == 0
    sink.raises = None
    world.wait(seconds=40)
    push(world)
    assert state_of(world, "12:1") == ("done", "")


def test_the_same_id_is_used_for_every_try(world: Any) -> None:
    world.stop()
    sink = world.sink(world.desk)
    sink.answers["user:5"] = {"state": OutcomeState.LATER}
    for _ in range(3):
        push(world)
        world.wait(hours=2)
    assert len({call[0].id for call in sink.calls}) == 1
    assert len(sink.calls) == 3


def test_the_platform_s_own_delay_is_kept(world: Any) -> None:
    world.stop()
    sink = world.sink(world.crm)
    sink.answers["12:1"] = {"state": OutcomeState.LATER, "retry_after": 900.0}
    push(world)
    world.wait(seconds=890)
    assert push(world) == 0
    world.wait(seconds=11)
    assert push(world) == 1


def test_a_blocked_record_stays_open_says_why_and_is_tried_hourly(world: Any) -> None:
    world.stop()
    sink = world.sink(world.crm)
    why = Words("権限がありません。", "No right to edit.")
    sink.answers["12:1"] = {"state": OutcomeState.BLOCKED, "why": why}
    push(world)
    assert state_of(world, "12:1") == ("blocked", "No right to edit.")
    assert state_of(world, "12:2") == ("done", "")
    world.wait(minutes=50)
    assert push(world) == 0
    world.wait(minutes=20)
    sink.answers.clear()
    assert push(world) == 1
    assert state_of(world, "12:1") == ("done", "")


def test_a_record_that_is_gone_needs_no_telling(world: Any) -> None:
    world.stop()
    world.sink(world.crm).answers["12:1"] = {"state": OutcomeState.GONE}
    push(world)
    world.wait(days=1)
    assert push(world) == 0
    assert state_of(world, "12:1")[0] == "gone"


def test_refused_credentials_park_the_connection_and_drop_nothing(world: Any) -> None:
    world.stop()
    sink = world.sink(world.crm)
    sink.raises = AuthError("kintone refused the token. Sign in again.", "再度サインイン。")
    push(world)
    assert world.platforms.parked == [world.crm]
    assert state_of(world, "12:1") == ("open", "kintone refused the token. Sign in again.")
    world.wait(days=3)
    assert push(world) == 0
    assert len(sink.calls) == 1
    sink.raises = None
    world.platforms.recover(world.crm)
    assert push(world) == 2
    assert sink.records == {"12:1": "opt_out", "12:2": "opt_out"}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ConfigError("mapping.opt_out", "The field is gone.", "欄がありません。"), "blocked"),
        (PluginBug("crm: record broke.", "不具合です。"), "open"),
    ],
)
def test_one_broken_connection_keeps_no_other_from_being_told(
    world: Any, error: Exception, state: str
) -> None:
    world.stop()
    world.sink(world.crm).raises = error
    push(world)
    assert state_of(world, "12:1") == (state, str(error))
    assert state_of(world, "user:5")[0] == "done"


def test_a_connection_without_a_sink_says_so(world: Any) -> None:
    world.stop()
    world.platforms.sinks[world.crm] = None
    push(world)
    state, why = state_of(world, "12:1")
    assert state == "blocked"
    assert "cannot write opt-outs back" in why


def test_several_workers_never_tell_a_record_twice_at_once(world: Any) -> None:
    for number in range(3 * BATCH):
        world.add_link(world.crm, f"13:{number}")
    world.stop()
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: push(world), range(4)))
    told = [each.id for call in world.sink(world.crm).calls for each in call]
    assert sum(counts) == 3 * BATCH + 3
    assert len(told) == len(set(told)) == 3 * BATCH + 2


def test_what_a_dead_worker_held_is_told_by_another(world: Any) -> None:
    world.stop()

    def die() -> None:
        raise KeyboardInterrupt

    world.sink(world.crm).during = die
    with pytest.raises(KeyboardInterrupt):
        push(world)
    world.sink(world.crm).during = None
    assert push(world) <= 1
    world.wait(seconds=CLAIM_FOR.total_seconds() + 1)
    push(world)
    assert world.sink(world.crm).records == {"12:1": "opt_out", "12:2": "opt_out"}


def test_an_undo_while_the_opt_out_is_being_written_comes_after_it(world: Any) -> None:
    result = world.stop()
    sink = world.sink(world.crm)

    def undo_meanwhile() -> None:
        sink.during = None
        with world.db.write() as tx:
            assert undo(
                tx,
                world.cipher,
                contact_id=world.contact_id,
                exclusion_id=result.exclusion_id,
                message_id=None,
                actor="person",
                now=world.now,
                sink_connections=world.sinks,
            )
        # Another worker looks now: the record is in somebody's hand, so it waits.
        push(world)
        assert sink.records == {}

    sink.during = undo_meanwhile
    push(world)
    world.wait(seconds=1)
    push(world)
    assert sink.records == {"12:1": "restore", "12:2": "restore"}
    assert [change for call in sink.calls for change in {each.change for each in call}] == [
        "opt_out",
        "restore",
    ]


def test_no_more_than_the_limit_is_tried(world: Any) -> None:
    world.stop()
    assert push_open(world.db, world.platforms, world.clock, limit=2) == 2


def test_receipts_can_be_narrowed_down(world: Any) -> None:
    world.sink(world.crm).answers["12:1"] = {"state": OutcomeState.LATER}
    first = world.stop().exclusion_id
    push(world)
    second = world.stop(scope="all").exclusion_id
    with world.db.read() as tx:
        assert {row.exclusion_id for row in receipts.listing(tx, limit=50)} == {first, second}
        assert [
            row.ref for row in receipts.listing(tx, limit=50, exclusion_id=first, states=["open"])
        ] == ["12:1"]
        assert len(receipts.listing(tx, limit=50, connection_id=world.desk)) == 2
        assert {row.exclusion_id for row in receipts.listing(tx, limit=50, before_id=second)} == {
            first
        }


def test_an_opt_out_of_a_number_without_records_is_listed_too(world: Any) -> None:
    world.stop(sink_connections=())
    with world.db.read() as tx:
        [row] = receipts.listing(tx, limit=50)
    assert (row.state, row.ref, row.origin) == ("none", "", "page")


@given(st.integers(1, 1000), st.one_of(st.none(), st.integers(0, 86400)))
def test_pauses_grow_to_an_hour_and_never_undercut_the_platform(
    attempts: int, asked: int | None
) -> None:
    seconds = pause(attempts, asked).total_seconds()
    assert seconds >= max(24, asked or 0)
    assert seconds <= max(3600 * 1.2, asked or 0)
    assert seconds <= max(30 * 2 ** (attempts - 1) * 1.2, asked or 0)
