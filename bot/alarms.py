"""Tells operators what is wrong with a source: once when it begins, once when it is over.

    sources that failed or were looked at ─→ feeds.alarms ─→ begun? lasting? over? ─┐
                                        one transaction: alarm, alert, deliveries ←─┘

A crash before the commit leaves all of it to be done again, one after it loses nothing: that makes "once". Where many
fall silent together, it is one alarm, and none for each. This program's own pages (the tour) raise none. The database's
disk is looked at, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from bot.operators import Operators
from feeds.alarms import CODES, UNREACHABLE_AFTER, Alarm, Outage, of_source, outage, refused, shortage
from feeds.database import Database, Disk
from feeds.store import alarms as store
from feeds.store import sources
from feeds.store.alarms import StoredAlarm
from feeds.store.sources import SourceState

log = logging.getLogger(__name__)

ALL_EVERY = timedelta(minutes=10)
"""Between two checks of every source, for what time alone brings: silence, a certificate's last days."""
FLAPPING = timedelta(hours=6)
"""What comes back so soon after its end was told is told again only when it has lasted for as long."""
LASTING = timedelta(minutes=5)
"""For which a refused write is believed that only another process has seen."""
_OF_DATABASE = frozenset({"disk", "database"})
OVERLAP = timedelta(minutes=2)
"""A look is written down some time after the moment it notes."""


@dataclass(slots=True)
class _Changes:
    """What a check has to write."""

    begun: list[tuple[int | None, Alarm]] = field(default_factory=list)
    lasting: list[StoredAlarm] = field(default_factory=list)
    """Not told yet, because they had just been over."""
    renewed: list[tuple[int, Alarm]] = field(default_factory=list)
    over: list[StoredAlarm] = field(default_factory=list)
    withdrawn: list[StoredAlarm] = field(default_factory=list)
    look_again: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.begun or self.lasting or self.renewed or self.over or self.withdrawn)


