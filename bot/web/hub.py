"""WebSub's two addresses: `/hub`, where others subscribe to our feeds, and `/websub/TOKEN`, where hubs push to us.

    POST /hub           read → within its rate? → `Hub.request` → 202; the rest happens later
    GET  /websub/TOKEN  a hub's question → `Leases.answer` → the challenge, or 404
    POST /websub/TOKEN  bytes through the signature's digest, none kept → `Leases.pushed` → 202

Raw ASGI: machines speak here, and whatever a stranger sends is answered in plain text. What a request leads to, this
module does not know.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.hub import Hub, RefusedRequestError
from bot.leases import PATH, Leases
from feeds import websub
from feeds.websub import MessageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

MAXIMUM_REQUEST = 8_192
"""Bytes of a subscription request."""
MAXIMUM_PUSH = 10_000_000
"""Bytes of a push; more is no feed."""
TIME_TO_SEND = 30.0
"""Seconds that a body may take to arrive."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


class _BodyRefusedError(Exception):
    """The body is too large, too slow, or broke off; `answer` says so."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = _text(status, sentence)


class RequestRate:
    """How many requests may name one callback host, and any, in ten minutes; counted by each process for itself.

    Each request makes us ask the callback, so that whoever may send us any number could aim us at anybody.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        per_host: int = 600,
        in_all: int = 3_000,
        window: timedelta = timedelta(minutes=10),
    ) -> None:
        self._clock = clock
        self._per_host = per_host
        self._in_all = in_all
        self._window = window
        self._taken: dict[str, int] = {}
        self._order: deque[tuple[datetime, str]] = deque()
        self._lock = threading.Lock()

    def takes(self, host: str) -> bool:
        """Whether one more request that names `host` is heard; if so, it counts."""
        with self._lock:
            now = self._clock()
            while self._order and self._order[0][0] <= now - self._window:
                _, old = self._order.popleft()
                self._taken[old] -= 1
                if not self._taken[old]:
                    del self._taken[old]
            if len(self._order) >= self._in_all or self._taken.get(host, 0) >= self._per_host:
                return False
            self._order.append((now, host))
            self._taken[host] = self._taken.get(host, 0) + 1
            return True


class HubEndpoint:
    """The ASGI application of `/hub`."""

    def __init__(self, hub: Hub, rate: RequestRate) -> None:
        self._hub = hub
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method == "POST":
            response = await self._subscribe(request)
        elif request.method in ("GET", "HEAD"):
            response = _text(200, "This is the WebSub hub of this site's feeds; see https://www.w3.org/TR/websub/.")
        else:
            response = _not_allowed("GET, HEAD, POST")
        await response(scope, receive, send)

    async def _subscribe(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return _text(415, "A request to the hub is form-encoded (application/x-www-form-urlencoded).")
        pieces: list[bytes] = []
        try:
            await _read(request, MAXIMUM_REQUEST, pieces.append)
            asked = websub.read_request(b"".join(pieces))
            host = websub.callback_host(asked.callback)
        except _BodyRefusedError as refused:
            return refused.answer
        except MessageError as error:
            return _text(400, str(error))
        if not self._rate.takes(host):
            return _text(429, "Too many requests; come again in ten minutes.", {"Retry-After": "600"})
        try:
            await run_in_threadpool(self._hub.request, asked)
        except RefusedRequestError as error:
            return _text(error.status, str(error))
        return _text(202, "Accepted: the callback will be asked whether this was meant.")


class CallbackEndpoint:
    """The ASGI application below `/websub/`."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        token = request.scope["path"].removeprefix(request.scope.get("root_path", "")).removeprefix(PATH)
        if not _TOKEN.fullmatch(token):
            token = ""
        if request.method == "POST":
            response = await self._take(request, token)
        elif request.method in ("GET", "HEAD"):
            response = await self._answer(request, token)
        else:
            response = _not_allowed("GET, HEAD, POST")
        await response(scope, receive, send)

    async def _answer(self, request: Request, token: str) -> Response:
        try:
            question = websub.read_question(request.scope["query_string"])
        except MessageError as error:
            return _text(400, str(error))
        if request.method == "HEAD" or not await run_in_threadpool(self._leases.answer, token, question):
            return _text(404, "Nothing of the kind was asked for.")
        return PlainTextResponse(question.challenge, headers=_HEADERS)

    async def _take(self, request: Request, token: str) -> Response:
        lease = await run_in_threadpool(self._leases.find, token)
        if lease is None:
            return _text(410, "This subscription is no more.")
        verifier = websub.Verifier(lease.secret, request.headers.get("x-hub-signature"))
        try:
            await _read(request, MAXIMUM_PUSH, verifier.update)
        except _BodyRefusedError as refused:
            return refused.answer
        if verifier.is_valid():
            await run_in_threadpool(self._leases.pushed, token)
        else:
            log.warning("a push was not signed as it should be", extra={"hub": lease.hub, "topic": lease.topic})
        # The same answer for both: who tries signatures learns nothing (section 7.1).
        return _text(202, "Received.")


def mounts(hub: Hub, leases: Leases, clock: Callable[[], datetime]) -> dict[str, ASGIApp]:
    """Both applications by path, for `bot.web.services.WebServices.mounts`."""
    return {"/hub": HubEndpoint(hub, RequestRate(clock)), PATH: CallbackEndpoint(leases)}


async def _read(request: Request, most: int, take: Callable[[bytes], object]) -> None:
    """Hand the body on, piece by piece. Raises _BodyRefusedError for one that is too large, too slow, or breaks off."""
    size = 0
    try:
        async with asyncio.timeout(TIME_TO_SEND):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise _BodyRefusedError(413, f"At most {most} bytes are read here.")
                take(piece)
    except TimeoutError as error:
        raise _BodyRefusedError(408, "The body took too long.") from error
    except ClientDisconnect as error:
        raise _BodyRefusedError(400, "The body broke off.") from error


def _text(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, {**_HEADERS, **(headers or {})})


def _not_allowed(methods: str) -> Response:
    return _text(405, f"Allowed: {methods}.", {"Allow": methods})
