"""Is it the same article? Pure: values in, decisions out; what is known comes as a mapping, the clock as `now`.

An article has several names, and any of them may change while it stays the same, or stay while it is another:

    guid   what the feed calls it           reset by migrations; the same for all items of some feeds
    url    where it is                      tracking parameters, http or https, a slug edited with the title
    text   what it says                     title edits; the same words every week ("Exchange rates")

So every name is evidence. The first name that is known decides, unless the rest of the entry contradicts it; a name
that two entries of one look claim proves nothing. Where the evidence is divided, the entry is new: better told twice
than never. All names of an entry are remembered, so that the next look finds it under any of them.

One look's decisions, as `Decider.decide` makes them:

    entries ─ repeated within the look? ─→ dropped
            ─ known by a name?  no ─→ NEW (silent: an old item of a backfill)
                               yes ─ says the same? ─→ KNOWN, else CHANGED
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from feeds.backfill import Row, old_items
from feeds.canonical import canonical_url
from feeds.model import Entry
from feeds.names import Key, article_uid, is_weak, is_whole, keys, whole_name
from feeds.words import LEAST_TITLE, edited_title, similar_titles, words

SAME_MOMENT = timedelta(minutes=1)
"""Two dates of one feed item: dates survive an edit of title and address, and two items seldom share one."""
SAME_TIME = timedelta(hours=36)
"""Two dates of one article: a day may be printed in another time zone."""
SAME_WORDS_APART = timedelta(days=3)
"""The same words later than that are the next issue of something regular."""
TOGETHER = 3
"""Titles without dates that come back under new addresses at once, from which the site has moved."""
AHEAD = timedelta(days=1)


class Known(Protocol):
    """What must be known of a stored article."""

    @property
    def id(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def published(self) -> datetime | None: ...


class Verdict(Enum):
    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Decision:
    """What one entry is. `known_id` is the stored article's id, or None for a new one.

    `keys` are the names to remember for the article that are not remembered yet. `silent`: store it and show it in
    feeds, alert nobody; with `unless_after` (aware) only if its page does not say that it was published after that.
    `uid` is the outside's name for a new article ("" otherwise). `reason` is for the operator.
    """

    entry: Entry
    verdict: Verdict
    known_id: int | None
    keys: tuple[Key, ...]
    reason: str
    silent: bool = False
    unless_after: datetime | None = None
    uid: str = ""

    def is_silent_for(self, published: datetime | None) -> bool:
        """Whether nobody is to be told of it, now that its page has been read and says when it was published."""
        is_news = self.unless_after is not None and published is not None and published > self.unless_after
        return self.silent and not is_news


class Decider:
    """Decides the entries of one look at one source.

    `known` maps keys to stored articles of the source: all that it knows among `wanted_keys(entries)`; `listed` are
    those that the last look has shown. `now` and `last_look` (the last look that succeeded; None: this is the first)
    are aware. With `baseline` all new entries are silent.
    """

    def __init__(
        self,
        known: Mapping[Key, Known],
        *,
        source_slug: str,
        now: datetime,
        last_look: datetime | None = None,
        baseline: bool = False,
        listed: Sequence[Known] = (),
    ) -> None:
        self._known = known
        self._listed = listed
        self._slug = source_slug
        self._now = now
        self._last_look = last_look
        self._baseline = baseline
        self._site_moved = False

    def decide(self, entries: Sequence[Entry], keys_of: Sequence[tuple[Key, ...]] | None = None) -> list[Decision]:
        """One decision for each entry that is not a repetition of an earlier one, in their order.

        `keys_of` are the entries' `keys`, for a caller that has them.
        """
        believable = [self._with_believable_date(entry) for entry in entries]
        own = list(map(keys, entries)) if keys_of is None else keys_of
        named = _without_repetitions(list(zip(believable, own, strict=True)))
        contested = _contested(named)
        matches: list[tuple[Known, str] | None] = [None] * len(named)
        taken: dict[int, int] = {}
        # Strong names first: an entry known by its own address must not lose it to one that only has its number.
        for weak in (False, True) if self._known else ():
            unmatched = [one for one, match in zip(named, matches, strict=True) if match is None]
            self._site_moved = weak and self._have_moved(unmatched, contested, taken)
            for place, (entry, names) in enumerate(named):
                if matches[place] is None:
                    usable = [whole_name(entry), *(name for name in names if name not in contested)]
                    found = self._match(entry, usable, taken, weak)
                    if found:
                        matches[place] = found
                        taken[found[0].id] = place
        self._match_replaced([entry for entry, _ in named], matches, taken)
        decisions = [
            self._decision(entry, names, contested, match) for (entry, names), match in zip(named, matches, strict=True)
        ]
        return self._silence_backfill(decisions, matches)

    def _with_believable_date(self, entry: Entry) -> Entry:
        if entry.published is not None and entry.published > self._now + AHEAD:
            return replace(entry, published=None)
        return entry

    def _have_moved(
        self, unmatched: Sequence[tuple[Entry, tuple[Key, ...]]], contested: set[Key], taken: Mapping[int, int]
    ) -> bool:
        """Whether known titles without dates came back together under other addresses, as after a redesign.

        One such title may be the next issue of something regular.
        """
        returned = 0
        for _, names in unmatched:
            for name in names:
                known = self._known.get(name)
                if known and known.id not in taken and name not in contested and name[1].startswith("t"):
                    returned += name[0] == "text"
        return returned >= TOGETHER and 2 * returned >= len(unmatched)

    def _match(
        self, entry: Entry, names: Sequence[Key], taken: Mapping[int, int], weak: bool
    ) -> tuple[Known, str] | None:
        """The article that most names lead to, among those that one of the wanted names leads to plausibly."""
        votes = Counter(self._known[name].id for name in names if name in self._known)
        best: tuple[Known, str] | None = None
        for name in names:
            known = self._known.get(name)
            if known is None or known.id in taken or is_weak(name) != weak:
                continue
            if self._is_plausible(name, entry, known):
                if is_whole(name):
                    return known, "names"
                if best is None or votes[known.id] > votes[best[0].id]:
                    best = known, name[0]
        return best

    def _match_replaced(
        self, entries: Sequence[Entry], matches: list[tuple[Known, str] | None], taken: dict[int, int]
    ) -> None:
        """An edit of the title may change the address, too: then the old one is gone and this stands in its place.

        Of the same moment, with nearly the same words; and what is older is still listed, so it was not pushed out.
        """
        dates = [known.published for known, _ in filter(None, matches) if known.published is not None]
        if not dates:
            return
        gone = [one for one in self._listed if one.id not in taken and one.published and one.published > min(dates)]
        for place, entry in enumerate(entries):
            if matches[place] is not None or entry.published is None:
                continue
            for known in gone:
                if known.id not in taken and edited_title(entry.title, known.title) and _same_moment(entry, known):
                    matches[place] = known, "place"
                    taken[known.id] = place
                    break

    def _is_plausible(self, name: Key, entry: Entry, known: Known) -> bool:
        """Whether the rest of the entry does not contradict the name."""
        kind, value = name
        if is_whole(name):
            return True
        similar = similar_titles(entry.title, known.title)
        apart = _apart(entry.published, known.published)
        same_moment = apart is not None and apart <= SAME_MOMENT
        if kind == "guid":
            return similar or same_moment or canonical_url(entry.url) == canonical_url(known.url)
        if kind == "text":
            if value.startswith("t"):
                same_time = self._site_moved if apart is None else apart <= SAME_TIME
                return same_time and len(words(entry.title)) >= LEAST_TITLE
            return apart is None or apart <= SAME_WORDS_APART
        if is_weak(name):
            return similar or (apart is not None and apart <= SAME_TIME)
        # One address for ever new things (a live page, a change log): another guid, other words, another time.
        has_own_name = any(key[0] == "guid" for key in keys(entry))
        return not has_own_name or similar or same_moment

    def _decision(
        self, entry: Entry, names: Sequence[Key], contested: set[Key], match: tuple[Known, str] | None
    ) -> Decision:
        free = tuple(name for name in names if name not in contested)
        if match is None:
            own = tuple(name for name in free if name not in self._known)
            if not any(not is_weak(name) for name in own):
                own = (*own, whole_name(entry))
            shares_address = not any(name[0] == "url" and not is_weak(name) for name in own)
            distinction = f"{entry.guid}\n{entry.title}\n{entry.published}" if shares_address else ""
            return Decision(
                entry,
                Verdict.NEW,
                None,
                own,
                "first seen" if own == free else "first seen; some of its names belong to others",
                silent=self._baseline,
                uid=article_uid(self._slug, entry.url, distinction),
            )
        known, by = match
        divided = any(name in contested or self._known.get(name, known).id != known.id for name in names)
        if divided:  # next time, the same entry shall not be weighed again
            free = (*free, whole_name(entry))
        own = tuple(name for name in free if name not in self._known)
        says_the_same = all(name in self._known for name in free if name[0] == "text" and not is_whole(name))
        if says_the_same:
            return Decision(entry, Verdict.KNOWN, known.id, own, f"known by its {by}")
        if by == "place":
            edited = "title and its address were"
        else:
            edited = "text was" if words(entry.title) == words(known.title) else "title was"
        return Decision(entry, Verdict.CHANGED, known.id, own, f"known by its {by}; its {edited} edited")

    def _silence_backfill(
        self, decisions: list[Decision], matches: Sequence[tuple[Known, str] | None]
    ) -> list[Decision]:
        """What is new and no news (`feeds.backfill`) is told to nobody."""
        if self._last_look is None:
            return decisions
        rows = [
            Row(match is None, decision.entry.published or (match[0].published if match else None))
            for decision, match in zip(decisions, matches, strict=True)
        ]
        for place, old in old_items(rows, self._last_look).items():
            if not decisions[place].silent:
                decisions[place] = replace(
                    decisions[place], silent=True, reason=old.reason, unless_after=old.unless_after
                )
        return decisions


def wanted_keys(entries: Sequence[Entry], keys_of: Sequence[tuple[Key, ...]] | None = None) -> set[Key]:
    """All names in a look: what to ask the store for before deciding. `keys_of` are the entries' `keys`, if known."""
    wanted = {whole_name(entry) for entry in entries}
    for own in map(keys, entries) if keys_of is None else keys_of:
        wanted.update(own)
    return wanted


