"""Webhooks: the key in the address is all the proof there is, and a hint is all they are."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.comments import mark_of
from connectors.kintone.sandbox import KintoneSandbox
from connectors.kintone.triggers import KintoneTriggers
from hub.sdk import Connection, Event, Inbound, Ref, RefusedInbound, SecretText

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
KEY = "Zk3v0QmT8rLx5NwYb7CdEf"
OLD = KEY[::-1]


def trigger(keys: str | None = f"{KEY},{OLD}") -> KintoneTriggers:
    settings = {"app": 12, "webhook_key": SecretText(keys) if keys else None}
    return KintoneTriggers(
        Connection(name="crm", plugin="kintone", label="顧客", settings=settings)
    )


def inbound(body: bytes, tail: str = KEY, method: str = "POST") -> Inbound:
    return Inbound(
        method=method,
        tail=tail,
        url="http://localhost/",
        query={},
        headers={"content-type": "application/json"},
        body=body,
        received_at=NOW,
    )


def notice(**changes: Any) -> bytes:
    record = {
        "$id": {"type": "__ID__", "value": "5"},
        "$revision": {"type": "__REVISION__", "value": "3"},
        "更新": {"type": "UPDATED_TIME", "value": "2026-01-13T00:59:00Z"},
    }
    whole = {
        "id": "1505999166-897850006",
        "type": "UPDATE_RECORD",
        "app": {"id": "12", "name": "顧客"},
        "record": record,
    }
    return json.dumps(whole | changes).encode()


def refusal(request: Inbound, keys: str | None = KEY) -> RefusedInbound:
    with pytest.raises(RefusedInbound) as caught:
        trigger(keys).receive(request)
    return caught.value


def test_an_update_names_the_record_its_version_and_the_time() -> None:
    assert trigger().receive(inbound(notice())) == [
        Event(
            id="1505999166-897850006",
            type="record_updated",
            ref=Ref("12", "5"),
            at=datetime(2026, 1, 13, 0, 59, tzinfo=UTC),
            version="3",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("ADD_RECORD", "record_added"),
        ("UPDATE_RECORD", "record_updated"),
        ("UPDATE_STATUS", "status_changed"),
    ],
)
def test_each_kind_of_notice_has_a_type(kind: str, type_: str) -> None:
    assert trigger().receive(inbound(notice(type=kind)))[0].type == type_


def test_a_deletion_and_a_comment_name_the_record_beside_the_record() -> None:
    gone = {"record": None, "recordId": "7", "deletedAt": "2026-01-13T00:58:00Z"}
    (event,) = trigger().receive(inbound(notice(type="DELETE_RECORD", **gone)))
    assert (event.type, event.ref, event.version) == ("record_deleted", Ref("12", "7"), None)
    assert event.at == datetime(2026, 1, 13, 0, 58, tzinfo=UTC)

    said = {"record": None, "recordId": "7", "comment": {"id": "1", "text": "電話あり #12"}}
    (event,) = trigger().receive(inbound(notice(type="ADD_RECORD_COMMENT", **said)))
    assert (event.type, event.ref) == ("comment_added", Ref("12", "7"))


def test_the_hubs_own_comment_is_no_event() -> None:
    said = {"recordId": "7", "comment": {"id": "1", "text": f"SMSが届きました。 {mark_of('x')} "}}
    assert trigger().receive(inbound(notice(type="ADD_RECORD_COMMENT", **said))) == []


def test_a_kind_nobody_knows_is_genuine_and_nothing() -> None:
    assert trigger().receive(inbound(notice(type="NEW_KIND"))) == []


@pytest.mark.parametrize("tail", [KEY, f"/{KEY}", f"{KEY}/", OLD])
def test_the_new_and_the_old_key_both_open(tail: str) -> None:
    assert len(trigger().receive(inbound(notice(), tail=tail))) == 1


@pytest.mark.parametrize("tail", ["", KEY[:-1], KEY + "x", KEY.lower(), "鍵", "\udc80", OLD])
def test_any_other_key_is_refused_before_the_body_is_looked_at(tail: str) -> None:
    error = refusal(inbound(b"\xff not json", tail=tail))
    assert (error.reason, error.status) == ("wrong_key", 401)
    assert KEY not in f"{error!r} {error.words}"


def test_without_a_key_nobody_is_believed() -> None:
    error = refusal(inbound(notice(), tail=""), keys=None)
    assert (error.reason, error.status) == ("no_key", 401)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        notice()[:-10],
        notice(id=""),
        notice(id={"a": 1}),
        notice(id="x" * 101),
        notice(record={"$id": {"value": "5 or 1"}}),
        notice(record={"$id": "5"}),
        notice(record=None),
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    error = refusal(inbound(body))
    assert error.status == 400
    assert error.reason in ("malformed", "wrong_app")


def test_a_get_is_malformed() -> None:
    assert refusal(inbound(notice(), method="GET")).reason == "malformed"


@pytest.mark.parametrize("app", [{"id": "13"}, {}, None, {"id": True}])
def test_a_notice_of_another_app_is_refused(app: object) -> None:
    error = refusal(inbound(notice(app=app)))
    assert (error.reason, error.status) == ("wrong_app", 400)


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "type", "app", "record", "recordId", "comment", "$id", "value"]
                ),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_comes_it_is_events_or_a_refusal(body: bytes) -> None:
    with contextlib.suppress(RefusedInbound):
        assert list(trigger().receive(inbound(body))) == []


def test_the_same_webhook_of_kintone_twice_is_the_same_event(
    kintone: KintoneSandbox, connect: Any
) -> None:
    sample = kintone.webhook()
    request = inbound(sample.body, tail=sample.path_tail, method=sample.method)
    triggers = KintoneTriggers(connect())
    (event,) = triggers.receive(request)
    assert (event.type, event.ref) == ("record_updated", Ref("1", "1"))
    assert event.version == "1"
    assert triggers.receive(request) == [event]
