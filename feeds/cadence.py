"""When to look at a source next. Pure: what is known of its rhythm and the last look in, a point in time out.

    its own rhythm ──── how long until something new is likely, at this hour of its week
    what it asks for ── ttl, max-age: not sooner; skipHours, skipDays: not then; Retry-After: not before
    what went wrong ─── twice the wait for each failure, a day at most: never given up, recovered by itself
    what the operator set ── never sooner than the minimum, never later than the maximum
    jitter ──────────── so that sources that were added together do not stay together

The rhythm is learned from publication times and forgets slowly, so that a site that wakes up or falls asleep is
followed within weeks. It is a value: it can be stored as JSON and be learned by whichever process does the look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)
"""Between two looks at a source that is well, unless the operator says otherwise."""
UNKNOWN = timedelta(minutes=30)
"""Between looks at a source whose rhythm is not known yet."""
LONGEST_AFTER_ERRORS = timedelta(days=1)
LONGEST_ASKED_FOR = timedelta(days=1)
"""A `max-age` of a year is meant for pictures, and a `ttl` of a month is a mistake."""
LOOKS_PER_ITEM = 4
"""How many looks an expected new item is worth: it is then found after an eighth of the usual gap, on average."""
SILENCE = 3
"""A source is silent when it has said nothing for this many times its rhythm."""
LEAST_ITEMS = 4
"""Publications from which there is a rhythm."""
HALF_LIFE = timedelta(days=14)
"""After that time, what was learned weighs half."""
JITTER = 0.1

_HOURS = 168
_NONE = timedelta(0)
_LONGEST_GAP = 4 * HALF_LIFE.total_seconds()
_HOURLY_DOUBT = 0.25
"""Weight of the flat rate against an hour's own: nobody publishes strictly by the hour."""
_FLAT_ITEMS = 10
"""Imagined publications, spread evenly over the week: a few real ones do not make hours."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and at which hours of the week (UTC, from Monday 00:00), a source publishes.

    `items` and `span` (seconds) are decayed sums: `span / items` is the usual gap. `hours` are decayed counts by hour
    of the week. `last` is the newest publication learned; `gap` the longest recent wait for one (seconds, decaying).
    """

    items: float = 0.0
    span: float = 0.0
    hours: tuple[float, ...] = ()
    last: datetime | None = None
    gap: float = 0.0

    @property
    def usual_gap(self) -> timedelta | None:
        """Between two publications, on average; None: not known yet."""
        if self.items < LEAST_ITEMS - 1 or self.span <= 0:
            return None
        return timedelta(seconds=self.span / self.items)

    def learned(self, published: Iterable[datetime]) -> Rhythm:
        """The rhythm after these publications (aware, in the offset they were printed in).

        Those not after `last` were learned before; several at one time count once. A date at midnight is a day
        without an hour. For a source without dates, pass the time at which each item was found.
        """
        moments = sorted({moment for moment in published if self.last is None or moment > self.last})
        if not moments:
            return self
        newest = moments[-1]
        kept = _decay((newest - self.last).total_seconds()) if self.last else 0.0
        items, span, gap = self.items * kept, self.span * kept, self.gap * kept
        hours = [count * kept for count in self.hours] or [0.0] * _HOURS
        before = self.last
        for moment in moments:
            weight = _decay((newest - moment).total_seconds())
            if (moment.hour, moment.minute, moment.second) != (0, 0, 0):
                hours[hour_of_week(moment)] += weight
            if before is not None:
                # A silence of months is one long gap, not the rhythm of what comes after it.
                wait = min((moment - before).total_seconds(), _LONGEST_GAP)
                items += weight
                span += wait * weight
                gap = max(gap, wait * weight)
            before = moment
        return Rhythm(items, span, tuple(count and round(count, 4) for count in hours), newest.astimezone(UTC), gap)

    def expected(self, start: datetime, end: datetime) -> float:
        """How many publications are likely between two points in time (aware)."""
        usual = self.usual_gap
        if usual is None:
            return 0.0
        whole = sum(self.hours)
        expected = 0.0
        moment = start
        while moment < end:
            until = min(end, moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            own = (self.hours[hour_of_week(moment)] * _HOURS + _FLAT_ITEMS) / (whole + _FLAT_ITEMS)
            rate = _HOURLY_DOUBT + (1 - _HOURLY_DOUBT) * own
            expected += rate * ((until - moment) / usual)
            moment = until
        return expected

    def to_json(self) -> dict[str, Any]:
        hours = {str(hour): count for hour, count in enumerate(self.hours) if count >= 0.01}
        last = self.last.isoformat() if self.last else None
        return {"items": self.items, "span": self.span, "hours": hours, "last": last, "gap": self.gap}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Rhythm:
        """What `to_json` gave; the empty rhythm for None."""
        if not stored:
            return cls()
        hours = [0.0] * _HOURS
        for hour, count in stored["hours"].items():
            hours[int(hour)] = float(count)
        last = datetime.fromisoformat(stored["last"]) if stored["last"] else None
        return cls(float(stored["items"]), float(stored["span"]), tuple(hours), last, float(stored["gap"]))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the source itself asks for. `skip_hours` are 0–23 and `skip_days` 0–6 from Monday, in UTC."""

    ttl: timedelta | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    skip_hours: Collection[int] = field(default_factory=frozenset)
    skip_days: Collection[int] = field(default_factory=frozenset)


NO_WISHES = Wishes()


def next_look(
    rhythm: Rhythm,
    *,
    now: datetime,
    jitter: float,
    wishes: Wishes = NO_WISHES,
    failures: int = 0,
    pushed: bool = False,
    shortest: timedelta = SHORTEST,
    longest: timedelta = LONGEST,
) -> datetime:
    """When to look again (UTC), after a look at `now` (aware).

    `jitter` is a random number from 0 to 1. `failures` counts the failed looks since the last good one. `pushed`: a hub
    tells us of news, so a look is but a check. `shortest` and `longest` are the operator's; only `Retry-After`, skipped
    hours and errors go beyond `longest`, by a day at most.
    """
    now = now.astimezone(UTC)
    longest = max(shortest, longest)
    if failures > 0:
        wait = min(shortest * 2 ** min(failures - 1, 20), LONGEST_AFTER_ERRORS)
    elif pushed:
        wait = longest
    else:
        wait = _until_likely(rhythm, now, shortest, longest)
    asked = max(wishes.ttl or _NONE, wishes.max_age or _NONE)
    if not failures:
        wait = max(wait, min(asked, longest))
    if wishes.retry_after is not None:
        wait = max(wait, min(wishes.retry_after, LONGEST_ASKED_FOR))
    # Later only: nobody is asked sooner than they want to be.
    moment = now + wait * (1 + JITTER * min(1.0, max(0.0, jitter)))
    return _outside_skipped(moment, wishes)


def silent_for_too_long(rhythm: Rhythm, last_new: datetime | None, now: datetime) -> bool:
    """Whether a source has been silent for three times its rhythm; never before the rhythm is known.

    The rhythm is the longer of three usual gaps and the longest recent one: weekends and holidays are part of it. A
    silence under a day says nothing.
    """
    usual = rhythm.usual_gap
    if usual is None or last_new is None:
        return False
    longest_wait = timedelta(seconds=rhythm.gap * _decay((now - last_new).total_seconds()))
    return now - last_new > max(SILENCE * usual, SILENCE * longest_wait, timedelta(days=1))


def max_age(cache_control: str | None) -> timedelta | None:
    """`max-age` of a `Cache-Control` header (RFC 9111 §5.2.2.1), a day at most; None where a cache must always ask."""
    directives: dict[str, str] = {}
    for directive in (cache_control or "").lower().split(",")[:50]:
        name, _, value = directive.strip().partition("=")
        directives.setdefault(name.strip(), value.strip().strip('"'))
    if directives.keys() & {"no-cache", "no-store", "must-revalidate"} and "max-age" not in directives:
        return None
    figures = directives.get("max-age", "")[:12]
    if not (figures.isascii() and figures.isdigit()) or int(figures) == 0:
        return None
    return min(timedelta(seconds=int(figures)), LONGEST_ASKED_FOR)


def hour_of_week(moment: datetime) -> int:
    """0 to 167, in UTC, from Monday 00:00."""
    utc = moment.astimezone(UTC)
    return utc.weekday() * 24 + utc.hour


def _until_likely(rhythm: Rhythm, now: datetime, shortest: timedelta, longest: timedelta) -> timedelta:
    """Until a quarter of an item is expected since now."""
    if rhythm.usual_gap is None:
        return min(max(UNKNOWN, shortest), longest)
    expected = 0.0
    moment = now
    end = now + longest
    while moment < end:
        until = min(end, moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        more = rhythm.expected(moment, until)
        if expected + more >= 1 / LOOKS_PER_ITEM:
            share = (1 / LOOKS_PER_ITEM - expected) / more
            return max(shortest, moment + (until - moment) * share - now)
        expected += more
        moment = until
    return longest


def _outside_skipped(moment: datetime, wishes: Wishes) -> datetime:
    """The same moment, or the same minute of the next hour in which a look is welcome."""
    for _ in range(_HOURS):
        if moment.hour not in wishes.skip_hours and moment.weekday() not in wishes.skip_days:
            return moment
        moment += timedelta(hours=1)
    return moment


def _decay(seconds: float) -> float:
    return exp(-0.6931471805599453 * max(0.0, seconds) / HALF_LIFE.total_seconds())
