"""What can be watched at an address: every way that one response offers, and the one that proves itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from list_pages import portal_of_2026, wordpress_blog

from feeds.errors import BotProtection, EmptyList, FetchError
from feeds.model import Source
from feeds.sources import KINDS
from feeds.sources.discover import MOST_GETS, Found, discover, explore
from feeds.sources.page import read_list

PORTAL = portal_of_2026()
RSS = "application/rss+xml"


@dataclass
class Response:
    url: str
    body: bytes
    content_type: str | None = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """Answers GETs from memory and remembers them."""

    pages: Mapping[str, Response]
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> Response:
        self.asked.append(url)
        if url not in self.pages:
            raise FetchError(f"404 for {url}", url=url, status=404)
        return self.pages[url]


def feed(urls: list[str], newest: date = date(2026, 10, 19)) -> bytes:
    items = "".join(
        f"<item><title>Item {n}</title><link>{url}</link>"
        f"<pubDate>{newest - timedelta(days=n):%a, %d %b %Y} 01:00:00 UTC</pubDate></item>"
        for n, url in enumerate(urls)
    )
    return f'<rss version="2.0"><channel><title>F</title><link>/</link>{items}</channel></rss>'.encode()


def site(url: str, html: str | bytes, **others: Response) -> Site:
    body = html.encode() if isinstance(html, str) else html
    return Site({url: Response(url, body), **{one.url: one for one in others.values()}})


def with_head(page: bytes, head: str) -> bytes:
    return page.replace(b"</head>", head.encode() + b"</head>")


ANNOUNCED = '<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="News">'


def test_an_address_that_is_a_feed_needs_one_get() -> None:
    home = Site({"https://a.test/f": Response("https://a.test/f", feed(["https://a.test/1"]), RSS)})
    found = explore("https://a.test/f", home.get)
    assert (found.kind, found.feed_url, found.confidence) == ("feed", "https://a.test/f", 1.0)
    assert [entry.url for entry in found.entries] == ["https://a.test/1"]
    assert home.asked == ["https://a.test/f"]


def test_an_announced_feed_with_the_pages_articles_wins() -> None:
    page = with_head(PORTAL.html, ANNOUNCED)
    home = site(PORTAL.url, page, feed=Response("https://portal.test/feed.xml", feed(list(PORTAL.articles)), RSS))
    found = explore(PORTAL.url, home.get)
    assert (found.kind, found.feed_url) == ("feed", "https://portal.test/feed.xml")
    assert found.confidence >= 0.9


def test_a_feed_found_only_through_a_page_of_feeds() -> None:
    listing = '<ul><li><a href="/rss/law.rss">Law</a></li><li><a href="/rss/news.rss">News</a></li></ul>'
    home = site(
        PORTAL.url,
        PORTAL.html,
        listing=Response("https://portal.test/rss", listing.encode()),
        news=Response("https://portal.test/rss/news.rss", feed(list(PORTAL.articles)), RSS),
        law=Response("https://portal.test/rss/law.rss", feed(["https://portal.test/l/1"]), RSS),
    )
    found = explore(PORTAL.url, home.get)
    assert (found.kind, found.feed_url) == ("feed", "https://portal.test/rss/news.rss")


def test_a_dead_feed_does_not_win_over_a_living_list() -> None:
    page = with_head(PORTAL.html, ANNOUNCED)
    old = feed(list(PORTAL.articles), newest=date(2021, 3, 1))
    found = explore(PORTAL.url, site(PORTAL.url, page, feed=Response("https://portal.test/feed.xml", old, RSS)).get)
    assert found.kind == "page"
    assert any("not used" in note for note in found.notes)


def test_a_feed_of_other_articles_does_not_win_over_the_section_that_was_asked_for() -> None:
    page = with_head(PORTAL.html, ANNOUNCED)
    other = feed([f"https://portal.test/sport/{n}" for n in range(10)])
    found = explore(PORTAL.url, site(PORTAL.url, page, feed=Response("https://portal.test/feed.xml", other, RSS)).get)
    assert found.kind == "page"
    assert len(found.entries) == 10


def test_tomorrows_look_with_the_stored_options_reads_the_same() -> None:
    found = explore(PORTAL.url, site(PORTAL.url, PORTAL.html).get)
    assert (found.kind, found.feed_url) == ("page", PORTAL.url)
    again = read_list(PORTAL.html, PORTAL.url, pattern=found.options["pattern"])
    assert [entry.url for entry in again] == [entry.url for entry in found.entries] == list(PORTAL.articles)


def test_a_hand_given_selector_wins_over_a_feed() -> None:
    page = with_head(PORTAL.html, ANNOUNCED)
    home = site(PORTAL.url, page, feed=Response("https://portal.test/feed.xml", feed(list(PORTAL.articles)), RSS))
    found = explore(PORTAL.url, home.get, selector="div.item a")
    assert (found.kind, found.options) == ("page", {"selector": "div.item a"})
    assert len(found.entries) == 40
    assert len(home.asked) == 1


def test_a_publishing_systems_own_feed_is_tried() -> None:
    blog = wordpress_blog()
    page = with_head(blog.html, '<meta name="generator" content="WordPress 6.9">')
    home = site(blog.url, page, feed=Response("https://blog.test/feed/", feed(list(blog.articles)), RSS))
    found = explore(blog.url, home.get)
    assert (found.kind, found.feed_url) == ("feed", "https://blog.test/feed/")


def test_a_page_of_scripts_with_a_news_sitemap_named_in_robots() -> None:
    news = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
        <url><loc>https://app.test/a/1</loc><n:news><n:publication_date>2026-10-01</n:publication_date><n:title>One</n:title>
        </n:news></url></urlset>"""
    home = site(
        "https://app.test/",
        '<div id="root"></div><script src="/b.js"></script>',
        robots=Response(
            "https://app.test/robots.txt", b"User-agent: *\nSitemap: https://app.test/news.xml\n", "text/plain"
        ),
        news=Response("https://app.test/news.xml", news, "application/xml"),
    )
    found = explore("https://app.test/", home.get)
    assert (found.kind, found.feed_url) == ("sitemap", "https://app.test/news.xml")
    assert [entry.title for entry in found.entries] == ["One"]


