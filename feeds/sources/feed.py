"""Reads a feed: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1; bytes in, entries out.

Feeds are broken in every way there is, so the reading is layered:

    bytes ─ looks like JSON? → json_feed
          ├ xml.read_xml (lxml, mended: entities, bare &, pasted HTML, cut ends) → items → entries     nearly all
          │     └ end tags don't fit → item by item
          └ items without a feed around them → tolerant (feedparser, in a process with a deadline)

It knows nothing of where the bytes came from but their URL, and decides nothing: what is new, or the same as before, is
`feeds.identity`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from feeds.errors import NotAFeed
from feeds.model import Entry
from feeds.sources import json_feed
from feeds.sources.elements import XML_LANG, Fields, base_of, fields_of, is_atom, text_of
from feeds.sources.fragments import one_line, web_address
from feeds.sources.items import ItemReader, authors_of, title_of
from feeds.sources.xml import Document, decode, read_xml

MOST_ENTRIES = 5_000
"""Entries that are read of one feed, from its beginning."""
_ROOTS = ("rss", "RSS", "feed", "RDF", "rdf", "channel", "Feed")
_ITEM_END = re.compile(r"</(?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry)\s{0,9}>")
_FEED_END = re.compile(r"</(?:rss|feed|rdf:RDF|channel)\s{0,9}>", re.IGNORECASE)
_ITEM_START = re.compile(r"<(?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry)(?=[\s>]|\Z)")
_HTML = re.compile(r"<(?:html|body)[\s>]", re.IGNORECASE)
_ROOT_TAG = re.compile(rf"<(?:[A-Za-z][\w.-]{{0,20}}:)?(?:{'|'.join(_ROOTS)})(?=[\s>])[^<>]{{0,9000}}>")


@dataclass(frozen=True, slots=True)
class FeedMetadata:
    """What a feed says of itself. `hub` and `self_url` are WebSub's (absolute); hours are 0–23 and days are 0–6 from
    Monday, both in UTC as RSS has them. `older` is where its older items stand (RFC 5005: a paged feed's "next", an
    archived one's "prev-archive").
    """

    title: str = ""
    language: str | None = None
    home: str | None = None
    hub: str | None = None
    self_url: str | None = None
    older: str | None = None
    ttl_minutes: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


def read_feed(
    body: bytes,
    url: str,
    content_type: str | None = None,
    *,
    time_zone: str = "UTC",
    now: datetime | None = None,
) -> list[Entry]:
    """The feed's entries in its own order; empty for a feed without any. Of a feed that was cut off, the whole ones.

    `url` resolves relative addresses; dates without a zone are in `time_zone` (IANA); with `now` (aware), dates more
    than a day ahead of it are dropped, as those before 1990 always are. Raises NotAFeed.
    """
    return read_whole_feed(body, url, content_type, time_zone=time_zone, now=now)[0]


def read_whole_feed(
    body: bytes,
    url: str,
    content_type: str | None = None,
    *,
    time_zone: str = "UTC",
    now: datetime | None = None,
) -> tuple[list[Entry], FeedMetadata | None]:
    """The entries, as `read_feed` says, and what the feed says of itself; None where its items stand alone."""
    if json_feed.looks_like_json(body):
        entries = json_feed.read_json_feed(body, url, time_zone=time_zone, now=now)[:MOST_ENTRIES]
        return entries, FeedMetadata(**json_feed.read_json_metadata(body, url))
    text = _without_cut_end(decode(body, content_type))
    document = _document(text)
    if document is None:
        if _ITEM_START.search(text) and not _HTML.search(text):
            from feeds.sources.tolerant import read_tolerantly

            return read_tolerantly(body, url, content_type, time_zone=time_zone, now=now), None
        raise NotAFeed(f"No feed was found at {url}.", url=url)
    root, channel = document.root, _channel(document.root)
    metadata = _metadata(root, channel, url)
    reader = ItemReader(
        base=_base_of_channel(root, channel, url),
        home=metadata.home or url,
        language=metadata.language,
        author=authors_of(fields_of(channel)) if is_atom(channel) else None,  # RFC 4287 §4.2.1; RSS names an editor
        time_zone=time_zone,
        now=now,
    )
    items = list(islice(_items(document), MOST_ENTRIES))
    if document.broken:
        items = max(items, list(islice(_items_one_by_one(text), MOST_ENTRIES)), key=len)
    return [reader.entry(item) for item in items], metadata


def read_feed_metadata(body: bytes, url: str = "", content_type: str | None = None) -> FeedMetadata:
    """What the feed says of itself before its first item. Raises NotAFeed."""
    if json_feed.looks_like_json(body):
        return FeedMetadata(**json_feed.read_json_metadata(body, url))
    text = decode(body, content_type)
    first_item = _ITEM_START.search(text)
    document = _document(text[: first_item.start()] if first_item else text)
    if document is None:
        raise NotAFeed(f"No feed was found at {url or 'this address'}.", url=url)
    return _metadata(document.root, _channel(document.root), url)


def _document(text: str) -> Document | None:
    return read_xml(text.encode("utf-8", "replace"), _ROOTS)


def _without_cut_end(text: str) -> str:
    """The feed without a last item that never ends: half an address would be another address."""
    # An item without its own end in a document that has one is merely badly written.
    if _FEED_END.search(text[-1_000:]):
        return text
    starts = list(_ITEM_START.finditer(text))
    last = starts[-1] if starts else None
    if last and not _ITEM_END.search(text, last.end()):
        return text[: last.start()]
    return text


def _items(document: Document) -> Iterator[Any]:
    """Every item or entry, wherever it stands; not those inside another one."""
    inside = beside = None
    for element in _all_items(document):
        parent = element.getparent()
        if inside is None or parent is beside or all(outer is not inside for outer in element.iterancestors()):
            inside, beside = element, parent
            yield element


def _all_items(document: Document) -> Iterator[Any]:
    if document.well_formed:
        yield from document.root.iter("{*}item", "{*}entry")
        return
    for element in document.root.iter():
        # A prefix that was never declared stays in the tag.
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2].rpartition(":")[2] in ("item", "entry"):
            yield element


def _items_one_by_one(text: str) -> Iterator[Any]:
    """Each item as a document of its own: a stray end tag, which closes all that is open, costs one item only."""
    starts = [match.start() for match in _ITEM_START.finditer(text)]
    root = _ROOT_TAG.search(text)
    for start, end in pairwise([*starts, len(text)]):
        document = _document(f"{root.group() if root else '<rss>'}{text[start:end]}")
        if document is not None:
            yield from islice(_items(document), 1)


def _channel(root: Any) -> Any:
    """The element that says what the feed is."""
    for element in root:
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == "channel":
            return element
    return root


def _base_of_channel(root: Any, channel: Any, url: str) -> str:
    return base_of(channel, base_of(root, url) if channel is not root else url)


def _metadata(root: Any, channel: Any, url: str) -> FeedMetadata:
    fields = fields_of(channel)
    base = _base_of_channel(root, channel, url)
    links = [*fields.get("link", ()), *fields.get("atom:link", ())]

    def related(relation: str) -> str | None:
        for element in links:
            if relation in (element.get("rel") or "").lower().split():
                return web_address(element.get("href"), base)
        return None

    home = None
    for element in links:
        if element.get("href") is None or (element.get("rel") or "alternate") == "alternate":
            home = home or web_address(element.get("href") or element.text, base)
    language = one_line(text_of(fields, "language", "dc:language")) or channel.get(XML_LANG) or root.get(XML_LANG)
    return FeedMetadata(
        title=title_of(fields, is_atom(channel)),
        language=(language or "").replace("_", "-")[:35] or None,
        home=home,
        hub=related("hub"),
        self_url=related("self"),
        older=related("next") or related("prev-archive") or _of_wordpress(fields, url),
        ttl_minutes=_minutes(text_of(fields, "ttl")),
        skip_hours=_skip_hours(fields),
        skip_days=_skip_days(fields),
    )


def _of_wordpress(fields: Fields, url: str) -> str | None:
    """WordPress names no older page of its feeds, and has them at `?paged=` (its query variable for any list)."""
    if "wordpress.org/" not in text_of(fields, "generator") or not re.search(r"/feed(?:[/?]|$)|[?&]feed=", url):
        return None
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query[:1_000]))
    page = query.get("paged", "1")
    if not (page.isascii() and page.isdigit() and len(page) <= 4):
        return None
    return urlunsplit(parts._replace(query=urlencode(query | {"paged": int(page) + 1}), fragment=""))


def _minutes(text: str) -> int | None:
    figures = text.strip()[:9]
    return int(figures) if figures.isascii() and figures.isdigit() and int(figures) > 0 else None


def _skip_hours(fields: Fields) -> frozenset[int]:
    """RSS counts from 0 to 23; some count to 24, which is 0 again. A feed that skips all of them means none."""
    texts = [hour.text or "" for element in fields.get("skipHours", ()) for hour in element]
    hours = {int(text) % 24 for text in map(str.strip, texts) if re.fullmatch(r"[0-9]{1,2}", text) and int(text) <= 24}
    return frozenset(hours) if len(hours) < 24 else frozenset()


def _skip_days(fields: Fields) -> frozenset[int]:
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    texts = [(day.text or "").strip().lower() for element in fields.get("skipDays", ()) for day in element]
    days = {names.index(text) for text in texts if text in names}
    return frozenset(days) if len(days) < 7 else frozenset()
