"""`hub demo`: the main job, end to end, with nothing to set up."""

import signal
import sys
import time

import click

from hub.access.signin import administrator_link
from hub.cli import language
from hub.demo import arriving, sending, stopping
from hub.demo.stage import Stage
from hub.demo.telling import Teller
from hub.errors import HubError
from hub.logs import set_up
from hub.processes import InTheWay

STEPS = (
    arriving.start,
    arriving.pull,
    arriving.declare,
    sending.dry_run,
    sending.send,
    sending.phone,
    sending.event,
    stopping.tap,
    stopping.told,
    stopping.next_send,
)


@click.command()
@click.option("--once", is_flag=True, help="Check every step, then end: 0 all well, 1 not.")
@click.option("--port", type=int, help="Where the hub is served; default 8000, or a free one.")
def command(once: bool, port: int | None) -> None:
    """Show the whole job with sandboxes: pull, dry run, send, opt-out, receipts.

    Everything is made in a folder of its own and removed at the end.
    """
    set_up("demo")
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    tell = Teller(language(), len(STEPS))
    try:
        with Stage(language(), port=port) as stage:
            for step in STEPS:
                step(stage, tell)
            click.echo()
            tell.good(
                f"すべて確認できました({time.monotonic() - started:.0f}秒)",
                f"Everything came out as promised ({time.monotonic() - started:.0f} s).",
            )
            if not once:
                _stay(stage, tell)
    except KeyboardInterrupt:
        sys.exit(0 if not once else 1)
    except InTheWay:
        raise
    except HubError as exc:
        click.echo(exc.words.in_(language()), err=True)
        sys.exit(1)


def _stay(stage: Stage, tell: Teller) -> None:
    token = administrator_link(stage.hub.database, stage.hub.clock(), language())
    click.echo()
    tell.fact(
        f"コンソール(一度だけ使えるリンク): {stage.public_url}/signin/{token}",
        f"console (this link works once): {stage.public_url}/signin/{token}",
    )
    tell.fact(f"スマートフォン: {stage.phone.base_url}/", f"phones: {stage.phone.base_url}/")
    tell.fact("Ctrl-C で終了します", "Ctrl-C ends it")
    signal.signal(signal.SIGINT, lambda *_: stage.stop())
    signal.signal(signal.SIGTERM, lambda *_: stage.stop())
    stage.watch()
