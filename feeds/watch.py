"""One look at one source: what is new there becomes articles, what changed becomes a revision.

    claim ─→ fetch (validators) ─→ read (bytes → entries) ─→ identity (new, changed, known) ─→ complete (each new page)
                                                                                                      │
    next look ←─ cadence ←───────────────── one transaction: articles, names, validators, health ←────┘

No transaction is open while the network is asked. The first look at a source is a baseline: shown, never alerted. An
article whose page cannot be read yet stays unknown until it can, or for `PATIENCE` looks; then what the list says of it
is taken, so that nothing is lost. Who is told of articles, this module does not know: `on_found` is called.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from feeds import cadence, identity, targets
from feeds.cadence import Rhythm, Wishes
from feeds.completion import Completion, complete
from feeds.database import Database
from feeds.errors import FeedsError, FetchError, LayoutChanged, ReadError
from feeds.fetch import Response
from feeds.identity import Decider, Decision, Key, Verdict
from feeds.list_habits import TAKEN_AFTER, Habits, Listing
from feeds.model import Article, Entry, Source
from feeds.sources import KINDS
from feeds.sources.feed import read_feed_metadata
from feeds.store import articles, leases, sources, stories
from feeds.store.leases import Pushes
from feeds.store.sources import SourceState
from feeds.targets import Claim
from feeds.visits import Visits

log = logging.getLogger(__name__)

PAGES_A_LOOK = 40
ARTICLES_A_LOOK = 200
"""Article pages fetched, and articles taken in, in one look; the rest is for the next, which then follows at once."""
SOON = timedelta(seconds=30)
PATIENCE = 3
SAME_STORY_WITHIN = timedelta(days=7)
CHECK_ON_A_HUB = cadence.LONGEST
"""Between looks at a source whose hub tells us of news: a hub that has gone silent must not cost more than that."""


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """The operator's limits: how often a source may and must be looked at, and how often until its rhythm is known."""

    minimum_interval: timedelta = timedelta(minutes=2)
    maximum_interval: timedelta = timedelta(days=1)
    default_interval: timedelta = timedelta(minutes=15)


@dataclass(slots=True)
class Look:
    """What one look has brought, before it is written."""

    source: Source
    learned: dict[str, Any]
    began: datetime
    response: Response | None = None
    entries: list[Entry] = field(default_factory=list)
    digest: str | None = None
    unchanged: bool = False
    fresh: int = 0

    @property
    def obeys_robots(self) -> bool:
        """Unless the operator has said otherwise for this source."""
        return not self.source.options.get("ignore_robots")


