"""`hub schedule`: rings the bells that are due."""

import signal
import threading

import click

from hub.consent import heads
from hub.factory import build
from hub.logs import set_up
from hub.processes import end_with_parent
from hub.schedule import Schedule


@click.command()
def command() -> None:
    """Ring what is due until told to stop. Several may run; one of them is active."""
    set_up("schedule")
    end_with_parent()
    hub = build()
    hub.watch_keys()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Schedule(hub.bells.redis, hub.connections, hub.bells).run(stop)
    heads.keep(hub.database, hub.config, hub.clock())
