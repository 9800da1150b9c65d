"""The list that a page states for machines: JSON-LD's ItemList, Blog, CollectionPage and the like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement

from feeds.dates import parse_date
from feeds.markup import absolute, base_of, json_ld, one_line, plain_text, types_of
from feeds.model import Entry

PATTERN = "json-ld"
"""What is stored in place of a selector for a list that is read this way."""

_LISTS = frozenset({"ItemList", "Blog", "CollectionPage", "SearchResultsPage", "DataFeed", "CreativeWorkSeries"})
_MEMBERS = ("itemListElement", "blogPost", "blogPosts", "hasPart", "dataFeedElement", "mainEntity")
_NO_ARTICLES = frozenset({"BreadcrumbList", "SiteNavigationElement", "Product", "Offer"})
MOST_ENTRIES = 200


def structured_entries(tree: HtmlElement, url: str, time_zone: str) -> list[Entry]:
    """The entries of the longest such list; empty where the page states none."""
    base = base_of(tree, url)
    lists = [_entries(node, base, time_zone) for node in json_ld(tree) if types_of(node) & _LISTS]
    return max(lists, key=len, default=[])


def _entries(node: Mapping[str, Any], base: str, time_zone: str) -> list[Entry]:
    found: dict[str, Entry] = {}
    for member in _members(node):
        entry = _entry(member, base, time_zone)
        if entry and len(found) < MOST_ENTRIES:
            found.setdefault(entry.url, entry)
    return list(found.values())


def _members(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if types_of(node) & _NO_ARTICLES:
        return
    for name in _MEMBERS:
        value = node.get(name)
        for member in value if isinstance(value, list) else [value]:
            if not isinstance(member, Mapping):
                continue
            item = member.get("item", member)
            if isinstance(item, str):
                yield {**member, "url": item}
            elif isinstance(item, Mapping):
                yield item


def _entry(member: Mapping[str, Any], base: str, time_zone: str) -> Entry | None:
    if types_of(member) & _NO_ARTICLES:
        return None
    address = _text(member, "url", "@id", "mainEntityOfPage")
    target = absolute(address, base) if address else None
    if target is None:
        return None
    date = _text(member, "datePublished", "dateCreated")
    return Entry(
        url=target,
        title=one_line(_text(member, "headline", "name")),
        summary=plain_text(_text(member, "description", "abstract")),
        published=parse_date(date, time_zone=time_zone) if date else None,
    )


def _text(member: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = member.get(name)
        if isinstance(value, Mapping):
            value = value.get("@id")
        if isinstance(value, str) and value:
            return value
    return ""
