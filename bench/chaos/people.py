"""People who opt out all the time, by page and by reply, and insist until they are answered."""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import requests

from hub.factory import Hub
from hub.optout import tokens
from hub.store import people as rows
from hub.store.database import StoreUnavailable

from .books import marks_of
from .history import Promise
from .machine import Machine

HANDS = 3
"""How many act at the same time."""


class People:
    """Some of those who are to be texted: `chosen` opt out, one after the other, until `stop`.

    `every` is the mean pause of one of them, in seconds.
    """

    def __init__(self, machine: Machine, chosen: Sequence[int], *, every: float, seed: int) -> None:
        self._machine = machine
        self._every = every
        self._ends = threading.Event()
        self._turn = iter(_links(machine.hub, chosen))
        self._lock = threading.Lock()
        self._seed = seed
        self._by_reply: dict[str, int] = {}
        self.promises: list[Promise] = []
        self._threads = [
            threading.Thread(target=self._act, args=(hand,), daemon=True) for hand in range(HANDS)
        ]

    def start(self) -> None:
        """Begin to opt out."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let nobody begin any more; whoever has begun goes on until they are answered."""
        self._ends.set()
        for thread in self._threads:
            thread.join(60)

    def told(self) -> tuple[Promise, ...]:
        """Give every promise that was made: pages answered, and replies acknowledged."""
        heard = set(self._machine.gateway.do("heard"))
        by_reply = [
            Promise(contact_id=contact_id, marks=None)
            for id_, contact_id in self._by_reply.items()
            if id_ in heard
        ]
        return (*self.promises, *by_reply)

    def _act(self, hand: int) -> None:
        chance = random.Random(self._seed * HANDS + hand)
        while not self._ends.wait(chance.expovariate(1 / self._every)):
            with self._lock:
                link = next(self._turn, None)
            if link is None:
                return
            contact_id, number, token = link
            if chance.random() < 0.5:
                self._press(contact_id, token)
            else:
                self._reply(contact_id, number)

    def _press(self, contact_id: int, token: str) -> None:
        while True:
            with suppress(requests.RequestException):
                answer = requests.post(
                    f"{self._machine.base}/o/{token}",
                    data={"act": "promotional"},
                    allow_redirects=False,
                    timeout=10,
                )
                if answer.status_code == 303:
                    self.promises.append(
                        Promise(contact_id=contact_id, marks=self._now(contact_id))
                    )
                    return
                assert answer.status_code >= 500, answer.status_code
            time.sleep(0.3)

    def _now(self, contact_id: int) -> int | None:
        try:
            with self._machine.hub.database.read() as tx:
                return marks_of(tx, contact_id)
        except StoreUnavailable:
            return None

    def _reply(self, contact_id: int, number: str) -> None:
        id_ = f"stop-{contact_id}"
        self._by_reply[id_] = contact_id
        url = f"{self._machine.base}/in/sms/"
        self._machine.gateway.do("say", id_=id_, number=number, text="停止", url=url)


def _links(hub: Hub, chosen: Sequence[int]) -> list[tuple[int, str, str]]:
    """Give each of these their number and a link from an SMS that they had before."""
    now = hub.clock()
    with hub.database.write() as tx:
        numbers = rows.numbers_of(tx, hub.cipher, chosen)
        return [
            (
                contact_id,
                numbers[contact_id],
                tokens.issue(
                    tx,
                    contact_id=contact_id,
                    message_id=None,
                    purpose_key="campaign",
                    last_digits=numbers[contact_id][-4:],
                    now=now,
                ),
            )
            for contact_id in chosen
        ]
