"""Removes what is older than the operator wants to keep, once a day, a little at a time.

    articles that no list shows any more ─→ deliveries whose article is gone ─→ alerts nobody is owed ─→ past alarms

What is owed is never removed, nor what a source still lists (`feeds.store.forgetting`).
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import forgetting as told
from feeds.database import Database
from feeds.store import facts, files, forgetting

log = logging.getLogger(__name__)

TURN = "retention.turn"
DAILY = timedelta(days=1)
BATCH = 200
"""Rows in one transaction: SQLite's only writer is held for some milliseconds."""
BREATH = 0.02
"""Seconds between two batches, so that others who wait to write come in between."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What one sweep has removed."""

    articles: int = 0
    deliveries: int = 0
    alerts: int = 0
    alarms: int = 0


class Retention:
    """One object a process. `days` 0 keeps everything."""

    def __init__(self, database: Database, clock: Callable[[], datetime], days: int) -> None:
        self._database = database
        self._clock = clock
        self._days = days
        self.stopping = threading.Event()

    def sweep_daily(self) -> Removed:
        """Sweep, if no process of this installation has done so for a day."""
        if not self._days:
            return Removed()
        now = self._clock()
        with self._database.write() as connection:
            # A name that nobody lets go of: it is free again when the day is over.
            if not facts.hold(connection, TURN, secrets.token_hex(8), now, now + DAILY):
                return Removed()
        removed = self.sweep()
        log.info(
            "removed what is old",
            extra={"articles": removed.articles, "deliveries": removed.deliveries, "alarms": removed.alarms},
        )
        return removed

    def sweep(self) -> Removed:
        """Remove all that is too old by now. What a stop leaves is for the next sweep."""
        if not self._days:
            return Removed()
        before = self._clock() - timedelta(days=self._days)
        with self._database.write() as connection:
            past_alarms = forgetting.remove_alarms(connection, before)
            files.forget(connection, before)
        return Removed(
            self._articles(before),
            self._batches(lambda: self._deliveries(before)),
            self._batches(lambda: self._alerts(before)),
            past_alarms,
        )

    def _articles(self, before: datetime) -> int:
        total, last = 0, 0
        while not self.stopping.wait(BREATH):
            with self._database.write() as connection:
                swept = forgetting.remove_articles(connection, before, last, BATCH, self._clock())
            total += swept.removed
            if swept.last is None:
                break
            last = swept.last
        return total

    def _batches(self, remove: Callable[[], int]) -> int:
        total = 0
        while not self.stopping.wait(BREATH):
            removed = remove()
            total += removed
            if removed < BATCH:
                break
        return total

    def _deliveries(self, before: datetime) -> int:
        with self._database.write() as connection:
            return told.remove_finished(connection, before, BATCH)

    def _alerts(self, before: datetime) -> int:
        with self._database.write() as connection:
            return told.remove_unowed_alerts(connection, before, BATCH)
