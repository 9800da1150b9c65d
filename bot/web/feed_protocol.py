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
_UNDERSTOOD = {b"if-none-match", b"if-modified-since", b"accept-encoding", b"connection", b"host"}


class FeedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a shortcut. `feed_protocol` gives it its server."""

    feeds: ClassVar[FeedServer]
    _between_messages = True

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
        fields: dict[bytes, bytes] = {}
        for name, value in _FIELD.findall(data):
            name = name.lower()
            if name not in _UNDERSTOOD or name in fields:
                return None
            fields[name] = value.rstrip(b"\t ")
        if b"host" not in fields or fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
            return None
        return document.reply(
            fields.get(b"if-none-match"), fields.get(b"if-modified-since"), fields.get(b"accept-encoding")
        )

    def _write(self, reply: Reply) -> None:
        self._unset_keepalive_if_required()
        self.feeds.count(reply)
        head = [reply.head]
        for name, value in self.server_state.default_headers:  # the date, kept by uvicorn
            head += [name, b": ", value, b"\r\n"]
        head.append(b"\r\n")
        if len(reply.body) <= JOINED:
            head.append(reply.body)
            self.transport.write(b"".join(head))
        else:
            self.transport.write(b"".join(head))
            self.transport.write(reply.body)
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)


def feed_protocol(server: FeedServer) -> type[FeedProtocol]:
    """The class to give to `uvicorn.Config(http=…)` beside `server`, or an application that contains it."""
    return type("FeedProtocol", (FeedProtocol,), {"feeds": server})
