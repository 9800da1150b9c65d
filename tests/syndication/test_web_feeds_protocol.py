"""The shortcut answers as uvicorn does, only where it may, and leaves everything else to uvicorn."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from served_feeds import MemoryShelf, Rendered, serving

from bot.web.feed_protocol import FeedProtocol, feed_protocol
from bot.web.feed_replies import Reply
from bot.web.feeds import FeedServer

BODY = b"<feed/>" * 50
LARGE = b"x" * 500_000
HUGE = b"x" * 20_000_000
"""More than the buffers of two sockets hold."""
GET = b"GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n"


class Site:
    """A running server that counts how many answers took the shortcut."""

    def __init__(self) -> None:
        self.shelf = MemoryShelf({"all.rss": Rendered(BODY), "large.rss": Rendered(LARGE), "huge.rss": Rendered(HUGE)})
        self.server = FeedServer(
            self.shelf, base_url="https://news.example.org", check_every=3_600, otherwise=self.echo
        )
        self.reached = threading.Event()
        self.release: Callable[[], object] = bool
        self.shortcuts = 0
        self.address = ("127.0.0.1", 0)

    def protocol(self) -> type[FeedProtocol]:
        site = self

        class Counting(feed_protocol(self.server)):  # type: ignore[misc]
            def _write(self, reply: Reply) -> None:
                site.shortcuts += 1
                super()._write(reply)

        return Counting

    async def echo(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers with the body it was sent; /waiting answers when it is released."""
        body = b""
        more = scope["path"] != "/waiting"
        if not more:
            loop, released = asyncio.get_running_loop(), asyncio.Event()
            self.release = lambda: loop.call_soon_threadsafe(released.set)
            self.reached.set()
            await released.wait()
            body = b"at last"
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    def handle_all_that_was_sent(self) -> None:
        """Return when the server, which has one thread, has seen everything sent to it before."""
        with self.connect() as connection, connection.makefile("rb") as reader:
            for _ in range(2):
                connection.sendall(GET + b"\r\n")
                assert answer(reader)[2] == BODY

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)


def answer(reader: Any) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """The next answer of a connection: status line, headers, body. ("" at the end.)"""
    status = reader.readline().rstrip()
    headers = {}
    while line := reader.readline().rstrip():
        name, _, value = line.partition(b": ")
        headers[name.lower()] = value
    length = 0 if b" 304 " in status else int(headers.get(b"content-length", b"0"))
    return status, headers, reader.read(length)


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    site = Site()
    with serving(site.server, http=site.protocol(), timeout_keep_alive=5) as address:
        parts = urlsplit(address)
        site.address = (parts.hostname or "", parts.port or 0)
        # The first requests read the shelf.
        with site.connect() as connection, connection.makefile("rb") as reader:
            for path in (b"all", b"large", b"huge"):
                connection.sendall(GET.replace(b"all", path) + b"\r\n")
                answer(reader)
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    running.shortcuts = 0
    return running


@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"Accept-Encoding: gzip\r\n",
        b"accept-encoding:gzip;q=0 \r\n",
        b'IF-NONE-MATCH:\t"x", *\t\r\n',
        b"If-None-Match: *\r\n",
        b"If-None-Match: *\r\nAccept-Encoding: gzip\r\n",
        b"If-Modified-Since: Mon, 02 Mar 2026 05:30:00 GMT\r\n",
        b"User-Agent: reader \xff\r\nAccept: */*\r\nConnection: Keep-Alive\r\n",
    ],
)
def test_the_answer_is_that_of_uvicorn(site: Site, fields: bytes) -> None:
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(GET + fields + b"\r\n")
        short = answer(reader)
        assert site.shortcuts == 1
        for half in (GET, fields + b"\r\n"):  # in two pieces: not for the shortcut
            connection.sendall(half)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        long = answer(reader)
    assert short[0] == long[0]
    assert {name: value for name, value in short[1].items() if name != b"date"} == {
        name: value for name, value in long[1].items() if name != b"date"
    }
    assert b"date" in short[1]
    assert short[2] == long[2]


