"""Which new entries of a list are no news: old items that were added, or came into view, long after their day. Pure.

    many old ones at once ─────────────→ an archive that was opened, or a list that was turned over
    old ones behind all that is known ─→ moved up, where something else was taken from the list
    an old one at its place in time ───→ added later

They are stored and shown, and nobody is alerted. What is uncertain is news: what stands at a list's top, whatever its
date; what does not fit its place; what is but some weeks old; a list that is in no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

OLD = timedelta(days=7)
"""An item published so long before the last look, and unseen then, is not news..."""
MANY = 5
"""...where so many of them come at once."""
FAR = timedelta(days=30)
"""How far a single one must lie behind the last look and the list's newest: documents are dated back by less."""
TOGETHER = 3
"""Known entries that must stand above it: a list's top is where news is put."""
IN_ORDER = 5
"""Known entries that must fall in time, before the place alone says how old an entry without a date is."""
MOST_PINNED = 3
SLACK = timedelta(hours=36)
"""A list may say the day alone where the article says the minute, each in its own time zone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list: whether it is new, and its date; of a known one, else that of the stored article."""

    is_new: bool
    date: datetime | None


@dataclass(frozen=True, slots=True)
class OldItem:
    """Why an entry is no news. `unless_after`: if its page says that it was published later than that, it is."""

    reason: str
    unless_after: datetime | None = None


def old_items(rows: Sequence[Row], last_look: datetime) -> dict[int, OldItem]:
    """Those of the new rows that are no news, by their place. `last_look` (aware) saw none of them."""
    horizon = last_look - OLD
    old = [place for place, row in enumerate(rows) if row.is_new and row.date is not None and row.date < horizon]
    if len(old) >= MANY:
        found = {place: OldItem(f"an old item, one of {len(old)} that came at once") for place in old}
    else:
        found = {place: OldItem("an old item that moved up at the list's end") for place in _behind(rows, old)}
    for place in _at_their_places(rows, last_look):
        found.setdefault(place, OldItem("an old item, added at its place in the list", unless_after=horizon))
    return found


def _behind(rows: Sequence[Row], old: Sequence[int]) -> list[int]:
    """Those that stand behind all that is known, and are older than all of it."""
    known = [place for place, row in enumerate(rows) if not row.is_new]
    dates = [date for place in known if (date := rows[place].date) is not None]
    if len(dates) < TOGETHER:
        return []
    oldest = min(dates)
    return [place for place in old if place > known[-1] and (date := rows[place].date) is not None and date < oldest]


def _at_their_places(rows: Sequence[Row], last_look: datetime) -> list[int]:
    """Those whose place in a list that falls in time says, too, that they are old."""
    known = _falling([(place, row.date) for place, row in enumerate(rows) if not row.is_new and row.date is not None])
    if len(known) < TOGETHER:
        return []
    horizon = min(last_look, known[0][1]) - FAR
    found = []
    for place, row in enumerate(rows):
        above = [date for where, date in known if where < place]
        if not row.is_new or len(above) < TOGETHER:
            continue
        below = next((date for where, date in known if where > place), None)
        if row.date is None:
            is_old = len(known) >= IN_ORDER and above[-1] < horizon
        else:
            fits = row.date <= above[-1] + SLACK and (below is None or row.date >= below - SLACK)
            is_old = fits and row.date < horizon
        if is_old:
            found.append(place)
    return found


def _falling(known: Sequence[tuple[int, datetime]]) -> Sequence[tuple[int, datetime]]:
    """The known entries from the newest on, without those pinned above it; none where they do not fall in time."""
    for pinned in range(MOST_PINNED + 1):
        rest = known[pinned:]
        if all(later[1] <= earlier[1] + SLACK for earlier, later in pairwise(rest)):
            return rest
    return ()
