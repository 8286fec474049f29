"""A worker that drains one gateway until HUB_FAULT kills it; run by test_faults."""

import sys
from datetime import datetime
from pathlib import Path

from hub.messages.limits import Limits
from hub.testing.clock import SandboxClock

from .doubles import Gateway, Platform
from .house import House


def main(url: str, redis_url: str, log: str, idempotency: str, now: str) -> None:
    clock = SandboxClock()
    clock.stop(datetime.fromisoformat(now))
    gateway = Gateway(idempotency=idempotency, log=Path(log))
    house = House(url, redis_url, clock, gateway, Platform())
    house.drain(Limits(claim=40, window=4, record_every=4))


if __name__ == "__main__":
    main(*sys.argv[1:])
