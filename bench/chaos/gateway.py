"""The gateway of a run: the sandbox in a process of its own, which also repeats its callbacks.

It prints its address and key as one line of JSON and ends with its parent.
"""

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox_gateway.sandbox import PhoneSandbox
from connectors.sandbox_gateway.sandbox.exchange import Taken
from connectors.sandbox_gateway.sandbox.message import Typed
from connectors.sandbox_gateway.sandbox.order import Order
from connectors.sandbox_gateway.sandbox.script import script_for

REPEATED = 0.2
"""The share of SMS whose reports are all posted a second time."""


class ChaosPhone(PhoneSandbox):
    """The sandbox that says everything twice now and then; people answer it at any time."""

    def __init__(self, seed: int) -> None:
        super().__init__(limits=False)
        self._random = random.Random(seed)

    def take(self, order: Order) -> Taken:
        """Take an SMS as the sandbox does; the reports of some come a second time."""
        taken = super().take(order)
        if taken.new and not taken.message.refusal and self._random.random() < REPEATED:
            self._play(script_for(order.number, magic=self.magic), taken.message)
        return taken

    def say(self, id_: str, number: str, text: str, url: str) -> None:
        """Let somebody answer, whether or not an SMS came to them before."""
        typed = Typed(id=id_, number=number, text=text, callback_url=url, at=self.clock())
        self._exchange.show(typed)
        self.courier.send(typed, url)

    def log(self) -> list[dict[str, Any]]:
        """Every post: key, a hash of its number, and whether it differs from the key's first."""
        return [
            {
                "key": post.key,
                "number": hashlib.sha256(post.number.encode()).hexdigest(),
                "differs": post.differs,
            }
            for post in self.posts
        ]

    def heard(self) -> list[str]:
        """The ids of the answers that the hub acknowledged."""
        return [id_ for id_, typed in self._exchange._typed.items() if typed.state == "arrived"]

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """Those of the sandbox, and: log, count, say, heard."""
        own: dict[str, Callable[..., object]] = {
            "log": self.log,
            "count": lambda: len(self.posts),
            "say": self.say,
            "heard": self.heard,
        }
        return {**super().switches(), **own}


def main() -> None:
    """Serve until the parent is gone."""
    parent = os.getppid()
    phone = ChaosPhone(int(sys.argv[1]))
    running = phone.start()
    print(json.dumps({"base_url": running.base_url, **running.credentials}), flush=True)
    while os.getppid() == parent:
        time.sleep(0.5)
    phone.stop()


if __name__ == "__main__":
    main()
