"""Feeds over HTTP, from a real server: validators, encodings, methods, a shelf that changes or is away."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from served_feeds import MODIFIED, MemoryShelf, Rendered, serving

from bot.web.feed_protocol import feed_protocol
from bot.web.feed_replies import accepts_gzip, matches, not_modified_since
from bot.web.feeds import FeedServer
from feeds.errors import QueryError

BODY = "<feed>Hội nghị</feed>".encode() * 100
PATH = "topics/security.atom"


@dataclass
class Renderings:
    """What is rendered on demand, by the question."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def feed(self, feed: str, extension: str, *, before: str | None = None, full: bool = True) -> Rendered | None:
        self.asked.append((feed, extension, before, full))
        if feed == "broken":
            raise ConnectionError("the database is away")
        return Rendered(f"{feed} {extension} {before} {full}".encode()) if feed in ("all", "stories/ab") else None

    def query(self, text: str, extension: str, *, full: bool = True) -> Rendered | None:
        self.asked.append((text, extension, full))
        if text.startswith("("):
            raise QueryError("a bracket is not closed", query=text, position=0)
        return Rendered(f"query {text} {extension} {full}".encode())


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Site:
    """A running server, its shelf and its clock."""

    def __init__(self) -> None:
        self.shelf = MemoryShelf({PATH: Rendered(BODY)})
        self.renderings = Renderings()
        self.clock = Clock()
        self.server = FeedServer(
            self.shelf,
            base_url="https://news.example.org/",
            hub="https://news.example.org/hub",
            on_demand=self.renderings,
            otherwise=hello,
            clock=self.clock,
        )
        self.address = ""

    def get(self, path: str = "/feeds/" + PATH, method: str = "GET", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Accept-Encoding", "identity")
        return requests.request(method, self.address + path, headers=named, timeout=10)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with serving(site.server) as site.address:
        yield site


@pytest.fixture(scope="module", params=["h11", "httptools", "shortcut"])
def steady(request: pytest.FixtureRequest) -> Iterator[Site]:
    """For tests that change nothing: it takes a fifth of a second to stop a server."""
    site = Site()
    http = feed_protocol(site.server) if request.param == "shortcut" else request.param
    with serving(site.server, http=http) as site.address:
        yield site


def test_a_feed_comes_with_all_that_a_reader_needs_to_ask_again(steady: Site) -> None:
    answer = steady.get()
    assert answer.status_code == 200
    assert answer.content == BODY
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["ETag"] == Rendered(BODY).etag
    assert answer.headers["Last-Modified"] == "Mon, 02 Mar 2026 05:30:00 GMT"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(BODY))
    assert answer.links["hub"]["url"] == "https://news.example.org/hub"
    assert answer.links["self"]["url"] == "https://news.example.org/feeds/topics/security.atom"


def test_whoever_knows_the_etag_is_spared_the_bytes(steady: Site) -> None:
    answer = steady.get(If_None_Match=Rendered(BODY).etag)
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["ETag"] == Rendered(BODY).etag
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("{}", 304),
        ("W/{}", 304),
        ("*", 304),
        ('"a, b", {}, "c"', 304),
        ('W/"x",W/{}', 304),
        ('"other"', 200),
        ("unquoted", 200),
        ("", 200),
        ('"', 200),
    ],
)
def test_if_none_match(steady: Site, field: str, status: int) -> None:
    assert steady.get(If_None_Match=field.format(Rendered(BODY).etag)).status_code == status


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("Mon, 02 Mar 2026 05:30:00 GMT", 304),
        ("Monday, 02-Mar-26 05:30:00 GMT", 304),  # RFC 850
        ("Mon Mar  2 05:30:00 2026", 304),  # asctime
        ("Tue, 03 Mar 2026 00:00:00 GMT", 304),
        ("Mon, 02 Mar 2026 05:29:59 GMT", 200),
        ("Mon, 02 Mar 2026 12:30:00 +0700", 304),
        ("yesterday", 200),
        ("Mon, 99 Mar 2026 05:30:00 GMT", 200),
        ("", 200),
    ],
)
def test_if_modified_since(steady: Site, field: str, status: int) -> None:
    assert steady.get(If_Modified_Since=field).status_code == status