def test_a_list_stated_for_machines_is_a_candidate_with_its_own_pattern() -> None:
    members = ",".join(f'{{"@type":"ListItem","url":"/a/{n}","name":"Item {n}"}}' for n in range(5))
    stated = f'<script type="application/ld+json">{{"@type":"ItemList","itemListElement":[{members}]}}</script>'
    html = f'<html><head>{stated}</head><body><div id="app"></div></body></html>'
    found: Found = explore("https://app.test/", site("https://app.test/", html).get)
    assert (found.kind, dict(found.options)) == ("page", {"pattern": "json-ld"})
    assert len(found.entries) == 5


def test_a_list_that_the_page_holds_for_its_own_scripts() -> None:
    menu = [{"label": name, "href": f"/{name}"} for name in ("about", "news", "advice", "report")]
    items = [
        {"title": f"Police release {n}", "href": f"/news/release-{n}", "publishedAt": f"2026-10-{20 - n}T01:00:00Z"}
        for n in range(6)
    ]
    state = {"props": {"pageProps": {"menu": menu, "releases": {"total": 6, "items": items}}}}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    links = "".join(f'<a href="{one["href"]}">{one["label"]}</a>' for one in menu)
    page = f'<html><body><div id="__next"><nav>{links}</nav><main><h1>News</h1></main></div>{script}</body></html>'
    found = explore("https://police.test/news", site("https://police.test/news", page).get)
    assert (found.kind, found.options["fields"]["items"]) == ("api", "props.pageProps.releases.items")
    assert [entry.url for entry in found.entries] == [f"https://police.test/news/release-{n}" for n in range(6)]
    source = Source("police", found.feed_url, kind=found.kind, options=found.options)
    assert KINDS["api"].read(page.encode(), found.feed_url, "text/html", source) == found.entries
    only_menu = page.replace('"title"', '"text"')
    with pytest.raises(EmptyList):
        explore("https://police.test/news", site("https://police.test/news", only_menu).get)


def test_the_candidates_of_one_page_are_shown_in_order_of_trust() -> None:
    comments = '<link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="Comments">'
    discovery = discover(with_head(PORTAL.html, comments + ANNOUNCED), PORTAL.url, "text/html")
    assert [candidate.url for candidate in discovery.candidates][-1] == "https://portal.test/comments/feed/"
    confidences = [candidate.confidence for candidate in discovery.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert all(candidate.why for candidate in discovery.candidates)


def test_an_exploration_asks_only_so_often() -> None:
    links = "".join(f'<a href="/feeds/{n}.rss">RSS {n}</a>' for n in range(200))
    home = site("https://many.test/", f"<html><body>{links}</body></html>")
    with pytest.raises(EmptyList):
        explore("https://many.test/", home.get)
    assert len(home.asked) <= MOST_GETS
    assert len(set(home.asked)) == len(home.asked)


def test_a_challenge_is_said_to_be_one() -> None:
    home = site("https://wall.test/", "<script>document.cookie='x=1';location.reload()</script>")
    with pytest.raises(BotProtection):
        explore("https://wall.test/", home.get)


def test_what_the_first_get_raises_is_raised() -> None:
    with pytest.raises(FetchError):
        explore("https://gone.test/", Site({}).get)
