"""One item of an RSS or Atom feed, to an entry: where each thing an entry says may stand, the best place first.

Pure. Elements are lxml's.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds import markup
from feeds.model import Enclosure, Entry
from feeds.sources.elements import (
    RDF_ABOUT,
    XML_LANG,
    Fields,
    base_of,
    content_of,
    fields_of,
    is_atom,
    name_of,
    text_of,
)
from feeds.sources.fragments import (
    enclosures_of,
    looks_like_html,
    moment,
    one_line,
    person,
    plain,
    shortened,
    unescaped,
    web_address,
)

LONGEST_SUMMARY = 2_000
"""Characters; a longer description is the article itself, kept whole in `Entry.html`."""
_MOST_CATEGORIES = 50


class ItemReader:
    """Reads the items of one feed.

    `home` stands in for the address of an item that has none; `language` and `author` are the feed's; dates without a
    zone are in `time_zone` (IANA).
    """

    def __init__(
        self,
        *,
        base: str,
        home: str,
        language: str | None = None,
        author: str | None = None,
        time_zone: str = "UTC",
        now: datetime | None = None,
    ) -> None:
        self._base = base
        self._home = home
        self._language = language
        self._author = author
        self._time_zone = time_zone
        self._now = now

    def entry(self, item: Any) -> Entry:
        fields = fields_of(item)
        base = base_of(item, self._base)
        atom = is_atom(item)
        guid = _guid(fields, item)
        title = title_of(fields, atom)
        summary_html, content_html = self._texts(fields)
        summary = plain(summary_html)
        if not content_html and len(summary) > LONGEST_SUMMARY:
            content_html = summary_html
        published = self._date(fields, "published", "pubDate", "issued", "dc:date", "dcterms:issued", "dcterms:created")
        published = published or self._date(
            fields, "created", "dcterms:date", "date", "pubdate", "PubDate", "atom:published"
        )
        updated = self._date(fields, "updated", "modified", "dcterms:modified", "atom:updated")
        entry = Entry(
            url=_link(fields, item, base) or "",
            guid=guid,
            title=title,
            summary=shortened(summary or plain(content_html), LONGEST_SUMMARY),
            author=authors_of(fields) or self._author,
            published=published or updated,
            updated=updated,
            language=item.get(XML_LANG) or one_line(text_of(fields, "dc:language")) or self._language,
            image=_image(fields, base),
            html=content_html,
            categories=_categories(fields),
            enclosures=_enclosures(fields, base),
        )
        return entry if entry.url else replace(entry, url=self._address_of(entry))

    def _texts(self, fields: Fields) -> tuple[str, str]:
        """Summary and full text, both as HTML."""
        full = text_of(fields, "content:encoded", "encoded", "fullitem", "body", "xhtml:body")
        for element in fields.get("content", []):
            kind = (element.get("type") or "text").lower()
            if (
                not full
                and not element.get("src")
                and (
                    kind in ("text", "html", "xhtml", "application/octet-stream") or "text/" in kind or "xhtml" in kind
                )
            ):
                full = _as_html(element, kind)
        described, summed_up = text_of(fields, "description"), text_of(fields, "summary")
        others = ("itunes:summary", "media:description", "dc:description", "tagline")
        summary = described or summed_up or text_of(fields, *others)
        if described and summed_up and not full:  # both are the feed's own; the longer one is the text
            summary, full = sorted((described, summed_up), key=len)
        for group in fields.get("media:group", ()) if not summary else ():  # films: YouTube, PeerTube
            summary = summary or text_of(fields_of(group), "description")
        return summary, full

    def _date(self, fields: Fields, *names: str) -> datetime | None:
        for name in names:
            for element in fields.get(name, ()):
                found = moment(element.text, self._time_zone, self._now)
                if found is not None:
                    return found
        return None

    def _address_of(self, entry: Entry) -> str:
        """Of an item without any link: the feed's home, told apart by what the item says."""
        said = entry.guid or f"{entry.title}\n{entry.summary}"
        return f"{self._home.partition('#')[0]}#item-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _as_html(element: Any, kind: str) -> str:
    text = content_of(element)
    if kind in ("text", "text/plain") and not looks_like_html(text):
        return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in text.split("\n\n") if part.strip())
    return text


def title_of(fields: Fields, atom: bool) -> str:
    for name in ("title", "dc:title", "media:title", "itunes:title"):
        for element in fields.get(name, ()):
            if atom and len(element) == 0 and (element.get("type") or "text") == "text" and not element.get("mode"):
                text = markup.one_line(unescaped(element.text or ""))
            else:
                text = one_line(content_of(element))
            if text:
                return text
    return ""


