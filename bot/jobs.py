"""The timetable: the few things that happen by the clock (APScheduler). What is due, and when, the database knows.

A handful of jobs, in memory: each only looks whether there is something to do. Nothing is lost when the process dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is called every `seconds`, never twice at once; what it raises is logged, and it is called again."""

    name: str
    seconds: float
    run: Callable[[], object]


class Timetable:
    """Starts and stops jobs."""

    def __init__(self, jobs: list[Job]) -> None:
        # A late run is better than none: the default would drop a run that is more than a second late.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(4, len(jobs)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in jobs:
            self._scheduler.add_job(_logged(job), "interval", seconds=job.seconds, id=job.name, name=job.name)

    def start(self) -> None:
        """Begin; each job runs first after its own interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, after what is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _logged(job: Job) -> Callable[[], None]:
    def run() -> None:
        try:
            job.run()
        except Exception:
            log.exception("a job failed", extra={"job": job.name})

    return run
