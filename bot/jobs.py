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

_TOLD_AGAIN = frozenset(10**power for power in range(1, 7))
"""A job that runs every second would fill the disk with its complaint that the disk is full."""


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
            self._scheduler.add_job(_Logged(job), "interval", seconds=job.seconds, id=job.name, name=job.name)

    def start(self) -> None:
        """Begin; each job runs first after its own interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, after what is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


class _Logged:
    """Runs a job; a failure that repeats itself is told in full once, then in a line at its 10th, 100th … time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._failure = ""
        self._times = 0

    def __call__(self) -> None:
        try:
            self._job.run()
        except Exception as error:
            # A database's error ends with the statement and its values, which are never twice the same.
            self._failed(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}")
            return
        if self._times:
            log.warning("a job works again", extra={"job": self._job.name, "failed": self._times})
            self._failure, self._times = "", 0

    def _failed(self, failure: str) -> None:
        again = failure == self._failure
        self._times = self._times + 1 if again else 1
        self._failure = failure
        if not again:
            log.exception("a job failed", extra={"job": self._job.name})
        elif self._times in _TOLD_AGAIN:
            log.error("a job still fails", extra={"job": self._job.name, "failed": self._times, "error": failure})
