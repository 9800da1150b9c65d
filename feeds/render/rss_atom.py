"""RSS 2.0 (with the RSS Board's profile) and Atom (RFC 4287): the only module that knows feedgen, and its traps.

feedgen writes the frame of both formats. What it gets wrong or does not know is written by the two extensions below,
its own way of being added to:

- the links of an Atom entry lose their `rel` in 1.0.0, so only the alternate link, which needs none, is given to it;
- its RSS dates switch the locale of the whole process, and default to now, so that no two builds are alike: it is given
  no RSS date at all;
- its RSS has no place for a hub, archive links or Media RSS without a group.

Refuses to know what an item says: `view` has decided that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.model import FeedItem, FeedSpec
from feeds.render.characters import rfc822, rfc3339
from feeds.render.view import UNKNOWN_TYPE, FeedView, File, ItemView, view_feed, view_item

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

GENERATOR = "Tocsin"
RSS_TYPE = "application/rss+xml"
ATOM_TYPE = "application/atom+xml"

_AMPERSAND_OR_LESS = re.compile("([&<])")


def rss(spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes:
    """The feed as RSS 2.0, UTF-8; raises ValueError where `spec.base_url` is not an http(s) address."""
    views = [view_item(spec, item, full=full) for item in items]
    result: bytes = _generator(view_feed(spec, views, "rss", full=full), views, RSS_TYPE).rss_str(pretty=True)
    return result


def atom(spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes:
    """The feed as Atom, UTF-8; raises ValueError where `spec.base_url` is not an http(s) address."""
    views = [view_item(spec, item, full=full) for item in items]
    result: bytes = _generator(view_feed(spec, views, "atom", full=full), views, ATOM_TYPE).atom_str(pretty=True)
    return result


def _generator(feed: FeedView, items: Sequence[ItemView], content_type: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("tocsin", _FeedExtension, _EntryExtension)
    generator.tocsin.feed = feed
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.description(feed.description)
    generator.generator(GENERATOR)
    generator.updated(feed.updated)
    # `updated` sets the RSS date too, and nothing unsets it; formatting it would call setlocale. The extension does it.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.author(name=feed.title)
    # RSS takes the last link for its <link>, whatever its rel: the alternate comes last.
    generator.link(href=feed.self_url, rel="self", type=content_type)
    for rel, href in _feed_links(feed):
        generator.link(href=href, rel=rel)
    generator.link(href=feed.home, rel="alternate", type="text/html")
    if feed.language:
        generator.language(feed.language)
    if feed.icon:
        generator.icon(feed.icon)
    for item in items:
        _add_entry(generator, feed, item)
    return generator


def _feed_links(feed: FeedView) -> list[tuple[str, str]]:
    links = [
        ("hub", feed.hub),
        ("prev-archive", feed.previous_archive),
        ("next-archive", feed.next_archive),
        ("current", feed.current),
    ]
    return [(rel, href) for rel, href in links if href]


def _add_entry(generator: FeedGenerator, feed: FeedView, item: ItemView) -> None:
    entry: FeedEntry = generator.add_entry(order="append")
    entry.tocsin.item = item
    entry.id(item.id)
    entry.title(item.title)
    entry.updated(item.updated)
    if item.url:
        entry.link(href=item.url, rel="alternate")
    entry.author(name=item.author or item.source_title or feed.title)
    entry.summary(item.summary_html or item.title, type="html")
    if item.content:
        entry.content(item.content, type="html")
    elif not item.url:
        # RFC 4287, 4.1.1.1: without an alternate link there must be content.
        entry.content(item.summary_html or item.title, type="html")
    for category in item.categories:
        scheme = {"scheme": category.scheme} if category.scheme else {}
        entry.category(term=category.term, label=category.label, **scheme)


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of <channel> and <feed>."""

    feed: FeedView

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DUBLIN_CORE, "fh": HISTORY, "media": MEDIA}

    def extend_rss(self, root: Any) -> Any:
        channel, feed = root[0], self.feed
        for title in channel.iterchildren("title", "description"):
            _use_hexadecimal_references(title)
        for rel, href in _feed_links(feed):
            _add(channel, f"{{{ATOM}}}link", href=href, rel=rel)
        _add(channel, "lastBuildDate", rfc822(feed.updated))
        if feed.icon:
            image = _add(channel, "image")
            _add(image, "url", feed.icon)
            _use_hexadecimal_references(_add(image, "title", feed.title))
            _add(image, "link", feed.home)
        if feed.is_archive:
            _add(channel, f"{{{HISTORY}}}archive")
        return root

    def extend_atom(self, root: Any) -> Any:
        if self.feed.is_archive:
            _add(root, f"{{{HISTORY}}}archive")
        return root


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of <item> and <entry>."""

    item: ItemView

    def extend_rss(self, element: Any) -> Any:
        item = self.item
        for plain in element.iterchildren("title", "category"):
            _use_hexadecimal_references(plain)
        _add(element, "pubDate", rfc822(item.published))
        if item.author:
            _add(element, f"{{{DUBLIN_CORE}}}creator", item.author)
        if item.language:
            _add(element, f"{{{DUBLIN_CORE}}}language", item.language)
        if item.source_feed:
            # It is for the channel that the item comes from, not for a page.
            title = item.source_title or item.source_feed
            _use_hexadecimal_references(_add(element, "source", title, url=f"{item.source_feed}.rss"))
        for file in item.files[:1]:
            # One: what readers do with a second one differs. The length is required, and 0 where nobody knows it.
            kind, length = file.type or UNKNOWN_TYPE, str(file.length or 0)
            _add(element, "enclosure", url=file.url, length=length, type=kind)
        for file in item.files[1:]:
            _add(element, f"{{{MEDIA}}}content", url=file.url, **_described(file, "fileSize"))
        if item.image:
            # Not <enclosure>: that is for what is downloaded and played.
            _add(
                element, f"{{{MEDIA}}}content", url=item.image.url, medium="image", **_described(item.image, "fileSize")
            )
        for related in item.related:
            _add(element, f"{{{ATOM}}}link", rel="related", href=related.url, **_title(related.source))
        return element

    def extend_atom(self, element: Any) -> Any:
        item = self.item
        if item.language:
            element.set(XML_LANG, item.language)
        _add(element, "published", rfc3339(item.published))
        for file in (*item.files, *([item.image] if item.image else [])):
            _add(element, "link", rel="enclosure", href=file.url, **_described(file, "length"))
        for related in item.related:
            _add(element, "link", rel="related", href=related.url, **_title(related.source))
        if item.source_feed:
            source = _add(element, "source")
            _add(source, "id", item.source_feed_id)
            _add(source, "title", item.source_title or item.source_feed)
            _add(source, "link", rel="self", type=ATOM_TYPE, href=f"{item.source_feed}.atom")
            if item.source_url:
                _add(source, "link", rel="alternate", href=item.source_url)
            # When the source's feed last changed is known here by this entry.
            _add(source, "updated", rfc3339(item.updated))
        return element


def _described(file: File, length: str) -> dict[str, str]:
    """What is known of a file as attributes, its bytes as the one named `length`."""
    kind = {"type": file.type} if file.type else {}
    return kind | ({length: str(file.length)} if file.length else {})


def _title(title: str) -> dict[str, str]:
    return {"title": title} if title else {}


def _add(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _use_hexadecimal_references(element: Any) -> None:
    """Write & and < of a plain text as `&#x26;` and `&#x3C;`.

    RSS never said whether a title is text or HTML. The RSS Board's profile ("Character Data") found that most readers
    show these two references as the characters, where `&amp;` and `&lt;` are often taken for markup. To an XML parser
    it is all the same.
    """
    text = element.text or ""
    if "&" not in text and "<" not in text:
        return
    first, *rest = _AMPERSAND_OR_LESS.split(text)
    element.text = first
    for character, following in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity("#x26" if character == "&" else "#x3C")
        reference.tail = following
        element.append(reference)
