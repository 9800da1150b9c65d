"""The answers about one feed: made when it is put into memory, chosen by the header fields of a request.

Conditional requests and content negotiation of RFC 9110, over bytes; no server, no shelf, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol

MAXIMUM_AGE = 60
"""Seconds for which a reader or a proxy may answer without asking."""

_ENTITY_TAG = re.compile(rb'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class RenderedFeed(Protocol):
    """One document, ready to be served.

    `etag` is strong and quoted; `last_modified` is aware, without a fraction; `version` ascends with every change of a
    document on the shelf.
    """

    @property
    def content_type(self) -> str: ...
    @property
    def etag(self) -> str: ...
    @property
    def last_modified(self) -> datetime: ...
    @property
    def body(self) -> bytes: ...
    @property
    def gzip(self) -> bytes: ...
    @property
    def version(self) -> int: ...


Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `body` is empty where the status forbids one.

    `head` is the status line and the headers as HTTP/1.1 writes them, without the empty line after them.
    """

    status: int
    headers: Headers
    body: bytes
    head: bytes


def make_reply(status: int, headers: Headers, body: bytes = b"") -> Reply:
    """An answer, written out once."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode("ascii")]
    lines += [name + b": " + value for name, value in headers]
    return Reply(status, headers, body, b"\r\n".join(lines) + b"\r\n")


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its four possible answers, made when it is put into memory so that a request makes none."""

    etags: tuple[bytes, bytes]
    """Of the plain and the compressed form, which are different bytes (RFC 9110, section 8.8.3.3)."""
    tags: frozenset[bytes]
    """The If-None-Match fields that name one of them alone, which is what nearly every reader sends."""
    last_modified: datetime
    plain: Reply
    compressed: Reply
    plain_unchanged: Reply
    compressed_unchanged: Reply
    version: int

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.plain.body) + len(self.compressed.body)

    def reply(
        self, if_none_match: bytes | None, if_modified_since: bytes | None, accept_encoding: bytes | None
    ) -> Reply:
        """The answer to a GET with these header fields (RFC 9110, section 13.2.2)."""
        compressed = accept_encoding is not None and accepts_gzip(accept_encoding)
        if if_none_match is not None:
            unchanged = if_none_match in self.tags or matches(if_none_match, self.etags)
        elif if_modified_since is not None:
            unchanged = not_modified_since(if_modified_since, self.last_modified)
        else:
            unchanged = False
        if unchanged:
            return self.compressed_unchanged if compressed else self.plain_unchanged
        return self.compressed if compressed else self.plain


def prepare(feed: RenderedFeed, links: bytes, *, maximum_age: int = MAXIMUM_AGE, private: bool = False) -> Document:
    """The four answers of `feed`; `links` is the value of the Link field.

    `private`: whoever has the address may read it, and nobody may keep it for others or list it.
    """
    plain_etag = feed.etag.encode("ascii")
    gzip_etag = plain_etag[:-1] + b'-gzip"'
    # What a 304 carries too (RFC 9110, section 15.4.5).
    caching = (
        (b"cache-control", b"%b, max-age=%d" % (b"private" if private else b"public", maximum_age)),
        (b"vary", b"Accept-Encoding"),
        # Readers that run in a browser are readers too; nothing else here is anything but public.
        (b"x-robots-tag", b"noindex") if private else (b"access-control-allow-origin", b"*"),
    )
    content = (
        (b"content-type", feed.content_type.encode("ascii")),
        (b"last-modified", format_datetime(feed.last_modified.astimezone(UTC), usegmt=True).encode("ascii")),
        (b"link", links),
        (b"x-content-type-options", b"nosniff"),
    )

    def answers(etag: bytes, body: bytes, encoding: Headers) -> tuple[Reply, Reply]:
        length = (b"content-length", b"%d" % len(body))
        common = ((b"etag", etag), *caching)
        return make_reply(200, (*common, *content, *encoding, length), body), make_reply(304, common)

    plain, plain_unchanged = answers(plain_etag, feed.body, ())
    compressed, compressed_unchanged = answers(gzip_etag, feed.gzip, ((b"content-encoding", b"gzip"),))
    return Document(
        etags=(plain_etag.strip(b'"'), gzip_etag.strip(b'"')),
        tags=frozenset(weak + tag for weak in (b"", b"W/") for tag in (plain_etag, gzip_etag)),
        last_modified=feed.last_modified,
        plain=plain,
        compressed=compressed,
        plain_unchanged=plain_unchanged,
        compressed_unchanged=compressed_unchanged,
        version=feed.version,
    )


def matches(if_none_match: bytes, etags: Iterable[bytes]) -> bool:
    """Whether an If-None-Match field names one of `etags` (without quotes), by weak comparison, or is `*`."""
    if if_none_match.strip() == b"*":
        return True
    named = _ENTITY_TAG.findall(if_none_match)
    return any(etag in named for etag in etags)


def not_modified_since(if_modified_since: bytes, last_modified: datetime) -> bool:
    """Whether nothing changed after the date of an If-Modified-Since field; a date that is none counts for nothing."""
    try:
        since = parsedate_to_datetime(if_modified_since.decode("ascii"))
    except (ValueError, OverflowError):  # UnicodeDecodeError is a ValueError
        return False
    if since.tzinfo is None:  # "-0000", says RFC 5322: UTC, of an unknown zone
        since = since.replace(tzinfo=UTC)
    return last_modified <= since


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether an Accept-Encoding field admits gzip (RFC 9110, section 12.5.3)."""
    if b";" not in accept_encoding:
        return b"gzip" in accept_encoding or b"*" in accept_encoding
    weights: dict[bytes, float] = {}
    for part in accept_encoding.lower().split(b","):
        coding, _, parameter = part.partition(b";")
        name, _, value = parameter.strip().partition(b"=")
        try:
            weights[coding.strip()] = float(value) if name.strip() == b"q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0))) > 0


def plain_reply(status: int, sentence: str, *headers: tuple[bytes, bytes]) -> Reply:
    """A sentence for a person."""
    body = sentence.encode("utf-8", "replace") + b"\n"
    common = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    )
    return make_reply(status, (*common, *headers), body)
