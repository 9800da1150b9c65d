"""Those who wait for SQLite's only writer write in one transaction.

    write ─→ nobody writes: begin ─→ take all that wait by then ─→ run each ─→ commit ─→ wake them, the next one begins
          └─ somebody writes: wait ─→ done, or it is the next one

A lone write waits for nothing and is committed at once; the more come at the same time, the more share one commit, one
begin, and the pages of the indexes that they all change. Whoever comes back knows that what it wrote is on the disk. If
one of them fails, all of it is rolled back, and each is run again in a transaction of its own.

On PostgreSQL, whose writers don't wait for each other, each has its own transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from feeds.database import Database

MOST_TOGETHER = 16
"""Writes in one transaction: whoever else waits for the writer shall not wait longer than for so many."""

_Result = TypeVar("_Result")


def _taken_lock() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Turn:
    """One write, and what came of it."""

    work: Callable[[Connection], Any]
    wake: threading.Lock = field(default_factory=_taken_lock)
    is_over: bool = False
    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """One object for all who may write together; for any number of threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[_Turn] = []
        self._has_leader = False

    def __len__(self) -> int:
        """How many wait to write."""
        return len(self._waiting)

    def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """What `work` returns, once that is committed; or raise what it raises. It must not mind to be run twice."""
        if not self._database.is_sqlite:
            with self._database.write() as connection:
                return work(connection)
        turn = _Turn(work)
        with self._lock:
            self._waiting.append(turn)
            leads, self._has_leader = not self._has_leader, True
        if not leads:
            turn.wake.acquire()
        if not turn.is_over:
            self._lead()
        if turn.error is not None:
            raise turn.error
        result: _Result = turn.result
        return result

    def _lead(self) -> None:
        """Carry out what waits, the first of which is this thread's own, and leave the lead to who comes next."""
        group: list[_Turn] = []
        try:
            with self._database.write() as connection:
                group = self._take()
                for turn in group:
                    turn.result = turn.work(connection)
        except BaseException as error:
            group = group or self._take()
            if len(group) == 1 or not isinstance(error, Exception):
                for turn in group:
                    turn.error = error
            else:
                for turn in group:
                    self._alone(turn)
        finally:
            self._end(group)

    def _take(self) -> list[_Turn]:
        with self._lock:
            group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        return group

    def _alone(self, turn: _Turn) -> None:
        try:
            with self._database.write() as connection:
                turn.result = turn.work(connection)
        except Exception as error:
            turn.error = error

    def _end(self, group: list[_Turn]) -> None:
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._has_leader = following is not None
        for turn in group:
            turn.is_over = True
            turn.wake.release()
        if following is not None:
            following.wake.release()