class Alarms:
    """One object a process; `check` is called by the clock. Any number of processes may do so at once."""

    def __init__(
        self,
        database: Database,
        operators: Operators,
        clock: Callable[[], datetime],
        *,
        own_origins: Collection[str] = (),
        disk: Callable[[], Disk | None] | None = None,
        told_by_hand: Callable[[], Collection[int]] = tuple,
    ) -> None:
        """`disk` tells how full the disk is; by default that of the database. `told_by_hand`: the ids of destinations
        that heard already that the database takes no writes (`bot.refusals`).
        """
        self._database = database
        self._operators = operators
        self._clock = clock
        self._own = tuple(f"{origin}/" for origin in own_origins)
        self._disk = disk or database.disk
        self._told_by_hand = told_by_hand
        self._checked: datetime | None = None
        self._checked_all: datetime | None = None

    def check(self) -> int:
        """Compare what is with what was said; returns how many alarms began or ended."""
        now = self._clock()
        everything = self._checked_all is None or now - self._checked_all >= ALL_EVERY
        since = None if everything or self._checked is None else self._checked - OVERLAP
        with self._database.read() as connection:
            changes = self._compare(connection, since, now)
        if changes:
            with self._database.write() as connection:
                store.lock(connection)
                # Another process may have been faster.
                changes = self._compare(connection, since, now)
                self._write(connection, changes, now)
        self._checked = now
        if everything:
            self._checked_all = now
        return len(changes.begun) + len(changes.over)

    def _compare(self, connection: Connection, since: datetime | None, now: datetime) -> _Changes:
        changes = _Changes()
        states = [state for state in sources.to_check(connection, since) if not self._is_own(state)]
        opened: dict[int | None, dict[str, StoredAlarm]] = {}
        for alarm in store.open_alarms(connection):
            opened.setdefault(alarm.source_id, {})[alarm.code] = alarm
            if alarm.told_at is None and now - alarm.since >= FLAPPING:
                changes.lasting.append(alarm)
        self._compare_database(changes, opened.get(None, {}), now)
        silent = self._compare_all(connection, changes, states, opened.get(None, {}), now)
        # One that ends now is not written yet.
        recovered = now if any(one.code == "network" for one in changes.over) else store.last_outage_end(connection)
        for state in states:
            self._compare_one(changes, state, opened.get(state.source.id, {}), silent, recovered, now)
        watched = sources.active_ids(connection, [one for one in opened if one is not None])
        for source_id, alarms in opened.items():
            if source_id is not None and source_id not in watched:
                # It is watched no more: nobody needs to hear that all is well.
                changes.withdrawn += alarms.values()
        return changes

    def _is_own(self, state: SourceState) -> bool:
        return bool(self._own) and state.source.url.startswith(self._own)

    def _compare_database(self, changes: _Changes, opened: Mapping[str, StoredAlarm], now: datetime) -> None:
        """Room for what is to be stored, and whether writes are taken; where nothing is known, what was said stays."""
        disk = self._disk()
        refusal = self._database.refusal
        found: dict[str, Alarm | None] = {"disk": None, "database": None}
        if disk is not None:
            found["disk"] = shortage(disk, now, known="disk" in opened)
        if refusal is not None:
            alarm = refused(refusal, now)
            found[alarm.code] = alarm
        for code, alarm_now in found.items():
            said = opened.get(code)
            if alarm_now is not None and said is None:
                changes.begun.append((None, alarm_now))
            elif alarm_now is not None and said is not None:
                _renew(changes, said, alarm_now)
            elif said is not None and not self._may_last(said, disk, now):
                changes.over.append(said)

    def _may_last(self, said: StoredAlarm, disk: Disk | None, now: datetime) -> bool:
        """Whether it may be true although this process sees nothing of it: another's writes may still be refused."""
        if said.code == "disk" and disk is not None:
            return False
        return self._database.is_sqlite or now - said.since < LASTING

    def _compare_all(
        self,
        connection: Connection,
        changes: _Changes,
        states: Sequence[SourceState],
        opened: Mapping[str, StoredAlarm],
        now: datetime,
    ) -> frozenset[int]:
        """The alarm of this machine's network; returns the sources that it speaks for."""
        watched, last_answer = sources.last_answer(connection, except_below=self._own)
        failing = [state for state in states if state.error_code is not None]
        said = opened.get("network")
        found: Outage | None = outage(failing, last_answer, watched, now, known=said is not None)
        if found is not None and said is None:
            changes.begun.append((None, found.alarm))
        elif found is not None and said is not None:
            _renew(changes, said, found.alarm)
        elif said is not None:
            changes.over.append(said)
            changes.look_again += [
                state.source.id
                for state in failing
                if state.source.id is not None and state.error_since is not None and state.error_since >= said.since
            ]
        return found.sources if found is not None else frozenset()

    def _compare_one(
        self,
        changes: _Changes,
        state: SourceState,
        opened: Mapping[str, StoredAlarm],
        silent: Collection[int],
        recovered: datetime | None,
        now: datetime,
    ) -> None:
        findings = of_source(state, now)
        for alarm in findings.alarms:
            said = opened.get(alarm.code)
            if said is not None:
                _renew(changes, said, alarm)
            elif alarm.code != "unreachable" or not _is_explained(state, silent, recovered, now):
                changes.begun.append((state.source.id, alarm))
        holding = {alarm.code for alarm in findings.alarms}
        changes.over += [one for code, one in opened.items() if code not in holding | findings.unknown]

    def _write(self, connection: Connection, changes: _Changes, now: datetime) -> None:
        just_over = store.ended_since(connection, now - FLAPPING) if changes.begun else set()
        for source_id, alarm in changes.begun:
            tell = (source_id, alarm.code) not in just_over
            alarm_id = store.raise_alarm(connection, source_id, alarm, now, told=tell)
            if tell:
                by_hand = self._told_by_hand() if source_id is None and alarm.code in _OF_DATABASE else ()
                self._tell(connection, store.by_id(connection, alarm_id), f"alarm:{alarm_id}", now, not_to=by_hand)
        for alarm_id, alarm in changes.renewed:
            store.renew(connection, alarm_id, alarm)
        over = {said.id for said in (*changes.over, *changes.withdrawn)}
        for said in changes.lasting:
            if said.id not in over:
                store.told(connection, said.id, now)
                self._tell(connection, said, f"alarm:{said.id}", now)
        for said in changes.over:
            store.end(connection, said.id, now, told=said.told_at is not None)
            if said.told_at is not None:
                self._tell(connection, said, f"alarm-over:{said.id}", now, over=True)
        for said in changes.withdrawn:
            store.end(connection, said.id, now, told=False)
        store.look_again(connection, changes.look_again, now)

    def _tell(
        self,
        connection: Connection,
        alarm: StoredAlarm,
        key: str,
        now: datetime,
        *,
        over: bool = False,
        not_to: Collection[int] = (),
    ) -> None:
        told = self._operators.tell(connection, key, alarm_data(alarm, over=over), now, not_to=not_to)
        log.log(
            logging.INFO if over or told else logging.WARNING,
            "an alarm is over" if over else "an alarm",
            extra={"source": alarm.slug or None, "code": alarm.code, "seen": alarm.seen, "told": told},
        )


def alarm_data(alarm: StoredAlarm, *, over: bool = False) -> dict[str, Any]:
    """The `data` of an "operator" alert (docs/health.md)."""
    headline = CODES.get(alarm.code, alarm.code)
    data: dict[str, Any] = {
        "message": f"Over: {headline[0].lower()}{headline[1:]}." if over else f"{headline}.",
        "code": alarm.code,
        "over": over,
        "since": alarm.since.isoformat().replace("+00:00", "Z"),
    }
    if alarm.source_id is not None:
        data["source"] = {"slug": alarm.slug, "title": alarm.title, "url": alarm.url}
    if not over:
        data |= {"expected": alarm.expected, "seen": alarm.seen, "advice": alarm.advice}
    return data


def _renew(changes: _Changes, said: StoredAlarm, alarm: Alarm) -> None:
    if (said.expected, said.seen, said.advice) != (alarm.expected, alarm.seen, alarm.advice):
        changes.renewed.append((said.id, alarm))


def _is_explained(state: SourceState, silent: Collection[int], recovered: datetime | None, now: datetime) -> bool:
    """Whether our own network is to blame, or was until lately, so that nothing is known of the site itself."""
    if state.source.id in silent:
        return True
    if recovered is None or state.error_since is None or state.error_since > recovered:
        return False
    return state.looked_at is None or state.looked_at <= recovered or now - recovered < UNREACHABLE_AFTER
