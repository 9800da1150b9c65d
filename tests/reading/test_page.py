"""Reading a list page: selectors, stored patterns, what is no list, and what only pretends to be the site."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_pages import portal_of_2026

from feeds.errors import BotProtection, EmptyList, ReadError
from feeds.sources.page import find_list, read_list

URL = "https://site.test/news"
CARDS = "".join(
    f'<div class="c"><a href="/news/story-number-{n}-of-the-day">Story {n} of this day</a><b>0{n}/10/2026</b></div>'
    for n in range(9, 0, -1)
)
OTHERS = (
    '<ul class="o"><li><a href="/x/1">First of the other links</a></li><li><a href="/x/2">Second of them</a></li></ul>'
)


def urls(body: str, **more: Any) -> list[str]:
    return [entry.url for entry in read_list(f"<html><body>{body}</body></html>".encode(), URL, **more)]


@pytest.mark.parametrize(
    "selector", ["ul.o a", "//ul[@class='o']//a", "ul.o li", "//ul[@class='o']/li/a/@href", "(//ul)[1]"]
)
def test_a_hand_given_selector_wins(selector: str) -> None:
    found = urls(CARDS + OTHERS, selector=selector, pattern="div.c > a")
    assert found[0] == "https://site.test/x/1"
    assert all("/x/" in url for url in found)


def test_a_selector_may_name_a_single_link() -> None:
    assert urls(CARDS + OTHERS, selector="ul.o li:last-child a") == ["https://site.test/x/2"]


@pytest.mark.parametrize("selector", ["div[[", "//div[", "a:nope(", "(("])
def test_a_selector_that_is_none_is_said_so(selector: str) -> None:
    with pytest.raises(ReadError, match="neither CSS nor XPath"):
        urls(CARDS, selector=selector)


def test_a_stored_pattern_that_matches_nothing_is_an_error_and_not_an_empty_list() -> None:
    with pytest.raises(EmptyList, match="redesigned"):
        urls(CARDS, pattern="main > article > a")


def test_a_stored_pattern_still_finds_a_list_that_has_become_short() -> None:
    page = f"<html><body><div class='l'>{CARDS}</div></body></html>".encode()
    patterns = find_list(page, URL).patterns
    short = CARDS[: CARDS.index("</div>") + 6]
    assert urls(f"<div class='l'>{short}</div>", pattern=patterns) == [
        "https://site.test/news/story-number-9-of-the-day"
    ]


def test_new_articles_appear_under_the_stored_pattern() -> None:
    page = f"<html><body>{CARDS}</body></html>".encode()
    patterns = find_list(page, URL).patterns
    new = (
        '<div class="c new"><a href="/news/something-new-today">Something new happened today</a><b>11/10/2026</b></div>'
    )
    assert urls(new + CARDS, pattern=patterns)[0] == "https://site.test/news/something-new-today"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>No articles match your search.</p>",
        "<ul><li><a href='/'>Home</a></li><li><a href='/about'>About</a></li><li><a href='/help'>Help</a></li></ul>",
        "<p>One <a href='/a'>link</a> in prose, and <a href='/b'>another one</a>.</p>",
        '<div id="root"></div><script src="/bundle.js"></script>',
    ],
)
def test_a_page_without_a_list_is_an_error(body: str) -> None:
    with pytest.raises(EmptyList):
        urls(body)


@pytest.mark.parametrize(
    "body",
    [
        "<script>var a=1;document.cookie='k='+a;location.reload();</script>",
        '<script src="/challenge.js"></script><noscript>Please enable</noscript>',
        "<h1>Just a moment...</h1><div id='cf-wrapper'></div><script>window._cf_chl_opt={}</script>",
        "<p>Access denied</p><p>Reference 18.2f</p>",
        '<form><div class="g-recaptcha"></div></form><p>Verify that you are a human</p>',
    ],
)
def test_a_challenge_page_is_not_an_empty_list(body: str) -> None:
    with pytest.raises(BotProtection):
        urls(body)
    with pytest.raises(BotProtection):
        urls(body, pattern="div.c > a")


def test_two_links_to_one_article_are_one_entry_with_the_words_of_the_better_one() -> None:
    page = portal_of_2026()
    entries = read_list(page.html, page.url)
    assert len({entry.url for entry in entries}) == len(entries) == 10
    assert entries[0].title == page.titles[0]
    assert entries[0].image == "https://portal.test/i/0.jpg"
    assert entries[0].summary.startswith("Officials said on the day")


def test_dates_are_days_in_the_sources_time_zone() -> None:
    entry = read_list(f"<body>{CARDS}</body>".encode(), URL, time_zone="Asia/Ho_Chi_Minh")[0]
    assert entry.published is not None
    assert entry.published.isoformat() == "2026-10-09T00:00:00+07:00"


def test_figures_are_read_the_way_that_puts_the_list_in_order() -> None:
    months_first = CARDS.replace("/10/2026", "/05/2026")
    month_names = [
        entry.published.month for entry in read_list(f"<body>{months_first}</body>".encode(), URL) if entry.published
    ]
    assert month_names == [5] * 9  # 9 May to 1 May falls as well as 5 September to 5 January
    mixed = months_first.replace("09/05/2026", "08/17/2026")
    months = [entry.published.month for entry in read_list(f"<body>{mixed}</body>".encode(), URL) if entry.published]
    assert months == [8, 8, 7, 6, 5, 4, 3, 2, 1]


def test_relative_links_follow_the_base_element() -> None:
    body = CARDS.replace('href="/news/', 'href="')
    html = f'<html><head><base href="https://cdn.site.test/en/"></head><body>{body}</body></html>'
    assert read_list(html.encode(), URL)[0].url == "https://cdn.site.test/en/story-number-9-of-the-day"


def test_a_list_stated_in_json_ld_is_read_by_its_pattern() -> None:
    html = b"""<html><head><script type="application/ld+json">{"@type": "ItemList", "itemListElement": [
        {"@type": "ListItem", "position": 1, "url": "/a/1", "name": "One"},
        {"@type": "ListItem", "position": 2, "item": {"@type": "NewsArticle", "url": "https://site.test/a/2",
         "headline": "Two", "datePublished": "2026-05-01T10:00:00Z"}}]}</script></head><body></body></html>"""
    entries = read_list(html, URL, pattern="json-ld")
    assert [(entry.url, entry.title) for entry in entries] == [
        ("https://site.test/a/1", "One"),
        ("https://site.test/a/2", "Two"),
    ]
    with pytest.raises(EmptyList):
        read_list(b"<html><body><p>text of the page</p></body></html>", URL, pattern="json-ld")


@settings(max_examples=60)
@given(st.binary(max_size=500))
def test_any_bytes_are_a_list_or_an_error(body: bytes) -> None:
    try:
        assert read_list(body, URL)
    except ReadError:
        pass


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"<a href=/a-b-c-d>a deep link</a>",
        b"".join(b"<div><a href=/a-b-c-d-%d>deep and deeper link %d</a>" % (n, n) for n in range(3_000)),
        b"<ul>" + b"".join(b"<li><a href=/a-b-c-%d>one of many links %d</a>" % (n, n) for n in range(20_000)),
        b"<table><tr>" + b"<td><a href=/a-b-c-d>a cell of the row</a>" * 20_000,
        b"<a href='" + b"a" * 1_000_000 + b"'>x</a>",
        b"<div class='" + b"related-" * 50_000 + b"'>x</div>",
    ],
    ids=range(6),
)
def test_hostile_pages_end_in_time(body: bytes) -> None:
    try:
        assert len(read_list(body, URL)) <= 3_000
    except ReadError:
        pass


TITLES = (
    "Two ports agree on one timetable",
    "Pilots ask for better lights",
    "Ferry stays in harbour over winter",
    "New crane arrives by barge",
    "Council hears the fishermen",
)


def test_the_years_of_an_archive_are_not_its_articles() -> None:
    years = "".join(
        f"<section class='archives-wrap'><div class='year'><a href='/archives/{year}'>{year}</a></div>"
        "<div class='archives'>"
        + "".join(
            f"<article><time datetime='{year}-0{number + 1}-05'>0{number + 1}-05</time>"
            f"<h1><a href='/p/{year}{number}.html'>{title} in {year}</a></h1></article>"
            for number, title in enumerate(TITLES)
        )
        + "</div></section>"
        for year in (2026, 2025)
    )
    months = "".join(f"<li><a href='/archives/2026/0{month}/'>Month {month} 2026</a></li>" for month in range(1, 9))
    page = f"<body><section id='main'>{years}</section><aside><h3>Archives</h3><ul>{months}</ul></aside></body>"
    found = {entry.url for entry in read_list(page.encode(), "https://harbour.example/archives/")}
    assert found == {f"https://harbour.example/p/{year}{number}.html" for year in (2026, 2025) for number in range(5)}


def test_the_content_beside_a_navigation_is_no_navigation() -> None:
    every = "".join(
        f"<li><a href='/posts/{number}-all-of-them-here/'>{title}, again</a></li>"
        for number in range(12)
        for title in TITLES[:1]
    )
    posts = "".join(
        f"<li class='post'><p><a href='/posts/{number}-a-post-of-ours/'>{title}</a> 0{number + 1} March 2026</p>"
        f"<p>{title}: what was said.</p></li>"
        for number, title in enumerate(TITLES)
    )
    page = (
        f"<body><nav class='nav-side'><ul>{every}</ul></nav>"
        f"<section class='nav-content-wrap'><div class='nav-content'><ul>{posts}</ul></div></section></body>"
    )
    found = {entry.url for entry in read_list(page.encode(), "https://harbour.example/")}
    assert found == {f"https://harbour.example/posts/{number}-a-post-of-ours/" for number in range(5)}
