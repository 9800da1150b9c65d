"""Archived feeds: every article stands on a page or in the subscription document, and pages do not move."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_examples import SPEC

from feeds.model import FeedSpec
from feeds.render import current_spec, document_path, page_spec, paginate
from feeds.render.archive import LONGEST_PAGE, Archive


def uids(number: int, seed: str = "") -> list[str]:
    return [hashlib.sha256(f"{seed}{count}".encode()).hexdigest()[:32] for count in range(number)]


def walk(archive: Archive) -> list[str]:
    """What a reader collects that begins at the subscription document and follows every prev-archive; newest first."""
    collected = list(archive.current)
    name = archive.pages[-1].before if archive.pages else None
    while name is not None:
        page = archive.page(name)
        assert page is not None
        collected += page.uids
        name = page.previous
    return list(dict.fromkeys(collected))


@settings(max_examples=60)
@given(st.integers(0, 700), st.integers(1, 60), st.text(max_size=3))
def test_a_reader_that_was_away_gets_every_article(number: int, size: int, seed: str) -> None:
    everything = uids(number, seed)
    archive = paginate(everything, size)
    assert walk(archive) == everything[::-1]
    assert len(archive.current) >= min(size, number)
    assert all(0 < len(page.uids) <= LONGEST_PAGE * size for page in archive.pages)


@settings(max_examples=60)
@given(st.integers(2, 500), st.integers(0, 200), st.integers(1, 30))
def test_new_articles_move_no_page(number: int, more: int, size: int) -> None:
    before = paginate(uids(number), size)
    after = paginate(uids(number + more), size)
    kept = after.pages[: len(before.pages)]
    assert [replace(page, next=None) for page in kept] == [replace(page, next=None) for page in before.pages]
    assert [page.next for page in kept[:-1]] == [page.next for page in before.pages[:-1]]


def test_removing_the_oldest_articles_moves_no_page_but_the_first() -> None:
    everything = uids(3_000)
    before = {page.before: page.uids for page in paginate(everything, 50).pages}
    after = {page.before: page.uids for page in paginate(everything[137:], 50).pages}
    moved = [name for name, members in after.items() if before.get(name) != members]
    assert len(moved) <= 1 + LONGEST_PAGE
    assert set(after) - set(before) <= set(moved)
    assert len(set(after) & set(before)) > 40


def test_pages_are_of_the_size_asked_for_on_average() -> None:
    pages = paginate(uids(20_000), 50).pages
    assert 30 < sum(len(page.uids) for page in pages) / len(pages) < 70


def test_pages_are_linked_in_both_directions() -> None:
    pages = paginate(uids(1_000), 20).pages
    assert pages[0].previous is None
    assert pages[-1].next is None
    for older, newer in pairwise(pages):
        assert (older.next, newer.previous) == (newer.before, older.before)


def test_an_unknown_page_is_none() -> None:
    assert paginate(uids(500), 20).page("nothing") is None


def test_a_page_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        paginate(["a"], 0)


def test_documents_are_linked() -> None:
    spec = FeedSpec(path="/feeds/search?q=a", title="A", base_url="https://news.example.org")
    archive = paginate(uids(500), 20)
    newest, before_it = archive.pages[-1], archive.pages[-2]
    assert current_spec(spec, archive).previous_archive == f"/feeds/search?q=a&before={newest.before}"
    page = page_spec(SPEC, before_it)
    assert page.is_archive
    assert page.path == f"{SPEC.path}?before={before_it.before}"
    assert page.current == SPEC.path
    assert page.next_archive == f"{SPEC.path}?before={newest.before}"
    assert page.previous_archive == f"{SPEC.path}?before={archive.pages[-3].before}"


def test_a_feed_without_archive_points_nowhere() -> None:
    assert current_spec(SPEC, paginate(uids(1))).previous_archive is None


def test_the_extension_stands_before_the_query() -> None:
    assert document_path("/feeds/all", "rss") == "/feeds/all.rss"
    assert document_path("/feeds/all", "rss", full=False) == "/feeds/all.rss?full=0"
    assert document_path("/feeds/search?q=a.b", "atom") == "/feeds/search.atom?q=a.b"
    assert document_path("/feeds/search?q=a&full=0", "json", full=False) == "/feeds/search.json?q=a&full=0"
