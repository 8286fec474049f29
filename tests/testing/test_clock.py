"""The clock of a sandbox."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.testing.clock import SandboxClock, real_time

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_it_follows_its_source():
    assert SandboxClock(lambda: NOON)() == NOON


def test_it_follows_the_machine_without_a_source():
    assert abs(SandboxClock()() - real_time()) < timedelta(seconds=5)


def test_set_moves_it_and_it_goes_on_from_there():
    ticks = [NOON]
    clock = SandboxClock(lambda: ticks[-1])
    clock.set(NOON + timedelta(days=1))
    ticks.append(NOON + timedelta(seconds=7))
    assert clock() == NOON + timedelta(days=1, seconds=7)


def test_a_stopped_clock_moves_only_when_told():
    clock = SandboxClock()
    clock.stop(NOON)
    assert clock() == NOON
    clock.advance(90)
    assert clock() == NOON + timedelta(seconds=90)
    clock.set(NOON)
    assert clock() == NOON


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        SandboxClock().set(datetime(2026, 1, 5))  # noqa: DTZ001
