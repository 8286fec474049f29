"""`hub sends` and `hub messages` as their user meets them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import hub as hub_command
from hub.messages import moves
from hub.messages.moves import moved
from hub.messages.states import State
from hub.store import messages

from .test_json_shapes import keys, shown

AD = "{{sender_name}}です。配信停止: {{opt_out_url}}"


@pytest.fixture
def sent(pulled, tmp_path: Path):
    """The deployment with one send whose messages wait."""
    file = tmp_path / "spring.txt"
    file.write_text(AD, encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "春", "--file", str(file))
    assert pulled("template", "add", "spring", *words).code == 0
    order = ("--from", "crm", "--via", "sms", "--yes", "--key", "march")
    assert pulled("send", "spring", *order).code == 0
    return pulled


def states(sent) -> dict[str, int]:
    return sent("sends", "show", "1", "--json").json["states"]


def one_fails(hub, reason: str) -> int:
    """Bring one message to where its gateway refused it; give its id."""
    with hub.database.write() as tx:
        (row,) = messages.listing(tx, states=["queued"], limit=1)
        for to in (State.CLAIMED, State.SUBMITTING, State.REJECTED):
            move = moved(row, to, now=hub.clock(), reason=reason)
            moves.write(tx, [move], now=hub.clock(), sinks=())
            row = move[1]
    return row.id


def test_sends_and_their_messages_are_listed_as_the_manual_says(sent):
    assert keys(sent("sends", "list", "--json").json) == keys(shown("hub sends list"))
    assert keys(sent("messages", "list", "--json").json) == keys(shown("hub messages list"))
    told = sent("sends", "list").out
    assert "march" in told
    assert "Sending" in told


def test_no_number_and_no_text_is_shown(sent):
    told = sent("messages", "list", "--state", "queued").out
    assert "090****" in told or "080****" in told or "070****" in told
    assert "配信停止" not in told


def test_a_send_is_paused_resumed_and_canceled(sent):
    waiting = states(sent)["queued"]
    assert sent("sends", "pause", "1", "--json").json == shown("hub sends pause") | {"id": 1}
    assert sent("sends", "resume", "1", "--json").json == {"id": 1, "state": "sending"}
    assert sent("sends", "cancel", "1", "--yes", "--json").json == {"id": 1, "state": "canceled"}
    assert states(sent)["canceled"] == waiting
    told = sent("sends", "resume", "1")
    assert told.code == 1
    assert "Send 1 is canceled: only a paused one can go on." in told.err
    actions = [row["action"] for row in sent("audit", "list", "--json").json]
    assert {"send.paused", "send.resumed", "send.canceled"} <= set(actions)


def test_it_asks_before_it_cancels(sent):
    done = CliRunner().invoke(hub_command, ["sends", "cancel", "1"], input="n\n")
    assert done.exit_code == 1
    assert "Cancel 1" in done.output or "Cancel 2" in done.output or "have not left?" in done.output
    assert "canceled" not in states(sent)


def test_one_message_is_shown_with_its_timeline_and_canceled(sent):
    (first, *_) = sent("messages", "list", "--state", "queued", "--json").json
    number = str(first["id"])
    shown_ = sent("messages", "show", number, "--json").json
    assert [step["state"] for step in shown_["timeline"]] == ["queued"]
    done = sent("messages", "cancel", number, "--json").json
    assert done == [{"id": first["id"], "done": True, "state": "canceled"}]
    again = sent("messages", "cancel", number)
    assert again.code == 1
    assert "cannot be canceled any more: Canceled." in again.out
    assert "A person canceled it before it left." in sent("messages", "show", number).out


def test_what_the_gateway_refused_for_now_is_retried(sent, here):
    number = str(one_fails(here(), "quota"))
    told = sent("messages", "retry", number, "--json")
    assert (told.code, told.json) == (0, {"going": 1, "ways": {"queued": 1}, "send": None})
    assert keys(told.json) == keys(shown("hub sends retry"))
    assert sent("messages", "show", number, "--json").json["state"] == "queued"


def test_what_would_fail_again_is_left_and_told_why(sent, here):
    one_fails(here(), "bad_number")
    told = sent("sends", "retry", "1")
    assert told.code == 1
    assert "The number or the text is the reason: it would fail again." in told.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sends", "show", "9"), "There is no send 9. See hub sends list."),
        (("sends", "cancel", "9", "--yes"), "There is no send 9. See hub sends list."),
        (("messages", "show", "999"), "There is no message 999. See hub messages list."),
        (("messages", "retry", "999"), "There is no message 999. See hub messages list."),
    ],
)
def test_what_is_not_there_is_said_so(pulled, words, told):
    end = pulled(*words)
    assert (end.code, told in end.err) == (1, True)
