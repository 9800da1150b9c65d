"""What one response offers to be watched: every way, best first, with its evidence. Pure.

    the address is a feed, an interface, a sitemap ─ or a page that
        announces feeds ─ links feeds ─ states its list ─ has a system's usual feed ─ names interfaces, sitemaps ─ lists

Which of them is taken, `discover` finds out, by looking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from feeds.errors import BotProtection, EmptyList, FeedsError, ReadError
from feeds.link_header import Link, links_of
from feeds.markup import absolute, base_of, charset_of, parse, text_of
from feeds.model import Entry
from feeds.protection import check_protection
from feeds.sources.api import fields_of, looks_like_json, read_api
from feeds.sources.feed import read_feed
from feeds.sources.interfaces import interfaces_of
from feeds.sources.page import find_list
from feeds.sources.page.structured import PATTERN, structured_entries
from feeds.sources.sitemap import child_sitemaps, read_sitemap

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


def discover(
    html: bytes,
    url: str,
    content_type: str | None = None,
    *,
    time_zone: str | None = None,
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Discovery:
    """The candidates of one response; `headers` are its answer's, for what the `Link` field announces.

    Raises `BotProtection` where a challenge answered in place of the site.
    """
    zone = time_zone or "UTC"
    direct = as_feed(html, url, content_type, zone) or as_api(html, url, zone) or as_sitemap(html, url, zone)
    if direct:
        return Discovery(url, [direct])
    charset = charset_of(content_type)
    tree = parse(html, charset)
    base = base_of(tree, url)
    links = links_of(headers or {}, url)
    try:
        listed = find_list(html, url, time_zone=zone, charset=charset, now=now)
    except (EmptyList, BotProtection):
        check_protection(tree, url)
        listed = None
    candidates = [
        *announced(tree, base, links),
        *linked(tree, base),
        *_stated(tree, url, zone),
        *_embedded(html, tree, url, zone),
        *_of_system(tree, url, base),
        *(Candidate("api", one.url, one.confidence, one.why) for one in interfaces_of(tree, url, base, links)),
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


def as_feed(body: bytes, url: str, content_type: str | None, time_zone: str) -> Candidate | None:
    """The response as a feed; None where it is none."""
    try:
        entries = read_feed(body, url, content_type, time_zone=time_zone)
    except (ReadError, FeedsError):
        return None
    return Candidate("feed", url, 1.0 if entries else 0.8, "the address is a feed", entries)


def as_api(body: bytes, url: str, time_zone: str) -> Candidate | None:
    """The response as an interface's list, with the fields it was read by; None where it is none."""
    return _as_list(body, url, time_zone, "the address answers with a JSON list") if looks_like_json(body) else None


def _as_list(body: bytes, url: str, time_zone: str, why: str) -> Candidate | None:
    try:
        fields = fields_of(body, url)
        entries = read_api(body, url, fields=fields, time_zone=time_zone)
    except FeedsError:
        return None
    dated = bool(entries) and sum(1 for one in entries if one.published) >= len(entries) / 2
    return Candidate("api", url, 0.9 if dated else 0.6, why, entries, {"fields": fields})


def as_sitemap(body: bytes, url: str, time_zone: str) -> Candidate | None:
    """The response as a sitemap, or an index of sitemaps; None where it is neither."""
    try:
        children = child_sitemaps(body, url)
        if children:
            return Candidate("sitemap", url, 0.6, "an index of sitemaps", options={"child": children[0].url})
        entries = read_sitemap(body, url, time_zone=time_zone)
    except FeedsError:
        return None
    titled = any(entry.title for entry in entries)
    return Candidate("sitemap", url, 0.8 if titled else 0.5, "a news sitemap" if titled else "a sitemap", entries)


def announced(tree: HtmlElement, base: str, links: Sequence[Link] = ()) -> Iterator[Candidate]:
    """`rel="alternate"` with a feed's type, in the page or in the `Link` field (`links`); a feed of comments is hardly
    what is meant.
    """
    in_page = (
        Link(
            absolute(link.get("href") or "", base) or "",
            frozenset((link.get("rel") or "").lower().split()),
            link.get("type") or "",
            link.get("title") or "",
        )
        for link in tree.iter("link")
    )
    places = [(place, link, "a feed announced in the page") for place, link in enumerate(in_page)]
    places += [(place, link, "a feed announced in the Link header") for place, link in enumerate(links)]
    for place, link, why in places:
        if "feed" not in link.relations and not ("alternate" in link.relations and _FEED_TYPES.search(link.media_type)):
            continue
        if link.url and "/wp-json/" not in link.url and "oembed" not in link.url:
            is_comments = _COMMENTS.search(link.title + urlsplit(link.url).path)
            yield Candidate("feed", link.url, 0.2 if is_comments else max(0.5, 0.9 - 0.01 * place), why)


def linked(tree: HtmlElement, base: str) -> Iterator[Candidate]:
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


def feeds_named(html: bytes, url: str) -> list[Candidate]:
    """The feeds that a page announces or links."""
    tree = parse(html)
    base = base_of(tree, url)
    return [one for one in (*announced(tree, base), *linked(tree, base)) if one.kind == "feed"]


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


def _embedded(body: bytes, tree: HtmlElement, url: str, time_zone: str) -> Iterator[Candidate]:
    if any((script.get("type") or "") == "application/json" for script in tree.iter("script")):
        found = _as_list(body, url, time_zone, "a list that the page holds for its own scripts")
        if found and sum(1 for one in found.entries if one.published) >= 3:  # a menu has titles and addresses too
            yield replace(found, confidence=round(found.confidence - 0.2, 2))


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
