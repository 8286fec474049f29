# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing opt-outs into users."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.zendesk.job import JobEnd, wait
from connectors.zendesk.optouts import ZendeskOptOuts
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import user_id
from hub.sdk import Change, ConfigError, Connection, OptOut, OutcomeState, Ref
from hub.testing.clock import SandboxClock

Connect = Callable[..., Connection]
AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
TAGS = {"opt_out": "tags", "opt_out_value": ["sms_stop"], "opt_out_at": None}


def opt_out(index: int, **changes: Any) -> OptOut:
    """An opt-out of the user who is this person of the roster."""
    values: dict[str, Any] = {
        "id": f"o{index}",
        "ref": Ref("user", str(user_id(index))),
        "change": Change.OPT_OUT,
        "scope": "promotional",
        "channel": "page",
        "at": AT,
    }
    return OptOut(**values | changes)


def restore(index: int, **changes: Any) -> OptOut:
    """A restore of the same."""
    return opt_out(index, **{"id": f"r{index}", "change": Change.RESTORE} | changes)


def at_once(ask: Callable[[], Mapping[str, Any]]) -> JobEnd:
    """A wait that never sleeps."""
    return wait(ask, sleep=lambda seconds: None)


@pytest.fixture
def sink(connect: Connect) -> ZendeskOptOuts:
    return ZendeskOptOuts(connect(), wait=at_once)


def test_many_users_are_one_call(sink: ZendeskOptOuts, zendesk: ZendeskSandbox) -> None:
    outcomes = sink.record([opt_out(index) for index in range(1, 51)])

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert all(outcome.confirmed and outcome.version for outcome in outcomes)
    assert zendesk.user(user_id(1))["user_fields"]["sms_opt_out"] is True
    assert zendesk.user(user_id(1))["user_fields"]["sms_opt_out_at"].startswith("2026-01-13")
    assert sum(call.path.startswith("/api/v2/users/update_many") for call in zendesk.calls()) == 1


