"""Which process a run belongs to, and whether that process is still there."""

import os
import socket
from pathlib import Path


def me() -> str:
    """Name this process: host, process id and when it started."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{_started(os.getpid())}"


def gone(worker: str) -> bool:
    """Say whether a process of this host has surely ended; False where nobody can know."""
    host, _, rest = worker.rpartition(":")[0].partition(":")
    started = worker.rpartition(":")[2]
    if host != socket.gethostname()[:30] or not rest.isdecimal():
        return False
    pid = int(rest)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # Process ids are used again: another start time is another process.
    return _started(pid) != started


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold anything, brackets too; the start time is field 22 (proc(5)).
    fields = stat.rpartition(")")[2].split()
    # A zombie has ended and only waits for its parent to look.
    return "" if fields[0] == "Z" else fields[19]
