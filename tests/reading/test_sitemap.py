"""Sitemaps, news sitemaps, and indexes of them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import NotAFeed, TooLarge
from feeds.sources.sitemap import LARGEST, child_sitemaps, read_sitemap

URL = "https://example.org/sitemap.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(urls: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACES}>{urls}</urlset>'.encode()


def index(children: str) -> bytes:
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>'.encode()


NEWS = urlset(
    """<url><loc>https://example.org/a?x=1&amp;y=2</loc><lastmod>2026-03-02T09:00:00Z</lastmod><news:news><news:publication>
    <news:name>Example</news:name><news:language>en</news:language></news:publication>
    <news:publication_date>2026-03-02T08:00:00+07:00</news:publication_date>
    <news:title>Ministers &amp; police meet</news:title><news:keywords>Police, ASEAN, Police</news:keywords></news:news>
    <image:image><image:loc>/i.jpg</image:loc></image:image></url>
    <url><loc>https://example.org/about</loc></url>"""
)
PLAIN = urlset(
    "<url><loc>/old</loc><lastmod>2020-01-01</lastmod></url><url><loc>/new</loc><lastmod>2026-03-01</lastmod></url>"
    "<url><loc>/undated</loc></url><url><loc>javascript:alert(1)</loc></url><url/><other/>"
)
INDEX = index(
    "<sitemap><loc>/pages.xml</loc><lastmod>2026-03-03</lastmod></sitemap>"
    "<sitemap><loc>/news-1.xml</loc><lastmod>2026-03-01</lastmod></sitemap>"
    "<sitemap><loc>/news-2.xml</loc><lastmod>2026-03-02</lastmod></sitemap>"
)


def test_a_news_sitemap_gives_its_news_only() -> None:
    (entry,) = read_sitemap(NEWS, URL)
    assert entry.url == "https://example.org/a?x=1&y=2"
    assert entry.title == "Ministers & police meet"
    assert entry.published == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert entry.updated == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (entry.language, entry.image) == ("en", "https://example.org/i.jpg")
    assert entry.categories == ("Police", "ASEAN")


def test_a_plain_sitemap_gives_the_newest_first() -> None:
    entries = read_sitemap(PLAIN, URL)
    assert [entry.url.rpartition("/")[2] for entry in entries] == ["new", "old", "undated"]


def test_a_pattern_chooses_addresses() -> None:
    assert [entry.url for entry in read_sitemap(PLAIN, URL, pattern="/(new|none)$")] == ["https://example.org/new"]


def test_a_day_is_one_of_the_sources_time_zone() -> None:
    assert read_sitemap(PLAIN, URL, time_zone="Asia/Ho_Chi_Minh")[0].updated == datetime(2026, 2, 28, 17, tzinfo=UTC)


def test_an_index_names_the_newest_news_first() -> None:
    names = [child.url.rpartition("/")[2] for child in child_sitemaps(INDEX, URL)]
    assert names == ["news-2.xml", "news-1.xml", "pages.xml"]
    with pytest.raises(NotAFeed, match="index"):
        read_sitemap(INDEX, URL)
    assert child_sitemaps(NEWS, URL) == []


def test_a_compressed_file_is_unpacked_within_the_cap() -> None:
    assert len(read_sitemap(gzip.compress(NEWS), URL)) == 1
    with pytest.raises(TooLarge):
        read_sitemap(gzip.compress(b" " * (LARGEST + 1)), URL)
    with pytest.raises(NotAFeed):
        read_sitemap(gzip.compress(NEWS)[:40], URL)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<rss></rss>", b"\x1f\x8b", b"{}"])
def test_what_is_no_sitemap_is_said_so(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_sitemap(body, URL)


@given(st.binary(max_size=200))
def test_any_bytes_give_entries_or_an_error(body: bytes) -> None:
    for start in (b"", b"<urlset>", b"<sitemapindex>", b"\x1f\x8b"):
        for read in (read_sitemap, child_sitemaps):
            try:
                read(start + body, URL)
            except NotAFeed:
                continue


def test_entries_have_no_made_up_publication_date() -> None:
    assert [entry.published for entry in read_sitemap(PLAIN, URL)] == [None] * 3
