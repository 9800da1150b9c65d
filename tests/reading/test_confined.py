"""Large bodies are read in a process that is killed at its limits; what comes of it is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from feeds.completion import complete
from feeds.confined import LARGE, MEMORY, in_process
from feeds.errors import EmptyList, NotAFeed, ReadError
from feeds.fetch import Response
from feeds.model import Entry, Source
from feeds.sources import KINDS
from feeds.sources.discover import explore

URL = "https://large.test/news"
PADDING = b"<!-- " + b"x" * LARGE + b" -->"
ROWS = "".join(
    f'<li class="item"><h3><a href="/news/{n}-of-the-ministry">News number {n} of the ministry</a></h3></li>'
    for n in range(8)
)
PAGE = f"<html><body><main><ul>{ROWS}</ul></main></body></html>".encode()
FEED = b"<rss><channel><title>F</title><item><title>One</title><link>/1</link></item>%s</channel></rss>"


@pytest.mark.parametrize(
    ("kind", "small", "large"), [("page", PAGE, PAGE + PADDING), ("feed", FEED % b"", FEED % PADDING)]
)
def test_a_large_body_is_read_as_a_small_one(kind: str, small: bytes, large: bytes) -> None:
    source = Source("large", URL, kind=kind)
    entries = KINDS[kind].read(large, URL, "text/html", source)
    assert entries == KINDS[kind].read(small, URL, "text/html", source) != []
    assert KINDS[kind].goes_on(large, URL, {}) is None


def test_what_cannot_be_read_is_said_as_ever() -> None:
    with pytest.raises(NotAFeed, match="No feed was found"):
        KINDS["feed"].read(PADDING, URL, None, Source("large", URL))
    with pytest.raises(EmptyList) as raised:
        explore(URL, lambda url: Response(url, 200, {}, PADDING, "text/html"))
    assert raised.value.url == URL


def test_a_large_page_is_found_and_its_article_read() -> None:
    body = PAGE + PADDING
    found = explore(URL, lambda url: Response(url, 200, {}, body if url == URL else b"", "text/html"))
    assert (found.kind, len(found.entries)) == ("page", 8)
    article = b"<h1>News of the ministry</h1><p>" + b"The ministry said so at length on the day. " * 20 + PADDING
    completion = complete(Entry(f"{URL}/1"), Source("large", URL), lambda url: Response(url, 200, {}, article))
    assert completion.article.title == "News of the ministry"


@pytest.mark.parametrize(("function", "little", "much"), [(sum, range(10), range(10**13)), (bytes, 10, 2 * MEMORY)])
def test_what_takes_too_much_time_or_memory_is_killed(function: Callable[..., Any], little: Any, much: Any) -> None:
    assert in_process(function, (little,), {}, url=URL, seconds=1) == function(little)
    with pytest.raises(ReadError, match=r"https://large\.test/news could not be read within 1 s and 1024 MB"):
        in_process(function, (much,), {}, url=URL, seconds=1)
