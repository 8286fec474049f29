"""Starting, watching and ending the processes of one machine's hub.

Children run in sessions of their own, so that Ctrl-C reaches the supervisor alone and it can end
them in order. Each child also watches its parent: a supervisor that is killed leaves none behind.
"""

import contextlib
import fcntl
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hub.errors import HubError
from hub.values.words import Words

PARENT = "HUB_PARENT_PID"
GRACE_SECONDS = 10.0
_SHORTEST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


class InTheWay(HubError):
    """Something else holds what is needed to start: a port, or the data folder."""


@dataclass(kw_only=True)
class Child:
    """One process to keep alive: `hub` with these words, `pause` growing with each quick death."""

    name: str
    words: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _SHORTEST_PAUSE
    again_at: float | None = None


def hold(data_dir: Path) -> IO[str]:
    """Take the data folder for one supervisor; released when the file or the process ends.

    Raises InTheWay naming the process that has it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = (data_dir / "run.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip() or "?"
        file.close()
        raise InTheWay(
            f"A hub already runs on {data_dir} (process {pid}). "
            "End it first, or set HUB_DATA_DIR to another folder.",
            f"{data_dir}では別のハブが動作中です(プロセス{pid})。"
            "終了させるか、HUB_DATA_DIRに別のフォルダを指定してください。",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def free_port(host: str, port: int, patience: float = 0.0) -> None:
    """Check that nobody listens there, for `patience` seconds at most. Raises InTheWay.

    The web process of a supervisor that was killed notices within a second and goes.
    """
    deadline = time.monotonic() + patience
    while _taken(host, port):
        if time.monotonic() >= deadline:
            raise InTheWay(
                f"Port {port} on {host} cannot be used: another program has it, or this machine "
                "does not have that address. End the program, or choose with HUB_PORT and "
                "HUB_HOST.",
                f"{host}のポート{port}を使用できません。別のプログラムが使用中か、"
                "このアドレスがこのマシンにありません。"
                "プログラムを終了させるか、HUB_PORTとHUB_HOSTで指定してください。",
            )
        time.sleep(0.1)


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def settled() -> None:
    """Let the garbage collector leave alone what was made so far: it stays until the end anyway.

    Looking through modules and plugins again and again takes a third of the time of a dry run.
    """
    gc.collect()
    gc.freeze()


def end_with_parent() -> None:
    """End this process soon after the supervisor that started it is gone, on any system."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


class Supervisor:
    """Keeps children alive until told to stop, then ends them, the last started first."""

    def __init__(
        self, environ: Mapping[str, str], say: Callable[[Words], None] = lambda words: None
    ) -> None:
        self._environ = {**environ, PARENT: str(os.getpid())}
        self._say = say
        self._children: list[Child] = []
        self.stop = threading.Event()

    def start(self, name: str, *words: str) -> Child:
        """Start `hub WORDS…` and keep it alive from now on."""
        child = Child(name=name, words=words)
        self._children.append(child)
        self._spawn(child)
        return child

    def pids(self) -> dict[str, int]:
        """Give the process id of each child by name."""
        return {c.name: c.process.pid for c in self._children if c.process is not None}

    def watch(self) -> None:
        """Restart what dies; returns when `stop` is set."""
        while not self.stop.wait(0.3):
            for child in self._children:
                self._look_after(child, time.monotonic())

    def end(self) -> None:
        """End all children, the last started first; kill what does not end in time."""
        self.stop.set()
        # The first child is the broker, which the others need while they finish.
        for group in (self._children[1:], self._children[:1]):
            for child in reversed(group):
                _signal(child, signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            for child in group:
                if child.process is None:
                    continue
                try:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    _signal(child, signal.SIGKILL)
                    child.process.wait()

    def _look_after(self, child: Child, now: float) -> None:
        if child.again_at is not None:
            if now >= child.again_at:
                self._spawn(child)
            return
        process = child.process
        if process is None or process.poll() is None:
            return
        # A keeper that was killed leaves the broker itself behind, in the same group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        if now - child.started > 60:
            child.pause = _SHORTEST_PAUSE
        self._say(
            Words(
                ja=f"{child.name}が終了しました({process.returncode})。再起動します。",
                en=f"{child.name} ended ({process.returncode}); starting it again.",
            )
        )
        # One that dies again and again must not keep the others from coming back.
        child.again_at = now + child.pause
        child.pause = min(child.pause * 2, _LONGEST_PAUSE)

    def _spawn(self, child: Child) -> None:
        child.again_at = None
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            [sys.executable, "-m", "hub", *child.words],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, number)
