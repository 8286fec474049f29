"""kill -9 while replies come in: what was acknowledged is in the store, whatever died after it."""

import http.client
import threading
import time
import urllib.request

import pytest

from connectors.sandbox_gateway.sandbox.message import Typed
from hub.factory import system_clock
from hub.store import replies

from .machine import Machine, until

WORDS = ("停止", "配信停止の方法は？", "明日行きます")


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path, people=4)
    machine.start()
    yield machine
    machine.close()


def test_a_reply_that_was_acknowledged_is_kept_with_what_it_brought_about(machine):
    acknowledged: set[str] = set()
    ended = threading.Event()

    def post(sender: int) -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            id_ = f"r{sender}-{turn}"
            said = Typed(
                id=id_,
                number=f"+8190{sender}{turn:07d}",
                text=WORDS[turn % 3],
                callback_url=None,
                at=system_clock(),
            )
            headers, body = machine.phone.courier.signed([said])
            call = urllib.request.Request(
                f"http://127.0.0.1:{machine.port}/in/sms/", data=body, headers=headers
            )
            try:
                with urllib.request.urlopen(call, timeout=10) as answer:
                    if answer.status == 200:
                        acknowledged.add(id_)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)

    senders = [threading.Thread(target=post, args=(number,)) for number in range(1, 4)]
    for sender in senders:
        sender.start()
    for kills in (1, 2):
        before = len(acknowledged)
        until(lambda before=before: len(acknowledged) > before + 15, f"replies, kill {kills}", 60)
        machine.children()["web"][0].kill()
    until(machine.ready, "the web process to be back", 60)
    ended.set()
    for sender in senders:
        sender.join(15)
    hub = machine.hub()
    with hub.database.read() as tx:
        kept = {
            row.source_id: row
            for row in tx.exec_driver_sql(
                "SELECT r.source_id, r.outcome, r.task, c.doubt_at, e.id AS exclusion FROM reply r "
                "LEFT JOIN contact c ON c.id = r.contact_id "
                "LEFT JOIN exclusion e ON e.contact_id = r.contact_id"
            )
        }
        waiting = replies.count_open(tx)
    hub.database.close()
    assert acknowledged <= set(kept)
    stops = [row for row in kept.values() if row.outcome == "stop"]
    doubts = [row for row in kept.values() if row.outcome == "near_stop"]
    assert all(row.exclusion for row in stops)
    assert all(row.task == "open" and row.doubt_at for row in doubts)
    assert (len(doubts), bool(stops)) == (waiting, True)
