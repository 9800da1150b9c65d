"""What a feed and its items say, decided once for the three formats; the formats only know how to write it down.

Knows identifiers, fallbacks and links. Knows no XML and no JSON, no database and no clock: the same values give the
same view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from mimetypes import MimeTypes
from urllib.parse import urlsplit

from feeds.model import Article, FeedItem, FeedSpec, Measured
from feeds.render import words
from feeds.render.characters import EPOCH, clean, in_utc, language_tag, media_type, one_line, tag_uri, web_address

_MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp"} | {
    extension.removeprefix("."): kind for extension, kind in MimeTypes().types_map[True].items()
}
"""Of Python itself, not of the machine's own files: two machines shall render the same."""

UNKNOWN_TYPE = "application/octet-stream"
"""Of a file, in a format that requires a media type."""

_SOURCE_FEEDS = "/feeds/sources/"


@dataclass(frozen=True, slots=True)
class Category:
    """`term` for programs, `label` for people, `scheme` the address under which the term is one (or None)."""

    term: str
    label: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that carries the same text."""

    url: str
    source: str


@dataclass(frozen=True, slots=True)
class File:
    """Something to be fetched beside the text: its address, its media type and its bytes, None where unknown."""

    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item, ready to be written: clean text, valid URIs, UTC dates.

    `content` is HTML, "" where only the summary is shown.
    """

    id: str
    url: str | None
    title: str
    summary_html: str
    summary_text: str
    content: str
    published: datetime
    updated: datetime
    author: str
    language: str | None
    image: File | None
    files: tuple[File, ...]
    """What the source hands out with the item, without the image."""
    source_title: str
    source_url: str | None
    source_feed: str | None
    """Our own feed of the source (without extension), of which the item has been copied; None within that feed."""
    source_feed_id: str
    categories: tuple[Category, ...]
    related: tuple[Related, ...]
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedView:
    """The feed itself, ready to be written, for one format: all addresses are absolute."""

    id: str
    title: str
    description: str
    home: str
    self_url: str
    language: str | None
    updated: datetime
    hub: str | None
    previous_archive: str | None
    next_archive: str | None
    current: str | None
    is_archive: bool
    icon: str | None


def document_path(path: str, extension: str, *, full: bool = True) -> str:
    """The public path of a feed in one format: the extension goes before the query, `full=0` into it.

    `document_path("/feeds/search?q=a", "atom", full=False)` is "/feeds/search.atom?q=a&full=0".
    """
    stem, _, query = path.partition("?")
    if not full and "full=0" not in query.split("&"):
        query = f"{query}&full=0" if query else "full=0"
    return f"{stem}.{extension}" + (f"?{query}" if query else "")


def view_feed(spec: FeedSpec, items: Sequence[ItemView], extension: str, *, full: bool) -> FeedView:
    """`spec` as the document with this extension; raises ValueError where `spec.base_url` is not an http(s) address."""
    base = spec.base_url.rstrip("/")
    home = web_address(_absolute(base, spec.home))
    if home is None:
        raise ValueError(f"base_url must be an http(s) address, not {spec.base_url!r}")

    def document(path: str | None) -> str | None:
        if not path or _is_address(path):
            return web_address(path)
        return web_address(base + document_path(path, extension, full=full))

    title = one_line(spec.title) or one_line(spec.path) or home
    return FeedView(
        # An archive page is another document of the same feed (RFC 5005), and so is each format.
        id=_feed_identifier(spec, spec.current or spec.path) or home,
        title=title,
        description=one_line(spec.description) or title,
        home=home,
        self_url=document(spec.path) or home,
        language=language_tag(spec.language),
        updated=in_utc(spec.updated) if spec.updated else max((item.updated for item in items), default=EPOCH),
        hub=web_address(_absolute(base, spec.hub)) if spec.hub else None,
        previous_archive=document(spec.previous_archive),
        next_archive=document(spec.next_archive),
        current=document(spec.current),
        is_archive=spec.is_archive,
        icon=web_address(_absolute(base, spec.icon)) if spec.icon else None,
    )


