"""What all kinds of sources have in common: one contract over the whole table."""

from __future__ import annotations

import pytest

from feeds.errors import ReadError
from feeds.model import Source
from feeds.sources import KINDS

URL = "https://example.org/news"
_CARD = (
    '<article class="card"><a href="/news/ministers-meet-police-in-hanoi-{0}"><h3>Ministers meet police of region {0}'
    "</h3></a><time datetime='2026-03-0{0}'>0{0}/03/2026</time><p>What the ministers said in region {0}.</p></article>"
)
SAMPLES = {
    "feed": "<rss><channel><item><title>x</title><link>/a</link><pubDate>2026-03-01</pubDate></item></channel></rss>",
    "api": '[{"title": "Ministers meet police", "link": "/a", "published_at": "2026-03-01T02:00:00+07:00"}]',
    "sitemap": "<urlset><url><loc>/a</loc><lastmod>2026-03-01</lastmod></url></urlset>",
    "page": f"<html><body><main>{''.join(_CARD.format(number) for number in range(1, 9))}</main></body></html>",
}
INDEX = (
    "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2026-03-01</lastmod></sitemap>"
    "<sitemap><loc>/new.xml</loc><lastmod>2026-03-02</lastmod></sitemap></sitemapindex>"
)


def source(kind: str) -> Source:
    return Source(slug="x", url=URL, kind=kind, time_zone="Asia/Ho_Chi_Minh")


def test_every_kind_has_its_sample_here() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_bytes_into_entries(kind: str) -> None:
    entries = KINDS[kind].read(SAMPLES[kind].encode(), URL, "text/html; charset=utf-8", source(kind))
    assert entries
    for entry in entries:
        assert entry.url.startswith("https://example.org/")
        moment = entry.published or entry.updated
        assert moment is not None
        assert moment.utcoffset() is not None
        assert moment.year == 2026
    assert KINDS[kind].leads_to(SAMPLES[kind].encode(), URL, source(kind)) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, b"<html><body><p>Nothing here.</p></body></html>"])
def test_every_kind_says_when_it_cannot_read(kind: str, body: bytes) -> None:
    with pytest.raises(ReadError):
        KINDS[kind].read(body, URL, None, source(kind))


def test_an_index_of_sitemaps_leads_to_its_newest() -> None:
    assert KINDS["sitemap"].leads_to(INDEX.encode(), URL, source("sitemap")) == "https://example.org/new.xml"
