"""What can be watched at an address? Every way that one response offers, and then the one that proves itself.

    discover    one response → candidates, best first      pure
    explore     follows them by a few GETs that the caller makes, and compares what they bring

The order: the address is a feed; feeds announced in the page; feeds, and pages that list feeds, linked in its body;
a list stated in JSON-LD; the feed of a publishing system that the page names; a news sitemap; the list in the page.
A feed must prove itself against that list: a dead one, or one of other articles, does not win.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from feeds.errors import BotProtection, EmptyList, FeedsError, ReadError
from feeds.markup import absolute, base_of, parse, text_of
from feeds.model import Entry
from feeds.protection import check_protection
from feeds.sources.feed import read_feed
from feeds.sources.page import find_list
from feeds.sources.page.structured import PATTERN, structured_entries
from feeds.sources.sitemap import child_sitemaps, read_sitemap

MOST_GETS = 8
"""GETs of one exploration, the first one included."""
SURE = 0.85
"""A candidate that proves itself so far ends the search."""
LEAST_PAGE = 0.45
"""The list in the page is taken from here on without asking for sitemaps."""
STALE = timedelta(days=60)
"""How much older than the page's newest article a feed's may be."""

_FEED_TYPES = re.compile(
    r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/(?:x-)?(?:rss|atom)|text/xml", re.IGNORECASE
)
_FEED_ADDRESS = re.compile(
    r"(?:/(?:feed|feeds|rss|atom|rdf)(?:[-_.]?\w{0,20})?/?|\.(?:rss|atom|rdf)|"
    r"/(?:index|feed|rss|atom|news)\.(?:xml|rdf|json)|"
    r"[?&](?:format|type|feed)=(?:rss|atom|feed|rss2)\b.{0,40}|feeds?\.feedburner\.com/.{1,80}|/rss/.{1,120})$",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"(?:^|\W)(?:rss|atom|feeds?|web ?feed|tin rss|kênh rss)(?:\W|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|bình luận", re.IGNORECASE)
_SYSTEMS = (
    (re.compile(r"wordpress", re.IGNORECASE), "feed/", "WordPress"),
    (re.compile(r"ghost", re.IGNORECASE), "rss/", "Ghost"),
    (re.compile(r"drupal", re.IGNORECASE), "rss.xml", "Drupal"),
    (re.compile(r"joomla", re.IGNORECASE), "?format=feed&type=rss", "Joomla"),
    (re.compile(r"blogger", re.IGNORECASE), "feeds/posts/default", "Blogger"),
    (re.compile(r"hugo|jekyll", re.IGNORECASE), "index.xml", "a site generator"),
)


class Response(Protocol):
    """As much of an HTTP response as is needed. `url` is the final address, `content_type` the header's value."""

    @property
    def url(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to watch. `kind` is a name in `feeds.sources.KINDS`, or "links" for a page that may list feeds.

    `entries` are there where the response itself held them; otherwise `url` is still to be fetched. `options` are what
    must be stored so that tomorrow's look does the same.
    """

    kind: str
    url: str
    confidence: float
    why: str
    entries: Sequence[Entry] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one response offers, best first."""

    url: str
    candidates: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What to watch, and why: `notes` are sentences for a person; `candidates` are the ways that were not taken too."""

    kind: str
    feed_url: str
    entries: Sequence[Entry]
    confidence: float
    notes: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    candidates: Sequence[Candidate] = ()


def discover(html: bytes, url: str, content_type: str | None = None, *, time_zone: str | None = None) -> Discovery:
    """The candidates of one response. Raises `BotProtection` where a challenge answered in place of the site."""
    zone = time_zone or "UTC"
    direct = _as_feed(html, url, content_type, zone) or _as_sitemap(html, url, zone)
    if direct:
        return Discovery(url, [direct])
    tree = parse(html)
    base = base_of(tree, url)
    try:
        listed = find_list(html, url, time_zone=zone)
    except (EmptyList, BotProtection):
        check_protection(tree, url)
        listed = None
    candidates = [
        *_announced(tree, base),
        *_linked(tree, base),
        *_stated(tree, url, zone),
        *_of_system(tree, url, base),
    ]
    candidates += _sitemaps(tree, base)
    if listed:
        options = {"pattern": list(listed.patterns)}
        why = f"a list in the page: {listed.why}"
        candidates.append(Candidate("page", url, round(listed.confidence, 2), why, listed.entries, options))
    unique: dict[tuple[str, str, bool], Candidate] = {}
    for candidate in candidates:
        unique.setdefault((candidate.kind, candidate.url, candidate.options == {"pattern": PATTERN}), candidate)
    return Discovery(url, sorted(unique.values(), key=lambda candidate: -candidate.confidence))


def explore(
    url: str, get: Callable[[str], Response], *, time_zone: str | None = None, selector: str | None = None
) -> Found:
    """What to watch at `url`, by at most `MOST_GETS` calls of `get` (which raises `FeedsError`s).

    A hand-given `selector` always wins. Raises what the first GET raises, `BotProtection`, and `EmptyList` where there
    is nothing to watch.
    """
    first = get(url)
    if selector:
        listed = find_list(first.body, first.url, selector=selector, time_zone=time_zone)
        return Found("page", first.url, listed.entries, 1.0, ("The given selector was used.",), {"selector": selector})
    discovery = discover(first.body, first.url, first.content_type, time_zone=time_zone)
    return _Exploration(discovery, get, time_zone or "UTC").run()


class _Exploration:
    """The search for one address: which candidates were tried, what they brought, and what a person should know."""

    def __init__(self, discovery: Discovery, get: Callable[[str], Response], time_zone: str) -> None:
        self._discovery = discovery
        self._get = get
        self._zone = time_zone
        self._left = MOST_GETS - 1
        self._tried = {discovery.url}
        self._notes: list[str] = []
        whole = [candidate for candidate in discovery.candidates if candidate.entries or candidate.kind == "feed"]
        self._page = next((candidate for candidate in whole if candidate.kind == "page"), None)

    def run(self) -> Found:
        direct = next(
            (one for one in self._discovery.candidates if one.url == self._discovery.url and one.kind != "page"), None
        )
        if direct and direct.kind == "feed":
            return self._found(direct)
        if direct and direct.entries:
            return self._found(direct)
        proven = self._best_feed()
        if proven and (self._page is None or proven.confidence >= min(self._page.confidence, 0.6)):
            return self._found(proven)
        if self._page and self._page.confidence >= LEAST_PAGE:
            return self._found(self._page)
        sitemap = self._best_sitemap()
        best = max((one for one in (proven, sitemap, self._page) if one), key=lambda one: one.confidence, default=None)
        if best is None:
            raise EmptyList(
                "neither a feed nor a list of articles was found; a selector can name the list", url=self._discovery.url
            )
        return self._found(best)

    def _found(self, chosen: Candidate) -> Found:
        notes = [f"Chosen: {chosen.why}.", *self._notes]
        return Found(
            chosen.kind,
            chosen.url,
            chosen.entries,
            chosen.confidence,
            notes,
            chosen.options,
            self._discovery.candidates,
        )

    def _fetch(self, url: str) -> Response | None:
        if self._left <= 0 or url in self._tried:
            return None
        self._tried.add(url)
        self._left -= 1
        try:
            return self._get(url)
        except FeedsError as error:
            self._notes.append(f"{url}: {error}")
            return None

    def _best_feed(self) -> Candidate | None:
        """The first feed that surely tells what the page lists; else the one that tells most of it."""
        waiting = [one for one in self._discovery.candidates if one.kind in ("feed", "links") and not one.entries]
        proven: list[Candidate] = []
        while waiting:
            candidate = waiting.pop(0)
            response = self._fetch(candidate.url)
            if response is None:
                continue
            feed = _as_feed(response.body, response.url, response.content_type, self._zone)
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
        tree = parse(response.body)
        base = base_of(tree, response.url)
        wanted = set(re.findall(r"\w{3,}", urlsplit(self._discovery.url).path.lower()))
        links = [one for one in (*_announced(tree, base), *_linked(tree, base)) if one.kind == "feed"]
        links.sort(key=lambda one: -len(wanted & set(re.findall(r"\w{3,}", urlsplit(one.url).path.lower()))))
        return [Candidate("feed", one.url, 0.75, _ON_FEEDS_PAGE) for one in links[:3]]

    def _judge(self, candidate: Candidate, feed: Candidate) -> Candidate | None:
        """The feed with a confidence by what the page shows; None for a dead one."""
        confidence, why = candidate.confidence, candidate.why
        page = self._page.entries if self._page and self._page.confidence >= LEAST_PAGE else ()
        newest_here, newest_there = _newest(page), _newest(feed.entries)
        if newest_here and newest_there and newest_here - newest_there > STALE:
            self._notes.append(f"{feed.url} is a feed, but its newest article is of {newest_there.date()}: not used.")
            return None
        if len(page) >= 3:
            share = _overlap(page, feed.entries)
            if share >= 0.5:
                confidence, why = max(confidence, 0.95), f"{why}; it tells {round(share * 100)} % of the page's list"
            elif share == 0 and urlsplit(self._discovery.url).path.strip("/"):
                confidence *= 0.4
                self._notes.append(f"{feed.url} is a feed, but of other articles than the page lists.")
        return Candidate("feed", feed.url, round(confidence, 2), why, feed.entries)

    def _best_sitemap(self) -> Candidate | None:
        """A sitemap that the page names, or that robots.txt does; those with news in their name first."""
        named = [one.url for one in self._discovery.candidates if one.kind == "sitemap"]
        robots = self._fetch(urljoin(self._discovery.url, "/robots.txt"))
        if robots:
            lines = robots.body[:50_000].decode("utf-8", "replace").splitlines()
            told = (line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("sitemap:"))
            named += [target for target in (absolute(address, self._discovery.url) for address in told) if target]
        for address in sorted(dict.fromkeys(named), key=lambda one: "news" not in one.lower())[:2]:
            response = self._fetch(address)
            if response is None:
                continue
            sitemap = _as_sitemap(response.body, response.url, self._zone)
            if sitemap and sitemap.entries:
                return sitemap
            if sitemap:
                inner = self._fetch(str(sitemap.options["child"]))
                found = _as_sitemap(inner.body, inner.url, self._zone) if inner else None
                if found and found.entries:
                    return found
        return None


_ON_FEEDS_PAGE = "a feed on the site's page of feeds"


def _as_feed(body: bytes, url: str, content_type: str | None, time_zone: str) -> Candidate | None:
    try:
        entries = read_feed(body, url, content_type, time_zone=time_zone)
    except (ReadError, FeedsError):
        return None
    return Candidate("feed", url, 1.0 if entries else 0.8, "the address is a feed", entries)


def _as_sitemap(body: bytes, url: str, time_zone: str) -> Candidate | None:
    try:
        children = child_sitemaps(body, url)
        if children:
            return Candidate("sitemap", url, 0.6, "an index of sitemaps", options={"child": children[0].url})
        entries = read_sitemap(body, url, time_zone=time_zone)
    except FeedsError:
        return None
    titled = any(entry.title for entry in entries)
    return Candidate("sitemap", url, 0.8 if titled else 0.5, "a news sitemap" if titled else "a sitemap", entries)


def _announced(tree: HtmlElement, base: str) -> Iterator[Candidate]:
    """`<link rel="alternate">` with a feed's type; a feed of comments is hardly what is meant."""
    for place, link in enumerate(tree.iter("link")):
        relations = (link.get("rel") or "").lower().split()
        if not {"alternate", "feed"} & set(relations) or not (link.get("type") or "feed" in relations):
            continue
        if "feed" not in relations and not _FEED_TYPES.search(link.get("type") or ""):
            continue
        target = absolute(link.get("href") or "", base)
        if target and "/wp-json/" not in target and "oembed" not in target:
            is_comments = _COMMENTS.search((link.get("title") or "") + urlsplit(target).path)
            confidence = 0.2 if is_comments else max(0.5, 0.9 - 0.01 * place)
            yield Candidate("feed", target, confidence, "a feed announced in the page")


def _linked(tree: HtmlElement, base: str) -> Iterator[Candidate]:
    """Links whose address or words say feed. Whether it is one, or a page that lists some, the next response shows."""
    host = _site(urlsplit(base).hostname or "")
    for link in tree.iter("a"):
        target = absolute(link.get("href") or "", base)
        if target is None or _COMMENTS.search(target):
            continue
        says = f"{text_of(link)[:80]} {link.get('title') or ''} {link.get('class') or ''}"
        by_address = _FEED_ADDRESS.search(target) is not None
        own = _site(urlsplit(target).hostname or "") == host or "feedburner" in target
        if own and by_address and not re.search(r"\.html?$", urlsplit(target).path):
            yield Candidate("feed", target, 0.7, "a feed linked in the page")
        elif own and (_FEED_WORDS.search(says) or by_address):
            yield Candidate("links", target, 0.6, "a page that may list feeds")


def _site(host: str) -> str:
    """The registrable part of a host name, nearly: `ministry.gov.vn` and `who.int` with all that is below them."""
    labels = host.split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2:])


