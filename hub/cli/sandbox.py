"""`hub sandbox NAME`: one platform's double, alone on localhost until it is ended.

Exit codes: 0 ended by SIGTERM or SIGINT, 1 the sandbox could not be loaded, 2 wrong arguments
(an unknown NAME among them), 3 a port is in use.
"""

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from threading import Event

import click

from hub.cli import language
from hub.testing.roster import MOST_PEOPLE
from hub.testing.sandbox import Running, Sandbox
from hub.testing.serving import PortInUse
from hub.values.words import Words

GROUP = "hub.sandboxes.v1"
CANNOT_LOAD, WRONG_ARGUMENTS, PORT_IN_USE = 1, 2, 3

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PORT = click.IntRange(0, 65535)


@click.command(name="sandbox")
@click.argument("name")
@click.option("--port", type=_PORT, default=0, show_default=True, help="0 takes a free port.")
@click.option("--tls-port", type=_PORT, help="Serve by TLS too; needs --cert and --key.")
@click.option("--cert", type=_FILE, help="The certificate chain for TLS (PEM).")
@click.option("--key", type=_FILE, help="The certificate's key (PEM).")
@click.option(
    "--people",
    type=click.IntRange(1, MOST_PEOPLE),
    default=200,
    show_default=True,
    help="How many made-up people it holds.",
)
@click.option(
    "--limits",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Whether the platform's quotas apply.",
)
@click.option("--clock", metavar="ISO", help="Begin at this time, as in 2026-01-05T10:00:00+09:00.")
def command(
    name: str,
    port: int,
    tls_port: int | None,
    cert: Path | None,
    key: Path | None,
    people: int,
    limits: str,
    clock: str | None,
) -> None:
    """Start a platform's double on localhost and print one JSON line once it serves.

    The line has base_url, tls_url, credentials and records. It goes on until SIGTERM or Ctrl-C.
    Exit codes: 0 ended, 1 cannot be loaded, 2 wrong arguments, 3 port in use.
    """
    if (tls_port is None) != (cert is None) or (cert is None) != (key is None):
        raise _refusal(
            Words(
                en="--tls-port, --cert and --key belong together. Give all three or none.",
                ja="--tls-port、--cert、--key は一緒に使います。"
                "三つとも指定するか、すべて省いてください。",
            ),
            WRONG_ARGUMENTS,
        )
    moment = _moment(clock) if clock else None
    sandbox = _load(name)(people=people, limits=limits == "on")
    if moment:
        sandbox.clock.set(moment)
    running = _start(sandbox, port, tls_port, cert, key)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        click.echo(_line(running))
        ended.wait()
    finally:
        sandbox.stop()


def _start(
    sandbox: Sandbox, port: int, tls_port: int | None, cert: Path | None, key: Path | None
) -> Running:
    try:
        return sandbox.start(port=port, tls_port=tls_port, cert=cert, key=key)
    except PortInUse as exc:
        words = Words(
            en=f"Port {exc.port} on this machine is in use. "
            "End what uses it, or choose another port (0 takes a free one).",
            ja=f"このマシンのポート{exc.port}は使用中です。"
            "使用中のプログラムを終了するか、別のポートを指定してください(0は空きポート)。",
        )
        raise _refusal(words, PORT_IN_USE) from exc
    except OSError as exc:
        words = Words(
            en="--cert or --key cannot be used for TLS. Give a PEM certificate and its own key.",
            ja="--cert か --key がTLSに使えません。PEM形式の証明書とその秘密鍵を指定してください。",
        )
        raise _refusal(words, WRONG_ARGUMENTS) from exc


def _load(name: str) -> Callable[..., Sandbox]:
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in known:
        names = ", ".join(sorted(known))
        words = Words(
            en=f"There is no sandbox {name!r}. Use one of: {names}.",
            ja=f"サンドボックス「{name}」はありません。次のいずれかを指定してください: {names}",
        )
        raise _refusal(words, WRONG_ARGUMENTS)
    return _class_of(known[name])


def _class_of(entry: EntryPoint) -> Callable[..., Sandbox]:
    try:
        loaded: Callable[..., Sandbox] = entry.load()
    except (ImportError, AttributeError) as exc:
        words = Words(
            en=f"The sandbox {entry.name!r} cannot be loaded: {exc}. Install its package again.",
            ja=f"サンドボックス「{entry.name}」を読み込めません({exc})。"
            "パッケージを入れ直してください。",
        )
        raise _refusal(words, CANNOT_LOAD) from exc
    return loaded


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise _bad_clock() from exc
    if moment.tzinfo is None:
        raise _bad_clock()
    return moment.astimezone(UTC)


def _bad_clock() -> click.exceptions.Exit:
    words = Words(
        en="--clock: write a time with its zone, such as 2026-01-05T10:00:00+09:00.",
        ja="--clock: 2026-01-05T10:00:00+09:00 のように、時差を付けて書いてください。",
    )
    return _refusal(words, WRONG_ARGUMENTS)


def _line(running: Running) -> str:
    return json.dumps(
        {
            "base_url": running.base_url,
            "tls_url": running.tls_url,
            "credentials": running.credentials,
            "records": running.records,
        },
        ensure_ascii=False,
    )


def _refusal(words: Words, exit_code: int) -> click.exceptions.Exit:
    click.echo(words.in_(language()), err=True)
    return click.exceptions.Exit(exit_code)