def _guid(fields: Fields, item: Any) -> str | None:
    for name in ("guid", "id", "atom:id", "dc:identifier", "dcterms:identifier"):
        for element in fields.get(name, ()):
            text = " ".join((element.text or "").split())
            if text:
                return text[:2_000]
    about = item.get(RDF_ABOUT) or item.get("about")
    return about.strip()[:2_000] or None if about else None


def _link(fields: Fields, item: Any, base: str) -> str | None:
    """The article's address: the link, the alternate one of Atom's, a guid that is one, at last the enclosure."""
    for element in fields.get("feedburner:origLink", ()):
        if found := web_address(element.text, base):
            return found
    best: tuple[int, str] | None = None
    for element in (*fields.get("link", ()), *fields.get("atom:link", ())):
        href = element.get("href")
        found = web_address(href if href is not None else element.text, base_of(element, base))
        if found is None:
            continue
        rank = _rank(element, plain_link=href is None)
        if rank is not None and (best is None or rank < best[0]):
            best = (rank, found)
    if best:
        return best[1]
    for element in fields.get("guid", ()):
        if (element.get("isPermaLink") or "true").strip().lower() != "false" or _is_web(element.text):
            return _address_in_guid(element.text, base)
    for name in ("id", "atom:id"):
        for element in fields.get(name, ()):
            if _is_web(element.text) and (found := web_address(element.text, base)):
                return found
    about = item.get(RDF_ABOUT)
    if about and _is_web(about):
        return web_address(about, base)
    for element in fields.get("enclosure", ()):
        if found := web_address(element.get("url"), base):
            return found
    return None


def _address_in_guid(text: str | None, base: str) -> str | None:
    """A guid that claims to be an address, if it is one by itself or looks like a path."""
    trimmed = (text or "").strip()
    if _is_web(trimmed) or trimmed.startswith("/"):
        return web_address(trimmed, base)
    return None


def _is_web(text: str | None) -> bool:
    return (text or "").strip().lower().startswith(("http://", "https://"))


def _rank(element: Any, *, plain_link: bool) -> int | None:
    """How likely a link is the article's own; None: it never is."""
    if plain_link:
        return 0
    relation = (element.get("rel") or "alternate").strip().lower()
    kind = (element.get("type") or "text/html").lower()
    if relation == "alternate" or relation.endswith("#alternate"):
        return 1 if "html" in kind else 3
    return 4 if relation in ("related", "via", "canonical") else None


def authors_of(fields: Fields) -> str | None:
    names: list[str] = []
    for name in ("author", "atom:author", "dc:creator", "dc:author", "itunes:author", "creator"):
        for element in fields.get(name, ()):
            inner = fields_of(element)
            text = text_of(inner, "name", "atom:name") if inner else (element.text or "")
            found = person(text)
            if found and found not in names:
                names.append(found)
        if names:
            break
    return ", ".join(names[:10]) or None


def _image(fields: Fields, base: str) -> str | None:
    media = [*fields.get("media:content", ()), *fields.get("media:thumbnail", ()), *fields.get("enclosure", ())]
    for group in fields.get("media:group", ()):
        inner = fields_of(group)
        media += [*inner.get("media:content", ()), *inner.get("media:thumbnail", ())]
        media += [*inner.get("content", ()), *inner.get("thumbnail", ())]
    for element in media:
        is_thumbnail = name_of(element) == "media:thumbnail"
        kind = (element.get("medium") or element.get("type") or "").lower()
        if (is_thumbnail or kind.startswith("image")) and (found := web_address(element.get("url"), base)):
            return found
        for thumbnail in fields_of(element).get("thumbnail", ()):
            if found := web_address(thumbnail.get("url"), base):
                return found
    for element in (*fields.get("itunes:image", ()), *fields.get("image", ())):
        address = element.get("href") or element.get("url") or text_of(fields_of(element), "url") or element.text
        if found := web_address(address, base):
            return found
    for element in (*fields.get("link", ()), *fields.get("atom:link", ())):
        if element.get("rel") == "enclosure" and (element.get("type") or "").startswith("image/"):
            return web_address(element.get("href"), base)
    return None


def _enclosures(fields: Fields, base: str) -> tuple[Enclosure, ...]:
    links = [*fields.get("link", ()), *fields.get("atom:link", ())]
    elements = [*fields.get("enclosure", ()), *[link for link in links if link.get("rel") == "enclosure"]]
    if not elements:
        return ()
    return enclosures_of(
        ((one.get("url") or one.get("href"), one.get("type"), one.get("length")) for one in elements), base
    )


def _categories(fields: Fields) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("category", "atom:category", "dc:subject"):
        for element in fields.get(name, ()):
            text = one_line(element.get("label") or element.get("term") or content_of(element))
            if text:
                found.setdefault(text[:200])
    return tuple(found)[:_MOST_CATEGORIES]
