"""Signs by which a page tells what is its article, and when it was published."""
# ruff: noqa: E501 (sentences stay whole)

from __future__ import annotations

from datetime import datetime

import pytest

from feeds.extract import read_article
from feeds.model import Article

URL = "https://harbour.example/news/7"
PROSE = (
    "The harbour council agreed on Monday that small boats must carry a light at night, after two near misses in autumn.",
    "Skippers who spoke at the meeting asked for a year to change over, and for a shop on the quay that sells the lamps.",
    "The rule is to be read out in the three languages of the port before it comes into force in the first week of May.",
)
TEXT = "".join(f"<p>{sentence}</p>" for sentence in PROSE)


def read(body: str, head: str = "<title>Boats to carry lights | Harbour</title>") -> Article:
    return read_article(f"<html><head>{head}</head><body>{body}</body></html>".encode(), URL)


def day(article: Article) -> str | None:
    return article.published.date().isoformat() if isinstance(article.published, datetime) else None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("<div>Published: 3 March 2026</div>", "2026-03-03"),
        ("<dl><dt>Published:</dt><dd>3 March 2026</dd></dl>", "2026-03-03"),
        ("<p>Erschienen am 3. März 2026</p>", "2026-03-03"),
        ("<p>Last updated 5 April 2026</p><p>Published 3 March 2026</p>", "2026-03-03"),
    ],
)
def test_a_date_beside_its_label_is_the_publication_s(shown: str, expected: str) -> None:
    assert day(read(f"<h1>Boats to carry lights</h1>{TEXT}{shown}")) == expected


def test_the_date_of_a_comment_is_not_the_article_s() -> None:
    comment = "<ol class='commentlist'><li class='comment'><p>1 June 2026</p><p>Nice lamps.</p></li></ol>"
    page = f"<article><h1>Boats to carry lights</h1>{TEXT}</article><p class='posted'>Posted 3 March 2026</p>{comment}"
    assert day(read(page)) == "2026-03-03"


def test_what_calls_itself_furniture_stays_where_it_holds_the_headline() -> None:
    page = f"<div class='post tag-share related'><h1>Boats to carry lights</h1>{TEXT}</div><div class='share'>Share it</div>"
    article = read(page)
    assert [line for line in article.text.splitlines() if line] == list(PROSE)


def test_what_is_hidden_is_not_read() -> None:
    hidden = "<div style='display: none'><p>Log in to keep this article for later, it is free for members.</p></div>"
    article = read(f"<article><h1>Boats to carry lights</h1>{hidden}{TEXT}</article>")
    assert "Log in" not in article.text
    assert PROSE[0] in article.text


def test_soft_hyphens_do_not_break_words() -> None:
    article = read(
        f"<article><h1>Boats to carry lights</h1><p>The sea\xadfarers and the har\xadbour.</p>{TEXT}</article>"
    )
    assert "The seafarers and the harbour." in article.text


def test_a_file_s_name_is_no_title() -> None:
    article = read(
        f"<article><h1>Boats to carry lights</h1>{TEXT}</article>",
        "<title>boats-lights-final-2026</title><meta property='og:title' content='boats-lights-final-2026'>",
    )
    assert article.title == "Boats to carry lights"


def test_a_date_inside_the_heading_is_not_part_of_the_title() -> None:
    article = read(
        f"<article><h1>Jun 17 Boats to carry lights</h1>{TEXT}</article>",
        "<title>Boats to carry lights | Harbour</title><meta property='og:title' content='Boats to carry lights'>",
    )
    assert article.title == "Boats to carry lights"


@pytest.mark.parametrize(
    ("head", "shown", "expected"),
    [
        ('<script>var page = {"datePublished": "2026-03-03T09:00:00+07:00"};</script>', "", "2026-03-03"),
        ("", '<abbr class="published" title="2026-03-03T10:00">at ten</abbr>', "2026-03-03"),
        ("", "<footer>Copyright 1999-2021 Harbour. All rights reserved.</footer>", None),
        ("", '<img src="/uploads/2015/03/04/logo.png"><script src="/app.2016-05-06.js"></script>', None),
        (
            "",
            "<p>The treaty of 5 March 1998 was renewed at that meeting, said a long statement to the press.</p>",
            None,
        ),
    ],
)
def test_a_day_that_is_neither_stated_nor_shown_is_looked_for_with_care(
    head: str, shown: str, expected: str | None
) -> None:
    assert day(read(f"<h1>Boats to carry lights</h1>{TEXT}{shown}", f"<title>Boats</title>{head}")) == expected
