"""Answers made to cost time or memory, or to look whole: none ends as a page, and none holds a thread until the end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import pytest
from fake_site import FakeSite
from hostile_server import HostileServer
from hypothesis import given
from hypothesis import strategies as st

from feeds.compression import BrokenOff, unpacked
from feeds.errors import FetchError, TooLarge
from feeds.fetch import Fetcher

OK = b"HTTP/1.1 200 OK\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
PAGE = b"Content-Length: 4\r\nConnection: close\r\n\r\npage"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SOCKET_BUFFERS = 16 << 20
"""Bytes that the system takes of a sender although nobody reads them any more."""


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(user_agent="tests/1", allow_private_networks=True, deadline=60, max_bytes=1 << 20) as fetcher:
        yield fetcher


@pytest.mark.parametrize("interim", [CONTINUE, HINTS, CONTINUE + HINTS + CONTINUE])
def test_a_few_interim_answers_are_passed_over(fetcher: Fetcher, interim: bytes) -> None:
    with HostileServer(lambda: [interim, OK, PAGE]) as server:
        assert fetcher.get(server.url).body == b"page"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (repeat(CONTINUE * 100), "interim answers"),
        (repeat(HINTS * 100), "interim answers"),
        (repeat(b"HTTP/1.1 199 Wait\r\n" + b"X: y\r\n" * 90 + b"\r\n"), "interim answers"),
        (chain([b"HTTP/1.1 100 Continue\r\n"], repeat(b"X: y\r\n" * 1000)), "headers"),
        (chain([OK], repeat(b"X: y\r\n" * 1000)), "headers"),
        (chain([OK, b"X: "], repeat(b"y" * 10_000)), "Too ?Long"),
        (repeat(b"y" * 10_000), "LineTooLong"),
        (chain([CHUNKED, b"4\r\npage\r\n0\r\n"], repeat(b"X: y\r\n" * 1000)), "trailers"),
        (chain([CHUNKED, b"4\r\npage\r\n0\r\nX: "], repeat(b"y" * 10_000)), "Too ?Long"),
        (chain([CHUNKED, b"4;x="], repeat(b"y" * 10_000)), "LineTooLong"),
    ],
)
def test_what_never_ends_is_left_early(fetcher: Fetcher, answer: Iterable[bytes], reason: str) -> None:
    with HostileServer(lambda: answer) as server:
        with pytest.raises(FetchError, match=reason):
            fetcher.get(server.url)
        assert server.sent < SOCKET_BUFFERS


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_packed_nothing_without_end_is_left_at_the_cap(fetcher: Fetcher, coding: str) -> None:
    packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    head = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    nothing = packer.flush(zlib.Z_FULL_FLUSH) or b"\0\0\0\xff\xff"
    header = OK + b"Content-Encoding: " + coding.encode() + b"\r\n\r\n"
    with HostileServer(lambda: chain([header, head], repeat(nothing * 1000))) as server:
        with pytest.raises(TooLarge):
            fetcher.get(server.url)
        assert server.sent < SOCKET_BUFFERS


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"<li>article</li>" * 500)),
        ("x-gzip", gzip.compress(b"<li>article</li>" * 500)),
        ("deflate", zlib.compress(b"<li>article</li>" * 500)),
        ("deflate", zlib.compress(b"<li>article</li>" * 500)[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(b"<li>article</li>" * 500))),
        ("gzip", gzip.compress(b"<li>article</li>" * 300) + gzip.compress(b"<li>article</li>" * 200)),
    ],
    # gzip writes the time into its bytes, and every process must call a test the same.
    ids=["gzip", "x-gzip", "zlib", "deflate", "two layers", "two members"],
)
def test_half_a_packed_body_is_an_error_though_its_length_is_right(
    fetcher: Fetcher, coding: str, packed: bytes
) -> None:
    with FakeSite() as site:
        headers = {"Content-Encoding": coding}
        site.page("/whole", packed, headers=headers)
        assert fetcher.get(site.url("/whole")).body == b"<li>article</li>" * 500
        for size in (len(packed) - 1, len(packed) // 2, 1):
            site.page("/half", packed[:size], headers=headers)
            with pytest.raises(FetchError, match="broke off"):
                fetcher.get(site.url("/half"))


@pytest.mark.parametrize("rubbish", [b"\0" * 512, b"\n", b"\r\n", b"<!-- cached -->"])
def test_what_stands_behind_a_packed_body_is_left_alone(fetcher: Fetcher, rubbish: bytes) -> None:
    with FakeSite() as site:
        site.page("/x", gzip.compress(b"page") + rubbish, headers={"Content-Encoding": "gzip"})
        assert fetcher.get(site.url("/x")).body == b"page"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity", "none", ""])
def test_an_empty_body_is_no_broken_one(fetcher: Fetcher, coding: str) -> None:
    with FakeSite() as site:
        site.page("/x", b"", headers={"Content-Encoding": coding})
        assert fetcher.get(site.url("/x")).body == b""


def test_many_layers_of_compression_are_refused(fetcher: Fetcher) -> None:
    body = b"page"
    for _ in range(6):
        body = gzip.compress(body)
    with FakeSite() as site:
        site.page("/x", body, headers={"Content-Encoding": ", ".join(["gzip"] * 6)})
        with pytest.raises(FetchError, match="compress"):
            fetcher.get(site.url("/x"))


@given(st.binary(max_size=2_000), st.integers(1, 50), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_packed_body_comes_whole_or_not_at_all(body: bytes, size: int, coding: str, data: st.DataObject) -> None:
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(unpacked(pieces, [coding])) == body
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(BrokenOff):
        b"".join(unpacked([packed[:cut]], [coding]))
