"""What of a list is new, the pages of what is, and the writing of it all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from feeds import identity
from feeds.cadence import Rhythm
from feeds.completion import Completion, complete
from feeds.database import Database
from feeds.errors import FeedsError, FetchError, LayoutChanged
from feeds.fetch import Response
from feeds.identity import Decider, Decision, Verdict
from feeds.list_habits import TAKEN_AFTER, Habits, Listing
from feeds.model import Article, Entry
from feeds.names import Key, keys, url_keys
from feeds.politeness import host_of
from feeds.store import articles, stories
from feeds.store.sources import SourceState
from feeds.targets import Claim
from feeds.watch.look import Look
from feeds.watch.older import OlderPages

log = logging.getLogger(__name__)

PAGES_A_LOOK = 40
ARTICLES_A_LOOK = 200
"""Article pages fetched, and articles taken in, in one look; the rest is for the next, which then follows at once."""
PATIENCE = 3
SAME_STORY_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one look's entries are, and the articles that those to be written became, by the entry's place.

    `unread`: addresses whose pages could not be read yet → how often that was tried. `retry_after`: seconds for which
    a site asked us to leave its pages alone.
    """

    decisions: Sequence[Decision]
    completed: Mapping[int, Completion]
    unread: Mapping[str, int]
    retry_after: float | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for the next look."""
        wanted = sum(one.verdict is not Verdict.KNOWN for one in self.decisions)
        return not self.unread and len(self.completed) == wanted


def decide(
    database: Database, source_id: int, state: SourceState, look: Look, now: datetime, pages: OlderPages
) -> list[Decision]:
    """What each entry is, those of older `pages` included where the list's first one does not reach back to what is
    known. Raises `LayoutChanged` for what is no list of this source, and what says that the source is gone where it was
    not found again.
    """

    def decided(entries: Sequence[Entry]) -> list[Decision]:
        names = [keys(entry) for entry in entries]
        known: dict[Key, articles.Known] = {}
        if state.succeeded_at is not None:
            with database.read() as connection:
                known = articles.known(connection, source_id, identity.wanted_keys(entries, names))
        baseline = state.baseline_at is None
        decider = Decider(known, source_slug=look.source.slug, now=now, last_look=pages.since, baseline=baseline)
        decisions = decider.decide(entries, names)
        gone = set(look.learned.get("listed") or ()) - {one.known_id for one in decisions}
        if baseline or not gone or all(one.silent or one.verdict is not Verdict.NEW for one in decisions):
            return decisions
        with database.read() as connection:
            listed = articles.known_by_ids(connection, sorted(gone))
        decider = Decider(known, source_slug=look.source.slug, now=now, last_look=pages.since, listed=listed)
        return decider.decide(entries, names)

    decisions, first = decided(look.entries), len(look.entries)
    is_page = look.source.kind == "page"
    expected_news = Rhythm.from_json(state.rhythm).expected(pages.since or now, now) if is_page else 0.0
    listing = Listing(
        entries=len(decisions),
        dated=sum(one.entry.published is not None for one in decisions),
        known=sum(one.verdict is not Verdict.NEW for one in decisions),
    )
    if look.in_place_of and 2 * listing.known < listing.entries:
        raise look.in_place_of
    habits = Habits.from_json(look.learned.get("list"))
    if habits.strangeness(listing, expected_news=expected_news, is_page=is_page) == "unrelated":
        _check_patience(state, look, listing, now)
        habits = Habits()
        look.learned["silently"] = True
    elif pages.follow(decisions, decided):
        listing = replace(listing, continues=True)
    if len(look.entries) > first:
        decisions = decided(look.entries)
    look.learned["list"] = habits.after(listing, expected_news=expected_news, is_page=is_page, now=now).to_json()
    if look.learned.get("silently"):
        return [replace(one, silent=True, unless_after=None) for one in decisions]
    return decisions


def _check_patience(state: SourceState, look: Look, listing: Listing, now: datetime) -> None:
    """Raises `LayoutChanged` until what has nothing in common with the list has stood there for days.

    Then it is taken in after all, and nobody is alerted of it.
    """
    since = state.error_since if state.error_code == LayoutChanged.code else None
    if since is None or now - since < TAKEN_AFTER:
        raise LayoutChanged(
            f"{listing.entries} links, none with a date and none known, stand in the list's place",
            url=look.source.url,
        )


def read_pages(
    look: Look,
    decisions: Sequence[Decision],
    get: Callable[[str], Response],
    claim: Claim,
    clock: Callable[[], datetime],
    stopping: threading.Event,
) -> Findings:
    """Make articles of what is new or changed, as many as one look may, while the claim's lease lasts."""
    pages_of = _Pages(get)
    tried: Mapping[str, int] = look.learned.get("unread") or {}
    unread: dict[str, int] = {}
    completed: dict[int, Completion] = {}
    pages = 0
    for place in _oldest_first(decisions):
        decision = decisions[place]
        if decision.verdict is Verdict.KNOWN:
            continue
        full = pages >= PAGES_A_LOOK or len(completed) >= ARTICLES_A_LOOK
        if full or stopping.is_set() or (completed and clock() >= claim.leave_at):
            break
        failures = tried.get(decision.entry.url, 0)
        try:
            completed[place] = complete(
                decision.entry,
                look.source,
                pages_of.get,
                patient=failures < PATIENCE - 1,
                # What is told to nobody needs no story that is told once.
                comparable=decision.verdict is Verdict.NEW
                and (not decision.silent or decision.unless_after is not None),
            )
            pages += completed[place].fetched
        except FeedsError as error:
            pages += 1
            unread[decision.entry.url] = failures + 1
            log.info("a page could not be read yet", extra={"url": decision.entry.url, "error": str(error)})
    return Findings(decisions, completed, unread, pages_of.retry_after)


