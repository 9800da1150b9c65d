"""The web application: the feeds' raw application first, then pages, probes and the API, each with its own errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.api import LazyApi
from bot.web.operations import Operations
from bot.web.routes import adding, machines, operators, public, signing_in, subscribers, tokens, tour, webhooks
from bot.web.routes.desk import Desk, OperatorsOnlyError
from bot.web.routes.headers import SecurityHeaders
from bot.web.services import WebServices
from bot.web.source_operations import SourceOperations

log = logging.getLogger(__name__)

MAXIMUM_BODY = 1_000_000
"""Bytes of any request; the largest thing that anybody sends is a list of feeds."""

_KINDS = {400: "bad_request", 403: "refused", 404: "not_found", 405: "not_allowed", 413: "bad_request", 429: "too_many"}

_REFUSAL = SecurityHeaders(PlainTextResponse("This address cannot be.\n", 400), https=False)


def create_app(services: WebServices) -> ASGIApp:
    """The whole site as one ASGI application."""
    desk = Desk(services)
    operations = Operations(services)
    pages = Starlette(
        routes=[
            *machines.routes(desk),
            *adding.routes(desk, SourceOperations(services)),
            *public.routes(desk),
            *signing_in.routes(desk),
            *operators.routes(desk, operations),
            *subscribers.routes(desk, operations),
            *tokens.routes(desk, operations),
            *webhooks.routes(desk, operations),
            *tour.routes(desk),
            Mount("/api", app=LazyApi(desk, operations)),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=desk.is_https),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
        exception_handlers=_exception_handlers(desk),
        max_body_size=MAXIMUM_BODY,
    )
    mounts = dict(services.mounts)
    if services.feed_app is not None:
        mounts["/feeds/"] = services.feed_app
    return Switch(pages, mounts)


class Switch:
    """Hands a request to the application under whose path it falls, untouched; else to the pages."""

    def __init__(self, pages: ASGIApp, mounts: Mapping[str, ASGIApp]) -> None:
        self._pages = pages
        self._exact = {path: app for path, app in mounts.items() if not path.endswith("/")}
        self._prefixes = [(path, app) for path, app in mounts.items() if path.endswith("/")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. A NUL is in no address that anybody has a reason to ask for, and PostgreSQL cannot compare it."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope.get("query_string", b"")):
            await _REFUSAL(scope, receive, send)
            return
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._pages
        path: str = scope["path"]
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        for prefix, app in self._prefixes:
            if path.startswith(prefix):
                return app
        return self._pages


def _exception_handlers(desk: Desk) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, OperatorsOnlyError) and error.sign_in and request.method == "GET":
            return RedirectResponse(f"{desk.site.root}/sign-in?next={request.url.path}", status_code=303)
        return desk.problem(request, 403, "refused")

    def told(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = desk.problem(request, status, _KINDS.get(status, "bad_request"))
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def broken(request: Request, error: Exception) -> Response:
        log.error("a page failed: %s %s", request.method, request.url.path, exc_info=error)
        return desk.problem(request, 500, "broken")

    return {OperatorsOnlyError: refused, HTTPException: told, Exception: broken}
