"""`hub replies` as its user meets it."""

import pytest

from hub.messages import replies
from hub.sdk import Reply

from .test_json_shapes import keys, shown

MAYBE = "配信停止の方法を教えてください"


@pytest.fixture
def replied(pulled, here):
    """The deployment with a reply that may be a stop."""
    hub = here()
    replies.take(
        hub.database,
        hub.cipher,
        hub.connections,
        hub.bells,
        hub.clock,
        hub.connections.row("sms").id,
        [Reply(id="1", number="+819012345678", text=MAYBE)],
    )
    return pulled


def test_what_may_be_a_stop_is_listed_without_its_text(replied):
    told = replied("replies", "list", "--open")
    assert "May be a stop" in told.out
    assert "Decide" in told.out
    assert MAYBE not in told.out
    listed = replied("replies", "list", "--json").json
    assert keys(listed) == keys(shown("hub replies list"))


def test_reading_a_reply_is_noted(replied):
    assert MAYBE in replied("replies", "show", "1").out
    assert replied("replies", "show", "1", "--json").json["text"] == MAYBE
    actions = [row["action"] for row in replied("audit", "list", "--json").json]
    assert actions.count("reply.read") == 2


@pytest.mark.parametrize(("word", "task"), [("accept", "accepted"), ("dismiss", "dismissed")])
def test_a_person_decides_once(replied, word, task):
    assert replied("replies", word, "1", "--json").json == {"id": 1, "task": task}
    assert replied("replies", "list", "--open").out == "There are no such replies.\n"
    again = replied("replies", word, "1")
    assert again.code == 1
    assert "Reply 1 does not wait for a decision." in again.err
    stops = [row for row in replied("optouts", "--json").json if row["origin"] == "reply"]
    assert bool(stops) == (task == "accepted")


@pytest.mark.parametrize("word", ["show", "accept", "dismiss"])
def test_there_must_be_such_a_reply(pulled, word):
    end = pulled("replies", word, "9")
    assert (end.code, "There is no reply 9." in end.err) == (1, True)