def _without_repetitions(named: Sequence[tuple[Entry, tuple[Key, ...]]]) -> list[tuple[Entry, tuple[Key, ...]]]:
    """One entry for each article: lists link twice to the same thing, feeds repeat it for each category.

    The names of the repetition go to the entry that stays.
    """
    kept: list[tuple[Entry, tuple[Key, ...]]] = []
    titled: dict[tuple[str, str], int] = {}
    untitled: dict[str, int] = {}
    first_at: dict[str, int] = {}
    for entry, names in named:
        address = canonical_url(entry.url, keep_fragment=True)
        title = " ".join(words(entry.title))
        place = titled.get((address, title), untitled.get(address)) if title else first_at.get(address)
        if place is None:
            place = len(kept)
            kept.append((entry, names))
            first_at.setdefault(address, place)
        else:
            first, first_names = kept[place]
            stays = first if first.title or not title else replace(entry, image=entry.image or first.image)
            kept[place] = (stays, tuple(dict.fromkeys((*first_names, *names))))
        if title:
            titled[(address, title)] = place
            untitled.pop(address, None)
        elif not kept[place][0].title:
            untitled[address] = place
    return kept


def _contested(named: Sequence[tuple[Entry, tuple[Key, ...]]]) -> set[Key]:
    """The names that more than one entry claims."""
    seen: set[Key] = set()
    contested: set[Key] = set()
    for _, names in named:
        contested.update(name for name in names if name in seen)
        seen.update(names)
    return contested


def _same_moment(entry: Entry, known: Known) -> bool:
    """Whether both came out at one time; a list may say the day alone where the article says the minute."""
    apart = _apart(entry.published, known.published)
    if apart is None or entry.published is None or known.published is None:
        return False
    midnight = (entry.published.hour, entry.published.minute, entry.published.second) == (0, 0, 0)
    same_day = known.published.astimezone(entry.published.tzinfo).date() == entry.published.date()
    return apart <= SAME_MOMENT or (midnight and same_day)


def _apart(one: datetime | None, other: datetime | None) -> timedelta | None:
    return abs(one - other) if one is not None and other is not None else None
