"""The timetable: a job that fails is called again, and fills no log."""

from __future__ import annotations

import logging
import threading

import pytest

from bot.jobs import Job, Timetable


class Failing:
    """A job that fails so many times, then works."""

    def __init__(self, times: int) -> None:
        self.calls, self._times = 0, times
        self.worked = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        if self.calls <= self._times:
            raise OSError("the disk is full")
        if self.calls > self._times + 1:  # what the call before this one had to say has been said
            self.worked.set()


def test_a_job_that_keeps_failing_is_told_of_rarely_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.jobs")
    failing = Failing(25)
    timetable = Timetable([Job("tick", 0.005, failing)])
    timetable.start()
    assert failing.worked.wait(30)
    timetable.stop()
    told = [(record.message, vars(record).get("failed"), bool(record.exc_info)) for record in caplog.records]
    assert told == [
        ("a job failed", None, True),
        ("a job still fails", 10, False),
        ("a job works again", 25, False),
    ]
