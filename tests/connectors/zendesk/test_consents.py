# SPDX-License-Identifier: GPL-3.0-or-later
"""Consents reach the user with their proof, and never against what somebody said there."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.consents import ZendeskConsents
from connectors.zendesk.contacts import ZendeskContacts
from connectors.zendesk.job import JobEnd, wait
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import AGREED_VALUE, REFUSED_VALUE
from hub.sdk import (
    Answer,
    ConfigError,
    Connection,
    Consent,
    Outcome,
    OutcomeState,
    Ref,
    SourceContact,
)
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind

Connect = Callable[..., Connection]
AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
WORDS = "SMSの受信に同意します。"
TAG = {"consent": "tags", "consent_yes": ["sms_ok"]}
ORDER = "/api/v2/users/update_many"


def consent(user: str, at: datetime = AT, **more: Any) -> Consent:
    values = {"id": f"c-{user}", "ref": Ref("user", user), "purpose": "campaign", "at": at}
    return Consent(**{"method": "double_opt_in_sms", "wording": WORDS, **values, **more})


def at_once(ask: Callable[[], Mapping[str, Any]]) -> JobEnd:
    """A wait that never sleeps."""
    return wait(ask, sleep=lambda seconds: None)


def tell(connection: Connection, user: str, at: datetime = AT, **more: Any) -> Outcome:
    (outcome,) = ZendeskConsents(connection, wait=at_once).record([consent(user, at, **more)])
    return outcome


def read(connection: Connection, user: str) -> SourceContact:
    ref = Ref("user", user)
    contact = ZendeskContacts(connection).get([ref])[ref]
    assert contact is not None
    return contact


def held(zendesk: ZendeskSandbox, user: str) -> dict[str, Any]:
    return dict(zendesk.user(user)["user_fields"])


def orders(zendesk: ZendeskSandbox) -> int:
    return sum(call.path.startswith(ORDER) for call in zendesk.calls())


@pytest.fixture
def silent(zendesk: ZendeskSandbox) -> str:
    """Somebody who was never asked."""
    return str(zendesk.records()["not_consented"]["id"])


@pytest.fixture
def agreed(zendesk: ZendeskSandbox) -> str:
    """Somebody who agreed before."""
    return str(zendesk.records()["consented"]["id"])


def test_a_consent_is_written_with_its_proof_and_read_back(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    outcome = tell(connect(), silent)

    assert (outcome.state, outcome.confirmed) == (OutcomeState.DONE, True)
    assert outcome.version == read(connect(), silent).version
    fields = held(zendesk, silent)
    assert fields["sms_consent"] == AGREED_VALUE
    assert fields["sms_consent_at"].startswith("2026-01-13")
    assert fields["sms_consent_wording"] == WORDS


def test_the_user_then_reads_as_that_consent(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    tell(connect(), silent)
    (reading,) = read(connect(), silent).consents

    assert (reading.answer, reading.wording) == (Answer.YES, WORDS)
    assert reading.at == datetime(2026, 1, 12, 15, 0, tzinfo=UTC)


def test_what_the_user_holds_besides_is_left_alone(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None, details="大切なお客様")
    zendesk.tag(silent, ["vip"])
    before = zendesk.user(silent)
    tell(connect(), silent)
    after = zendesk.user(silent)

    assert {key for key in before if before[key] != after[key]} <= {
        "user_fields",
        "updated_at",
        "tags",
    }
    assert "vip" in after["tags"]
    changed = {
        key
        for key, value in after["user_fields"].items()
        if before["user_fields"].get(key) != value
    }
    assert changed == {"sms_consent", "sms_consent_at", "sms_consent_wording"}


def test_writing_it_again_orders_nothing(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    first = tell(connect(), silent)
    again = tell(connect(), silent)

    assert (again.state, again.version) == (OutcomeState.DONE, first.version)
    assert orders(zendesk) == 1


def test_an_older_yes_gets_the_newer_proof_and_loses_its_old_end(
    connect: Connect, zendesk: ZendeskSandbox, agreed: str
) -> None:
    zendesk.edit(agreed, sms_consent_until="2020-01-01")

    assert tell(connect(), agreed).state is OutcomeState.DONE
    fields = held(zendesk, agreed)
    assert fields["sms_consent_at"].startswith("2026-01-13")
    assert fields["sms_consent_wording"] == WORDS
    assert fields["sms_consent_until"] is None


def test_a_user_who_is_opted_out_stays_so(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None, sms_opt_out=True)
    outcome = tell(connect(), silent)

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "opted out" in outcome.why.en
    assert held(zendesk, silent)["sms_consent"] is None
    assert orders(zendesk) == 0


def test_an_opt_out_that_comes_while_the_job_runs_stands_and_is_told(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)

    def meanwhile(ask: Callable[[], Mapping[str, Any]]) -> JobEnd:
        zendesk.edit(silent, sms_opt_out=True)
        return at_once(ask)

    (outcome,) = ZendeskConsents(connect(), wait=meanwhile).record([consent(silent)])

    assert outcome.state is OutcomeState.BLOCKED
    assert held(zendesk, silent)["sms_opt_out"] is True


def test_a_no_of_the_same_day_stands_and_an_older_one_gives_way(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=REFUSED_VALUE, sms_consent_at="2026-01-13")
    same_day = tell(connect(), silent)
    kept = held(zendesk, silent)["sms_consent"]
    zendesk.edit(silent, sms_consent_at="2026-01-12")
    day_after = tell(connect(), silent)

    assert (same_day.state, kept) == (OutcomeState.BLOCKED, REFUSED_VALUE)
    assert same_day.why is not None
    assert "says no" in same_day.why.en
    assert day_after.state is OutcomeState.DONE


def test_a_no_without_a_date_stands_where_the_user_was_touched_since(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=REFUSED_VALUE, sms_consent_at=None)

    assert tell(connect(), silent, clock()).state is OutcomeState.BLOCKED
    assert tell(connect(), silent, clock() + timedelta(days=1)).state is OutcomeState.DONE


def test_many_users_are_one_order(connect: Connect, zendesk: ZendeskSandbox, silent: str) -> None:
    people = [silent, *(str(int(silent) + 3 * step) for step in range(1, 20))]
    for user in people:
        zendesk.edit(user, sms_consent=None, sms_opt_out=False)
    sink = ZendeskConsents(connect(), wait=at_once)
    outcomes = sink.record([consent(user) for user in people])

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert orders(zendesk) == 1


def test_a_user_zendesk_will_not_save_keeps_no_other_from_it(
    connect: Connect, zendesk: ZendeskSandbox, silent: str, agreed: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    zendesk.fail_user(silent, "Base: 店舗を入力してください")
    sink = ZendeskConsents(connect(), wait=at_once)
    failed, written = sink.record([consent(silent), consent(agreed)])

    assert (failed.state, written.state) == (OutcomeState.BLOCKED, OutcomeState.DONE)
    assert failed.why is not None
    assert "save it" in failed.why.en
    assert "店舗" not in failed.why.ja


def test_a_job_that_says_done_and_changes_nothing_is_not_believed(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    zendesk.ignore_writes(silent)

    assert tell(connect(), silent).state is OutcomeState.LATER


def test_a_job_that_is_not_done_in_time_is_found_done_later(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    zendesk.jobs(looks=1000, seconds=300)
    sink = ZendeskConsents(connect(), wait=lambda ask: wait(ask, patience=0.0))
    (open_,) = sink.record([consent(silent)])
    clock.advance(301)
    (done,) = sink.record([consent(silent)])

    assert (open_.state, open_.retry_after) == (OutcomeState.LATER, 60.0)
    assert done.state is OutcomeState.DONE
    assert orders(zendesk) == 1


def test_an_answer_that_never_came_is_found_to_be_there(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.edit(silent, sms_consent=None)
    zendesk.jobs(looks=0, seconds=0.0)
    zendesk.faults.add(Fault(kind=FaultKind.DROP, after=True, path="update_many"))
    first = tell(connect(), silent)
    before = orders(zendesk)
    again = tell(connect(), silent)

    assert first.state in (OutcomeState.LATER, OutcomeState.DONE)
    assert again.state is OutcomeState.DONE
    assert held(zendesk, silent)["sms_consent"] == AGREED_VALUE
    assert orders(zendesk) == before


def test_deleted_and_suspended_users_are_gone(
    connect: Connect, zendesk: ZendeskSandbox, silent: str, agreed: str
) -> None:
    zendesk.delete(silent)
    zendesk.edit(agreed, suspended=True)

    assert tell(connect(), silent).state is OutcomeState.GONE
    assert tell(connect(), agreed).state is OutcomeState.GONE


def test_a_ticket_holds_no_consent_of_its_own(connect: Connect, zendesk: ZendeskSandbox) -> None:
    ticket, other = Ref("ticket", "1"), Ref("organization", "1")
    sink = ZendeskConsents(connect(), wait=at_once)
    outcomes = sink.record([consent("1", ref=ticket), consent("2", ref=other)])

    assert [each.state for each in outcomes] == [OutcomeState.GONE, OutcomeState.BLOCKED]
    assert orders(zendesk) == 0


def test_a_tag_is_added_beside_the_others_behind_its_proof(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.tag(silent, ["vip"])
    outcome = tell(connect(TAG), silent)

    assert outcome.state is OutcomeState.DONE
    assert outcome.version == read(connect(TAG), silent).version
    assert {"sms_ok", "vip"} <= set(zendesk.user(silent)["tags"])
    assert held(zendesk, silent)["sms_consent_wording"] == WORDS
    assert [call.path for call in zendesk.calls() if call.method == "PUT"] == [
        ORDER,
        f"/api/v2/users/{silent}/tags",
    ]


def test_no_tag_is_added_while_its_proof_is_missing(
    connect: Connect, zendesk: ZendeskSandbox, silent: str
) -> None:
    zendesk.ignore_writes(silent)

    assert tell(connect(TAG), silent).state is OutcomeState.LATER
    assert not any(call.path.endswith("/tags") for call in zendesk.calls())


def test_a_user_who_changes_before_the_tag_is_looked_at_again(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock, silent: str
) -> None:
    connection = connect(TAG)

    class Overtaken(ZendeskClient):
        """A client behind whose back an agent is quicker."""

        def add_tags(self, *args: Any, **more: Any) -> Any:
            clock.advance(1)
            zendesk.edit(silent, sms_opt_out=True)
            return super().add_tags(*args, **more)

    sink = ZendeskConsents(connection, Overtaken(connection), wait=at_once)
    (outcome,) = sink.record([consent(silent)])

    assert outcome.state is OutcomeState.BLOCKED
    assert "sms_ok" not in zendesk.user(silent)["tags"]


def test_a_field_the_hub_does_not_write_is_told_by_its_key(connect: Connect, silent: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tell(connect({"consent_at": "created_at"}), silent)
    assert caught.value.key == "mapping.consent_at"


def test_without_a_consent_field_an_admin_is_told(connect: Connect, silent: str) -> None:
    bare = {"consent": None, "consent_yes": ()}
    bare |= dict.fromkeys(("consent_at", "consent_until", "consent_wording"))
    with pytest.raises(ConfigError) as caught:
        tell(connect(bare), silent)
    assert caught.value.key == "mapping.consent"
