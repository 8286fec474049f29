# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's signed webhooks."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.marks import mark_of
from connectors.zendesk.settings import PUBLIC_SECRET
from connectors.zendesk.signature import sign
from connectors.zendesk.triggers import ZendeskTriggers
from hub.sdk import Connection, Inbound, Ref, RefusedInbound, SecretText

AT = "2026-01-13T01:00:00Z"
NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
SECRET = "sesame"


def triggers(secret: str | None = SECRET, base_url: str | None = None) -> ZendeskTriggers:
    settings = {"webhook_secret": SecretText(secret) if secret else None, "base_url": base_url}
    return ZendeskTriggers(
        Connection(name="desk", plugin="zendesk", label="窓口", settings=settings)
    )


def request(body: Any, secret: str = SECRET, at: str = AT, invocation: str = "01K0") -> Inbound:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Inbound(
        method="POST",
        tail="",
        url="https://hub.example.jp/hooks/desk/",
        query={},
        headers={
            "x-zendesk-webhook-signature": sign(secret, at, raw),
            "x-zendesk-webhook-signature-timestamp": at,
            "x-zendesk-webhook-invocation-id": invocation,
        },
        body=raw,
        received_at=NOW,
    )


def user_event(kind: str = "user.custom_field_changed", **event: Any) -> dict[str, Any]:
    return {
        "type": f"zen:event-type:{kind}",
        "id": "9f3c",
        "time": "2026-01-13T00:59:58.123Z",
        "subject": "zen:user:7",
        "detail": {"id": "7", "role": "end-user", "updated_at": "2026-01-13T00:59:58Z"},
        "event": event,
    }


def refusal(inbound: Inbound, trigger: ZendeskTriggers | None = None) -> RefusedInbound:
    with pytest.raises(RefusedInbound) as caught:
        (trigger or triggers()).receive(inbound)
    return caught.value


def test_a_changed_user_is_told_with_the_version_that_shows_an_echo() -> None:
    (event,) = triggers().receive(request(user_event()))

    assert (event.id, event.type, event.ref) == (
        "9f3c",
        "user_custom_field_changed",
        Ref("user", "7"),
    )
    assert event.version == "2026-01-13T00:59:58Z"
    assert event.at == datetime(2026, 1, 13, 0, 59, 58, 123000, tzinfo=UTC)


@pytest.mark.parametrize("between", [":", "/"])
def test_both_spellings_of_a_type_are_read(between: str) -> None:
    body = user_event() | {"type": f"zen:event-type{between}user.identity_created"}

    assert [event.type for event in triggers().receive(request(body))] == ["user_identity_created"]


def test_of_a_merge_both_users_are_told() -> None:
    events = triggers().receive(request(user_event("user.merged", user={"id": "8"})))

    assert [event.ref for event in events] == [Ref("user", "7"), Ref("user", "8")]
    assert len({event.id for event in events}) == 2


def test_a_ticket_event_names_the_ticket() -> None:
    body = user_event("ticket.created") | {"detail": {"id": "42", "requester_id": "7"}}
    (event,) = triggers().receive(request(body))

    assert (event.type, event.ref, event.version) == ("ticket_created", Ref("ticket", "42"), None)


def test_the_hub_s_own_note_sets_off_nothing() -> None:
    note = f"SMSが届きました。 {mark_of('m1', 'a1')}"
    on_ticket = user_event("ticket.comment_added", comment={"body": note, "is_public": False})
    on_user = user_event("user.notes_changed", current=note, previous=None)
    by_hand = user_event("ticket.comment_added", comment={"body": "承知しました"})

    assert triggers().receive(request(on_ticket)) == []
    assert triggers().receive(request(on_user)) == []
    assert len(triggers().receive(request(by_hand))) == 1


def test_an_event_of_another_object_is_genuine_and_nothing_for_the_hub() -> None:
    assert triggers().receive(request(user_event("organization.created"))) == []


def test_a_trigger_s_body_names_a_ticket_and_its_invocation_the_event() -> None:
    body = {"type": "ticket_sms_requested", "ticket_id": "42", "at": "2026-01-13T00:59:00+09:00"}
    (event,) = triggers().receive(request(body))

    assert (event.id, event.type, event.ref) == (
        "01K0",
        "ticket_sms_requested",
        Ref("ticket", "42"),
    )
    assert event.at == datetime(2026, 1, 12, 15, 59, tzinfo=UTC)


def test_a_retry_is_the_same_event_though_it_is_signed_anew() -> None:
    body = {"event": "sms.send", "ticket_id": 42}
    first = triggers().receive(request(body))
    again = triggers().receive(request(body, at="2026-01-13T01:03:00Z"))

    assert first == again
    assert first[0].type == "sms_send"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ticket_id": "{{ticket.id}}"},
        {"ticket_id": "0"},
        {"type": "DROP TABLE", "ticket_id": "1"},
        {"user_id": "１"},
        {"type": "zen:event-type:user.deleted", "id": "", "detail": {"id": "7"}},
        {"type": "zen:event-type:user.deleted", "id": "x", "detail": "7"},
    ],
)
def test_a_genuine_body_without_a_record_is_malformed(body: dict[str, Any]) -> None:
    told = refusal(request(body))

    assert (told.reason, told.status) == ("malformed", 400)


def test_an_invocation_without_an_id_cannot_be_told_from_its_repeat() -> None:
    assert refusal(request({"ticket_id": "1"}, invocation="")).reason == "malformed"


def test_what_is_signed_too_long_ago_or_ahead_is_stale() -> None:
    assert refusal(request(user_event(), at="2026-01-13T00:54:59Z")).reason == "stale"
    assert refusal(request(user_event(), at="2026-01-13T01:05:01Z")).reason == "stale"


def test_a_replay_with_a_new_timestamp_is_not_believed() -> None:
    old = request(user_event(), at="2026-01-12T01:00:00Z")
    fresh = old.headers | {"x-zendesk-webhook-signature-timestamp": AT}  # type: ignore[operator]

    assert refusal(replace(old, headers=fresh)).reason == "wrong_signature"


def test_a_connection_without_a_secret_believes_nobody() -> None:
    assert refusal(request(user_event()), triggers(None)).reason == "no_secret"


def test_the_secret_that_zendesk_publishes_proves_nothing() -> None:
    told = refusal(request(user_event(), PUBLIC_SECRET), triggers(f"{SECRET},{PUBLIC_SECRET}"))

    assert told.reason == "wrong_signature"
    sandbox = triggers(PUBLIC_SECRET, base_url="http://localhost:8010")
    assert sandbox.receive(request(user_event(), PUBLIC_SECRET))


def test_each_of_two_webhooks_has_its_own_secret() -> None:
    both = triggers("one,two")

    assert both.receive(request(user_event(), "one")) == both.receive(request(user_event(), "two"))


@given(body=st.binary())
def test_whatever_is_signed_is_read_or_refused(body: bytes) -> None:
    reason = ""
    try:
        triggers().receive(request(body))
    except RefusedInbound as told:
        reason = told.reason
    assert reason in ("", "malformed")
