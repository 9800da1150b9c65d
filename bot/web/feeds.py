"""Serving feeds: bytes that were made before the request came, with the validators that spare most readers the bytes.

    request → /feeds/… ? ─no→ the application
                 └yes→ in memory? ─→ If-None-Match, If-Modified-Since → 304
                         │no                                    └─ gzip or plain → 200
                         └→ the shelf, or a rendering on demand (in a thread)

A plain ASGI application that stands beside the framework, not in it: `FeedServer(shelf, otherwise=application)`. What
is in memory is used as long as it did not change on the shelf, which is asked at most once a second. While the database
is away, what is in memory is served as it was.

Knows HTTP and bytes; not what a feed holds, nor who rendered it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, quote, urlencode

from bot.web.feed_replies import MAXIMUM_AGE, Document, RenderedFeed, Reply, plain_reply, prepare
from feeds.errors import QueryError
from feeds.render.characters import clean, web_address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

PREFIX = "/feeds/"
PRIVATE = "private/"
"""How the path of a feed goes on that is no public one."""

MAXIMUM_BYTES = 64_000_000
"""What is kept in memory, plain and compressed together."""

MAXIMUM_QUERY = 8_000
"""Bytes of a query string."""

_PATH = re.compile(r"[\w~/.:@!$&'()*+,;=-]{1,300}")
_IN_PATH = "~/.:@!$&'()*+,;=-"


class FeedShelf(Protocol):
    """Where the rendered feeds are. Called in threads; may block for the time of one look-up by key."""

    def version(self) -> int:
        """Changes whenever any document does."""
        ...

    def versions(self) -> Mapping[str, int]:
        """The version in which each document on the shelf last changed, by its path."""
        ...

    def lookup(self, path: str) -> RenderedFeed | None:
        """The document of that path below /feeds/ ("topics/maritime-security.atom"), or None."""
        ...


class OnDemand(Protocol):
    """Renders what is not on the shelf. Called in threads; may take the time of a rendering."""

    def feed(self, feed: str, extension: str, *, before: str | None = None, full: bool = True) -> RenderedFeed | None:
        """A document of that feed ("all", "topics/SLUG+SLUG", "private/TOKEN"); `before` names an archive page.

        None: there is none.
        """
        ...

    def query(self, text: str, extension: str, *, full: bool = True) -> RenderedFeed | None:
        """What a query finds, as a feed. Raises `QueryError`."""
        ...


NOT_FOUND = plain_reply(404, "There is no such feed.")
NOT_ALLOWED = plain_reply(405, "A feed can be read, and nothing else.", (b"allow", b"GET, HEAD"))
TOO_LONG = plain_reply(414, "This query is too long.")
AWAY = plain_reply(503, "The feeds cannot be read just now.", (b"retry-after", b"30"))


class FeedServer:
    """The ASGI application of everything below /feeds/; any other path goes to `otherwise`.

    `base_url` is the site's root, `hub` the WebSub hub's address or path. `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        shelf: FeedShelf,
        *,
        base_url: str,
        hub: str | None = None,
        on_demand: OnDemand | None = None,
        otherwise: ASGIApp | None = None,
        check_every: float = 1.0,
        maximum_age: int = MAXIMUM_AGE,
        maximum_bytes: int = MAXIMUM_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shelf = shelf
        self._base_url = base_url.rstrip("/")
        self._hub = self._address(hub) if hub else None
        self._on_demand = on_demand
        self._otherwise = otherwise
        self._check_every = check_every
        self._maximum_age = maximum_age
        self._maximum_bytes = maximum_bytes
        self._clock = clock
        self._documents: dict[str, Document] = {}
        self._outdated: set[str] = set()
        """Those of them that must be read anew, and are kept for the case that they cannot be."""
        self._bytes = 0
        self._version: int | None = None
        self._next_check = float("-inf")
        self._checking: asyncio.Task[None] | None = None
        self._loading: dict[str, asyncio.Task[Document | None]] = {}
        self.answered: dict[int, int] = {}
        """How many answers had which status."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            root: str = scope.get("root_path", "")
            if root and path.startswith(root):
                path = path[len(root) :]
            if path.startswith(PREFIX):
                await self._serve(scope, path[len(PREFIX) :], send)
                return
        if self._otherwise is not None:
            await self._otherwise(scope, receive, send)
        elif scope["type"] == "http":
            await self._send(NOT_FOUND, send, head=scope["method"] == "HEAD")

    def in_memory(self, path: str) -> Document | None:
        """The document of a path below /feeds/ if it can be served without asking anybody."""
        if path in self._outdated or self._clock() >= self._next_check:
            return None
        return self._documents.get(path)

    def count(self, reply: Reply) -> None:
        """Note that this answer was given."""
        self.answered[reply.status] = self.answered.get(reply.status, 0) + 1

    async def _serve(self, scope: Scope, path: str, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            await self._send(NOT_ALLOWED, send, head=False)
            return
        if_none_match = if_modified_since = accept_encoding = None
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                if_none_match = value if if_none_match is None else if_none_match + b"," + value
            elif name == b"if-modified-since":
                if_modified_since = value
            elif name == b"accept-encoding":
                accept_encoding = value if accept_encoding is None else accept_encoding + b"," + value
        found = await self._find(path, scope["query_string"])
        if isinstance(found, Document):
            found = found.reply(if_none_match, if_modified_since, accept_encoding)
        await self._send(found, send, head=method == "HEAD")

    async def _send(self, reply: Reply, send: Send, *, head: bool) -> None:
        self.count(reply)
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": b"" if head else reply.body})

    async def _find(self, path: str, query: bytes) -> Document | Reply:
        if query:
            found = await self._answer_query(path, query)
            if found is not None:
                return found
        if self._clock() >= self._next_check:
            self._next_check = float("inf")  # one question at a time; others go on with what they have meanwhile
            self._checking = asyncio.create_task(self._check())
            await asyncio.shield(self._checking)
        elif self._version is None and self._checking is not None:
            await asyncio.shield(self._checking)  # the first: nobody has anything yet
        held = self._documents.get(path)
        if held is not None and path not in self._outdated:
            return held
        if not _PATH.fullmatch(path):  # no database need see it
            return NOT_FOUND
        # One look-up a path, however many ask at once.
        task = self._loading.get(path)
        if task is None:
            task = self._loading[path] = asyncio.create_task(self._load(path))
            task.add_done_callback(lambda _: self._loading.pop(path, None))
        try:
            # Shielded: that one who asked has gone away must not fail the others.
            document = await asyncio.shield(task)
        except Exception:
            logger.exception("The feed %r cannot be read", path)
            return held or AWAY
        return document or NOT_FOUND

    async def _check(self) -> None:
        try:
            version = await asyncio.to_thread(self._shelf.version)
            if version != self._version:
                held = await asyncio.to_thread(self._shelf.versions)
                self._outdated |= {path for path, one in self._documents.items() if one.version != held.get(path)}
                self._version = version
        except Exception:
            logger.exception("The version of the feeds cannot be read; they are served as they were")
        finally:
            self._next_check = self._clock() + self._check_every

    async def _load(self, path: str) -> Document | None:
        version = self._version
        feed = await asyncio.to_thread(self._shelf.lookup, path)
        self._forget(path)
        if feed is None:
            return await self._render(path, before=None, full=True) if self._on_demand is not None else None
        document = self._prepared(feed, path, "", hub=self._hub)
        if version is not None:
            self._keep(path, document)
            if version != self._version:  # asked meanwhile: what was read may be from before
                self._outdated.add(path)
        return document

    def _keep(self, path: str, document: Document) -> None:
        self._documents[path] = document
        self._bytes += document.size
        while self._bytes > self._maximum_bytes and len(self._documents) > 1:
            # The first is the one that has not been read from the shelf for the longest time.
            self._forget(next(iter(self._documents)))

    def _forget(self, path: str) -> None:
        document = self._documents.pop(path, None)
        self._outdated.discard(path)
        if document is not None:
            self._bytes -= document.size

    async def _answer_query(self, path: str, query: bytes) -> Document | Reply | None:
        """What a query string asks for; None where it asks for nothing but the document itself."""
        if len(query) > MAXIMUM_QUERY:
            return TOO_LONG
        fields = parse_qs(query.decode("utf-8", "replace"), errors="replace")
        text = clean(fields.get("q", [""])[0])
        before = clean(fields.get("before", [""])[0]) or None
        full = fields.get("full", ["1"])[0] != "0"
        searched = path.startswith("search.")
        if not searched and before is None and full:
            return None  # what else readers append is theirs (counters, cache breakers)
        try:
            if searched:
                found = await self._query(path, text, full=full) if text else None
            else:
                found = await self._render(path, before=before, full=full)
        except QueryError as error:
            return plain_reply(400, error.told())
        except Exception:
            logger.exception("The feed %r cannot be rendered", path)
            return AWAY
        return found or NOT_FOUND

    async def _render(self, path: str, *, before: str | None, full: bool) -> Document | None:
        feed, _, extension = path.rpartition(".")
        if self._on_demand is None:
            return None
        found = await asyncio.to_thread(self._on_demand.feed, feed, extension, before=before, full=full)
        fields = ({"before": before} if before else {}) | ({} if full else {"full": "0"})
        return None if found is None else self._prepared(found, path, _query_string(fields))

    async def _query(self, path: str, text: str, *, full: bool) -> Document | None:
        extension = path.removeprefix("search.")
        if self._on_demand is None:
            return None
        found = await asyncio.to_thread(self._on_demand.query, text, extension, full=full)
        fields = {"q": text} | ({} if full else {"full": "0"})
        return None if found is None else self._prepared(found, path, _query_string(fields))

    def _prepared(self, feed: RenderedFeed, path: str, query: str, hub: str | None = None) -> Document:
        """The answers about a document; `hub` where its subscribers are told of changes."""
        own = self._address(PREFIX + quote(path, safe=_IN_PATH, errors="replace") + (f"?{query}" if query else ""))
        links = f'<{own}>; rel="self"'
        if hub:
            links = f'<{hub}>; rel="hub", {links}'
        private = path.startswith(PRIVATE)
        return prepare(feed, links.encode("ascii"), maximum_age=self._maximum_age, private=private)

    def _address(self, address: str) -> str:
        """An address of RFC 3986, absolute where the root is one; ASCII, as a header field must be."""
        absolute = address if address.startswith(("http://", "https://")) else self._base_url + address
        return web_address(absolute) or quote(address, safe="/:?&=%", errors="replace")


def _query_string(fields: dict[str, str]) -> str:
    """As the renderer writes it into the document, so that a hub sees one address."""
    return urlencode(fields, quote_via=quote, safe="", errors="replace")
