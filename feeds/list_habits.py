"""What a page's list usually looks like, and whether it still does. Pure: counts in, a value kept as JSON out.

    how many entries, how many with a date, how many known from before ─→ usual ─→ this time: as usual, or strange?

A redesign seldom leaves a list empty: it leaves three entries of ten, or a navigation in the list's place. What
follows from "strange", `feeds.alarms` and `feeds.watch` decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

LEAST_LOOKS = 3
"""Lists that have been seen to differ before there is a habit."""
LEAST_ENTRIES = 4
"""A shorter list has no habit worth an alarm."""
FAR_FEWER = 3
"""A list is far shorter when it has less than a third of its usual entries, and less than half of its fewest."""
NEARLY_ALL = 0.8
ACCEPTED_AFTER = timedelta(days=7)
"""A list that has been strange for so long is the usual one from now on."""
TAKEN_AFTER = timedelta(days=3)
"""Entries that had nothing in common with the list are taken in, silently, when they have stood there for so long."""
_WEIGHT = 0.2
"""Of the newest list in the running average."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as it was read: its entries, how many of them have a date, and how many were known before.

    `continues`: none was known, but an older page of it shows what is.
    """

    entries: int
    dated: int
    known: int
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Habits:
    """The usual number of entries, its fewest, and the usual shares (0 to 1) with a date, and known from before.

    `looks` counts the lists learned from. `last` is the newest list; `strange_since` (UTC) is set while it is strange.
    """

    looks: int = 0
    entries: float = 0.0
    fewest: int = 0
    dated: float = 0.0
    known: float = 0.0
    last: Listing | None = None
    strange_since: datetime | None = None

    def after(self, listing: Listing, *, expected_news: float, is_page: bool, now: datetime) -> Habits:
        """The habits after another list. `expected_news`: how many new entries were likely since the last look.

        A strange list teaches nothing until it has stayed for `ACCEPTED_AFTER`; then it alone counts. That a list can
        be empty is learned when it fills by itself.
        """
        if not self.strangeness(listing, expected_news=expected_news, is_page=is_page):
            was_empty = self.strange_since is not None and self.last is not None and self.last.entries == 0
            return replace(self, fewest=0 if was_empty else self.fewest)._learned(listing)
        since = self.strange_since or now
        if now - since >= ACCEPTED_AFTER:
            return Habits()._learned(listing)
        return replace(self, last=listing, strange_since=since)

    def _learned(self, listing: Listing) -> Habits:
        size = max(1, listing.entries)

        def average(usual: float, newest: float, *, counted: int) -> float:
            return round(usual + (_WEIGHT if counted > 0 else 1.0) * (newest - usual), 4)

        return Habits(
            looks=self.looks + 1,
            entries=average(self.entries, listing.entries, counted=self.looks),
            fewest=min(self.fewest, listing.entries) if self.looks else listing.entries,
            dated=average(self.dated, listing.dated / size, counted=self.looks),
            # Of the very first list nothing can be known: the second one tells how much usually is.
            known=average(self.known, listing.known / size, counted=self.looks - 1),
            last=listing,
        )

    def strangeness(self, listing: Listing, *, expected_news: float, is_page: bool) -> str:
        """In which way the list is not as usual: "empty", "fewer", "undated", "other", "unrelated"; "": as usual.

        Only a page's list (`is_page`) has a layout; a feed can be empty, and else is what it is.
        """
        # After a long pause a busy list may honestly have been replaced as a whole.
        replaced = listing.known == 0 and not listing.continues and expected_news < self.entries / 2
        undated = self.dated >= NEARLY_ALL and listing.dated == 0
        is_list = is_page and self.entries >= LEAST_ENTRIES
        if self.looks < LEAST_LOOKS:
            # What has nothing in common with the one list that was seen needs no habit to be another.
            return "unrelated" if is_list and listing.entries >= LEAST_ENTRIES and undated and replaced else ""
        if listing.entries == 0 and self.fewest > 0:
            return "empty"
        if not is_list:
            return ""
        other = self.known >= 0.5 and replaced
        if undated and other:
            return "unrelated"
        if listing.entries * FAR_FEWER < self.entries and listing.entries * 2 < self.fewest:
            return "fewer"
        if undated:
            return "undated"
        return "other" if other else ""

    def to_json(self) -> dict[str, Any]:
        last = [self.last.entries, self.last.dated, self.last.known] if self.last else None
        since = self.strange_since.isoformat() if self.strange_since else None
        return {
            "looks": self.looks,
            "entries": self.entries,
            "fewest": self.fewest,
            "dated": self.dated,
            "known": self.known,
            "last": last,
            "strange_since": since,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Habits:
        """What `to_json` gave; no habits for None."""
        if not stored:
            return cls()
        since = stored["strange_since"]
        return cls(
            looks=int(stored["looks"]),
            entries=float(stored["entries"]),
            fewest=int(stored["fewest"]),
            dated=float(stored["dated"]),
            known=float(stored["known"]),
            last=Listing(*stored["last"]) if stored["last"] else None,
            strange_since=datetime.fromisoformat(since) if since else None,
        )