class Watcher:
    """Works the turns of sources. One object a process; any thread may call `work`."""

    def __init__(
        self,
        database: Database,
        visits: Visits,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        policy: WatchPolicy | None = None,
        *,
        on_found: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._visits = visits
        self._clock = clock
        self._jitter = jitter
        self._policy = policy or WatchPolicy()
        self._on_found = on_found
        self._found_lock = threading.Lock()
        self._found_since = False
        self._is_telling = False
        self.stopping = threading.Event()

    def work(self, claim: Claim) -> None:
        """Look at the claim's source, write what was found, and give the lease back with the time of the next look."""
        with self._database.read() as connection:
            state = sources.state(connection, claim.ref)
        if state is None or not state.active:
            with self._database.write() as connection:
                targets.finish(connection, claim, failures=0, next_due=lambda _: None)
            return
        host = _as_learned(state).url
        wait = self._visits.enter(host)
        if wait:
            self._come_again(claim, wait)
            return
        try:
            look = self._look(state)
            found = self._nothing(claim, state, look) if look.unchanged else self._take_in(claim, state, look)
        except FeedsError as error:
            self._failed(claim, state, error)
            return
        finally:
            self._visits.leave(host)
        if found:
            self._tell_of_it()

    def _tell_of_it(self) -> None:
        """Call `on_found`, one thread at a time: what is found meanwhile is in the call that follows at once."""
        with self._found_lock:
            self._found_since = True
            if self._is_telling:
                return
            self._is_telling = True
        while True:
            with self._found_lock:
                self._is_telling = self._found_since
                self._found_since = False
                if not self._is_telling:
                    return
            try:
                self._on_found()
            except BaseException:
                with self._found_lock:
                    self._is_telling = False
                raise

    def _come_again(self, claim: Claim, seconds: float) -> None:
        """The host is busy with other looks of ours: this thread has better things to do than to wait."""
        due = self._clock() + timedelta(seconds=seconds)
        with self._database.write() as connection:
            targets.finish(connection, claim, failures=claim.failures, next_due=lambda _: due)

    # Looking: the network, and no transaction

    def _look(self, state: SourceState) -> Look:
        look = Look(_as_learned(state), dict(state.learned), self._clock())
        waiting = bool(look.learned.get("unread"))
        look.response = self._visits.get(
            look.source.url,
            etag=None if waiting else state.etag,
            last_modified=None if waiting else state.last_modified,
            obey_robots=look.obeys_robots,
        )
        if look.response.certificate_end is not None:
            look.learned["certificate_ends"] = look.response.certificate_end.isoformat()
        if look.response.not_modified:
            look.unchanged = True
            return look
        if look.response.moved_to:
            look.learned["moved_to"] = look.response.moved_to
        body = hashlib.sha256(look.response.body).hexdigest()
        if body == state.learned.get("body") and state.digest is not None and not waiting:
            look.digest = state.digest
            look.unchanged = True
            return look
        look.learned.pop("body", None)
        if look.source.kind == "auto":
            self._discover(look)
        elif self._read(look):
            # The same bytes will be the same entries: they need not be read again.
            look.learned["body"] = body
        _learn_of_feed(look)
        look.digest = _digest(look.entries)
        look.unchanged = look.digest == state.digest and not waiting
        return look

    def _get(self, look: Look) -> Callable[[str], Response]:
        return lambda url: self._visits.get(url, obey_robots=look.obeys_robots)

    def _read(self, look: Look) -> bool:
        """Read the entries of the response, or of the address that its body points to; whether they are its own."""
        kind = KINDS.get(look.source.kind)
        if kind is None or look.response is None:
            raise ReadError(
                f"unknown kind {look.source.kind!r}; known: {', '.join(KINDS)}, or auto", url=look.source.url
            )
        response = look.response
        onwards = kind.leads_to(response.body, response.url, look.source)
        if onwards is not None:
            response = self._get(look)(onwards)
        look.entries = kind.read(response.body, response.url, response.content_type, look.source)
        return onwards is None

    def _discover(self, look: Look) -> None:
        """Find out what the address is, and remember it: tomorrow's look does the same."""
        from feeds.sources.discover import explore

        found = explore(
            look.source.url,
            self._get(look),
            time_zone=look.source.time_zone,
            selector=look.source.options.get("selector"),
        )
        look.learned |= {"kind": found.kind, "url": found.feed_url, "options": dict(found.options)}
        look.entries = list(found.entries)

    # Taking in: what is new is read, and all is written at once

    def _take_in(self, claim: Claim, state: SourceState, look: Look) -> bool:
        now = self._clock()
        names = [identity.keys(entry) for entry in look.entries]
        known: dict[Key, articles.Known] = {}
        if state.succeeded_at is not None:
            with self._database.read() as connection:
                known = articles.known(connection, claim.ref, identity.wanted_keys(look.entries, names))
        baseline = state.baseline_at is None
        decider = Decider(known, source_slug=look.source.slug, now=now, last_look=state.succeeded_at, baseline=baseline)
        decisions = self._judged(state, look, decider.decide(look.entries, names), now)
        renewed = self._renewed(claim)
        if renewed is None:
            return False
        claim = renewed
        completed, unread = self._complete(claim, look, decisions)
        look.learned["unread"] = unread
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return False
            fresh, listed = self._write(connection, claim.ref, decisions, completed, now)
            # What a list shows stays stored, however old it is: forgotten, it would be news again (bot.retention).
            look.learned["listed"] = listed or look.learned.get("listed", [])
            complete_look = not unread and len(completed) == sum(one.verdict is not Verdict.KNOWN for one in decisions)
            self._finish(connection, claim, state, look, now, fresh=fresh, complete_look=complete_look)
        log.info(
            "looked",
            extra={"source": look.source.slug, "entries": len(look.entries), "new": fresh, "unread": len(unread)},
        )
        return fresh > 0

    def _renewed(self, claim: Claim) -> Claim | None:
        """The claim with time enough to read pages: a slow site may have used the lease up before the first of them."""
        quarter = claim.lease_until - claim.leave_at
        if self._clock() < claim.leave_at - 2 * quarter:
            return claim
        with self._database.write() as connection:
            return targets.renew(connection, claim, self._clock())

    def _judged(self, state: SourceState, look: Look, decisions: list[Decision], now: datetime) -> list[Decision]:
        """Compare the list with what it usually is. Raises `LayoutChanged` for what is no list of this source.

        Where that stays for days, it is taken in after all, and nobody is alerted of it.
        """
        is_page = look.source.kind == "page"
        listing = Listing(
            entries=len(decisions),
            dated=sum(one.entry.published is not None for one in decisions),
            known=sum(one.verdict is not Verdict.NEW for one in decisions),
        )
        habits = Habits.from_json(look.learned.get("list"))
        expected_news = Rhythm.from_json(state.rhythm).expected(state.succeeded_at or now, now) if is_page else 0.0
        if habits.strangeness(listing, expected_news=expected_news, is_page=is_page) == "unrelated":
            since = state.error_since if state.error_code == LayoutChanged.code else None
            if since is None or now - since < TAKEN_AFTER:
                raise LayoutChanged(
                    f"{listing.entries} links, none with a date and none known, stand in the list's place",
                    url=look.source.url,
                )
            habits = Habits()
            look.learned["silently"] = True
        look.learned["list"] = habits.after(listing, expected_news=expected_news, is_page=is_page, now=now).to_json()
        if look.learned.get("silently"):
            return [replace(one, silent=True) for one in decisions]
        return decisions

    def _complete(
        self, claim: Claim, look: Look, decisions: Sequence[Decision]
    ) -> tuple[dict[int, Completion], dict[str, int]]:
        """By the decision's place: the article it became. And the addresses that could not be read yet → how often."""
        tried: Mapping[str, int] = look.learned.get("unread") or {}
        unread: dict[str, int] = {}
        completed: dict[int, Completion] = {}
        pages = 0
        get = self._get(look)
        for place in _oldest_first(decisions):
            decision = decisions[place]
            if decision.verdict is Verdict.KNOWN:
                continue
            full = pages >= PAGES_A_LOOK or len(completed) >= ARTICLES_A_LOOK
            if full or self.stopping.is_set() or (completed and self._clock() >= claim.leave_at):
                break
            failures = tried.get(decision.entry.url, 0)
            try:
                completed[place] = complete(
                    decision.entry,
                    look.source,
                    get,
                    patient=failures < PATIENCE - 1,
                    # What is told to nobody needs no story that is told once.
                    comparable=decision.verdict is Verdict.NEW and not decision.silent,
                )
                pages += completed[place].fetched
            except FeedsError as error:
                pages += 1
                unread[decision.entry.url] = failures + 1
                log.info("a page could not be read yet", extra={"url": decision.entry.url, "error": str(error)})
        return completed, unread

    def _write(
        self,
        connection: Connection,
        source_id: int,
        decisions: Sequence[Decision],
        completed: Mapping[int, Completion],
        now: datetime,
    ) -> tuple[int, list[int]]:
        """Articles, names, revisions, oldest first, so that ids ascend with time.

        Returns how many need announcing, and the ids of all articles that the list shows.
        """
        fresh = 0
        listed = [decision.known_id for decision in decisions if decision.known_id is not None]
        new: list[int] = []
        names: list[tuple[int, tuple[Key, ...]]] = []
        for place in _oldest_first(decisions):
            decision = decisions[place]
            if decision.known_id is None:
                if place in completed:
                    new.append(place)
            elif decision.verdict is Verdict.KNOWN:
                names.append((decision.known_id, decision.keys))
            elif place in completed:
                names.append((decision.known_id, decision.keys))
                fresh += self._revise(connection, decision.known_id, completed[place].article, now)
        articles.add_keys(connection, source_id, names)
        listed += self._insert(connection, source_id, [(decisions[place], completed[place]) for place in new], now)
        return fresh + len(new), sorted(set(listed))

    def _insert(
        self, connection: Connection, source_id: int, new: Sequence[tuple[Decision, Completion]], now: datetime
    ) -> list[int]:
        """The articles' ids. Those of which others may tell the same join their stories."""
        ids = articles.insert_all(
            connection,
            source_id,
            [
                articles.New(
                    completion.article,
                    decision.uid,
                    (*decision.keys, *identity.url_keys(*completion.other_urls)),
                    baseline=decision.silent,
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

    def _revise(self, connection: Connection, article_id: int, article: Article, now: datetime) -> int:
        """A change that can be seen becomes a revision. Feeds show it; who was told of it is left in peace."""
        (stored,) = articles.by_ids(connection, [article_id])
        if (stored.title, stored.text) == (article.title, article.text):
            return 0
        articles.revise(connection, article_id, article, now, tell=False)
        return 1

    # Giving the lease back

    def _nothing(self, claim: Claim, state: SourceState, look: Look) -> bool:
        with self._database.write() as connection:
            if targets.is_own(connection, claim):
                self._finish(connection, claim, state, look, self._clock(), fresh=0, complete_look=True)
        return False

    def _finish(
        self,
        connection: Connection,
        claim: Claim,
        state: SourceState,
        look: Look,
        now: datetime,
        *,
        fresh: int,
        complete_look: bool,
    ) -> None:
        look.fresh = fresh
        if complete_look:
            look.learned.pop("silently", None)
        changed: dict[str, Any] = {} if look.learned == state.learned else {"learned": look.learned}
        if not (look.response is not None and look.response.not_modified):
            # What is still unread must be seen again: neither a 304 nor an equal digest may hide it.
            changed["etag"] = look.response.etag if look.response and complete_look else None
            changed["last_modified"] = look.response.last_modified if look.response and complete_look else None
            changed["digest"] = look.digest if complete_look else None
        rhythm = _rhythm(state, look, now)
        if look.entries:
            changed["rhythm"] = rhythm.to_json()
        if fresh:
            changed["new_at"] = now
        if state.baseline_at is None and complete_look:
            changed["baseline_at"] = now
        sources.record_look(connection, claim.ref, now, **changed)
        if complete_look:
            pushes = leases.NO_PUSHES
            if look.learned.get("hub"):
                pushes = leases.after_look(connection, claim.ref, began=look.began, now=now, fresh=fresh > 0)
            due = self._next_look(state, look, rhythm, now, pushes)
        else:
            due = now + SOON if look.learned.get("unread") else now
        targets.give_back(connection, claim, failures=0, due=due)

    def _failed(self, claim: Claim, state: SourceState, error: FeedsError) -> None:
        now = self._clock()
        failures = claim.failures + 1
        asked = error.retry_after if isinstance(error, FetchError) else None
        due = cadence.next_look(
            Rhythm.from_json(state.rhythm),
            now=now,
            jitter=self._jitter(),
            wishes=Wishes(retry_after=timedelta(seconds=asked)) if asked else cadence.NO_WISHES,
            failures=failures,
            shortest=_own_interval(state) or self._policy.default_interval,
            longest=self._policy.maximum_interval,
        )
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return
            sources.record_look(
                connection,
                claim.ref,
                now,
                error_code=error.code,
                error=str(error)[:1000],
                error_since=state.error_since or now,
            )
            targets.give_back(connection, claim, failures=failures, due=due)
        # `bot.alarms` says what lasts, once, and one sentence for all where our own network is down.
        log.log(
            logging.INFO if state.succeeded_at and state.error_code != error.code else logging.DEBUG,
            "a look failed",
            extra={"source": state.source.slug, "error": str(error), "code": error.code, "next_look": due.isoformat()},
        )

    def _next_look(self, state: SourceState, look: Look, rhythm: Rhythm, now: datetime, pushes: Pushes) -> datetime:
        """By the operator's own interval, else by the source's rhythm and wishes; the default until that is known.

        While a hub tells us of news, a look is but a check on the hub.
        """
        if pushes.again is not None:
            return pushes.again
        own = _own_interval(state)
        if own is not None:
            return now + own * (1 + cadence.JITTER * self._jitter())
        known = rhythm.usual_gap is not None
        polled = cadence.next_look(
            rhythm,
            now=now,
            jitter=self._jitter(),
            wishes=_wishes(look),
            shortest=self._policy.minimum_interval if known else self._policy.default_interval,
            longest=self._policy.maximum_interval if known else self._policy.default_interval,
        )
        if pushes.trusted_until is None:
            return polled
        check = cadence.next_look(
            rhythm,
            now=now,
            jitter=self._jitter(),
            wishes=_wishes(look),
            pushed=True,
            shortest=self._policy.minimum_interval,
            longest=min(self._policy.maximum_interval, CHECK_ON_A_HUB),
        )
        return max(polled, min(check, pushes.trusted_until))


def _own_interval(state: SourceState) -> timedelta | None:
    own = state.source.options.get("interval")
    return timedelta(seconds=float(own)) if own else None


def _rhythm(state: SourceState, look: Look, now: datetime) -> Rhythm:
    """What was known of the source's rhythm, and what its entries' dates add; a future date teaches nothing."""
    dates = [entry.published for entry in look.entries if entry.published is not None and entry.published <= now]
    if not dates and look.fresh and state.baseline_at is not None:
        dates = [now]  # a list without dates: what was found now was published since the last look
    return Rhythm.from_json(state.rhythm).learned(dates)


def _wishes(look: Look) -> Wishes:
    """What the answer's headers and the feed itself ask of those who look."""
    headers = look.response.headers if look.response is not None else {}
    asked = look.learned.get("wishes") or {}
    return Wishes(
        ttl=timedelta(minutes=asked["ttl"]) if asked.get("ttl") else None,
        max_age=cadence.max_age(headers.get("Cache-Control")),
        skip_hours=frozenset(asked.get("skip_hours", ())),
        skip_days=frozenset(asked.get("skip_days", ())),
    )


def _as_learned(state: SourceState) -> Source:
    """The source as it is to be looked at: what discovery and permanent redirects have taught stands in for "auto"."""
    source, learned = state.source, state.learned
    if source.kind == "auto" and learned.get("kind"):
        options = {**learned.get("options", {}), **source.options}
        source = replace(source, kind=learned["kind"], url=learned.get("url") or source.url, options=options)
    return replace(source, url=learned["moved_to"]) if learned.get("moved_to") else source


def _learn_of_feed(look: Look) -> None:
    """Keep what a feed says of itself: its wishes, and the hub that would tell us of news."""
    if look.response is None or "feed" not in (look.source.kind, look.learned.get("kind")):
        return
    try:
        said = read_feed_metadata(look.response.body, look.response.url, look.response.content_type)
    except ReadError:
        return
    look.learned["wishes"] = {
        "ttl": said.ttl_minutes,
        "skip_hours": sorted(said.skip_hours),
        "skip_days": sorted(said.skip_days),
    }
    if said.hub:
        look.learned |= {"hub": said.hub, "hub_topic": said.self_url or look.response.url}


def _digest(entries: Sequence[Entry]) -> str:
    """Of what was read, not of what was received: pages carry a new cache-buster at every look."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(repr((entry.url, entry.guid, entry.title, entry.summary, entry.published, entry.html)).encode())
    return digest.hexdigest()


def _oldest_first(decisions: Sequence[Decision]) -> list[int]:
    """Places in the order of publication; lists and feeds without dates have the newest first."""
    places = list(reversed(range(len(decisions))))
    dated = [(decisions[place].entry.published, place) for place in places]
    if all(date is not None for date, _ in dated):
        # The sort is stable, and compares dates alone.
        return [place for _, place in sorted(dated, key=lambda one: one[0])]  # type: ignore[arg-type,return-value]
    return places
