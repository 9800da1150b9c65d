"""When the database takes no writes: operators are told at once, by hand; what is owed could not be written down.

    a write was refused ─→ it goes on for a minute ─→ each operator this process reaches, once ─┐
    writes are taken again ─→ bot.alarms stores the alarm, and owes it to who was not told ←────┘

Nothing is lost meanwhile: what could not be stored is found and tried again. The end is told as any alarm's.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.channels import Channel
from bot.errors import DeliveryError
from bot.model import Alert, Delivery
from bot.operators import Operators
from feeds.alarms import CODES, Alarm, refused
from feeds.database import Database
from feeds.store import alarms as store

log = logging.getLogger(__name__)

TOLD_AFTER = timedelta(minutes=1)
"""A write that was refused once may be a moment's trouble."""


class RefusedWrites:
    """One object a process; `check` is called by the clock. `channels` are those that can send now, by kind."""

    def __init__(
        self,
        database: Database,
        operators: Operators,
        channels: Callable[[], Mapping[str, Channel]],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._operators = operators
        self._channels = channels
        self._clock = clock
        self._since: datetime | None = None
        self._told: frozenset[int] = frozenset()

    @property
    def told(self) -> frozenset[int]:
        """The ids of the destinations that have heard of it."""
        return self._told

    def alarm(self) -> Alarm | None:
        """What is wrong now; None where writes are taken."""
        refusal = self._database.refusal
        return refused(refusal, self._since or self._clock()) if refusal is not None else None

    def check(self) -> int:
        """Tell those who can be told and have not been; returns how many."""
        self._database.probe()
        now = self._clock()
        if self._database.refusal is None:
            self._since, self._told = None, frozenset()
            return 0
        self._since = self._since or now
        alarm = self.alarm()
        if alarm is None or now - self._since < TOLD_AFTER:
            return 0
        channels = self._channels()
        with self._database.read() as connection:
            said = {one.code for one in store.open_alarms(connection) if one.told_at is not None}
            reached = [one for one in self._operators.destinations(connection) if one.kind in channels]
        waiting = [] if alarm.code in said else [one for one in reached if one.id not in self._told]
        told = 0
        for destination in waiting:
            delivery = Delivery(f"msg_{secrets.token_hex(16)}", Alert("operator", now, data_of(alarm)))
            try:
                channels[destination.kind].send(destination, delivery)
            except DeliveryError as error:
                log.warning("an operator could not be told", extra={"destination": destination.id, "error": str(error)})
                continue
            self._told |= {destination.id}
            told += 1
        return told


def data_of(alarm: Alarm) -> dict[str, object]:
    """The `data` of an alert of this machine's own that nobody has stored (docs/health.md)."""
    return {
        "message": f"{CODES[alarm.code]}.",
        "code": alarm.code,
        "over": False,
        "since": alarm.since.isoformat().replace("+00:00", "Z"),
        "expected": alarm.expected,
        "seen": alarm.seen,
        "advice": alarm.advice,
    }
