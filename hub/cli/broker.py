"""`hub broker`: the embedded Valkey, kept by `hub run`; not called by people."""

import os
import signal
import sys
import threading

import click

from hub.broker import embedded, end_left_over
from hub.config import read_config
from hub.logs import set_up
from hub.processes import end_with_parent


@click.command(hidden=True)
def command() -> None:
    """Keep the embedded broker running."""
    set_up("broker")
    end_with_parent()
    config = read_config(os.environ)
    end_left_over(config)
    server = embedded(config)
    server.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(0.5):
        if not server.is_running():
            sys.exit(1)
    server.stop()
