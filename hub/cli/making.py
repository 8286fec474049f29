"""A list send under way: a bar that follows what the store holds of it."""

import threading
from collections.abc import Callable
from typing import TypeVar

from hub.cli.output import say
from hub.cli.progress import Bar
from hub.factory import Hub
from hub.store import counts, messages, sends

Result = TypeVar("Result")
_LOOK_EVERY = 0.5


def with_bar(
    hub: Hub, key: str, connection_id: int, title: str, work: Callable[[], Result], *, quiet: bool
) -> Result:
    """Do the work and show meanwhile how many messages of the send `key` the store holds."""
    with hub.database.read() as tx:
        records = sum(counts.verdicts(tx, connection_id).values())
    ended = threading.Event()
    with Bar(title, quiet=quiet) as bar:

        def look() -> None:
            while not ended.wait(_LOOK_EVERY):
                made = _made(hub, key)
                if made:
                    bar.show(say(f"{made:,}件", f"{made:,} messages"), made, records)
                else:
                    bar.show(say(f"{records:,}件を判定中", f"judging {records:,} records"))

        looking = threading.Thread(target=look, name="hub-progress", daemon=True)
        looking.start()
        try:
            return work()
        finally:
            ended.set()
            looking.join()


def _made(hub: Hub, key: str) -> int:
    with hub.database.read() as tx:
        send = sends.by_key(tx, key)
        return sum(messages.counts(tx, send.id).values()) if send else 0
