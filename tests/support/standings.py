"""How sources may stand, for deciding what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.cadence import Rhythm
from feeds.list_habits import Habits, Listing
from feeds.model import Source
from feeds.store.sources import SourceState

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def standing(number: int = 1, **values: Any) -> SourceState:
    """A source that is well, but for `values`."""
    state = SourceState(
        source=Source(f"portal-{number}", f"https://portal-{number}.example/news", id=number),
        declared=True,
        active=True,
        looked_at=NOW - timedelta(minutes=5),
        succeeded_at=NOW - timedelta(minutes=5),
    )
    return replace(state, **values)


def failing(code: str, *, failures: int, ago: timedelta = HOUR, number: int = 1) -> SourceState:
    return standing(
        number,
        error_code=code,
        error=f"said of {code}",
        error_since=NOW - ago,
        failures=failures,
        succeeded_at=NOW - ago - HOUR,
    )


def daily(last: datetime) -> dict[str, Any]:
    return Rhythm().learned([last - timedelta(days=days) for days in range(10)]).to_json()


def strange(listing: Listing, since: datetime) -> dict[str, Any]:
    habits = Habits(looks=9, entries=10, fewest=9, dated=1.0, known=0.9)
    return {"list": habits.after(listing, expected_news=0, is_page=True, now=since).to_json()}


def dark(number: int, ago: timedelta = timedelta(minutes=10), code: str = "unreachable") -> SourceState:
    return replace(failing(code, failures=1, ago=ago, number=number), succeeded_at=None)