def test_if_modified_since_counts_only_without_if_none_match(steady: Site) -> None:
    answer = steady.get(If_None_Match='"other"', If_Modified_Since="Tue, 03 Mar 2026 00:00:00 GMT")
    assert answer.status_code == 200


def test_gzip_is_for_those_who_take_it(steady: Site) -> None:
    answer = steady.get(Accept_Encoding="gzip, deflate, br")
    assert answer.content == BODY  # requests decodes it
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(gzip.compress(BODY, mtime=0))
    assert answer.headers["ETag"] != Rendered(BODY).etag  # other bytes, another strong tag
    for tag in (answer.headers["ETag"], Rendered(BODY).etag):
        again = steady.get(Accept_Encoding="gzip", If_None_Match=tag)
        assert again.status_code == 304
        assert again.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize(
    ("field", "taken"),
    [
        (b"gzip", True),
        (b"deflate, gzip;q=0.5", True),
        (b"GZIP;q=1", True),
        (b"*", True),
        (b"*;q=0.1", True),
        (b"x-gzip;q=1", True),
        (b"gzip;q=0", False),
        (b"gzip;q=0.000, *;q=1", False),
        (b"*;q=0", False),
        (b"identity", False),
        (b"br;q=1", False),
        (b"gzip;q=x", False),
        (b"", False),
    ],
)
def test_accept_encoding(field: bytes, taken: bool) -> None:
    assert accepts_gzip(field) is taken


@given(st.binary(max_size=60))
def test_no_header_field_breaks_the_server(value: bytes) -> None:
    assert accepts_gzip(value) in (True, False)
    assert matches(value, [b"a"]) is (value.strip() == b"*" or b'"a"' in value)
    assert not_modified_since(value, MODIFIED) in (True, False)


