"""What the items of a JSON list call their title, address, date …: paths that are given, or guessed. Pure.

A path is dotted ("title.rendered", "authors.0.name"). A guess is by shape (WordPress), else by the names that people
give to such things, weighed over all items: a name whose values are no dates is no date's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.dates import EARLIEST
from feeds.errors import ReadError
from feeds.sources.fragments import moment, one_line, web_address

FIELDS = (
    "items",
    "url",
    "title",
    "published",
    "updated",
    "author",
    "summary",
    "html",
    "image",
    "guid",
    "categories",
    "language",
)
"""What a mapping can name. `items` is the path of the list, "" where the answer itself is it. `url` may be a pattern
with paths in braces, "/news/{slug}", where an item has no address of its own."""

LONGEST_PATH = 200
_DEEPEST = 5
_MOST_NODES = 2_000
_SAMPLE = 20
_ENOUGH = 0.6
"""The share of the items that must have what a path is guessed to hold."""

WORDPRESS = {
    "items": "",
    "url": "link",
    "title": "title.rendered",
    "published": "date_gmt",
    "updated": "modified_gmt",
    "author": "_embedded.author.0.name",
    "summary": "excerpt.rendered",
    "html": "content.rendered",
    "image": "_embedded.wp:featuredmedia.0.source_url",
    "guid": "guid.rendered",
    "categories": "_embedded.wp:term",
}
"""Of `wp/v2/posts` and its like (developer.wordpress.org/rest-api/reference/posts). `date` beside `date_gmt` tells the
site's own offset."""

# Names as people write them, without case and underscores, the most telling first.
_NAMES: Mapping[str, Sequence[str]] = {
    "url": (
        "link", "url", "permalink", "canonicalurl", "weburl", "htmlurl", "articleurl", "pageurl", "shareurl", "fullurl",
        "absoluteurl", "href", "alias", "uri", "path", "relativeurl", "detailurl",
    ),
    "title": ("title", "headline", "heading", "tieude", "name", "subject", "posttitle", "label"),
    "published": (
        "dategmt", "publishedat", "datepublished", "publishdate", "publisheddate", "publicationdate", "publishedon",
        "publishedtime", "publishtime", "firstpublished", "firstpublishedat", "pubdate", "published", "releasedate",
        "postedat", "postdate", "displaydate", "articledate", "newsdate", "ngaydang", "date", "datetime", "created",
        "createdat", "createddate", "datecreated", "createdon", "timestamp", "time",
    ),
    "updated": (
        "modifiedgmt", "updatedat", "datemodified", "modifiedat", "updateddate", "lastmodified", "lastupdated",
        "updated", "modified", "changed",
    ),
    "author": ("authors", "author", "byline", "authorname", "creator", "writer", "primaryauthor", "tacgia"),
    "summary": (
        "excerpt", "customexcerpt", "summary", "teaser", "abstract", "lead", "standfirst", "sapo", "intro", "dek",
        "shortdescription", "description", "trailtext", "subtitle",
    ),
    "html": ("contenthtml", "html", "bodyhtml", "content", "body", "articlebody", "fulltext", "text"),
    "image": (
        "featureimage", "featuredimage", "image", "imageurl", "thumbnail", "thumbnailurl", "cover", "coverimage",
        "picture", "photo", "leadimage",
    ),
    "guid": ("guid", "uuid", "id"),
    "categories": ("tags", "categories", "topics", "keywords"),
    "language": ("langcode", "language", "lang", "locale"),
}  # fmt: skip
_WRAPPED = frozenset({"rendered", "processed", "value", "plain", "html", "text", "iso", "url", "src", "href", "alias"})
"""Below these a value stands that is named by what holds it."""
_HOLDING = frozenset({"attributes", "node", "fields", "source", "article", "item", "data", "post"})
"""What holds an item's fields and is no field itself."""


def mapping(document: Any, url: str, given: Mapping[str, str] | None) -> dict[str, str] | None:
    """What is given, and for the rest what is guessed; None where neither names a list with titles and addresses."""
    if given is not None:
        check_fields(given, url)
    if given and {"items", "url", "title"} <= given.keys():
        # A complete mapping is taken at its word: nothing is guessed into it that nobody has seen.
        return dict(given)
    best: tuple[float, dict[str, str]] | None = None
    for path, items in _lists(document, (given or {}).get("items")):
        if given and "items" in given and not items:
            return {**given, "items": path, "url": given.get("url", "url"), "title": given.get("title", "title")}
        found = _guess(items, url, given or {})
        if found is None:
            continue
        weight = min(len(items), _SAMPLE) * (2 if "published" in found else 1)
        if best is None or weight > best[0]:
            best = weight, {"items": path, **found}
    return best[1] if best else None


def check_fields(fields: Mapping[str, str], url: str = "") -> None:
    """Raises ReadError for names that are none, and paths that are no paths."""
    for name, path in fields.items():
        if name not in FIELDS:
            raise ReadError(f"{name!r} is no field of an article; known: {', '.join(FIELDS)}", url=url)
        if not isinstance(path, str) or len(path) > LONGEST_PATH:
            raise ReadError(f"{name}: a path is a text such as title.rendered", url=url)


