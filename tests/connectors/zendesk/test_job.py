# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a job of Zendesk's."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.zendesk.job import JobEnd, wait
from hub.sdk import AuthError, TransientError


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_job_is_asked_for_until_it_has_ended() -> None:
    time = Time()
    states = iter(["queued", "working", "working", "completed"])

    end = wait(lambda: {"status": next(states)}, clock=time, sleep=time.sleep)

    assert end == JobEnd(ended=True)
    assert time.now < 1


def test_a_job_that_goes_on_is_left_alone_in_the_end() -> None:
    time = Time()

    end = wait(lambda: {"status": "working"}, patience=20.0, clock=time, sleep=time.sleep)

    assert not end.ended
    assert 15 < time.now <= 20


def test_a_job_that_cannot_be_seen_goes_on_for_all_we_know() -> None:
    def ask() -> Mapping[str, Any]:
        raise TransientError("away")

    assert wait(ask) == JobEnd(ended=False)


def test_credentials_that_end_meanwhile_are_told() -> None:
    def ask() -> Mapping[str, Any]:
        raise AuthError("refused")

    with pytest.raises(AuthError):
        wait(ask)


@pytest.mark.parametrize("results", [None, {"success": True}, "rubbish", [None, {"id": "x"}]])
def test_results_of_any_shape_are_no_crash(results: object) -> None:
    assert wait(lambda: {"status": "completed", "results": results}) == JobEnd(ended=True)


def test_failed_items_are_named() -> None:
    results = [
        {"id": 1, "action": "update", "success": True, "status": "Updated"},
        {"id": 2, "action": "update", "success": False, "error": "x", "details": "y"},
        {"id": 3, "error": "InvalidUser"},
    ]

    end = wait(lambda: {"status": "completed", "results": results})

    assert end.failed == {2, 3}
