"""Feeds by the thousand on loopback, for benchmarks: one process, asyncio, many hosts.

    python -m benchmarks.feed_server --feeds 2000 --hosts 200

It listens on an address of 127.0.0.0/8 for each host, all on one port, and prints `PORT` when it is ready. Feed N is
RSS 2.0 with 20 items of some 170 words each; no two texts alike. It is asked to change by GETs on its first host:

    /control/plain       no validators from now on, and every answer is a whole 200
    /control/validators  ETag and Last-Modified, and 304 for who sends them back (as at the start)
    /control/publish/N   feed N gets one new item on top
    /control/requests    how many requests for feeds were answered since this was last asked
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ITEMS = 20
WORDS = 170
_START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def host(number: int) -> str:
    """An address of the loopback network."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


@functools.lru_cache(maxsize=1)
def _vocabulary() -> list[str]:
    chance = random.Random(3)
    return ["".join(chance.choices("etaoinshrdlucm", k=chance.randint(2, 9))) for _ in range(8_000)]


def _item(feed: int, number: int) -> str:
    chance = random.Random(feed * 1_000 + number)
    words = chance.choices(_vocabulary(), k=WORDS)
    paragraphs = [" ".join(words[start : start + 34]).capitalize() + "." for start in range(0, WORDS, 34)]
    text = "".join(f"&lt;p&gt;{one}&lt;/p&gt;" for one in paragraphs)
    link = f"https://portal-{feed}.example/news/{number}-{'-'.join(words[:4])}"
    return (
        f"<item><title>{' '.join(words[:9]).capitalize()}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><dc:creator>{words[9].capitalize()}</dc:creator>'
        f"<pubDate>{format_datetime(_START + timedelta(minutes=30 * number))}</pubDate>"
        f"<description>{text}</description></item>\n"
    )


def _body(feed: int, published: int) -> bytes:
    items = [_item(feed, number) for number in range(published + ITEMS - 1, published - 1, -1)]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Portal {feed}</title><link>https://portal-{feed}.example/</link>"
        f"<description>News of portal {feed}</description><language>en</language>\n{''.join(items)}</channel></rss>\n"
    ).encode()


class _Server:
    def __init__(self, feeds: int) -> None:
        self.validators = True
        self.requests = 0
        self._published = [0] * feeds
        self._bodies = [_body(feed, 0) for feed in range(feeds)]

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode("ascii", "replace")
        if path.startswith("/feed/"):
            self.requests += 1
            return self._feed(int(path.removeprefix("/feed/")), head)
        if path.startswith("/control/"):
            return _reply(b"200 OK", str(self._control(path.removeprefix("/control/"))).encode())
        return _reply(b"404 Not Found", b"")

    def _feed(self, feed: int, head: bytes) -> bytes:
        etag = f'"{feed}-{self._published[feed]}"'.encode()
        if not self.validators:
            return _reply(b"200 OK", self._bodies[feed])
        changed = format_datetime(_START + timedelta(seconds=self._published[feed]), usegmt=True).encode()
        headers = b"ETag: " + etag + b"\r\nLast-Modified: " + changed + b"\r\n"
        # Every client here asks with the ETag, or with the date alone.
        asked = [line for line in head.split(b"\r\n") if line.lower().startswith((b"if-none-match:", b"if-modified"))]
        if any(etag in line or changed in line for line in asked):
            return b"HTTP/1.1 304 Not Modified\r\n" + headers + b"\r\n"
        return _reply(b"200 OK", self._bodies[feed], headers)

    def _control(self, command: str) -> int:
        if command in ("plain", "validators"):
            self.validators = command == "validators"
        elif command.startswith("publish/"):
            feed = int(command.removeprefix("publish/"))
            self._published[feed] += 1
            self._bodies[feed] = _body(feed, self._published[feed])
        requests, self.requests = self.requests, 0
        return requests


def _reply(status: bytes, body: bytes, headers: bytes = b"") -> bytes:
    kind = b"Content-Type: application/rss+xml; charset=utf-8\r\n"
    return b"HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n%s" % (status, kind, headers, len(body), body)


class _Connection(asyncio.Protocol):
    def __init__(self, server: _Server) -> None:
        self._server = server
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            assert isinstance(self._transport, asyncio.WriteTransport)
            self._transport.write(self._server.answer(head))


async def _serve(feeds: int, hosts: int) -> None:
    server = _Server(feeds)
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: _Connection(server), host(0), 0, backlog=512)
    port = first.sockets[0].getsockname()[1]
    for number in range(1, hosts):
        await loop.create_server(lambda: _Connection(server), host(number), port, backlog=64)
    print(port, flush=True)
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Feeds:
    """A running server."""

    port: int
    urls: list[str]

    def ask(self, command: str) -> int:
        """What `/control/…` answers."""
        with urllib.request.urlopen(f"http://{host(0)}:{self.port}/control/{command}", timeout=30) as answer:
            return int(answer.read())


@contextmanager
def serving(feeds: int, hosts: int) -> Iterator[Feeds]:
    """A server in a process of its own; the feeds are spread evenly over the hosts."""
    command = [sys.executable, "-m", "benchmarks.feed_server", "--feeds", str(feeds), "--hosts", str(hosts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield Feeds(port, [f"http://{host(feed % hosts)}:{port}/feed/{feed}" for feed in range(feeds)])
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--hosts", type=int, default=200)
    options = parser.parse_args()
    asyncio.run(_serve(options.feeds, options.hosts))


if __name__ == "__main__":
    main()
