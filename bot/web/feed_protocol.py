"""Feeds that are in memory, answered where the bytes arrive: before an HTTP parser, a task or ASGI have been paid for.

uvicorn's own protocol does everything; this class only looks at a chunk first. If that is exactly one plain GET of a
feed, and nothing else is under way on the connection, it writes the answer that was made when the feed was put into
memory. Anything unusual (another method, a query, a body, an odd header, a reader that does not read) goes to uvicorn
as ever. So it can be left out, and nothing but the speed changes. Needs httptools.

Knows the shape of one request; not what a feed is, nor what an answer says.
"""

from __future__ import annotations

import re
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web.feed_replies import Reply
from bot.web.feeds import FeedServer

LARGEST_REQUEST = 8_192
"""Bytes; longer ones are left to uvicorn."""

JOINED = 32_768
"""Up to this many bytes, copying a body behind its header is cheaper than a second write."""

# RFC 9112, sections 2.1, 3 and 5: a request line and header lines, each well-formed, an empty line, and no byte more.
_PLAIN_GET = re.compile(
    rb"GET /feeds/([A-Za-z0-9/._~-]{1,300}) HTTP/1\.1\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t\x20-\x7e\x80-\xff]*+\r\n)++"
    rb"\r\n"
)
_FIELD = re.compile(
    rb"\r\n(if-none-match|if-modified-since|accept-encoding|connection|host"
    rb"|content-length|transfer-encoding|upgrade|expect|range|if-match|if-unmodified-since):[\t ]*([^\r]*)",
    re.IGNORECASE,
)
_UNDERSTOOD = frozenset({b"if-none-match", b"if-modified-since", b"accept-encoding", b"connection", b"host"})


class FeedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a shortcut. `feed_protocol` gives it its server."""

    feeds: ClassVar[FeedServer]
    _ending: ClassVar[tuple[object, bytes]] = (None, b"")
    """uvicorn's own header fields, which it replaces each second, and how they and the empty line are written."""
    _between_messages = True
    _answered_at = 0.0

    def on_message_begin(self) -> None:
        self._between_messages = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._between_messages = True
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        reply = self._shortcut(data)
        if reply is None:
            super().data_received(data)
        else:
            self._write(reply)

    def timeout_keep_alive_handler(self) -> None:
        # The timer runs on over answers of the shortcut: to set a new one for each costs more than to look at a clock.
        idle = self.loop.time() - self._answered_at
        if idle < self.timeout_keep_alive and not self.transport.is_closing():
            self._close_when_idle_for(self.timeout_keep_alive - idle)
        else:
            super().timeout_keep_alive_handler()

    def _close_when_idle_for(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _shortcut(self, data: bytes) -> Reply | None:
        """The answer, if `data` is a request that can be answered at once."""
        if (
            not self._between_messages  # bytes of a body may look like a request
            or (self.cycle is not None and not self.cycle.response_complete)  # answers keep the order of requests
            or self.flow.write_paused
            or self.config.access_log  # there it would be missing
            or self.root_path
            or self.limit_concurrency is not None
            or len(data) > LARGEST_REQUEST
        ):
            return None
        request = _PLAIN_GET.fullmatch(data)
        if request is None:
            return None
        document = self.feeds.in_memory(request[1].decode("ascii"))
        if document is None:
            return None
        found = _FIELD.findall(data)
        fields = {name.lower(): value.rstrip(b"\t ") for name, value in found}
        if len(fields) < len(found) or not fields.keys() <= _UNDERSTOOD or b"host" not in fields:
            return None
        if fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
            return None
        return document.reply(
            fields.get(b"if-none-match"), fields.get(b"if-modified-since"), fields.get(b"accept-encoding")
        )

    def _write(self, reply: Reply) -> None:
        kept, ending = self._ending
        headers = self.server_state.default_headers
        if kept is not headers:
            ending = b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"
            type(self)._ending = headers, ending
        self.feeds.count(reply)
        self.server_state.total_requests += 1
        if len(reply.body) <= JOINED:
            self.transport.write(reply.head + ending + reply.body)
        else:
            self.transport.write(reply.head + ending)
            self.transport.write(reply.body)
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._close_when_idle_for(self.timeout_keep_alive)


def feed_protocol(server: FeedServer) -> type[FeedProtocol]:
    """The class to give to `uvicorn.Config(http=…)` beside `server`, or an application that contains it."""
    return type("FeedProtocol", (FeedProtocol,), {"feeds": server})