def test_head_is_a_get_without_its_body(steady: Site) -> None:
    answer = steady.get(method="HEAD")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Content-Length"] == str(len(BODY))
    assert steady.get(method="HEAD", If_None_Match="*").status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_else_can_be_done_with_a_feed(steady: Site, method: str) -> None:
    answer = steady.get(method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_what_is_no_feed_is_not_found(steady: Site) -> None:
    for path in ("/feeds/", "/feeds/none.rss", "/feeds/%2e%2e/none.rss"):
        assert steady.get(path).status_code == 404


def test_what_can_be_no_path_is_not_looked_up(site: Site) -> None:
    for path in ("%00", "%ff.rss", "%0d%0aX-Injected:%201.rss", "a" * 400 + ".rss", "%20.rss"):
        assert site.get("/feeds/" + path).status_code == 404
    assert site.shelf.looked_up == []


def test_other_paths_are_the_applications(steady: Site) -> None:
    assert steady.get("/").text == "hello"
    assert steady.get("/feedsx").text == "hello"


def test_without_an_application_other_paths_are_not_found() -> None:
    with serving(FeedServer(MemoryShelf(), base_url="https://news.example.org")) as address:
        assert requests.get(address + "/", timeout=10).status_code == 404
        assert requests.get(address + "/feeds/all.rss", timeout=10).status_code == 404


def test_a_feed_is_read_from_the_shelf_once(site: Site) -> None:
    for _ in range(5):
        site.get()
    site.get(If_None_Match="*")
    assert site.shelf.looked_up == [PATH]


def test_a_change_is_seen_within_a_second(site: Site) -> None:
    assert site.get().content == BODY
    site.shelf.put(PATH, b"new")
    assert site.get().content == BODY
    site.clock.seconds += 1
    assert site.get().content == b"new"
    assert site.get(If_None_Match=Rendered(BODY).etag).status_code == 200


def test_what_did_not_change_is_not_read_again(site: Site) -> None:
    site.get()
    site.shelf.put("all.rss", b"another feed")
    site.clock.seconds += 1
    assert site.get("/feeds/all.rss").content == b"another feed"
    assert site.get().content == BODY
    assert site.shelf.looked_up == [PATH, "all.rss"]


def test_what_changes_while_it_is_read_is_read_again(site: Site) -> None:
    def change_and_ask() -> None:
        site.shelf.after_lookup = bool
        site.shelf.put(PATH, b"new")
        site.clock.seconds += 1
        assert site.get("/feeds/none.rss").status_code == 404  # the new version is known now

    site.shelf.after_lookup = change_and_ask
    assert site.get().content == BODY
    assert site.get().content == b"new"


def test_a_feed_that_is_removed_is_gone(site: Site) -> None:
    assert site.get().status_code == 200
    del site.shelf.documents[PATH]
    site.shelf.number += 1
    site.clock.seconds += 1
    assert site.get().status_code == 404


def test_while_the_database_is_away_what_was_read_is_served(site: Site) -> None:
    site.get()
    site.shelf.away = True
    site.clock.seconds += 60
    assert site.get().content == BODY
    missing = site.get("/feeds/all.rss")
    assert missing.status_code == 503
    assert missing.headers["Retry-After"] == "30"
    site.shelf.away = False
    site.clock.seconds += 60
    assert site.get("/feeds/none.rss").status_code == 404


def test_a_document_that_cannot_be_read_anew_is_served_as_it_was(site: Site) -> None:
    site.get()
    site.shelf.put(PATH, b"new")
    site.clock.seconds += 1
    assert site.get("/feeds/none.rss").status_code == 404  # the new version is known now
    site.shelf.away = True
    assert site.get().content == BODY
    site.shelf.away = False
    assert site.get().content == b"new"


def test_many_who_ask_at_once_cause_one_look_up() -> None:
    everybody = threading.Barrier(9, timeout=10)

    class SlowShelf(MemoryShelf):
        def lookup(self, path: str) -> Rendered | None:
            found = super().lookup(path)
            everybody.wait()
            return found

    shelf = SlowShelf({PATH: Rendered(BODY)})

    def ask(connection: http.client.HTTPConnection) -> bytes:
        connection.request("GET", "/feeds/" + PATH)
        everybody.wait()
        return connection.getresponse().read()

    with serving(FeedServer(shelf, base_url="https://news.example.org")) as address, ThreadPoolExecutor(8) as pool:
        connections = [http.client.HTTPConnection(urlsplit(address).netloc, timeout=10) for _ in range(8)]
        assert list(pool.map(ask, connections)) == [BODY] * 8
        for connection in connections:
            connection.close()
    assert shelf.looked_up == [PATH]


def test_a_slow_database_delays_only_the_one_who_asks_it(site: Site) -> None:
    site.get()
    asked, answered = threading.Event(), threading.Event()

    def slow_version() -> int:
        asked.set()
        assert answered.wait(10)
        return site.shelf.number

    site.shelf.before_version = slow_version
    site.clock.seconds += 1
    with ThreadPoolExecutor(1) as pool:
        delayed = pool.submit(site.get)
        assert asked.wait(10)
        assert site.get().content == BODY
        assert not delayed.done()
        answered.set()
        assert delayed.result().content == BODY


def test_memory_is_bounded() -> None:
    shelf = MemoryShelf({f"{number}.rss": Rendered(bytes([number]) * 1_000) for number in range(10)})
    server = FeedServer(shelf, base_url="https://news.example.org", maximum_bytes=3_500)
    with serving(server) as address:
        for _ in range(2):
            for number in range(10):
                body = requests.get(f"{address}/feeds/{number}.rss", timeout=10).content
                assert body == bytes([number]) * 1_000
    assert len(shelf.looked_up) == 20  # each had been forgotten when it was asked for again


def test_archive_pages_and_summaries_are_rendered_on_demand(steady: Site) -> None:
    assert steady.get("/feeds/all.rss?before=ab").text == "all rss ab True"
    answer = steady.get("/feeds/all.json?full=0&before=c%20d")
    assert answer.text == "all json c d False"
    assert answer.links["self"]["url"] == "https://news.example.org/feeds/all.json?before=c%20d&full=0"
    assert steady.get("/feeds/all.json?full=0", If_None_Match="*").status_code == 304
    assert steady.get("/feeds/none.json?full=0").status_code == 404


def test_what_is_not_on_the_shelf_is_rendered_on_demand(steady: Site) -> None:
    assert steady.get("/feeds/stories/ab.atom").text == "stories/ab atom None True"


def test_any_query_is_a_feed(steady: Site) -> None:
    answer = steady.get("/feeds/search.atom?q=kh%E1%BB%A7ng+b%E1%BB%91&full=0")
    assert answer.content.decode() == "query khủng bố atom False"
    assert answer.links["self"]["url"] == (
        "https://news.example.org/feeds/search.atom?q=kh%E1%BB%A7ng%20b%E1%BB%91&full=0"
    )
    assert steady.get("/feeds/search.atom?q=").status_code == 404
    assert steady.get("/feeds/search.atom").status_code == 404


def test_a_query_that_is_none_is_explained(steady: Site) -> None:
    answer = steady.get("/feeds/search.atom?q=(a")
    assert answer.status_code == 400
    assert "a bracket is not closed" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_rendering_that_fails_is_not_the_readers_fault(steady: Site) -> None:
    assert steady.get("/feeds/broken.rss?full=0").status_code == 503
    assert steady.get("/feeds/broken.rss").status_code == 503


def test_what_readers_append_changes_nothing(site: Site) -> None:
    assert site.get(f"/feeds/{PATH}?utm_source=reader&_=1").content == BODY
    assert site.renderings.asked == []


@pytest.mark.parametrize("query", ["q=%00%ff", "q=%0d%0aX-Injected:%201", "q=" + "%ED%A0%80", "%", "&&;=", "q=a&q=b"])
def test_no_query_string_breaks_the_server(steady: Site, query: str) -> None:
    answer = steady.get(f"/feeds/search.rss?{query}")
    assert answer.status_code in (200, 404)
    assert "X-Injected" not in answer.headers


def test_a_query_has_its_bounds(steady: Site) -> None:
    assert steady.get("/feeds/search.rss?q=" + "a" * 9_000).status_code == 414


def test_answers_are_counted(site: Site) -> None:
    site.get()
    site.get(If_None_Match="*")
    site.get("/feeds/none.rss")
    assert site.server.answered == {200: 1, 304: 1, 404: 1}


@pytest.mark.parametrize(
    ("base_url", "hub", "expected"),
    [
        (
            "https://news.example.org",
            "/hub",
            ["https://news.example.org/hub", "https://news.example.org/feeds/all.rss"],
        ),
        (
            "https://tin.bộ.example/a/",
            "/hub",
            ["https://tin.xn--b-8xm.example/a/hub", "https://tin.xn--b-8xm.example/a/feeds/all.rss"],
        ),
        ("", "https://hub.example/", ["https://hub.example/", "/feeds/all.rss"]),
        ("https://news.example.org", None, ["https://news.example.org/feeds/all.rss"]),
    ],
)
def test_links_are_addresses_whatever_is_configured(base_url: str, hub: str | None, expected: list[str]) -> None:
    server = FeedServer(MemoryShelf({"all.rss": Rendered(BODY)}), base_url=base_url, hub=hub)
    with serving(server) as address:
        links = requests.get(address + "/feeds/all.rss", timeout=10).links
    assert [link["url"] for link in links.values()] == expected


def test_below_a_root_path_feeds_are_found_too() -> None:
    server = FeedServer(MemoryShelf({PATH: Rendered(BODY)}), base_url="https://news.example.org/news")
    with serving(server, root_path="/news") as address:
        assert requests.get(f"{address}/feeds/{PATH}", timeout=10).content == BODY
