"""What an error of a platform means for its connection and its run."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.contacts.progress import Progress, RunResult
from hub.errors import AuthError, ConfigError, HubError, TransientError
from hub.store import runs
from hub.store.connections import ConnectionRow
from hub.store.database import Database, StoreUnavailable
from hub.store.runs import Place
from hub.values.words import Words

NOTHING = Words("", "")
BUSY = Words(
    "この接続の同期はすでに実行中です。終わるまでお待ちください。",
    "Another run is reading this connection already. Wait until it has ended.",
)


def take(
    db: Database, connections: Connections, connection_id: int, error: HubError, now: datetime
) -> None:
    """Do what the error asks for: park the connection, or suspend what it vouches for.

    A mapped field that is gone must not read as "nobody objects". Once it is back everything is
    read anew, because a field that was made again holds other answers than the one before.
    """
    if isinstance(error, AuthError):
        connections.park(connection_id, error.words)
    elif isinstance(error, ConfigError) and _of_the_mapping(error):
        with db.write() as tx:
            runs.move(tx, connection_id, "changed", Place(), now)
        connections.suspend_grounds(connection_id, error.words)


def _of_the_mapping(error: ConfigError) -> bool:
    return any(key.startswith("mapping") for key in error.keys)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the pages of a run ended; the fields are those of `RunResult`."""

    state: str
    words: Words = NOTHING
    retry_after: float | None = None


def carry_out(
    db: Database,
    connections: Connections,
    connection_id: int,
    run_id: int,
    clock: Callable[[], datetime],
    pages: Callable[[], bool],
) -> Ending:
    """Read a run's pages and close the run, however that ends; `pages` says whether that was all.

    Raises StoreUnavailable, after which the run's lease ends by itself.
    """
    ending = Ending(state="stopped")
    try:
        ending = Ending(state="done" if pages() else "stopped")
    except StoreUnavailable:
        raise
    except TransientError as exc:
        ending = Ending(state="stopped", words=exc.words, retry_after=exc.retry_after)
    except HubError as exc:
        ending = Ending(state="failed", words=exc.words)
        take(db, connections, connection_id, exc, clock())
    finally:
        # Whatever ended it, Ctrl-C too: the next run must not take this one for working.
        close(db, run_id, ending.state, ending.words, clock())
    return ending


def close(db: Database, run_id: int, state: str, words: Words, now: datetime) -> None:
    """Close a run; where the store is gone its lease ends by itself."""
    with contextlib.suppress(StoreUnavailable), db.write() as tx:
        runs.finish(tx, run_id, state, words, now)


def overtaken() -> TransientError:
    """Word that this run was silent for too long and another took its place."""
    return TransientError(
        "This run was silent for too long and another took its place. Nothing is to be done: "
        "that one goes on where this one ended.",
        "この同期は応答が途切れたため別の同期に引き継がれました。対応は不要です。",
    )


def unusable(row: ConnectionRow) -> RunResult:
    """Give the result of a run that cannot begin."""
    words = row.reason
    if not row.enabled:
        words = Words(
            f"接続「{row.label}」は無効です。有効にしてから同期してください。",
            f'The connection "{row.label}" is disabled. Enable it, then sync again.',
        )
    return RunResult(state="unusable", progress=Progress(skipped={}), words=words)
