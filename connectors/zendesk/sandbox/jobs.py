# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: work that was promised, moves through its states and is kept for a day."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import not_found, too_many_jobs

MOST_JOBS = 30
_KEPT = timedelta(days=1)

Item = Callable[[], dict[str, Any]]
"""Does one item of a job and gives its result; it never raises."""


@dataclass(kw_only=True)
class Job:
    """A job. Looking at it moves it on, and so does time."""

    id: str
    kind: str
    noun: str
    items: list[Item] = field(repr=False)
    created: datetime
    status: str = "queued"
    looks: int = 0
    fails: bool = False
    results: list[dict[str, Any]] | None = field(default=None, repr=False)


class Jobs:
    """The jobs of an account.

    A job is done at the look number `looks` after its start (the first sees it queued or working),
    or `seconds` after it on the sandbox's clock, whichever comes first.
    """

    def __init__(self, limits: bool) -> None:
        self._limits = limits
        self._jobs: dict[str, Job] = {}
        self.looks = 2
        self.seconds = 1.0
        self.fail = 0
        """How many of the next jobs fail as a whole."""

    def start(self, asked: Asked, kind: str, noun: str, items: list[Item]) -> dict[str, Any]:
        """Promise the work and answer with the queued job. Raises ZendeskError 429."""
        open_ = [job.id for job in self._jobs.values() if job.status in ("queued", "working")]
        if self._limits and len(open_) >= MOST_JOBS:
            raise too_many_jobs(open_, MOST_JOBS)
        seed = f"zendesk sandbox job {len(self._jobs)}"
        number = f"V3-{hashlib.sha256(seed.encode()).hexdigest()[:32]}"
        job = Job(id=number, kind=kind, noun=noun, items=items, created=asked.account.clock())
        if self.fail > 0:
            self.fail -= 1
            job.fails = True
        self._jobs[number] = job
        return {"job_status": _shown(asked, job)}

    def due(self, now: datetime) -> None:
        """Do the work of all jobs whose time has come."""
        for job in list(self._jobs.values()):
            age = (now - job.created).total_seconds()
            if job.results is None and age >= self.seconds:
                _finish(job)

    def read(self, asked: Asked, number: str) -> dict[str, Any]:
        """GET /job_statuses/{id}. Raises ZendeskError 404, also a day after the start."""
        return {"job_status": self._looked(asked, number)}

    def show_many(self, asked: Asked) -> dict[str, Any]:
        """GET /job_statuses/show_many."""
        found = [self._looked(asked, each) for each in asked.ids() if self._kept(asked, each)]
        return {"job_statuses": found, "count": len(found)}

    def list_all(self, asked: Asked) -> dict[str, Any]:
        """GET /job_statuses."""
        found = [_shown(asked, job) for job in self._jobs.values() if self._kept(asked, job.id)]
        return {"job_statuses": found, "count": len(found)}

    def _kept(self, asked: Asked, number: str) -> bool:
        job = self._jobs.get(number)
        return job is not None and asked.account.clock() - job.created < _KEPT

    def _looked(self, asked: Asked, number: str) -> dict[str, Any]:
        if not self._kept(asked, number):
            raise not_found()
        job = self._jobs[number]
        if job.results is None:
            job.looks += 1
            job.status = "working" if job.looks * 2 >= self.looks else "queued"
            if job.looks >= self.looks:
                _finish(job)
        return _shown(asked, job)


def _finish(job: Job) -> None:
    job.results = [] if job.fails else [item() for item in job.items]
    job.status = "failed" if job.fails else "completed"


def _shown(asked: Asked, job: Job) -> dict[str, Any]:
    total = len(job.items)
    progress, message = None, None
    if job.status == "working":
        progress = max(1, total // 2)
        message = f"Updating {job.noun} #{progress}"
    elif job.status == "completed":
        progress, message = total, f"Completed at {asked.now}"
    elif job.status == "failed":
        message = "The job failed. Try it again."
    return {
        "id": job.id,
        "job_type": job.kind,
        "url": asked.url(f"job_statuses/{job.id}.json"),
        "total": total,
        "progress": progress,
        "status": job.status,
        "message": message,
        "results": job.results if job.status == "completed" else None,
    }
