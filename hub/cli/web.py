"""`hub web`: one web process."""

import signal
import sys

import click

from hub.factory import build
from hub.logs import set_up
from hub.processes import end_with_parent, free_port, settled


@click.command()
@click.option("--threads", default=8, show_default=True, help="Requests served at once.")
def command(threads: int) -> None:
    """Serve console, opt-out page, webhooks and reports on HUB_HOST:HUB_PORT.

    `wsgi.py` serves the same under any WSGI server.
    """
    from waitress import serve

    from hub.web import create_app

    set_up("web")
    end_with_parent()
    hub = build()
    hub.watch_keys()
    free_port(hub.config.host, hub.config.port)
    # waitress takes SystemExit for its sign to answer what it has begun and close.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app(hub)
    settled()
    serve(
        app,
        host=hub.config.host,
        port=hub.config.port,
        threads=threads,
        ident=None,
        max_request_body_size=16 * 1024 * 1024,
        channel_timeout=30,
    )