def test_a_large_body_arrives_whole(site: Site) -> None:
    with site.connect() as connection, connection.makefile("rb") as reader:
        for _ in range(3):
            connection.sendall(GET.replace(b"all", b"large") + b"\r\n")
            assert answer(reader)[2] == LARGE
    assert site.shortcuts == 3


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"HEAD /feeds/all.rss HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /feeds/all.rss?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /feeds/all%2Erss HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /feeds/none.rss HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /other HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /feeds/all.rss HTTP/1.0\r\nHost: a\r\n\r\n",
        GET + b"Connection: close\r\n\r\n",
        GET + b"Content-Length: 0\r\n\r\n",
        GET + b"Expect: 100-continue\r\n\r\n",
        GET + b"Host: b\r\n\r\n",
        GET + b'If-None-Match: "a"\r\nIf-None-Match: "b"\r\n\r\n',
        GET + b"X: " + b"x" * 9_000 + b"\r\n\r\n",
        b"GET /feeds/all.rss HTTP/1.1\r\nX: no host\r\n\r\n",
        GET + b"no colon\r\n\r\n",
        GET + b"Content-Length : 5\r\n\r\n",
        GET + b" folded: line\r\n\r\n",
        GET + b"X: bare\rreturn\r\n\r\n",
        GET + b"X: bare\nfeed\r\n\r\n",
        GET + b"X: \x00\r\n\r\n",
        b"GET /feeds/all.rss HTTP/1.1\nHost: a\n\n",
    ],
)
def test_the_unusual_is_left_to_uvicorn(site: Site, request_bytes: bytes) -> None:
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        status = reader.readline()
    assert site.shortcuts == 0
    assert status.startswith(b"HTTP/1.1 ") or status == b""


def test_two_requests_at_once_are_answered_in_their_order(site: Site) -> None:
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(GET.replace(b"all", b"large") + b"\r\n" + GET + b"\r\n")
        assert answer(reader)[2] == LARGE
        assert answer(reader)[2] == BODY
        connection.sendall(GET + b"\r\n")
        assert answer(reader)[2] == BODY
    assert site.shortcuts == 1


def test_a_body_that_looks_like_a_request_stays_a_body(site: Site) -> None:
    hidden = GET + b"\r\n"
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n")
        connection.sendall(b"Content-Length: %d\r\n\r\n" % len(hidden))
        assert reader.readline() == b"HTTP/1.1 100 Continue\r\n"  # it waits for the body now, and for nothing else
        assert reader.readline() == b"\r\n"
        connection.sendall(hidden)
        assert answer(reader)[2] == hidden
        assert site.shortcuts == 0
        connection.sendall(GET + b"\r\n")  # and afterwards all is as before
        assert answer(reader)[2] == BODY
    assert site.shortcuts == 1


def test_a_body_that_nobody_read_is_no_request_either(site: Site) -> None:
    """A 405 is given before the body has come."""
    hidden = GET + b"\r\n"
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"POST /feeds/all.rss HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(hidden))
        assert b" 405 " in answer(reader)[0]
        connection.sendall(hidden)
        connection.shutdown(socket.SHUT_WR)
        assert BODY not in reader.read()
    assert site.shortcuts == 0


def test_a_reader_that_does_not_read_is_not_written_to_without_end(site: Site) -> None:
    with site.connect() as connection, connection.makefile("rb") as reader:
        for _ in range(3):
            connection.sendall(GET.replace(b"all", b"huge") + b"\r\n")
            site.handle_all_that_was_sent()
        assert site.shortcuts == 1 + 3 * 2  # one for the huge feed; six to know that it was asked for
        for _ in range(3):
            assert answer(reader)[2] == HUGE


def test_an_answer_does_not_overtake_the_one_before(site: Site) -> None:
    site.reached.clear()
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(b"GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n")
        assert site.reached.wait(10)
        connection.sendall(GET + b"\r\n")
        site.handle_all_that_was_sent()
        site.release()
        assert answer(reader)[2] == b"at last"
        assert answer(reader)[2] == BODY


def test_what_changes_is_seen() -> None:
    shelf = MemoryShelf({"all.rss": Rendered(BODY)})
    seconds = [0.0]
    server = FeedServer(shelf, base_url="https://news.example.org", clock=lambda: seconds[0])
    with serving(server, http=feed_protocol(server)) as address:
        parts = urlsplit(address)
        with (
            socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection,
            connection.makefile("rb") as reader,
        ):
            connection.sendall(GET + b"\r\n")
            assert answer(reader)[2] == BODY
            shelf.put("all.rss", b"new")
            seconds[0] += 1
            connection.sendall(GET + b"\r\n")
            assert answer(reader)[2] == b"new"


def test_an_idle_connection_is_closed() -> None:
    shelf = MemoryShelf({"all.rss": Rendered(BODY)})
    server = FeedServer(shelf, base_url="https://news.example.org")
    with serving(server, http=feed_protocol(server), timeout_keep_alive=0.1) as address:
        parts = urlsplit(address)
        with (
            socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection,
            connection.makefile("rb") as reader,
        ):
            for _ in range(2):
                connection.sendall(GET + b"\r\n")
                assert answer(reader)[2] == BODY
            assert reader.read() == b""


def test_answers_are_counted(site: Site) -> None:
    before = dict(site.server.answered)
    with site.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(GET + b"If-None-Match: *\r\n\r\n")
        assert b" 304 " in answer(reader)[0]
    assert site.server.answered == before | {304: before.get(304, 0) + 1}
