"""A few sites on one small web, for what is previewed and added."""

from __future__ import annotations

from dataclasses import dataclass, field

from feeds.errors import FetchError
from feeds.fetch import Response

NEWS = "https://press.example.org/news"
FEED = "https://press.example.org/feed.xml"
LIST = "".join(
    f'<li><a href="/news/{n}-a-long-headline-of-the-day">Headline number {n} of the ministry</a>'
    f"<time datetime='2026-11-{n:02}'>{n} November 2026</time></li>"
    for n in range(1, 11)
)
MOST_READ = "".join(f'<p class="most"><a href="/read/{n}">Most read number {n}</a></p>' for n in range(4))
PAGE = (
    f'<html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="{FEED}"></head>'
    f"<body><main><ul>{LIST}</ul></main><aside>{MOST_READ}</aside></body></html>"
)
ITEMS = "".join(
    f"<item><title>Headline number {n} of the ministry</title>"
    f"<link>https://press.example.org/news/{n}-a-long-headline-of-the-day</link></item>"
    for n in range(1, 11)
)
RSS = f'<rss version="2.0"><channel><title>Press</title><link>{NEWS}</link>{ITEMS}</channel></rss>'
ARTICLE = f"<html><body><article><h1>Headline</h1><p>{'A sentence about patrols. ' * 30}</p></article></body></html>"


@dataclass
class Web:
    """The sites out there, as the fetcher would bring them."""

    pages: dict[str, str] = field(default_factory=lambda: {NEWS: PAGE, FEED: RSS})
    errors: dict[str, Exception] = field(default_factory=dict)

    def get(self, url: str) -> Response:
        if url in self.errors:
            raise self.errors[url]
        if url.endswith("robots.txt"):
            raise FetchError("404", url=url, status=404)
        kind = "application/rss+xml" if url == FEED else "text/html"
        return Response(url, 200, {}, self.pages.get(url, ARTICLE).encode(), kind)
