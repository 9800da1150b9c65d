"""Is a document valid by its format's specification? Each function returns what is wrong with it, as sentences.

Written from the specifications (RSS 2.0 and the RSS Board's profile, RFC 4287, RFC 5005, JSON Feed 1.1, OPML 2.0), not
from what the renderer does.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
WEB = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~-]+)(?::\d+)?(?:[/?#](?:[^\[\]\s])*)?")
TAG = re.compile(r"tag:[A-Za-z0-9.@_-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:.*")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

RSS_CHANNEL = {
    "title",
    "link",
    "description",
    "language",
    "copyright",
    "managingEditor",
    "webMaster",
    "pubDate",
    "lastBuildDate",
    "category",
    "generator",
    "docs",
    "cloud",
    "ttl",
    "image",
    "textInput",
    "skipHours",
    "skipDays",
    "item",
}
RSS_ITEM = {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}


def _parse(body: bytes) -> Any:
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))


def _uri(value: str | None, where: str) -> Iterator[str]:
    if not value or not URI.fullmatch(value):
        yield f"{where}: {value!r} is not a URI"
    elif value.startswith("http") and not WEB.fullmatch(value):
        yield f"{where}: {value!r} is not an http URI"
    elif value.startswith("tag:") and not TAG.fullmatch(value):
        yield f"{where}: {value!r} is not a tag URI"


def _once(element: Any, *names: str) -> Iterator[str]:
    for name in names:
        if len(element.findall(name)) != 1:
            yield f"{element.tag} has {len(element.findall(name))} {name}, not 1"


def _at_most_once(element: Any, *names: str) -> Iterator[str]:
    for name in names:
        if len(element.findall(name)) > 1:
            yield f"{element.tag} has several {name}"


def _filled(element: Any, *names: str) -> Iterator[str]:
    for name in names:
        for child in element.findall(name):
            if not "".join(child.itertext()).strip():
                yield f"{name} is empty"


def _matching(pattern: re.Pattern[str], element: Any, *names: str) -> Iterator[str]:
    for name in names:
        for child in element.iter(name):
            if not pattern.fullmatch(child.text or ""):
                yield f"{name}: {child.text!r} has the wrong form"


def rss_problems(body: bytes) -> list[str]:
    """What is wrong with an RSS 2.0 document."""
    return list(_rss(_parse(body)))


def _rss(root: Any) -> Iterator[str]:
    if root.tag != "rss" or root.get("version") != "2.0" or [child.tag for child in root] != ["channel"]:
        yield "not <rss version='2.0'> with one channel"
        return
    channel = root[0]
    yield from _unknown(channel, RSS_CHANNEL)
    yield from _once(channel, "title", "link", "description")
    yield from _filled(channel, "title", "link", "description")
    yield from _at_most_once(channel, "language", "lastBuildDate", "pubDate", "image", "generator", HISTORY + "archive")
    yield from _matching(RFC_822, root, "pubDate", "lastBuildDate")
    yield from _matching(LANGUAGE, root, "language", DUBLIN_CORE + "language")
    for date in [*root.iter("pubDate"), *root.iter("lastBuildDate")]:
        parsedate_to_datetime(date.text)
    yield from _uri(channel.findtext("link"), "channel link")
    relations = Counter(link.get("rel") for link in channel.findall(ATOM + "link"))
    if relations["self"] != 1:
        yield "the profile asks for one atom:link rel=self"
    yield from (f"several atom:link rel={name}" for name, number in relations.items() if number > 1)
    for link in root.iter(ATOM + "link"):
        yield from _uri(link.get("href"), "atom:link")
    for image in channel.findall("image"):
        yield from _once(image, "url", "title", "link")
        if image.findtext("title") != channel.findtext("title"):
            yield "the image's title is not the channel's"
    guids = [guid.text for guid in root.iter("guid")]
    if len(set(guids)) != len(guids):
        yield "two items have one guid"
    for item in channel.findall("item"):
        yield from _rss_item(item)


def _rss_item(item: Any) -> Iterator[str]:
    yield from _unknown(item, RSS_ITEM)
    yield from _at_most_once(
        item, *["title", "link", "description", "guid", "pubDate", "source", "enclosure"], CONTENT + "encoded"
    )
    yield from _filled(item, "title", "guid", "category", DUBLIN_CORE + "creator")
    if item.find("title") is None and item.find("description") is None:
        yield "an item with neither title nor description"
    if item.find("link") is not None:
        yield from _uri(item.findtext("link"), "item link")
    guid = item.find("guid")
    if guid is not None:
        yield from _uri(guid.text, "guid")
        if guid.get("isPermaLink") not in ("true", "false"):
            yield "guid without isPermaLink"
        if guid.get("isPermaLink") == "true" and not (guid.text or "").startswith("http"):
            yield "a permanent link that is none"
    names = [child.tag for child in item]
    if CONTENT + "encoded" in names:
        if "description" not in names:
            yield "content:encoded without a description"
        elif names.index("description") > names.index(CONTENT + "encoded"):
            yield "content:encoded before the description"
    for source in item.findall("source"):
        yield from _uri(source.get("url"), "source")
    for media in item.iter(MEDIA + "content"):
        yield from _uri(media.get("url"), "media:content")
    for enclosure in item.findall("enclosure"):
        if not (enclosure.get("length") or "").isdecimal() or "/" not in enclosure.get("type", ""):
            yield "an enclosure without length or type"


def _unknown(element: Any, known: set[str]) -> Iterator[str]:
    yield from (f"{child.tag} in {element.tag}" for child in element if child.tag[0] != "{" and child.tag not in known)


ATOM_FEED = [
    "author",
    "category",
    "contributor",
    "generator",
    "icon",
    "logo",
    "id",
    "link",
    "rights",
    "subtitle",
    "title",
    "updated",
    "entry",
]
ATOM_ENTRY = [
    "author",
    "category",
    "content",
    "contributor",
    "id",
    "link",
    "published",
    "rights",
    "source",
    "summary",
    "title",
    "updated",
]


def atom_problems(body: bytes) -> list[str]:
    """What is wrong with an Atom document."""
    return list(_atom(_parse(body)))


def _atom(root: Any) -> Iterator[str]:
    if root.tag != ATOM + "feed":
        yield "not an Atom feed"
        return
    yield from (f"{child.tag} in feed" for child in root if _foreign(child, ATOM_FEED))
    yield from _once(root, ATOM + "id", ATOM + "title", ATOM + "updated")
    yield from _at_most_once(root, ATOM + "generator", ATOM + "icon", ATOM + "logo", ATOM + "subtitle")
    yield from _matching(RFC_3339, root, ATOM + "updated", ATOM + "published")
    for identifier in root.iter(ATOM + "id", ATOM + "icon", ATOM + "logo"):
        yield from _uri(identifier.text, identifier.tag)
    for element in root.iter():
        if element.get(XML_LANG) is not None and not LANGUAGE.fullmatch(element.get(XML_LANG)):
            yield f"xml:lang={element.get(XML_LANG)!r}"
    relations = Counter(link.get("rel") for link in root.findall(ATOM + "link"))
    if relations["self"] != 1:
        yield "a feed should have one link rel=self"
    if root.find(HISTORY + "archive") is not None and not relations["current"]:
        yield "an archive without a link rel=current"
    for link in root.iter(ATOM + "link"):
        yield from _uri(link.get("href"), "link")
    identifiers = [entry.findtext(ATOM + "id") for entry in root.findall(ATOM + "entry")]
    if len(set(identifiers)) != len(identifiers):
        yield "two entries have one id"
    for entry in root.findall(ATOM + "entry"):
        yield from _atom_entry(entry, has_author=root.find(ATOM + "author") is not None)


def _atom_entry(entry: Any, *, has_author: bool) -> Iterator[str]:
    yield from (f"{child.tag} in entry" for child in entry if _foreign(child, ATOM_ENTRY))
    yield from _once(entry, ATOM + "id", ATOM + "title", ATOM + "updated")
    yield from _at_most_once(entry, ATOM + "content", ATOM + "published", ATOM + "source", ATOM + "summary")
    yield from _filled(entry, ATOM + "title", f"{ATOM}author/{ATOM}name")
    if not has_author and entry.find(ATOM + "author") is None:
        yield "an entry without author in a feed without author"
    for author in entry.findall(ATOM + "author"):
        yield from _once(author, ATOM + "name")
    alternates = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in entry.findall(ATOM + "link")
        if link.get("rel", "alternate") == "alternate"
    )
    yield from ("two alternate links of one type and language" for number in alternates.values() if number > 1)
    if entry.find(ATOM + "content") is None and not alternates:
        yield "neither content nor alternate link"
    for text in entry.findall(ATOM + "content") + entry.findall(ATOM + "summary") + entry.findall(ATOM + "title"):
        if text.get("type", "text") not in ("text", "html", "xhtml"):
            yield f"type={text.get('type')!r}"
        if len(text):
            yield "markup within a text"
    for category in entry.findall(ATOM + "category"):
        if not category.get("term"):
            yield "a category without term"


def _foreign(child: Any, known: list[str]) -> bool:
    return (bool(child.tag.startswith(ATOM)) and child.tag[len(ATOM) :] not in known) or child.tag[0] != "{"


JSON_FEED = [
    "version",
    "title",
    "home_page_url",
    "feed_url",
    "description",
    "user_comment",
    "next_url",
    "icon",
    "favicon",
    "authors",
    "language",
    "expired",
    "hubs",
    "items",
]
JSON_ITEM = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "image",
    "banner_image",
    "date_published",
    "date_modified",
    "authors",
    "tags",
    "language",
    "attachments",
]


def json_problems(body: bytes) -> list[str]:
    """What is wrong with a JSON Feed."""
    return list(_json(json.loads(body.decode("utf-8"))))


def _json(feed: dict[str, Any]) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "not JSON Feed 1.1"
    yield from (f"unknown member {name}" for name in feed if name not in JSON_FEED and name[0] != "_")
    if not feed.get("title") or not isinstance(feed.get("items"), list):
        yield "no title or items"
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        if name in feed:
            yield from _uri(feed[name], name)
    for hub in feed.get("hubs", []):
        if not hub.get("type"):
            yield "a hub without type"
        yield from _uri(hub.get("url"), "hub")
    identifiers = [item.get("id") for item in feed["items"]]
    if len(set(identifiers)) != len(identifiers):
        yield "two items have one id"
    for item in feed["items"]:
        yield from _json_item(item)


def _json_item(item: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown member {name}" for name in item if name not in JSON_ITEM and name[0] != "_")
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "an item without id"
    if not (item.get("content_html") or item.get("content_text")):
        yield "an item without content"
    for name in ("url", "image"):
        if name in item:
            yield from _uri(item[name], name)
    for name in ("date_published", "date_modified"):
        if name in item and not RFC_3339.fullmatch(item[name]):
            yield f"{name}: {item[name]}"
    if "language" in item and not LANGUAGE.fullmatch(item["language"]):
        yield f"language: {item['language']}"
    if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
        yield "an empty tag"
    for author in item.get("authors", []):
        if not set(author) & {"name", "url", "avatar"}:
            yield "an author without anything"


def opml_problems(body: bytes) -> list[str]:
    """What is wrong with an OPML 2.0 document."""
    return list(_opml(_parse(body)))


def _opml(root: Any) -> Iterator[str]:
    if root.tag != "opml" or root.get("version") != "2.0" or [child.tag for child in root] != ["head", "body"]:
        yield "not <opml version='2.0'> with head and body"
        return
    if not len(root[1]):
        yield "a body without outlines"
    for outline in root[1].iter("outline"):
        if not outline.get("text"):
            yield "an outline without text"
        if outline.get("type") == "rss":
            yield from _uri(outline.get("xmlUrl"), "xmlUrl")
