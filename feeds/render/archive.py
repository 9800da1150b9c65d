"""Archived feeds (RFC 5005, section 4): which articles stand on which page, so that a reader that was away misses none.

The subscription document shows the newest articles and points to the newest archive page, and each page to the one
before it. A page must not change once it exists, also when retention removes old articles, a topic is edited, or the
store is rebuilt. So where a page ends is decided by the articles themselves: one whose `uid` falls on a mark is the
last of its page. A rule that counts from one end would move all pages whenever something changes at that end.

Knows names and order only: no articles, no database.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feeds.model import FeedSpec

PAGE_SIZE = 50
"""Articles of a page on average."""

LONGEST_PAGE = 4
"""A page without a mark ends at this many times the page size."""


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A closed page. `before` names it: the first article after it, as in `?before=UID`. `uids` are newest first."""

    before: str
    uids: tuple[str, ...]
    previous: str | None
    """`before` of the next older page."""
    next: str | None
    """`before` of the next newer page; None: the subscription document comes next."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A feed in pages: what the subscription document shows (newest first), and the closed pages (oldest first)."""

    current: tuple[str, ...]
    pages: tuple[ArchivePage, ...]

    def page(self, before: str) -> ArchivePage | None:
        """The page of that name, or None."""
        return next((page for page in self.pages if page.before == before), None)


def paginate(uids: Sequence[str], size: int = PAGE_SIZE) -> Archive:
    """Divide the articles of a feed, given in the order in which they were found, oldest first.

    `current` holds at least `size` articles (as far as there are) and all that no page holds; it may repeat some of the
    newest page, which readers know by their ids. Adding articles at the end leaves every page as it was, except that
    the newest may get a `next`.
    """
    if size < 1:
        raise ValueError("a page holds at least one article")
    closed: list[tuple[str, Sequence[str]]] = []
    start = 0
    for position in range(1, len(uids)):
        if _ends_page(uids[position - 1], size) or position - start >= LONGEST_PAGE * size:
            closed.append((uids[position], uids[start:position]))
            start = position
    names = [before for before, _ in closed]
    pages = tuple(
        ArchivePage(
            before=before,
            uids=tuple(reversed(members)),
            previous=names[number - 1] if number else None,
            next=names[number + 1] if number + 1 < len(names) else None,
        )
        for number, (before, members) in enumerate(closed)
    )
    return Archive(current=tuple(reversed(uids[min(start, max(0, len(uids) - size)) :])), pages=pages)


def _ends_page(uid: str, size: int) -> bool:
    return zlib.crc32(uid.encode("utf-8", "replace")) % size == 0


def archive_path(path: str, before: str) -> str:
    """`path` of a feed (without extension, perhaps with a query) as the path of one of its archive pages."""
    return f"{path}{'&' if '?' in path else '?'}before={before}"


def current_spec(spec: FeedSpec, archive: Archive) -> FeedSpec:
    """`spec`, the subscription document, linked to its newest archive page."""
    newest = archive.pages[-1].before if archive.pages else None
    return replace(spec, previous_archive=archive_path(spec.path, newest) if newest else None)


def page_spec(spec: FeedSpec, page: ArchivePage) -> FeedSpec:
    """The document of `page`, where `spec` is the subscription document it belongs to.

    `updated` is None, so that it is taken from the page's own articles.
    """
    return replace(
        spec,
        path=archive_path(spec.path, page.before),
        is_archive=True,
        current=spec.path,
        previous_archive=archive_path(spec.path, page.previous) if page.previous else None,
        next_archive=archive_path(spec.path, page.next) if page.next else None,
        updated=None,
    )