def view_item(spec: FeedSpec, item: FeedItem, *, full: bool) -> ItemView:
    """`item` as it stands in the feed `spec`; with `full` false only its summary."""
    article = item.article
    url = web_address(article.url)
    published = article.published or article.found or article.updated or EPOCH
    summary = words.summary_text(article, item.spans)
    image, files = _files(article, item.measured)
    source_feed = f"{_SOURCE_FEEDS}{one_line(article.source)}"
    is_copy = article.source and source_feed != (spec.current or spec.path)
    return ItemView(
        id=_identifier(spec, article),
        url=url,
        title=one_line(article.title) or words.shortened(summary, 80) or url or "…",
        summary_html=words.summary_html(article, item.spans),
        summary_text=summary,
        content=words.full_html(article) if full else "",
        published=in_utc(published),
        updated=in_utc(article.updated or published),
        author=one_line(article.author or ""),
        language=language_tag(article.language),
        image=image,
        files=files,
        source_title=one_line(item.source_title),
        source_url=web_address(item.source_url),
        source_feed=web_address(spec.base_url.rstrip("/") + source_feed) if is_copy else None,
        source_feed_id=_feed_identifier(spec, source_feed),
        categories=_categories(spec, item),
        related=_related(item, url),
        matched=tuple(words.words_of_match(article, item.spans)),
    )


def _feed_identifier(spec: FeedSpec, path: str) -> str:
    if spec.tag:
        return tag_uri(spec.tag, path.lstrip("/"))
    return web_address(spec.base_url.rstrip("/") + path) or ""


def _identifier(spec: FeedSpec, article: Article) -> str:
    """Stable over edits of title, text and address, and the same in the three formats."""
    uid = one_line(article.uid)
    if not uid:  # not stored: a preview
        seed = f"{article.source}\n{article.url}".encode("utf-8", "replace")
        uid = hashlib.sha256(seed).hexdigest()[:32]
    if spec.tag:
        return tag_uri(spec.tag, f"article/{uid}")
    return web_address(f"{spec.base_url.rstrip('/')}/articles/{uid}") or tag_uri("localhost,2026", f"article/{uid}")


def _categories(spec: FeedSpec, item: FeedItem) -> tuple[Category, ...]:
    scheme = web_address(f"{spec.base_url.rstrip('/')}/topics/")
    found: dict[str, Category] = {}
    for topic in item.topics:
        slug = one_line(topic.slug)
        label = one_line(topic.title) or slug
        if slug:
            found.setdefault(label.casefold(), Category(slug, label, scheme if topic.public else None))
    for category in item.article.categories:
        label = one_line(category)
        if label:
            found.setdefault(label.casefold(), Category(label, label))
    return tuple(found.values())


def _related(item: FeedItem, own: str | None) -> tuple[Related, ...]:
    found: dict[str, Related] = {}
    for copy in item.also:
        url = web_address(copy.url)
        if url and url != own:
            found.setdefault(url, Related(url, one_line(copy.source)))
    return tuple(found.values())


def _files(article: Article, measured: Iterable[Measured]) -> tuple[File | None, tuple[File, ...]]:
    """The image and the other files, with what the source says of them, else their own servers.

    A picture that is there no more is left out.
    """
    known = {one.url: one for one in measured}
    found: dict[str, File] = {}
    for enclosure in article.enclosures:
        url = web_address(enclosure.url)
        if url is not None:
            asked = known.get(enclosure.url, _UNKNOWN)
            kind = media_type(enclosure.type) or media_type(asked.type) or _media_type(url)
            found.setdefault(url, File(url, kind, enclosure.length or asked.length))
    image = web_address(article.image)
    if image is None:
        return None, tuple(found.values())
    asked = known.get(article.image or "", _UNKNOWN)
    kind = asked.type if asked.type.startswith("image/") else ""
    shown = found.pop(image, File(image, media_type(kind) or _image_type(image), asked.length))
    return None if asked.gone else shown, tuple(found.values())


_UNKNOWN = Measured("")


def _image_type(url: str) -> str | None:
    kind = _media_type(url)
    return kind if kind is not None and kind.startswith("image/") else None


def _media_type(url: str) -> str | None:
    name = urlsplit(url).path.rpartition("/")[2]
    return _MEDIA_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None


def _absolute(base: str, address: str) -> str:
    """`address` itself if it is one, else the path `address` under the site's root."""
    address = clean(address).strip()
    return address if _is_address(address) else f"{base}/{address.lstrip('/')}"


def _is_address(address: str) -> bool:
    return address.startswith(("http://", "https://"))
