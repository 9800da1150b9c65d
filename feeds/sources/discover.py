"""What can be watched at an address? Every way that one response offers, and then the one that proves itself.

    discover    one response → candidates, best first (`feeds.sources.candidates`)      pure
    explore     follows them by a few GETs that the caller makes, and compares what they bring

The order: the address is a feed; feeds announced in the page or in its `Link` header; feeds, and pages that list feeds,
linked in its body; a list stated in JSON-LD; an interface for programs that the page names (WordPress and the like); a
news sitemap; the list in the page. Each must prove itself against that list: a dead one, or one of other articles, does
not win.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from feeds.confined import confined
from feeds.errors import EmptyList, FeedsError
from feeds.markup import absolute, charset_of
from feeds.model import Entry
from feeds.sources import KINDS
from feeds.sources.candidates import Candidate, Discovery, as_api, as_feed, as_sitemap, discover, feeds_named
from feeds.sources.page import find_list
from feeds.sources.page.structured import PATTERN

__all__ = ["MOST_GETS", "Candidate", "Discovery", "Found", "Response", "discover", "explore"]

MOST_GETS = 8
"""GETs of one exploration, the first one included."""
SURE = 0.85
"""A candidate that proves itself so far ends the search."""
LEAST_PAGE = 0.45
"""The list in the page is taken from here on without asking for plain sitemaps."""
NEARLY_ALL = 0.8
"""The share of the page's list that a news sitemap must tell to be taken in its place."""
STALE = timedelta(days=60)
"""How much older than the page's newest article a feed's may be."""


