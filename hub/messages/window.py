"""Many posts at a time, each on a thread, none waited for longer than its limit.

A post whose thread hangs is given up: its message counts as unknown and another thread takes its
place. Should the thread come back after all, its answer is still handed over.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Done(Generic[Task, Answer]):
    """One task and its answer; None where it did not come back in time, or never began."""

    task: Task
    answer: Answer | None
    begun: bool = True


class Window(Generic[Task, Answer]):
    """Runs up to `width` tasks at once, `limit` seconds each. For one calling thread.

    Up to `ahead` more may wait for a thread that comes free, so that none is idle while the caller
    gets the next tasks ready; their `limit` runs meanwhile, too. `work` must not raise: what it may
    raise is its own answer. The threads are daemons, so that a hanging one never keeps the process
    from ending.
    """

    def __init__(
        self, work: Callable[[Task], Answer], *, width: int, limit: float, ahead: int = 0
    ) -> None:
        self._work = work
        self._width = width
        self._ahead = ahead
        self._limit = limit
        self._tasks: queue.SimpleQueue[tuple[int, Task] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[int, Task, Answer]] = queue.SimpleQueue()
        self._running: dict[int, tuple[Task, float]] = {}
        self._waiting: set[int] = set()
        self._threads = 0
        self._number = 0
        self.given_up = 0

    @property
    def in_flight(self) -> int:
        """How many tasks are on their way, or wait for a thread, and are still waited for."""
        return len(self._running)

    @property
    def free(self) -> int:
        """How many tasks would be taken now."""
        return self._width + self._ahead - len(self._running)

    def submit(self, task: Task) -> None:
        """Begin a task, or let it wait for its thread; call only while `free` is above zero."""
        self._number += 1
        self._running[self._number] = (task, time.monotonic() + self._limit)
        self._waiting.add(self._number)
        if self._threads < min(len(self._running), self._width) + self.given_up:
            self._threads += 1
            threading.Thread(target=self._serve, name="hub-post", daemon=True).start()
        self._tasks.put((self._number, task))

    def collect(self, wait: float) -> list[Done[Task, Answer]]:
        """Give what was answered or given up; waits up to so many seconds for the first answer."""
        done: list[Done[Task, Answer]] = []
        until = time.monotonic() + wait
        while True:
            try:
                number, task, answer = self._answers.get(timeout=self._pause(until, bool(done)))
            except queue.Empty:
                done.extend(self._overdue())
                if done or time.monotonic() >= until:
                    return done
                continue
            if self._running.pop(number, None) is None:
                self.given_up -= 1
            done.append(Done(task=task, answer=answer))

    def close(self) -> None:
        """Let the threads end as soon as they have nothing to do."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _pause(self, until: float, something: bool) -> float:
        if something:
            return 0.0
        now = time.monotonic()
        first = min((limit for _, limit in self._running.values()), default=until)
        return max(0.0, min(until, first) - now)

    def _overdue(self) -> list[Done[Task, Answer]]:
        now = time.monotonic()
        late = [number for number, (_, limit) in self._running.items() if limit <= now]
        done: list[Done[Task, Answer]] = []
        for number in late:
            begun = not self._leaves(number)
            self.given_up += begun
            done.append(Done(task=self._running.pop(number)[0], answer=None, begun=begun))
        return done

    def _leaves(self, number: int) -> bool:
        """Take a task from those that wait; say whether it waited still. Of two, one gets it."""
        try:
            self._waiting.remove(number)
        except KeyError:
            return False
        return True

    def _serve(self) -> None:
        while True:
            taken = self._tasks.get()
            if taken is None:
                return
            number, task = taken
            if not self._leaves(number):
                continue
            self._answers.put((number, task, self._work(task)))
