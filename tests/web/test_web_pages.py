"""The pages open to everybody, over a real database and a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from browser import NOW, Clock, fill, new_database, served, services
from lxml import html as lxml_html

from bot.web.pages import home
from bot.web.pages.frame import Page, Site, static_files
from bot.web.services import WebServices
from bot.web.wiring import Search
from feeds.database import Database
from feeds.model import Article, Source, Topic
from feeds.render import parse_opml
from feeds.store import articles, sources, topics
from feeds.store.search import Found

SEED, COPY, HOSTILE = "a" * 32, "b" * 32, "c" * 32
PUBLIC = (
    "/",
    "/sources",
    "/sources/ministry",
    "/sources/agency",
    "/sources/harbour",
    "/topics",
    "/topics/counter-terrorism-cooperation",
    f"/articles/{SEED}",
    f"/articles/{COPY}",
    f"/articles/{HOSTILE}",
    "/stories/35",
    "/search",
    "/search?q=extremism",
    "/follow",
    "/follow?topic=maritime-security",
    "/webhooks",
    "/sign-in",
    "/api/docs",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = new_database(tmp_path_factory.mktemp("web"))
    fill(made, Clock())
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(database: Database) -> Iterator[str]:
    # An admin token is set, so that the visitor of these tests is nobody in particular.
    with served(lambda base: services(database, Clock(), base, admin_token="x" * 20)) as base:
        yield base


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=10)


def document(url: str, **headers: str) -> lxml_html.HtmlElement:
    answer = get(url, **headers)
    assert answer.status_code == 200, answer.text
    return lxml_html.document_fromstring(answer.text)


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_page_is_whole_in_both_languages(site: str, path: str, language: str) -> None:
    answer = get(site + path, **{"Accept-Language": language})
    assert answer.status_code == 200
    page = lxml_html.document_fromstring(answer.text)
    assert page.get("lang") == language
    assert len(page.cssselect("h1")) == 1
    assert len(page.cssselect("main")) == 1
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_in_a_page_breaks_its_own_policy(site: str, path: str) -> None:
    answer = get(site + path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = lxml_html.document_fromstring(answer.text)
    assert not page.cssselect("style, [style], iframe, object, embed")
    assert all(script.get("src") and not script.text for script in page.cssselect("script"))
    assert not [name for element in page.iter() for name in element.keys() if name.startswith("on")]  # noqa: SIM118
    loaded = [element.get("src") or element.get("href") for element in page.cssselect("script, link[rel=stylesheet]")]
    assert all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("path", PUBLIC)
def test_every_link_of_ours_leads_somewhere(site: str, path: str) -> None:
    page = document(site + path)
    for element in page.cssselect("a[href^='/'], link[href^='/'], script[src^='/']"):
        address = element.get("href") or element.get("src")
        if not address.startswith("/feeds/"):
            assert get(site + address).status_code == 200, address


def announced(page: lxml_html.HtmlElement) -> list[str]:
    return [link.get("href") for link in page.cssselect("link[rel=alternate]")]


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/", "/feeds/all"),
        ("/sources/ministry", "/feeds/sources/ministry"),
        ("/topics/maritime-security", "/feeds/topics/maritime-security"),
        (f"/articles/{SEED}", "/feeds/topics/counter-terrorism-cooperation"),
        ("/search?q=coast guard", "/feeds/search"),
    ],
)
def test_pages_announce_their_feeds_in_three_formats(site: str, path: str, feed: str) -> None:
    found = announced(document(site + path))
    for extension in ("atom", "rss", "json"):
        assert any(address.split("?")[0] == f"{site}{feed}.{extension}" for address in found)


@pytest.mark.parametrize("path", PUBLIC)
def test_every_page_announces_a_feed(site: str, path: str) -> None:
    found = announced(document(site + path))
    assert found
    assert all(address.startswith(f"{site}/feeds/") for address in found)
    assert not any("/feeds/private/" in address for address in found)


def test_the_feed_of_a_search_carries_its_query(site: str) -> None:
    assert f"{site}/feeds/search.atom?q=coast%20guard" in announced(document(f"{site}/search?q=coast guard"))


def test_a_search_that_finds_nothing_names_what_stands_nowhere(site: str) -> None:
    page = document(f"{site}/search?q=extremism xylophone")
    assert [one.text for one in page.cssselect("#found .note code")] == ["xylophone"]
    assert not page.cssselect("#found .more")


def test_a_search_goes_on_to_older_articles(database: Database) -> None:
    def one_at_a_time(query: str, limit: int, before: int | None = None) -> Found:
        return Search(database)(query, 1, before)

    def made(base: str) -> WebServices:
        return replace(services(database, Clock(), base), search=one_at_a_time)

    with served(made) as base:
        page = document(f"{base}/search?q=extremism OR guard OR police")
        titles = []
        while True:
            titles += [one.text_content() for one in page.cssselect(".cards h3")]
            further = page.cssselect("#found .more a")
            if not further:
                break
            page = document(base + further[0].get("href"))
    assert len(titles) == len(set(titles)) > 1


def test_home_shows_what_happened(site: str) -> None:
    answer = get(site)
    assert len(answer.content) < 60_000
    page = lxml_html.document_fromstring(answer.text)
    text = page.text_content()
    assert "1 needs attention" in text
    assert page.cssselect("#live-articles h3")[0].text_content() == "Tom & Jerry <script>alert(1)</script>"
    assert page.cssselect("#live-alerts a")[0].get("href") == f"/articles/{SEED}"
    assert len(page.cssselect(".ways li")) == 3


def test_home_asks_again_and_is_told_only_what_changed(site: str, database: Database) -> None:
    first = get(f"{site}/fragments/home")
    assert "<html" not in first.text
    again = get(f"{site}/fragments/home", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content


def test_matched_words_are_marked_in_title_and_html(site: str) -> None:
    page = document(f"{site}/articles/{SEED}")
    assert [mark.text_content() for mark in page.cssselect("h1 mark")] == ["violent extremism"]
    # One match runs over the end of an <em>: it is marked on both sides of it.
    assert [mark.text_content() for mark in page.cssselect(".body mark")] == ["violent", " extremism", "cooperation"]
    assert page.cssselect(".body a")[0].get("href") == "https://news.example.org/surabaya"


def test_a_day_without_a_time_is_shown_as_the_day_it_was_there(site: str) -> None:
    page = document(f"{site}/articles/{SEED}")
    told = page.cssselect(".byline time")[0]
    assert told.text_content() == "7 August 2019"
    assert "7 tháng 8, 2019" in document(f"{site}/articles/{SEED}?lang=vi").text_content()


def test_pictures_are_lazy_and_only_an_article_may_load_them(site: str) -> None:
    answer = get(f"{site}/articles/{SEED}")
    picture = lxml_html.document_fromstring(answer.text).cssselect(".body img")[0]
    assert picture.get("loading") == "lazy"
    assert picture.get("referrerpolicy") == "no-referrer"
    assert "img-src 'self' https: http:;" in answer.headers["Content-Security-Policy"]
    assert "img-src 'self';" in get(site).headers["Content-Security-Policy"]


def test_what_sites_write_is_text_and_nothing_else(site: str) -> None:
    for path in ("/", "/sources/agency", f"/articles/{HOSTILE}"):
        answer = get(site + path)
        assert "<script>alert" not in answer.text
        assert "Tom &amp; Jerry &lt;script&gt;" in answer.text
        assert "5 &lt; 6 &amp; &#34;quoted&#34;" in answer.text


def test_an_article_names_its_copies_and_what_it_said_before(site: str) -> None:
    page = document(f"{site}/articles/{SEED}")
    assert f"/articles/{COPY}" in [link.get("href") for link in page.cssselect(".aside a")]
    assert page.cssselect("details .before")
    assert "Told to one follower" in page.text_content()
    # Who was told, and what failed, is for operators.
    assert "503" not in page.text_content()


def test_a_failing_source_says_why(site: str) -> None:
    text = document(f"{site}/sources/agency").text_content()
    assert "check for robots" in text
    assert "Failing since" in text


def test_long_lists_go_on(site: str) -> None:
    page = document(f"{site}/sources/ministry")
    onward = page.cssselect("a[rel=next]")[0].get("href")
    older = document(site + onward)
    titles = [heading.text_content() for heading in older.cssselect(".card h3")]
    assert titles[-1] == "Police of two provinces exchange experience, part 1"
    assert not older.cssselect("a[rel=next]")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "١"])
def test_a_page_number_that_is_none_shows_the_first(site: str, before: str) -> None:
    assert document(f"{site}/sources/ministry?before={before}").cssselect("a[rel=next]")


def test_a_query_that_is_none_shows_where(site: str) -> None:
    page = document(f"{site}/search?q=(coast")
    assert page.cssselect("#q")[0].get("aria-invalid") == "true"
    assert "^" in page.cssselect("#q-error pre")[0].text_content()


def test_a_person_s_own_query_is_shown_to_nobody(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    clock = Clock()
    with database.write() as connection:
        source = sources.add(connection, Source("one", "https://one.example.org/"), NOW)
        own = topics.save_topic(connection, Topic("own-1", "secret plans", "secret plans", owner="telegram:5"), NOW)
        article = articles.insert(
            connection,
            source,
            Article("https://one.example.org/1", title="Plans", uid="d" * 32),
            [],
            NOW,
            baseline=False,
        )
        assert own.id is not None
        topics.save_matches(connection, [topics.StoredMatch(own.id, article, (), 1.0)])
    with served(lambda base: services(database, clock, base, admin_token="x" * 20)) as base:
        for path in ("/", "/topics", "/articles/" + "d" * 32, "/api/v1/articles", "/api/v1/topics", "/follow", "/opml"):
            assert "secret plans" not in get(base + path).text
        assert get(f"{base}/topics/own-1").status_code == 404
        assert get(f"{base}/api/v1/topics/own-1").status_code == 404
        assert get(f"{base}/api/v1/articles?topic=own-1").status_code == 404
    database.close()


def test_no_address_of_a_site_is_more_than_an_address(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    with database.write() as connection:
        source = sources.add(connection, Source("one", "javascript:alert(1)"), NOW)
        bad = Article("javascript:alert(2)", title="Bad", image="data:text/html,x", text="Bad", uid="d" * 32)
        articles.insert(connection, source, bad, [], NOW, baseline=False)
    with served(lambda base: services(database, Clock(), base, admin_token="x" * 20)) as base:
        for path in ("/", "/sources/one", "/articles/" + "d" * 32):
            page = document(base + path)
            for element in page.cssselect("[href], [src]"):
                address = element.get("href") or element.get("src") or ""
                assert not address.startswith(("javascript:", "data:")), address
    database.close()


def test_an_empty_site_teaches(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    with served(lambda base: services(database, Clock(), base, admin_token="x" * 20)) as base:
        text = document(base).text_content()
        for path in ("/sources", "/topics", "/follow", "/webhooks", "/opml"):
            assert get(base + path).status_code == 200
    assert "No articles yet." in text
    assert "config/sources.toml" in text
    database.close()


@pytest.mark.parametrize(
    "path", ["/nothing", "/articles/zzz", "/stories/99999", "/stories/99999999999999", "/topics/x", "/tour/"]
)
def test_what_is_not_there_is_said_in_the_visitor_s_language(site: str, path: str) -> None:
    answer = get(site + path, **{"Accept-Language": "vi-VN,vi;q=0.9"})
    assert answer.status_code == 404
    assert "Không có gì ở đây" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_chosen_language_is_kept(site: str) -> None:
    visitor = requests.Session()
    assert 'lang="vi"' in visitor.get(f"{site}/?lang=vi", timeout=10).text
    assert 'lang="vi"' in visitor.get(f"{site}/sources", headers={"Accept-Language": "en"}, timeout=10).text


def test_a_search_is_shown_in_another_language_with_its_query(site: str) -> None:
    page = document(f"{site}/search?q=coast guard&notice=x&lang=en")
    [link] = page.cssselect("header a[hreflang=vi]")
    assert link.get("href") == "/search?q=coast+guard&lang=vi"


def test_the_deep_link_follows_the_topic_and_is_in_the_qr_code(site: str) -> None:
    page = document(f"{site}/follow?topic=maritime-security")
    link = page.cssselect("#telegram-link")[0].get("href")
    assert link == "https://t.me/TocsinBot?start=topic_maritime-security"
    drawing = page.cssselect(".qr svg")[0]
    assert link in drawing.get("aria-label")
    assert re.search(r"<path[^>]+d=\"M", lxml_html.tostring(drawing, encoding="unicode"))


def test_the_list_of_feeds_is_opml(site: str) -> None:
    answer = get(f"{site}/opml")
    addresses = [feed.xml_url for line in parse_opml(answer.content) for feed in line.feeds()]
    assert addresses[0] == f"{site}/feeds/all.atom"
    assert f"{site}/feeds/topics/maritime-security.atom" in addresses
    assert f"{site}/feeds/sources/ministry.atom" in addresses


def test_a_page_is_written_without_any_request(database: Database) -> None:
    """What the static export builds on: a site below a path, links and files included."""
    page = Page(Site("News", "All of it.", "https://static.example.org/desk"), "vi", datetime(2026, 11, 24, tzinfo=UTC))
    with database.read() as connection:
        text = home.render_home(page, home.read_home(connection, page))
    shown = lxml_html.document_fromstring(text)
    assert shown.get("lang") == "vi"
    assert shown.cssselect("link[rel=stylesheet]")[0].get("href") == f"/desk/static/{static_files()['style.css']}"
    assert all(
        link.get("href").startswith(("/desk", "https://static.example.org/desk"))
        for link in shown.cssselect("a:not(.skip)")
    )
    assert not shown.cssselect("script")
