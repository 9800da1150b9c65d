"""When to look again: by the operator's word, a hub's pushes, or the source's own rhythm and wishes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feeds import cadence
from feeds.cadence import Rhythm, Wishes
from feeds.store.leases import Pushes
from feeds.store.sources import SourceState
from feeds.watch.look import Look

CHECK_ON_A_HUB = cadence.LONGEST
"""Between looks at a source whose hub tells us of news: a hub that has gone silent must not cost more than that."""

SOON = timedelta(seconds=30)
"""Until pages that could not be read are tried again, at least."""


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """The operator's limits: how often a source may and must be looked at, and how often until its rhythm is known."""

    minimum_interval: timedelta = timedelta(minutes=2)
    maximum_interval: timedelta = timedelta(days=1)
    default_interval: timedelta = timedelta(minutes=15)


def next_look(
    policy: WatchPolicy,
    state: SourceState,
    look: Look,
    rhythm: Rhythm,
    pushes: Pushes,
    now: datetime,
    jitter: float,
) -> datetime:
    """By the operator's own interval, else by the source's rhythm and wishes; the default until that is known.

    While a hub tells us of news, a look is but a check on the hub.
    """
    if pushes.again is not None:
        return pushes.again
    own = own_interval(state)
    if own is not None:
        return now + own * (1 + cadence.JITTER * jitter)
    known = rhythm.usual_gap is not None
    polled = cadence.next_look(
        rhythm,
        now=now,
        jitter=jitter,
        wishes=_wishes(look.learned, look.response.headers if look.response else {}),
        shortest=policy.minimum_interval if known else policy.default_interval,
        longest=policy.maximum_interval if known else policy.default_interval,
    )
    if pushes.trusted_until is None:
        return polled
    check = cadence.next_look(
        rhythm,
        now=now,
        jitter=jitter,
        wishes=_wishes(look.learned, look.response.headers if look.response else {}),
        pushed=True,
        shortest=policy.minimum_interval,
        longest=min(policy.maximum_interval, CHECK_ON_A_HUB),
    )
    return max(polled, min(check, pushes.trusted_until))


def soon(asked: float | None) -> timedelta:
    """From a look that left pages unread to the next; `asked`: the seconds that their site asked us to wait."""
    return min(max(SOON, timedelta(seconds=asked or 0.0)), cadence.LONGEST_ASKED_FOR)


def after_failure(
    policy: WatchPolicy, state: SourceState, failures: int, asked: float | None, now: datetime, jitter: float
) -> datetime:
    """After so many failures in a row; `asked`: the seconds that the site asked us to wait."""
    return cadence.next_look(
        Rhythm.from_json(state.rhythm),
        now=now,
        jitter=jitter,
        wishes=_wishes(state.learned, {}, asked),
        failures=failures,
        shortest=own_interval(state) or policy.default_interval,
        longest=policy.maximum_interval,
    )


def own_interval(state: SourceState) -> timedelta | None:
    own = state.source.options.get("interval")
    return timedelta(seconds=float(own)) if own else None


def rhythm_after(state: SourceState, look: Look, now: datetime) -> Rhythm:
    """What was known of the source's rhythm, and what its entries' dates add; a future date teaches nothing."""
    dates = [entry.published for entry in look.entries if entry.published is not None and entry.published <= now]
    if not dates and look.fresh and state.baseline_at is not None:
        dates = [now]  # a list without dates: what was found now was published since the last look
    return Rhythm.from_json(state.rhythm).learned(dates)


def _wishes(learned: Mapping[str, Any], headers: Mapping[str, str], retry_after: float | None = None) -> Wishes:
    """What the answer's headers and the feed itself ask of those who look."""
    asked = learned.get("wishes") or {}
    return Wishes(
        ttl=timedelta(minutes=asked["ttl"]) if asked.get("ttl") else None,
        max_age=cadence.max_age(headers.get("Cache-Control")),
        retry_after=timedelta(seconds=retry_after) if retry_after else None,
        skip_hours=frozenset(asked.get("skip_hours", ())),
        skip_days=frozenset(asked.get("skip_days", ())),
    )
