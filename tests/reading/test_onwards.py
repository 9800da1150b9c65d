"""Where a list goes on: rel=next, "load more" and its like; and what only looks so."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.link_header import Link
from feeds.sources.onwards import next_page

HERE = "https://portal.test/news"
CARDS = "".join(
    f'<li><a href="/news/{n}-a-title">Title {n}</a> <a href="/news/{n}-a-title">View more</a></li>' for n in range(9)
)


def page(more: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><main><ul>{CARDS}</ul>{more}</main></body></html>".encode()


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ('<a rel="next" href="?page=2">2</a>', "https://portal.test/news?page=2"),
        ('<a class="page-numbers next" href="/news/page/2/">→</a>', "https://portal.test/news/page/2/"),
        ('<nav class="pagination"><a href="/news?Page=2">Next ›</a></nav>', "https://portal.test/news?Page=2"),
        ('<a href="/news/2">Older posts</a>', "https://portal.test/news/2"),
        ('<div class="pager"><a href="?trang=2">Xem thêm</a></div>', "https://portal.test/news?trang=2"),
        ('<a href="/news?page=2">Trang sau »</a>', "https://portal.test/news?page=2"),
        ('<button data-url="/news?offset=10">Load more</button>', "https://portal.test/news?offset=10"),
        (
            '<button hx-get="/news/list?cursor=ab12">Show more news</button>',
            "https://portal.test/news/list?cursor=ab12",
        ),
        ('<div data-next-url="/news?page=2">Load more…</div>', "https://portal.test/news?page=2"),
        (
            '<form action="/news"><input type="hidden" name="start" value="20"><button name="go" value="1">Tải thêm tin'
            "</button></form>",
            "https://portal.test/news?start=20&go=1",
        ),
        (
            '<form><input type="hidden" name="page" value="2"><input type="submit" value="Load more"></form>',
            "https://portal.test/news?page=2",
        ),
        ('<a aria-label="Next page" href="?page=2"><svg></svg></a>', "https://portal.test/news?page=2"),
    ],
)
def test_what_says_more_and_where(more: str, address: str) -> None:
    assert next_page(page(more), HERE) == address


def test_the_head_comes_first_and_then_the_link_field() -> None:
    more = '<a href="?page=9">Next</a>'
    header = [Link("https://portal.test/news?page=3", frozenset({"next"}))]
    head = '<link rel="next" href="?page=2">'
    assert next_page(page(more, head), HERE, header) == "https://portal.test/news?page=2"
    assert next_page(page(more), HERE, header) == "https://portal.test/news?page=3"


def test_the_third_page_follows_the_second() -> None:
    assert next_page(page('<a href="/news/3">Next</a>'), f"{HERE}/2") == "https://portal.test/news/3"


@pytest.mark.parametrize(
    "more",
    [
        "",
        '<a href="/about-us">More</a>',
        '<a href="/2026/11/20/an-article">Next</a>',
        '<a href="https://elsewhere.test/news?page=2">Next</a>',
        '<a href="/news">Next</a>',
        '<a rel="next" href="javascript:more()">Next</a>',
        '<button onclick="more()">Load more</button>',
        '<form method="post" action="/news?page=2"><button>Load more</button></form>',
        '<a aria-disabled="true" href="?page=2">Next</a>',
        '<aside><a href="/events?page=2">Older posts</a></aside>',
        '<a href="?id=123">View more</a>',
    ],
)
def test_what_only_looks_so(more: str) -> None:
    assert next_page(page(more), HERE) is None


@pytest.mark.parametrize(
    ("here", "pager", "expected"),
    [
        ("/news.html", "<li>1</li><li>{2}</li><li>{3}</li>", "/news.html?Page=2"),
        ("/news.html", "<li class='active'>{1}</li><li>{2}</li>", "/news.html?Page=2"),
        ("/news.html", "<li>{2}</li><li>{3}</li><li>{40}</li>", "/news.html?Page=2"),
        ("/news.html?Page=2", "<li>{1}</li><li>2</li><li>{3}</li>", "/news.html?Page=3"),
        ("/news.html?Page=2", "<li>{1}</li><li class='page-item current'>{2}</li><li>{3}</li>", "/news.html?Page=3"),
        ("/news.html?Page=3", "<li>{1}</li><li>{2}</li><li>3</li>", None),
        ("/news.html", "<li><a href='/2024'>2024</a></li><li><a href='/2023'>2023</a></li>", None),
        ("/news.html", "<li><a href='/a?id=2'>2</a></li>", None),
    ],
)
def test_a_pager_of_numbers(here: str, pager: str, expected: str | None) -> None:
    written = re.sub(r"\{(\d+)\}", r"<a href='/news.html?Page=\1'>\1</a>", pager)
    found = next_page(page(f"<ul class='pagination'>{written}</ul>"), f"https://portal.test{here}")
    assert found == (None if expected is None else f"https://portal.test{expected}")


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["<a href='?page=2'", " rel=next", ">", "Next", "</a>", "<form>", "<button", "<b", "&", "\x00"])
    )
)
def test_any_bytes_give_an_address_or_none(parts: list[str]) -> None:
    found = next_page("".join(parts).encode(), HERE)
    assert found is None or found.startswith("https://portal.test/")


@pytest.mark.parametrize(
    "piece", ["<button>", "<form><button>Next</button>", "<a href='?page=2'>Next</a>", "<div data-url=x>"]
)
def test_a_large_page_costs_little(piece: str) -> None:
    body = (piece * (400_000 // len(piece))).encode()
    began = time.process_time()
    next_page(body, HERE)
    assert time.process_time() - began < 3
