"""The guard: foreign code runs here, and nothing it does harms anybody but its owner.

What a plugin may raise (`HubError` and its kinds) passes through. Everything else, SystemExit and
a call that never comes back included, becomes a `PluginBug` which names the owner, what was asked
and the place in the plugin's code. The exception's own text never leaves the guard: it may hold a
number or a secret. This is the only module of the hub that catches everything.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from hub.errors import HubError, PluginBug

T = TypeVar("T")

LIMIT = 120.0
MOST_HUNG = 4

_OURS = "hub"
_IMPORT_SYSTEM = ("importlib", "_frozen_importlib", "_frozen_importlib_external", "pluggy")


class Guard:
    """Runs calls into plugins, each on a daemon thread and with a time limit.

    `limit` is what a call may take, in seconds, where the caller does not say. Of each owner
    `most_hung` calls may be lost at a time; after that its calls are refused until one of them
    comes back, so that a hanging platform cannot fill the process with threads.
    """

    def __init__(self, *, limit: float = LIMIT, most_hung: int = MOST_HUNG) -> None:
        self.limit = limit
        self._most_hung = most_hung
        self._reset()

    def call(
        self,
        owner: str,
        what: str,
        function: Callable[..., T],
        *args: Any,
        limit: float | None = None,
    ) -> T:
        """Call the function on a thread of the guard and give its answer.

        `owner` is a connection or a plugin, `what` the hook or method that is asked; both are
        named in the error. Raises the plugin's own `HubError`, or PluginBug for anything else:
        another exception, no answer within `limit` seconds, too many lost calls of this owner.
        """
        if self._pid != os.getpid():
            # A forked child has the pool but none of its threads.
            self._reset()
        if self._hung and self._hung.get(owner, 0) >= self._most_hung:
            raise _refused(owner, what)
        job = _Job(owner, function, args)
        seconds = self.limit if limit is None else limit
        self._worker().take(job)
        if not job.done.acquire(timeout=seconds) and self._gave_up(job):
            raise _hung(owner, what, seconds)
        if job.error is not None:
            raise _told(owner, what, job.error)
        answer: T = job.answer
        return answer

    def inline(self, owner: str, what: str, function: Callable[..., T], *args: Any) -> T:
        """Call the function on the caller's own thread: no time limit and no change of thread.

        For calls that have a deadline of their own. Raises as `call` does; the caller's own
        KeyboardInterrupt passes.
        """
        try:
            return function(*args)
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001 - SystemExit of a plugin must not end the hub
            error = exc
        raise _told(owner, what, error)

    def lost(self, owner: str) -> int:
        """Count the calls of this owner that were given up and have not come back."""
        with self._lock:
            return self._hung.get(owner, 0)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._hung: dict[str, int] = {}
        self._idle: deque[_Worker] = deque()

    def _worker(self) -> "_Worker":
        try:
            return self._idle.pop()
        except IndexError:
            return _Worker(self._idle, self._came_back)

    def _gave_up(self, job: "_Job") -> bool:
        with self._lock:
            if job.finished:
                return False
            job.abandoned = True
            self._hung[job.owner] = self._hung.get(job.owner, 0) + 1
            return True

    def _came_back(self, job: "_Job") -> None:
        with self._lock:
            job.finished = True
            if not job.abandoned:
                return
            left = self._hung.get(job.owner, 1) - 1
            if left:
                self._hung[job.owner] = left
            else:
                self._hung.pop(job.owner, None)


class _Job:
    __slots__ = ("abandoned", "answer", "args", "done", "error", "finished", "function", "owner")

    def __init__(self, owner: str, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.owner = owner
        self.function = function
        self.args = args
        self.answer: Any = None
        self.error: BaseException | None = None
        self.finished = False
        self.abandoned = False
        self.done = threading.Lock()
        self.done.acquire()

    def run(self) -> None:
        try:
            self.answer = self.function(*self.args)
        except BaseException as exc:  # noqa: BLE001 - it would end the thread, not reach the caller
            self.error = exc


class _Worker:
    """A thread that takes one call after the other. Two locks make a call cost microseconds."""

    def __init__(self, idle: "deque[_Worker]", came_back: Callable[[_Job], None]) -> None:
        self._idle = idle
        self._came_back = came_back
        self._job: _Job | None = None
        self._wake = threading.Lock()
        self._wake.acquire()
        threading.Thread(target=self._work, name="hub-guard", daemon=True).start()

    def take(self, job: _Job) -> None:
        self._job = job
        self._wake.release()

    def _work(self) -> None:
        while True:
            self._wake.acquire()
            job, self._job = self._job, None
            if job is None:
                continue
            job.run()
            self._came_back(job)
            # Idle before the caller wakes: its next call then finds this thread.
            self._idle.append(self)
            job.done.release()
            # An answer must not live until the next call comes.
            del job


def _told(owner: str, what: str, error: BaseException) -> HubError:
    if isinstance(error, HubError):
        # Causes and frames hold addresses, bodies and secrets; they end here.
        error.__cause__ = None
        error.__context__ = None
        error.__suppress_context__ = True
        error.__traceback__ = None
        return error
    bug = _bug(owner, what, type(error).__name__, place(error))
    bug.__suppress_context__ = True
    return bug


def _bug(owner: str, what: str, kind: str, where: str | None) -> PluginBug:
    at_en = f" at {where}" if where else ""
    at_ja = f"({where})" if where else ""
    return PluginBug(
        f"{owner}: {what} broke with {kind}{at_en}. "
        "That is a bug in the plugin; send this sentence to its maker, or install another version.",
        f"{owner}:{what}が{kind}で停止しました{at_ja}。"
        "プラグインの不具合です。この文をプラグインの作成者に送るか、別の版を入れてください。",
    )


def _hung(owner: str, what: str, seconds: float) -> PluginBug:
    return PluginBug(
        f"{owner}: {what} did not come back within {seconds:g} seconds. "
        "Check that its platform answers; if it does, tell the plugin's maker.",
        f"{owner}:{what}が{seconds:g}秒以内に終わりませんでした。"
        "接続先が応答しているか確認し、応答していればプラグインの作成者に知らせてください。",
    )


def _refused(owner: str, what: str) -> PluginBug:
    return PluginBug(
        f"{owner}: {what} was not asked, because too many earlier calls never came back. "
        "Restart the hub when its platform answers again; if it happens again, tell the plugin's "
        "maker.",
        f"{owner}:以前の呼び出しが終わらないままのため、{what}を実行しませんでした。"
        "接続先が復旧したらハブを再起動してください。"
        "繰り返す場合はプラグインの作成者に知らせてください。",
    )


def place(error: BaseException) -> str | None:
    """Give file name and line where the plugin's own code broke, or None where it has no part.

    The plugin's code is that of the first frame that is neither ours nor the import system's, and
    of all deeper frames of the same top-level package.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{Path(error.filename).name} line {error.lineno}"
    package = None
    found = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        top = str(step.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package is None and top != _OURS and top not in _IMPORT_SYSTEM:
            package = top
        if package is not None and top == package:
            file = Path(step.tb_frame.f_code.co_filename).name
            found = f"{file} line {step.tb_lineno}"
        step = step.tb_next
    return found