def _lists(document: Any, path: str | None) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects in a document, the outer ones first, each with its path; only that at `path`, if given."""
    if path is not None:
        found = at(document, path)
        if isinstance(found, list):
            yield path, found
        return
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        place, node, depth = waiting.pop(0)
        if isinstance(node, list):
            if any(isinstance(item, dict) for item in node[:_SAMPLE]):
                yield place, node
        elif isinstance(node, dict) and depth < _DEEPEST:
            for name, value in list(node.items())[:200]:
                if isinstance(value, list | dict) and "." not in name:
                    waiting.append((f"{place}.{name}" if place else name, value, depth + 1))


def _guess(items: Sequence[Any], url: str, given: Mapping[str, str]) -> dict[str, str] | None:
    sample = [item for item in items[:_SAMPLE] if isinstance(item, dict)]
    if not sample:
        return None
    if all(text_at(item, "title.rendered") is not None and text_at(item, "link") for item in sample):
        return {**{name: path for name, path in WORDPRESS.items() if name != "items"}, **given}
    paths: dict[str, int] = {}
    for item in sample:
        for path in _paths(item):
            paths[path] = paths.get(path, 0) + 1
    found: dict[str, str] = {}
    for name, words in _NAMES.items():
        ranked = sorted(
            (
                (rank, path.count("."), path)
                for path, count in paths.items()
                if count >= _ENOUGH * len(sample) and (rank := _rank(path, words)) is not None
            )
        )
        for _, _, path in ranked[:10]:
            if _fits(name, [at(item, path) for item in sample], url):
                found[name] = path
                break
    found |= given
    return found if "url" in found and "title" in found else None


def _paths(item: Mapping[str, Any]) -> Iterator[str]:
    """Every value of an item with its path, not deep, and of lists only the first."""
    waiting: list[tuple[str, Any, int]] = [("", item, 0)]
    for _ in range(300):
        if not waiting:
            return
        place, node, depth = waiting.pop(0)
        if place:
            yield place
        if isinstance(node, dict) and depth < 4:
            names = [name for name in list(node)[:100] if isinstance(name, str) and "." not in name]
            waiting += [(f"{place}.{name}" if place else name, node[name], depth + 1) for name in names]
        elif isinstance(node, list) and node and depth < 4:
            waiting.append((f"{place}.0", node[0], depth + 1))


def _rank(path: str, words: Sequence[str]) -> int | None:
    """How telling the path's name is for what `words` name; None: it is none of them."""
    parts = [plain_name(part) for part in path.split(".") if not part.isdigit()]
    while len(parts) > 1 and parts[0] in _HOLDING:
        parts = parts[1:]
    if len(parts) == 2 and parts[1] in _WRAPPED:
        parts = parts[:1]
    if len(parts) != 1 or parts[0] not in words:
        return None
    return words.index(parts[0])


def plain_name(name: str) -> str:
    """A name without case and punctuation: "publishedAt" and "published_at" are one."""
    return re.sub(r"[^a-z0-9]", "", name[:60].lower())


def _fits(name: str, values: Sequence[Any], url: str) -> bool:
    """Whether enough of the values are what the field wants."""
    if name == "url":
        texts = [value for value in values if isinstance(value, str) and re.match(r"https?://|/|[\w%.-]+/", value)]
        good = [address for text in texts if (address := web_address(text, url))]
        # One address for all is the site's own.
        return len(good) >= _ENOUGH * len(values) and len(set(good)) >= max(1, len(good) // 2)
    if name in ("published", "updated"):
        return sum(moment_of(value, "UTC", None) is not None for value in values) >= _ENOUGH * len(values)
    if name in ("author", "categories"):
        return any(names_of(value) for value in values)
    if name == "guid":
        names = [value for value in values if isinstance(value, str | int) and not isinstance(value, bool)]
        return len(set(names)) == len(values)
    if name == "image":
        return any(isinstance(value, str) and web_address(value, url) for value in values)
    if name == "title":
        return sum(isinstance(value, str) and 0 < len(value.strip()) < 1_000 for value in values) >= (
            _ENOUGH * len(values)
        )
    return any(isinstance(value, str) and value.strip() for value in values)


# Values


def at(node: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for part in path.split(".") if path else ():
        if isinstance(node, dict):
            node = node.get(part)
        elif isinstance(node, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(node):
            node = node[int(part[:9])]
        else:
            return None
    return node


def text_at(item: Mapping[str, Any], path: str) -> str | None:
    """A text or number at a path, as text; an object's own text (`rendered`) where the path ends above it."""
    value = at(item, path)
    if isinstance(value, dict):
        value = next((value[name] for name in sorted(_WRAPPED) if isinstance(value.get(name), str)), None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return value if isinstance(value, str) else str(value)


def moment_of(value: Any, time_zone: str, now: datetime | None) -> datetime | None:
    """A date as text, or as seconds or milliseconds since 1970."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"1\d{9}(?:\d{3})?(?:\.\d{1,6})?", value.strip()):
        value = float(value)
    if isinstance(value, int | float):
        if not 3e8 < value < 1e14:
            return None
        found = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        return found if found >= EARLIEST and (now is None or found <= now + timedelta(days=1)) else None
    return moment(value, time_zone, now) if isinstance(value, str) else None


def names_of(value: Any) -> list[str]:
    """Names of people or topics: a text, an object with a name, a list of these, or lists of them."""
    found: list[str] = []
    several = value[:50] if isinstance(value, list) else [value]
    flat = [inner for one in several for inner in (one[:50] if isinstance(one, list) else [one])]
    for one in flat:
        if isinstance(one, dict):
            one = next((one[name] for name in ("name", "title", "label", "fullName") if one.get(name)), None)
        if isinstance(one, str) and (name := one_line(one)[:200]) and not name.startswith(("http://", "https://")):
            found.append(name)
    return list(dict.fromkeys(found))
