"""The older pages of a list: followed when its first page no longer reaches back to what is known.

    page 1 all new ─→ page 2 ─→ … ─→ a page that ends with something known, or from before the last look
                        └ too many for one look, or unreadable now ─→ kept for the next look

After a long outage, or in a busy hour, more is published than a page holds; the rest has only moved on. Where it cannot
be reached, the operator is told (`feeds.alarms`, "gap"): a list must never lose something in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feeds.errors import FeedsError, FetchError, RobotsRefused
from feeds.fetch import Response
from feeds.identity import Decision, Verdict
from feeds.model import Entry
from feeds.sources import KINDS
from feeds.watch.look import Look

log = logging.getLogger(__name__)

PAGES_A_LOOK = 8
MOST_PAGES = 60
"""Older pages that are read of one source after one pause; a longer list is said to have a gap."""
MOST_PINNED = 3
"""Known entries that may stand above the news: what a site keeps on top."""
LEAST_ENTRIES = 4
"""A list that never holds more has no older page worth looking for."""
SLACK = timedelta(days=2)
"""How much earlier than the last look an entry's date must be to prove that the list reaches back far enough: days
without time, other time zones, and releases that are dated before they appear.
"""
PATIENCE = 3
"""Looks that try an older page which cannot be read."""
_ENDS = frozenset({404, 410})
"""Statuses by which a site says that a list has no such page."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of older pages stands: the next address, and the last look (UTC) before the first of them."""

    url: str
    since: datetime
    pages: int = 0
    failed: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"url": self.url, "since": self.since.isoformat(), "pages": self.pages, "failed": self.failed}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Place:
        return cls(stored["url"], datetime.fromisoformat(stored["since"]), stored["pages"], stored["failed"])


def runs_on(decisions: Sequence[Decision], since: datetime) -> bool:
    """Whether a list's first page ends before it reaches what was known at the last look (`since`, UTC)."""
    known = [place for place, one in enumerate(decisions) if one.verdict is not Verdict.NEW]
    if len(decisions) < LEAST_ENTRIES or len(known) > MOST_PINNED or len(known) == len(decisions):
        return False
    return known == list(range(len(known))) and not _reaches(decisions, since)


def goes_further(decisions: Sequence[Decision], since: datetime) -> bool:
    """The same of an older page; its first entries may be those that ended the page before."""
    return bool(decisions) and decisions[-1].verdict is Verdict.NEW and not _reaches(decisions, since)


def _ends_after(decisions: Sequence[Decision], since: datetime) -> bool:
    """Whether even the list's end was published after the last look: something may have stood below it."""
    date = decisions[-1].entry.published
    return date is not None and date > since


def _reaches(decisions: Sequence[Decision], since: datetime) -> bool:
    """Whether the list's end is from before the last look."""
    dates = [one.entry.published for one in decisions if one.entry.published is not None]
    return bool(dates) and dates[-1] < since - SLACK


class OlderPages:
    """The older pages of one look's list, turned one at a time as long as `has_time` says so.

    `since` (UTC) is the last look that left nothing undone; None at the first one, which follows nothing.
    """

    def __init__(
        self, look: Look, since: datetime | None, get: Callable[[str], Response], has_time: Callable[[], bool]
    ) -> None:
        unfinished = look.learned.get("since")
        self.since = datetime.fromisoformat(unfinished) if unfinished and since else since
        self._look = look
        self._get = get
        self._has_time = has_time
        self._turned = 0
        self._asked = {look.source.url}
        self._place: Place | None = None
        self._gap = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left for a later look."""
        return self._place is None

    @property
    def has_failed(self) -> bool:
        """Whether the page that comes next could not be read just now."""
        return self._place is not None and self._place.failed > 0

    def follow(self, decisions: Sequence[Decision], decided: Callable[[Sequence[Entry]], list[Decision]]) -> bool:
        """Add to the look what older pages hold, where `decisions`, those of the first one, run on; and what an
        earlier look had to leave. Whether an older page proved it to be the list that is known.
        """
        stored = self._look.learned.get("older")
        reached = False
        if self.since is not None and runs_on(decisions, self.since):
            address = self._following(self._look.list_response)
            if address is not None:
                self._place = Place(address, self.since)
                reached = self._turn_pages(self._place, decided)
            elif _ends_after(decisions, self.since):
                self._gap = "the list names no older pages"
        if self._place is None and stored:
            self._place = Place.from_json(stored)
            reached = self._turn_pages(self._place, decided) or reached
        return reached

    def remember(self, *, complete: bool, now: datetime) -> None:
        """Write into what is learned of the source where the next look goes on. `complete`: nothing is left to do."""
        learned = self._look.learned
        learned.pop("older", None)
        learned.pop("since", None)
        if self._place is not None:
            learned["older"] = self._place.to_json()
        if not complete and self.since is not None:
            learned["since"] = self.since.isoformat()
        if self._gap and self.since is not None:
            learned["gap"] = {"since": self.since.isoformat(), "seen": now.isoformat(), "why": self._gap[:300]}

    def _turn_pages(self, place: Place, decided: Callable[[Sequence[Entry]], list[Decision]]) -> bool:
        """Whether a page was found that ends with what is known, or is from before the last look."""
        while self._place is not None:
            listed = {entry.url for entry in self._look.entries}
            entries = self._turn(self._place)
            if entries is None:
                return False
            news = [entry for entry in entries if entry.url not in listed]
            if not news:
                self._give_up("its older pages show what its first one shows")
                return False
            self._look.entries.extend(news)
            if not goes_further(decided(entries), place.since):
                self._place = None
                return True
        return False

    def _turn(self, place: Place) -> list[Entry] | None:
        """The entries of the page at that place, after which `_place` is the next one; None where it cannot be had."""
        if place.url in self._asked:
            self._place = None
            return None
        if place.pages >= MOST_PAGES:
            self._give_up(f"more than {MOST_PAGES} older pages are new")
            return None
        if self._turned and (self._turned >= PAGES_A_LOOK or not self._has_time()):
            return None
        self._turned += 1
        self._asked.add(place.url)
        try:
            response = self._get(place.url)
            source = self._look.source
            kind, now = KINDS[source.kind], self._look.began
            entries = kind.read(response.body, response.url, response.content_type, source, now=now)
        except FeedsError as error:
            if isinstance(error, FetchError) and error.status in _ENDS:
                self._place = None
                return None
            self._failed(place, error)
            return None
        following = self._following(response)
        self._place = Place(following, place.since, place.pages + 1) if following else None
        return entries

    def _following(self, response: Response | None) -> str | None:
        kind = KINDS.get(self._look.source.kind)
        if response is None or kind is None:
            return None
        return kind.goes_on(response.body, response.url, response.headers)

    def _failed(self, place: Place, error: FeedsError) -> None:
        log.info("an older page could not be read", extra={"url": place.url, "error": str(error)})
        if isinstance(error, RobotsRefused) or place.failed + 1 >= PATIENCE:
            self._give_up(f"{place.url}: {error}")
        else:
            self._place = Place(place.url, place.since, place.pages, place.failed + 1)

    def _give_up(self, why: str) -> None:
        self._place, self._gap = None, why