def _stated(tree: HtmlElement, url: str, time_zone: str) -> Iterator[Candidate]:
    entries = structured_entries(tree, url, time_zone)
    if len(entries) >= 3:
        titled = sum(1 for entry in entries if entry.title) / len(entries)
        why = "a list that the page states in JSON-LD"
        yield Candidate("page", url, round(0.4 + 0.3 * titled, 2), why, entries, {"pattern": PATTERN})


def _of_system(tree: HtmlElement, url: str, base: str) -> Iterator[Candidate]:
    """The feed that a publishing system has by default: named by its interface's link, or as the page's generator."""
    names = " ".join(
        meta.get("content") or "" for meta in tree.iter("meta") if (meta.get("name") or "").lower() == "generator"
    )
    if any("api.w.org" in (link.get("rel") or "") for link in tree.iter("link")):
        names += " WordPress"
    here = url.split("?")[0].split("#")[0]
    for pattern, tail, system in _SYSTEMS:
        if pattern.search(names):
            root = urljoin(base, "/")
            for start in dict.fromkeys((here if here.endswith("/") else here + "/", root)):
                target = start.rstrip("/") + tail if tail.startswith("?") else start + tail
                yield Candidate("feed", target, 0.55 if start != root else 0.5, f"where {system} keeps its feed")


def _sitemaps(tree: HtmlElement, base: str) -> Iterator[Candidate]:
    for link in tree.iter("link"):
        if "sitemap" in (link.get("rel") or "").lower().split():
            target = absolute(link.get("href") or "", base)
            if target:
                yield Candidate("sitemap", target, 0.4, "a sitemap that the page names")


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