class Response(Protocol):
    """As much of an HTTP response as is needed. `url` is the final address, `content_type` the header's value."""

    @property
    def url(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What to watch, and why: `notes` are sentences for a person; `candidates` are the ways that were not taken too.

    `goes_on` is the address of the older part of the list, where it names one.
    """

    kind: str
    feed_url: str
    entries: Sequence[Entry]
    confidence: float
    notes: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    candidates: Sequence[Candidate] = ()
    goes_on: str | None = None


def explore(
    url: str,
    get: Callable[[str], Response],
    *,
    time_zone: str | None = None,
    selector: str | None = None,
    now: datetime | None = None,
) -> Found:
    """What to watch at `url`, by at most `MOST_GETS` calls of `get` (which raises `FeedsError`s).

    A hand-given `selector` always wins. `now` (aware): for dates that depend on it. Raises what the first GET raises,
    `BotProtection`, and `EmptyList` where there is nothing to watch.
    """
    first = get(url)
    if selector:
        charset = charset_of(first.content_type)
        listed = confined(
            find_list, first.body, first.url, selector=selector, time_zone=time_zone, charset=charset, now=now
        )
        return Found(
            "page",
            first.url,
            listed.entries,
            1.0,
            ("The given selector was used.",),
            {"selector": selector},
            goes_on=KINDS["page"].goes_on(first.body, first.url, first.headers),
        )
    discovery = confined(
        discover, first.body, first.url, first.content_type, time_zone=time_zone, headers=dict(first.headers), now=now
    )
    return _Exploration(first, discovery, get, time_zone or "UTC").run()


class _Exploration:
    """The search for one address: which candidates were tried, what they brought, and what a person should know."""

    def __init__(self, first: Response, discovery: Discovery, get: Callable[[str], Response], time_zone: str) -> None:
        self._discovery = discovery
        self._get = get
        self._zone = time_zone
        self._left = MOST_GETS - 1
        self._tried = {discovery.url}
        self._brought = {first.url: first}
        self._notes: list[str] = []
        self._robots: list[str] | None = None
        whole = [candidate for candidate in discovery.candidates if candidate.entries or candidate.kind == "feed"]
        self._page = next((candidate for candidate in whole if candidate.kind == "page"), None)

    def run(self) -> Found:
        here = [one for one in self._discovery.candidates if one.url == self._discovery.url]
        if len(here) == len(self._discovery.candidates) == 1 and (here[0].kind == "feed" or here[0].entries):
            return self._found(here[0])
        page = self._page if self._page and self._page.confidence >= LEAST_PAGE else None
        good_enough = min(self._page.confidence, 0.6) if self._page else 0.0
        proven = self._best_feed()
        if proven and proven.confidence >= good_enough:
            return self._found(proven)
        if page and page.options.get("pattern") == PATTERN:
            return self._found(page)
        interface = self._embedded(page) or self._best_interface()
        if interface and interface.confidence >= good_enough:
            return self._found(interface)
        news = self._news_sitemap(page) if page else None
        if news or page:
            return self._found(news or page)  # type: ignore[arg-type]
        others = (proven, interface, self._best_sitemap(), self._page)
        best = max((one for one in others if one), key=lambda one: one.confidence, default=None)
        if best is None:
            raise EmptyList(
                "neither a feed nor a list of articles was found; a selector can name the list", url=self._discovery.url
            )
        return self._found(best)

    def _found(self, chosen: Candidate) -> Found:
        notes = [f"Chosen: {chosen.why}.", *self._notes]
        response = self._brought.get(chosen.url)
        return Found(
            chosen.kind,
            chosen.url,
            chosen.entries,
            chosen.confidence,
            notes,
            chosen.options,
            self._discovery.candidates,
            KINDS[chosen.kind].goes_on(response.body, response.url, response.headers) if response else None,
        )

    def _fetch(self, url: str) -> Response | None:
        if self._left <= 0 or url in self._tried:
            return None
        self._tried.add(url)
        self._left -= 1
        try:
            response = self._get(url)
        except FeedsError as error:
            told = str(error)
            self._notes.append(told if url in told else f"{url}: {told}")
            return None
        self._brought[response.url] = response
        return response

    def _best_feed(self) -> Candidate | None:
        """The first feed that surely tells what the page lists; else the one that tells most of it."""
        waiting = [one for one in self._discovery.candidates if one.kind in ("feed", "links") and not one.entries]
        proven: list[Candidate] = []
        while waiting:
            candidate = waiting.pop(0)
            response = self._fetch(candidate.url)
            if response is None:
                continue
            feed = confined(as_feed, response.body, response.url, response.content_type, self._zone)
            if feed and feed.entries:
                judged = self._judge(candidate, feed)
                if judged:
                    proven.append(judged)
                    if judged.confidence >= SURE:
                        break
            elif feed is None and candidate.why != _ON_FEEDS_PAGE:
                waiting += self._on_feeds_page(response)
        return max(proven, key=lambda one: one.confidence, default=None)

    def _on_feeds_page(self, response: Response) -> list[Candidate]:
        """The feeds that a page of feeds links, those first whose name is in the address that was asked for."""
        wanted = set(re.findall(r"\w{3,}", urlsplit(self._discovery.url).path.lower()))
        links = confined(feeds_named, response.body, response.url)
        links.sort(key=lambda one: -len(wanted & set(re.findall(r"\w{3,}", urlsplit(one.url).path.lower()))))
        return [Candidate("feed", one.url, 0.75, _ON_FEEDS_PAGE) for one in links[:3]]

    def _best_interface(self) -> Candidate | None:
        """The first interface that the page names and that tells what the page lists; else the surest of all."""
        proven: list[Candidate] = []
        for candidate in [one for one in self._discovery.candidates if one.kind == "api" and not one.entries][:3]:
            response = self._fetch(candidate.url)
            if response is None:
                continue
            found = confined(as_feed, response.body, response.url, response.content_type, self._zone)
            found = found or confined(as_api, response.body, response.url, self._zone)
            judged = self._judge(candidate, found) if found and found.entries else None
            if judged:
                proven.append(judged)
                if judged.confidence >= SURE:
                    break
        return max(proven, key=lambda one: one.confidence, default=None)

    def _embedded(self, page: Candidate | None) -> Candidate | None:
        """What the page holds for its own scripts, where it shows no list, or tells that list and more of it."""
        found = next((one for one in self._discovery.candidates if one.kind == "api" and one.entries), None)
        if found is None or page is None:
            return found
        tells_more = len(found.entries) >= len(page.entries) and any(one.published for one in found.entries)
        return found if tells_more and _overlap(page.entries, found.entries) >= NEARLY_ALL else None

    def _judge(self, candidate: Candidate, found: Candidate) -> Candidate | None:
        """What was found there, with a confidence by what the page shows; None for a dead feed or interface."""
        confidence, why = candidate.confidence, candidate.why
        what = "a feed" if found.kind == "feed" else "a list for programs"
        page = self._page.entries if self._page and self._page.confidence >= LEAST_PAGE else ()
        newest_here, newest_there = _newest(page), _newest(found.entries)
        if newest_here and newest_there and newest_here - newest_there > STALE:
            self._notes.append(f"{found.url} is {what}, but its newest article is of {newest_there.date()}: not used.")
            return None
        if len(page) >= 3:
            share = _overlap(page, found.entries)
            if share >= 0.5:
                confidence, why = max(confidence, 0.95), f"{why}; it tells {round(share * 100)} % of the page's list"
            elif share == 0 and urlsplit(self._discovery.url).path.strip("/"):
                confidence *= 0.4
                self._notes.append(f"{found.url} is {what}, but of other articles than the page lists.")
        elif found.kind == "api":
            confidence = max(confidence, min(0.8, found.confidence))
        return Candidate(found.kind, found.url, round(confidence, 2), why, found.entries, found.options)

    def _news_sitemap(self, page: Candidate) -> Candidate | None:
        """A news sitemap that tells nearly all of the page's list: its titles and dates are meant for programs.

        One that reaches less far back than the list would be empty after two quiet days.
        """
        found = self._sitemap([address for address in self._sitemaps() if "news" in address.lower()])
        share = _overlap(page.entries, found.entries) if found else 0.0
        if found is None or share < NEARLY_ALL or not all(entry.title for entry in found.entries[:20]):
            return None
        why = f"{found.why}; it tells {round(share * 100)} % of the page's list"
        return Candidate("sitemap", found.url, 0.9, why, found.entries, found.options)

    def _best_sitemap(self) -> Candidate | None:
        """A sitemap that the page names, or that robots.txt does; those with news in their name first."""
        return self._sitemap(sorted(self._sitemaps(), key=lambda one: "news" not in one.lower())[:2])

    def _sitemaps(self) -> list[str]:
        """The addresses of sitemaps that the page and robots.txt name."""
        named = [one.url for one in self._discovery.candidates if one.kind == "sitemap"]
        if self._robots is None:
            robots = self._fetch(urljoin(self._discovery.url, "/robots.txt"))
            lines = robots.body[:50_000].decode("utf-8", "replace").splitlines() if robots else []
            told = [line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("sitemap:")]
            self._robots = [one for address in told if (one := absolute(address, self._discovery.url))]
        return list(dict.fromkeys([*named, *self._robots]))

    def _sitemap(self, addresses: Sequence[str]) -> Candidate | None:
        """The first of them that holds anything; of an index, its first sitemap."""
        for address in addresses:
            response = self._fetch(address)
            if response is None:
                continue
            sitemap = confined(as_sitemap, response.body, response.url, self._zone)
            if sitemap and sitemap.entries:
                return sitemap
            if sitemap and "child" in sitemap.options:
                inner = self._fetch(str(sitemap.options["child"]))
                found = confined(as_sitemap, inner.body, inner.url, self._zone) if inner else None
                if found and found.entries:
                    return found
        return None


_ON_FEEDS_PAGE = "a feed on the site's page of feeds"


def _newest(entries: Sequence[Entry]) -> datetime | None:
    return max((entry.published for entry in entries if entry.published), default=None)


def _overlap(page: Sequence[Entry], feed: Sequence[Entry]) -> float:
    """The share of the page's articles that the feed tells too, by the path of their address or by title."""
    paths = {urlsplit(entry.url).path.rstrip("/") + urlsplit(entry.url).query for entry in feed}
    titles = {entry.title.casefold() for entry in feed if entry.title}
    told = sum(
        1
        for entry in page
        if urlsplit(entry.url).path.rstrip("/") + urlsplit(entry.url).query in paths or entry.title.casefold() in titles
    )
    return told / len(page)