def test_what_the_user_holds_besides_is_left_alone(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    zendesk.edit(user_id(1), details="大切なお客様")
    zendesk.tag(user_id(1), ["vip"])
    before = zendesk.user(user_id(1))
    sink.record([opt_out(1)])
    after = zendesk.user(user_id(1))

    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {"user_fields", "updated_at", "tags"}
    assert "vip" in after["tags"]
    assert after["details"] == "大切なお客様"
    fields = {
        key
        for key, value in after["user_fields"].items()
        if before["user_fields"].get(key) != value
    }
    assert fields == {"sms_opt_out", "sms_opt_out_at"}


def test_a_tag_is_added_and_taken_away_beside_the_others(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    sink = ZendeskOptOuts(connect(TAGS), wait=at_once)
    zendesk.tag(user_id(1), ["vip"])
    (first,) = sink.record([opt_out(1)])
    assert sorted(zendesk.user(user_id(1))["tags"]) == ["sms_stop", "vip"]

    (second,) = sink.record([restore(1, version=first.version)])
    assert (first.state, second.state) == (OutcomeState.DONE, OutcomeState.DONE)
    assert zendesk.user(user_id(1))["tags"] == ["vip"]


def test_a_failed_item_is_blocked_with_a_sentence_and_keeps_no_other_from_it(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    zendesk.fail_user(user_id(2))

    outcomes = {each.id: each for each in sink.record([opt_out(1), opt_out(2), opt_out(3)])}

    assert outcomes["o1"].state is outcomes["o3"].state is OutcomeState.DONE
    assert outcomes["o2"].state is OutcomeState.BLOCKED
    assert outcomes["o2"].why is not None
    assert "save it" in outcomes["o2"].why.en


def test_a_job_that_says_done_and_changes_nothing_is_not_believed(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    zendesk.ignore_writes(user_id(2))

    outcomes = {each.id: each for each in sink.record([opt_out(1), opt_out(2)])}

    assert outcomes["o1"].state is OutcomeState.DONE
    assert outcomes["o2"].state is OutcomeState.LATER


def test_a_job_that_fails_as_a_whole_is_tried_again(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    zendesk.jobs(fail=1)

    assert [each.state for each in sink.record([opt_out(1)])] == [OutcomeState.LATER]
    assert [each.state for each in sink.record([opt_out(1)])] == [OutcomeState.DONE]


def test_a_job_that_is_not_done_in_time_waits_and_is_found_done_later(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock
) -> None:
    zendesk.jobs(looks=1000, seconds=300)
    sink = ZendeskOptOuts(connect(), wait=lambda ask: wait(ask, patience=0.0))
    (open_,) = sink.record([opt_out(1)])
    assert (open_.state, open_.retry_after) == (OutcomeState.LATER, 60.0)

    clock.advance(301)
    (done,) = sink.record([opt_out(1)])
    assert done.state is OutcomeState.DONE
    assert sum(call.path.startswith("/api/v2/users/update_many") for call in zendesk.calls()) == 1


def test_an_opt_out_made_in_zendesk_since_is_not_taken_back(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox, clock: SandboxClock
) -> None:
    (done,) = sink.record([opt_out(1)])
    clock.advance(60)
    zendesk.edit(user_id(1), details="電話で停止の申し出")

    (outcome,) = sink.record([restore(1, version=done.version)])

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "opted out in Zendesk since" in outcome.why.en
    assert zendesk.user(user_id(1))["user_fields"]["sms_opt_out"] is True


def test_an_opt_out_that_is_older_by_its_own_date_is_taken_back(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    sink.record([opt_out(1)])

    (outcome,) = sink.record([restore(1, at=AT + timedelta(days=1))])

    assert outcome.state is OutcomeState.DONE
    fields = zendesk.user(user_id(1))["user_fields"]
    assert (fields["sms_opt_out"], fields["sms_opt_out_at"]) == (False, None)


def test_of_an_opt_out_and_a_restore_of_one_user_the_opt_out_wins(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    outcomes = sink.record([restore(1, at=AT - timedelta(days=9)), opt_out(1)])

    assert [each.id for each in outcomes] == ["r1", "o1"]
    assert outcomes[1].state is OutcomeState.DONE
    assert zendesk.user(user_id(1))["user_fields"]["sms_opt_out"] is True


def test_one_for_a_ticket_goes_to_its_requester(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    ticket = Ref("ticket", str(zendesk.ticket_of(1)))
    nowhere = Ref("ticket", "999999999")

    outcomes = sink.record([opt_out(1, ref=ticket), opt_out(2, ref=nowhere)])

    assert [each.state for each in outcomes] == [OutcomeState.DONE, OutcomeState.GONE]
    assert outcomes[0].ref == ticket
    assert zendesk.user(user_id(1))["user_fields"]["sms_opt_out"] is True


def test_a_user_and_their_ticket_in_one_batch_are_both_acknowledged(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    ticket = Ref("ticket", str(zendesk.ticket_of(1)))

    outcomes = sink.record([opt_out(1), opt_out(1, id="of-ticket", ref=ticket)])

    assert [each.state for each in outcomes] == [OutcomeState.DONE, OutcomeState.DONE]


def test_a_restore_of_a_user_counts_for_their_ticket_in_the_same_batch(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    ticket = Ref("ticket", str(zendesk.ticket_of(1)))
    (done,) = sink.record([opt_out(1)])

    of_ticket = restore(1, id="of-ticket", ref=ticket)
    outcomes = sink.record([of_ticket, restore(1, version=done.version)])

    assert [each.state for each in outcomes] == [OutcomeState.DONE, OutcomeState.DONE]
    assert [each.id for each in outcomes] == ["of-ticket", "r1"]
    assert outcomes[0].version is None


def test_a_restore_waits_for_the_opt_out_beside_it_though_that_is_done_already(
    sink: ZendeskOptOuts,
) -> None:
    (done,) = sink.record([opt_out(1)])

    outcomes = sink.record([opt_out(1), restore(1, version=done.version)])

    assert [each.state for each in outcomes] == [OutcomeState.DONE, OutcomeState.LATER]


def test_a_deleted_user_is_gone(sink: ZendeskOptOuts, zendesk: ZendeskSandbox) -> None:
    zendesk.delete(user_id(1))

    assert [each.state for each in sink.record([opt_out(1)])] == [OutcomeState.GONE]


def test_a_record_of_another_kind_is_blocked_with_a_sentence(sink: ZendeskOptOuts) -> None:
    (outcome,) = sink.record([opt_out(1, ref=Ref("lead", "1"))])

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None


def test_a_throttle_in_the_middle_keeps_what_is_done(
    sink: ZendeskOptOuts, zendesk: ZendeskSandbox
) -> None:
    sink.record([opt_out(1)])
    zendesk.throttle(times=1, retry_after=9, path="update_many")

    done, open_ = sink.record([opt_out(1), opt_out(2)])

    assert done.state is OutcomeState.DONE
    assert (open_.state, open_.retry_after) == (OutcomeState.LATER, 9.0)


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({"opt_out": None}, "mapping.opt_out"),
        ({"opt_out": "sms_gone"}, "mapping.opt_out"),
        ({"opt_out_value": []}, "mapping.opt_out_value"),
        ({"opt_out_at": "created_at"}, "mapping.opt_out_at"),
    ],
)
def test_a_mapping_that_cannot_be_written_to_names_its_key(
    connect: Connect, mapping: dict[str, Any], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        ZendeskOptOuts(connect(mapping)).record([opt_out(1)])

    assert caught.value.key == key
