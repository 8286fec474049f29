"""`hub worker QUEUE`: one process that works on one queue."""

import logging
from types import TracebackType
from typing import Any

import click
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from hub.errors import HubError
from hub.logs import set_up
from hub.processes import end_with_parent, settled
from hub.queue import QUEUES, queue

_log = logging.getLogger(__name__)


class QuietWorker(SimpleWorker):
    """RQ's worker without its habit of writing an error's text into the broker and the log.

    The text of a foreign error may hold a number or what somebody wrote.
    """

    def handle_job_failure(
        self,
        job: Job,
        queue: Any,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Any = None,
    ) -> None:
        """Note in the broker that the job failed, without the error's text."""
        super().handle_job_failure(job, queue, started_job_registry, "", execution)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log what ended the job: the hub's own sentence, or an error's kind and place."""
        error: BaseException = exc_info[1]
        if isinstance(error, HubError):
            _log.warning("%s waits: %s", job.description, error)
        else:
            _log.error("%s: %s at %s", job.description, type(error).__name__, _place(exc_info[2]))


def _place(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


@click.command()
@click.argument("queue_name", metavar="QUEUE", type=click.Choice(QUEUES))
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
def command(queue_name: str, burst: bool) -> None:
    """Work on one queue until told to stop.

    Start as many as wanted, on as many hosts as wanted. On SIGTERM the job at hand is finished.
    """
    from hub import jobs

    set_up(f"worker {queue_name}")
    end_with_parent()
    jobs.hub().watch_keys()
    settled()
    redis = jobs.hub().bells.redis
    worker = QuietWorker(
        [queue(redis, queue_name)],
        connection=redis,
        serializer=JSONSerializer,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING")
