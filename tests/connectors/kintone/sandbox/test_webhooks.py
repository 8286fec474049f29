"""Webhooks: hints that are sent once, if at all."""

from collections.abc import Iterator

import orjson
import pytest
from werkzeug.wrappers import Request, Response

from connectors.kintone.sandbox import KintoneSandbox
from hub.testing.serving import Loopback

STOP = {"配信停止": {"value": ["停止"]}}


class Inbox:
    """Takes webhooks and keeps their bodies."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.status = 200
        self.server = Loopback(self.take)
        self.url = f"http://localhost:{self.server.port}/hooks/secret"

    @Request.application
    def take(self, request: Request) -> Response:
        assert request.content_type.startswith("application/json")
        self.bodies.append(orjson.loads(request.get_data()))
        return Response("", self.status)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    inbox.server.start()
    yield inbox
    inbox.server.stop()


@pytest.fixture
def told(kintone, inbox):
    kintone.webhook_to(inbox.url)

    def told():
        kintone.webhooks.settle()
        return [body["type"] for body in inbox.bodies]

    return told


def test_a_change_of_one_record_is_told_as_record_json_shows_it(api, kintone, inbox, told):
    api("PUT", "record", app=1, id=1, record=STOP)
    assert told() == ["UPDATE_RECORD"]
    (body,) = inbox.bodies
    assert body["app"] == {"id": "1", "name": "顧客管理"}
    assert body["record"] == api("GET", "record", app=1, id=1)[1]["record"]
    assert body["url"] == f"{kintone.base_url}/k/1/show#record=1"


def test_each_notice_has_an_id_of_its_own(api, inbox, told):
    for _ in range(2):
        api("PUT", "record", app=1, id=1, record=STOP)
    told()
    assert len({body["id"] for body in inbox.bodies}) == 2


def test_what_people_do_in_the_browser_is_told(kintone, inbox, told):
    added = kintone.add({"氏名": "新"})
    kintone.edit(added, {"メモ": "x"})
    kintone.delete(added)
    assert told() == ["ADD_RECORD", "UPDATE_RECORD", "DELETE_RECORD"]
    deleted = inbox.bodies[-1]
    assert deleted["recordId"] == added
    assert set(deleted) == {"id", "type", "app", "recordId", "deletedBy", "deletedAt"}


def test_a_comment_is_told(api, inbox, told):
    api("POST", "record/comment", app=1, record=1, comment={"text": "x"})
    assert told() == ["ADD_RECORD_COMMENT"]
    assert inbox.bodies[0]["comment"]["text"] == "x "


def test_calls_on_several_records_tell_nothing(api, told):
    api("POST", "records", app=1, records=[{}, {}])
    api("PUT", "records", app=1, records=[{"id": 1, "record": STOP}])
    api("DELETE", "records", app=1, ids=[2])
    order = {"method": "PUT", "api": "/k/v1/record.json"}
    order |= {"payload": {"app": 1, "id": 3, "record": STOP}}
    assert api("POST", "bulkRequest", requests=[order])[0] == 200
    assert told() == []


def test_a_refused_change_tells_nothing(api, kintone, told):
    kintone.fail_record(1)
    api("PUT", "record", app=1, id=1, record=STOP)
    assert told() == []


def test_only_the_chosen_events_of_the_app_are_told(kintone, inbox):
    kintone.webhook_to(inbox.url, events=["ADD_RECORD"], app=2)
    kintone.edit(1, {"メモ": "x"})
    kintone.edit(1, {"状態": "取消"}, app=2)
    kintone.add({"予約番号": "B9", "来店日時": "2026-02-01T10:00:00Z"}, app=2)
    kintone.webhooks.settle()
    assert [body["type"] for body in inbox.bodies] == ["ADD_RECORD"]


def test_the_sixty_first_of_a_minute_is_dropped_for_good(kintone, told):
    for number in range(61):
        kintone.edit(1, {"メモ": str(number)})
    assert len(told()) == 60
    assert kintone.webhooks.counts["dropped"] == 1
    kintone.clock.advance(60)
    kintone.edit(1, {"メモ": "次の分"})
    assert len(told()) == 61


def test_without_limits_none_is_dropped(clock, inbox):
    with KintoneSandbox(limits=False, clock=clock) as kintone:
        kintone.webhook_to(inbox.url)
        for number in range(70):
            kintone.edit(1, {"メモ": str(number)})
    assert len(inbox.bodies) == 70  # the stop sends what was waiting


def test_a_failed_one_is_never_sent_again(kintone, inbox, told):
    inbox.status = 500
    kintone.edit(1, {"メモ": "x"})
    assert told() == ["UPDATE_RECORD"]
    assert kintone.webhooks.counts == {"failed": 1}


def test_a_receiver_that_is_gone_harms_nobody(api, kintone, inbox, told):
    inbox.server.stop()
    assert api("PUT", "record", app=1, id=1, record=STOP)[0] == 200
    assert told() == []
    assert kintone.webhooks.counts == {"failed": 1}
    inbox.server = Loopback(inbox.take)
    inbox.server.start()


@pytest.mark.parametrize(
    ("url", "events", "told"),
    [
        ("http://203.0.113.9/x", ["ADD_RECORD"], "loopback"),
        ("http://localhost/x", ["GONE"], "no event GONE"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(kintone, url, events, told):
    with pytest.raises(ValueError, match=told):
        kintone.webhook_to(url, events)


def test_an_app_has_at_most_ten(kintone, inbox):
    for _ in range(10):
        kintone.webhook_to(inbox.url)
    with pytest.raises(ValueError, match="at most 10"):
        kintone.webhook_to(inbox.url)


def test_another_process_sets_up_webhooks_and_edits_records(api, kintone, inbox):
    steer = f"{kintone.base_url}/_sandbox/switch"
    assert api.session.post(f"{steer}/webhook", json={"url": inbox.url}, timeout=5).ok
    edit = {"record": 1, "values": {"配信停止": ["停止"]}}
    assert api.session.post(f"{steer}/edit", json=edit, timeout=5).ok
    kintone.webhooks.settle()
    assert inbox.bodies[0]["record"]["配信停止"]["value"] == ["停止"]
    bad = {"record": 1, "values": {"配信停止": ["無い"]}}
    refused = api.session.post(f"{steer}/edit", json=bad, timeout=5)
    assert (refused.status_code, "CB_VA01" in refused.text) == (400, True)


def test_the_sample_is_a_notice_of_record_1(kintone):
    sample = kintone.webhook()
    body = orjson.loads(sample.body)
    assert (sample.method, body["type"]) == ("POST", "UPDATE_RECORD")
    assert sample.path_tail == kintone.connection_settings()["webhook_key"]
    assert body["record"]["$id"]["value"] == "1"
