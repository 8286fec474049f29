"""What goes wrong during a run: named disturbances, in an order that a seed gives."""

import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import psutil
from redis.exceptions import RedisError

from hub.errors import HubError
from hub.messages import dispatch, reconcile

from .history import Pause
from .machine import Machine
from .stores import Postgresql, Sqlite

AHEAD = timedelta(minutes=2)
"""By how much a host's clock is wrong: more than any lease lasts."""

FROZEN_SECONDS = 65.0
FULL_SECONDS = 1.5
_SOON = 3.0
_LONGEST = 100.0
_WEATHER = (
    {"kind": "stall", "seconds": 3.0},
    {"kind": "drop"},
    {"kind": "drop", "after": True},
    {"kind": "throttle", "retry_after": 1},
    {"kind": "status", "status": 500},
    {"kind": "rubbish"},
    {"kind": "rubbish", "rubbish": "truncated_json"},
)


class Storm:
    """Disturbs a machine; `say` hears of it.

    With `wait` leases end by themselves: a worker stands still for longer than one. Without, a
    host with a fast clock takes them away, from dead workers too.
    """

    def __init__(
        self,
        machine: Machine,
        store: Sqlite | Postgresql,
        *,
        seed: int,
        wait: bool,
        say: Callable[[str], None],
    ) -> None:
        self._machine = machine
        self._store = store
        self._random = random.Random(seed)
        self._wait = wait
        self._say = say
        self.pauses: list[Pause] = []
        self.kills = 0
        self._clear = threading.Event()
        self._weather = threading.Thread(target=self._blow, args=(seed,), daemon=True)

    def kinds(self) -> dict[str, Callable[[], None]]:
        """What can be done to this machine, by what the story calls it."""
        kinds: dict[str, Callable[[], None]] = {
            "web killed": lambda: self._kill("web"),
            "send worker killed": lambda: self._kill("worker send"),
            "events worker killed": lambda: self._kill("worker events"),
            "sync worker killed": lambda: self._kill("worker sync"),
            "schedule killed": lambda: self._kill("schedule"),
            "Valkey killed": self._kill_valkey,
            "broker's keeper killed": lambda: self._kill("broker"),
            "the workers' parent alone killed": self._kill_parent,
            "everything killed at once": self._kill_all,
            "FLUSHALL": self._flush,
            "a worker frozen past its lease": self._freeze,
            "a host whose clock is two minutes fast": self.look_ahead,
        }
        if isinstance(self._store, Postgresql):
            kinds["PostgreSQL killed (immediate)"] = self._kill_postgresql
        else:
            kinds["the disk full"] = self._fill_disk
        return kinds

    def blow(self, due: Callable[[], bool], most: int) -> None:
        """Disturb in turn, each kind once before any comes twice, while messages are due."""
        self._weather.start()
        turns: list[str] = []
        kinds = self.kinds()
        for _ in range(most):
            time.sleep(self._random.uniform(0.2, 0.8))
            if not due():
                break
            turns = turns or self._random.sample(sorted(kinds), len(kinds))
            name = turns.pop()
            self._disturb(name, kinds[name], due)
        self._clear.set()
        self._weather.join()
        self._machine.gateway.behave()

    def look_ahead(self, ahead: timedelta = AHEAD) -> None:
        """Do, with a clock that is so much fast, what schedule and worker do."""
        hub = self._machine.hub
        sms = hub.connections.row("sms").id

        def later() -> datetime:
            return hub.clock() + ahead

        with suppress(HubError, RedisError):
            reconcile.reconcile(hub.database, hub.cipher, hub.connections, hub.bells, later)
            dispatch.drain(
                hub.database,
                hub.cipher,
                hub.senders,
                hub.connections,
                hub.bells,
                later,
                sms,
                "fast clock",
                later() + timedelta(seconds=3),
                policy=hub.policy,
            )

    def _disturb(self, name: str, do: Callable[[], None], due: Callable[[], bool]) -> None:
        do()
        begun = time.monotonic()
        count = self._posts()
        while due() and time.monotonic() - begun < _LONGEST:
            if self._posts() > count:
                seconds = time.monotonic() - begun
                self.pauses.append(Pause(after=name, seconds=seconds))
                self._say(f"{name}; the next post {seconds:.1f} s later")
                return
            time.sleep(0.1)
            if not self._wait and time.monotonic() - begun > _SOON:
                self.look_ahead()
        if due():
            self.pauses.append(Pause(after=name, seconds=_LONGEST))
        self._say(f"{name}; nothing was due any more" if not due() else f"{name}; NO post")

    def _posts(self) -> int:
        return int(self._machine.gateway.do("count"))

    def _blow(self, seed: int) -> None:
        chance = random.Random(seed + 1)
        while not self._clear.wait(chance.uniform(0.5, 2.0)):
            fault = chance.choice(_WEATHER)
            self._machine.gateway.fault(
                **fault, times=chance.randint(1, 4), path="/v1/messages", method="POST"
            )

    def _kill(self, words: str) -> None:
        children = self._machine.children(words)
        if children:
            self._end(self._random.choice(children))

    def _end(self, process: psutil.Process) -> None:
        with suppress(psutil.NoSuchProcess):
            process.kill()
            self.kills += 1

    def _kill_valkey(self) -> None:
        valkey = self._machine.valkey()
        if valkey is not None:
            self._end(valkey)

    def _kill_parent(self) -> None:
        supervisor = self._machine.supervisor()
        if supervisor is not None:
            self._end(supervisor)

    def _kill_all(self) -> None:
        supervisor = self._machine.supervisor()
        if supervisor is None:
            return
        with suppress(psutil.NoSuchProcess):
            for process in [supervisor, *supervisor.children(recursive=True)]:
                self._end(process)

    def _kill_postgresql(self) -> None:
        assert isinstance(self._store, Postgresql)
        self._store.kill()
        self.kills += 1

    def _flush(self) -> None:
        with suppress(RedisError):
            self._machine.hub.bells.redis.flushall()

    def _freeze(self) -> None:
        workers = self._machine.children("worker send")
        if not workers:
            return
        frozen = self._random.choice(workers)
        with suppress(psutil.NoSuchProcess):
            frozen.send_signal(signal.SIGSTOP)
            time.sleep(FROZEN_SECONDS if self._wait else 1.0)
            if not self._wait:
                self.look_ahead()
            frozen.send_signal(signal.SIGCONT)

    def _fill_disk(self) -> None:
        """Let no file of the hub's processes grow, for a moment."""
        supervisor = self._machine.supervisor()
        everybody = supervisor.children() if supervisor else []
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))
        time.sleep(FULL_SECONDS)
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
