"""`hub run`: the whole hub on one machine."""

import contextlib
import os
import signal

import click

from hub.cli.output import note, tell
from hub.config import read_config
from hub.consent import heads
from hub.errors import HubError
from hub.factory import build
from hub.launch import start_all
from hub.logs import set_up
from hub.processes import Supervisor, free_port, hold


@click.command()
def command() -> None:
    """Run everything: broker (unless HUB_REDIS_URL), web, workers, schedule. Ctrl-C ends it all."""
    set_up("hub")
    config = read_config(os.environ)
    lock = hold(config.data_dir)
    free_port(config.host, config.port, patience=3)
    # Makes store and keys, and tells what is wrong before anything is started.
    hub = build()
    supervisor = Supervisor(dict(os.environ), say=lambda words: note(words.ja, words.en))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop.set())
    try:
        start_all(supervisor, config)
        tell(
            f"ハブが動作中です: {config.public_url} (Ctrl-Cで終了)",
            f"The hub runs: {config.public_url}  (Ctrl-C ends it)",
        )
        supervisor.watch()
    finally:
        supervisor.end()
        # The children have written their last rows.
        with contextlib.suppress(HubError):
            heads.keep(hub.database, hub.config, hub.clock())
        lock.close()