class _Pages:
    """Gets pages for one look; a host that limits us (429, 503) is asked for no more of them, and counts as tried."""

    def __init__(self, get: Callable[[str], Response]) -> None:
        self._get = get
        self._limiting: dict[str, FetchError] = {}

    def get(self, url: str) -> Response:
        host = host_of(url)
        if host in self._limiting:
            raise self._limiting[host]
        try:
            return self._get(url)
        except FetchError as error:
            if error.status in (429, 503):
                self._limiting[host] = error
            raise

    @property
    def retry_after(self) -> float | None:
        """The longest that any of them asked for."""
        return max((error.retry_after or 0.0 for error in self._limiting.values()), default=None)


def write(connection: Connection, source_id: int, findings: Findings, now: datetime) -> tuple[int, list[int]]:
    """Articles, names, revisions, oldest first, so that ids ascend with time.

    Returns how many need announcing, and the ids of all articles that the list shows.
    """
    decisions, completed = findings.decisions, findings.completed
    fresh = 0
    listed = [decision.known_id for decision in decisions if decision.known_id is not None]
    new: list[int] = []
    names: list[tuple[int, tuple[Key, ...]]] = []
    # Two entries that differ in nothing but their words can come to one uid: the second is the first, said otherwise.
    taken = articles.ids_of(connection, [decisions[place].uid for place in completed if decisions[place].uid])
    for place in _oldest_first(decisions):
        decision = decisions[place]
        if decision.known_id is None:
            if place in completed and decision.uid not in taken:
                new.append(place)
                taken[decision.uid] = 0
            elif taken.get(decision.uid):
                listed.append(taken[decision.uid])
        elif decision.verdict is Verdict.KNOWN:
            names.append((decision.known_id, decision.keys))
        elif place in completed:
            names.append((decision.known_id, decision.keys))
            fresh += _revise(connection, decision.known_id, completed[place].article, now)
    articles.add_keys(connection, source_id, names)
    listed += _insert(connection, source_id, [(decisions[place], completed[place]) for place in new], now)
    return fresh + len(new), sorted(set(listed))


def _insert(
    connection: Connection, source_id: int, new: Sequence[tuple[Decision, Completion]], now: datetime
) -> list[int]:
    """The articles' ids. Those of which others may tell the same join their stories."""
    ids = articles.insert_all(
        connection,
        source_id,
        [
            articles.New(
                completion.article,
                decision.uid,
                (*decision.keys, *url_keys(*completion.other_urls)),
                baseline=decision.is_silent_for(completion.article.published),
                signature=completion.signature,
            )
            for decision, completion in new
        ],
        now,
    )
    for article_id, (_, completion) in zip(ids, new, strict=True):
        for candidate in stories.candidates(connection, source_id, completion.bands, now - SAME_STORY_WITHIN):
            if completion.tells_the_same(candidate.signature):
                stories.join(connection, article_id, candidate.story_id)
                break
    stories.remember(connection, {one: completion.bands for one, (_, completion) in zip(ids, new, strict=True)})
    return ids


def _revise(connection: Connection, article_id: int, article: Article, now: datetime) -> int:
    """A change that can be seen becomes a revision. Feeds show it; who was told of it is left in peace."""
    (stored,) = articles.by_ids(connection, [article_id])
    if (stored.title, stored.text) == (article.title, article.text):
        return 0
    articles.revise(connection, article_id, article, now, tell=False)
    return 1


def _oldest_first(decisions: Sequence[Decision]) -> list[int]:
    """Places in the order of publication; lists and feeds without dates have the newest first."""
    places = list(reversed(range(len(decisions))))
    dated = [(decisions[place].entry.published, place) for place in places]
    if all(date is not None for date, _ in dated):
        # The sort is stable, and compares dates alone.
        return [place for _, place in sorted(dated, key=lambda one: one[0])]  # type: ignore[arg-type,return-value]
    return places
