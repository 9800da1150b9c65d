"""Reads the answer of a site's interface for programs: JSON that holds a list of articles; bytes in, entries out.

The answer may also stand in a page, for the page's own scripts (`__NEXT_DATA__` and its like).

What its items call their title, address and date is given or guessed (`api_fields`) and stored with the source, so that
tomorrow's look reads the same, and a person can correct it. Any bytes give entries or a `ReadError`; what is JSON Feed
is `json_feed`'s.
"""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from lxml.html import HtmlElement

from feeds.errors import EmptyList, ReadError
from feeds.link_header import related
from feeds.markup import parse
from feeds.model import Entry
from feeds.protection import check_protection
from feeds.sources.api_fields import at, mapping, moment_of, names_of, plain_name, text_at
from feeds.sources.fragments import looks_like_html, one_line, plain, shortened, web_address

MOST_ITEMS = 1_000
LONGEST_SUMMARY = 2_000
_SAYS_NEXT = ("next", "nexturl", "nextpage", "nextpageurl", "nextlink")


def looks_like_json(body: bytes) -> bool:
    return body[:200].removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{")


def read_api(
    body: bytes,
    url: str,
    *,
    fields: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
    now: datetime | None = None,
) -> list[Entry]:
    """The entries in the answer's order; empty only where its list is there and empty.

    `fields` maps names of `FIELDS` to paths; what it leaves out is guessed, all of it where it is None. Dates without a
    zone are in `time_zone`. Raises EmptyList where no item has a title and an address, BotProtection, and
    ReadError for what is no JSON.
    """
    document = _document(body, url)
    known = _mapping(document, url, fields)
    items = at(document, known["items"])
    if not isinstance(items, list):
        raise EmptyList(f"the answer holds no list at {known['items'] or 'its top'}", url=url)
    entries = [
        entry
        for item in items[:MOST_ITEMS]
        if isinstance(item, dict) and (entry := _entry(item, known, url, time_zone, now)) is not None
    ]
    if items and not entries:
        raise EmptyList(
            f"none of {len(items)} items has what the stored fields name: was the interface changed?", url=url
        )
    return entries


def fields_of(body: bytes, url: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole mapping by which `read_api` reads this answer: what is given, and what is guessed beside it.

    Raises EmptyList where there is no list of articles, ReadError for what is no JSON.
    """
    return _mapping(_document(body, url), url, given)


def next_address(body: bytes, url: str, headers: Mapping[str, str]) -> str | None:
    """Where the list goes on: by the `Link` field, or as the answer itself says (`links.next`, `next_page_url`).

    None where neither does, or where it goes on at another host.
    """
    found = related(headers, "next", url) or _next_in(body, url)
    return found if found and urlsplit(found).netloc == urlsplit(url).netloc and found != url else None


def _next_in(body: bytes, url: str) -> str | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    waiting: list[tuple[Any, int]] = [(document, 0)]
    for _ in range(50):
        if not waiting:
            return None
        node, depth = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        for name, value in list(node.items())[:50]:
            if plain_name(name) in _SAYS_NEXT:
                address = value.get("href") or value.get("url") if isinstance(value, dict) else value
                if isinstance(address, str) and (found := web_address(address, url)):
                    return found
                if isinstance(value, int) and not isinstance(value, bool) and 1 < value < 10_000:
                    return _with_page(url, value)
            elif isinstance(value, dict) and depth < 3:
                waiting.append((value, depth + 1))
    return None


def _with_page(url: str, page: int) -> str:
    parts = urlsplit(url)
    kept = [one for one in parts.query.split("&") if one and one.partition("=")[0] != "page"]
    return urlunsplit(parts._replace(query="&".join([*kept, f"page={page}"])))


def _mapping(document: Any, url: str, given: Mapping[str, str] | None) -> dict[str, str]:
    known = mapping(document, url, given)
    if known is None:
        raise EmptyList("no list of articles is recognisable in the answer; its fields can be named", url=url)
    return known


def _document(body: bytes, url: str) -> Any:
    try:
        return json.loads(body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        if body.lstrip()[:1] == b"<":
            tree = parse(body)
            embedded = _embedded(tree)
            if embedded is not None:
                return embedded
            check_protection(tree, url)
        raise ReadError(f"The answer of {url} is no JSON.", url=url) from None


def _embedded(tree: HtmlElement) -> Any:
    """The largest JSON that a page holds for its own scripts; None where there is none."""
    scripts = [step.text or "" for step in tree.iter("script") if (step.get("type") or "") == "application/json"]
    for text in sorted(scripts, key=len, reverse=True)[:3]:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            continue
    return None


# Reading


def _entry(
    item: Mapping[str, Any], fields: Mapping[str, str], url: str, time_zone: str, now: datetime | None
) -> Entry | None:
    def text(name: str) -> str:
        return (text_at(item, fields[name]) or "") if name in fields else ""

    address = _address(item, fields["url"], url)
    title = one_line(text("title"))
    if address is None or not (title or text("html") or text("summary")):
        return None
    content = text("html")
    if content and not looks_like_html(content):
        content = "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in content.split("\n\n") if part.strip())
    summary = plain(text("summary")) or plain(content)
    published = _date(item, fields.get("published"), time_zone, now)
    updated = _date(item, fields.get("updated"), time_zone, now)
    language = text("language").replace("_", "-")
    return Entry(
        url=address,
        guid=text("guid").strip()[:2_000] or None,
        title=title,
        summary=shortened(summary, LONGEST_SUMMARY),
        author=", ".join(names_of(at(item, fields["author"]))[:10]) or None if "author" in fields else None,
        published=published or updated,
        updated=updated,
        language=language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", language) else None,
        image=web_address(text("image"), url),
        html=content,
        categories=tuple(names_of(at(item, fields["categories"]))[:50]) if "categories" in fields else (),
    )


def _address(item: Mapping[str, Any], pattern: str, url: str) -> str | None:
    """The article's address: what stands at the path, or the pattern with what stands at those in braces."""
    if "{" not in pattern:
        return web_address(text_at(item, pattern), url)
    missing = False

    def filled(match: re.Match[str]) -> str:
        nonlocal missing
        value = text_at(item, match.group(1).strip())
        missing = missing or not value
        return quote((value or "")[:500], safe="/-._~")

    address = re.sub(r"\{([^{}]{1,200})\}", filled, pattern)
    return None if missing else web_address(address, url)


def _date(item: Mapping[str, Any], path: str | None, time_zone: str, now: datetime | None) -> datetime | None:
    """The date at a path. One in GMT by its name is taken to the site's own offset where its local twin tells it."""
    if path is None:
        return None
    value = at(item, path)
    if not path.lower().endswith(("gmt", "utc")):
        return moment_of(value, time_zone, now)
    exact = moment_of(value, "UTC", now)
    local = moment_of(at(item, re.sub(r"_?(?:gmt|utc)$", "", path, flags=re.IGNORECASE)), "UTC", now)
    if exact is None:
        return moment_of(at(item, re.sub(r"_?(?:gmt|utc)$", "", path, flags=re.IGNORECASE)), time_zone, now)
    offset = round((local - exact).total_seconds() / 60) if local is not None else 0
    return exact.astimezone(timezone(timedelta(minutes=offset))) if abs(offset) <= 14 * 60 else exact
