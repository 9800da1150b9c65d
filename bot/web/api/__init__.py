"""REST under /api/v1, for programs: what the pages show and do, as JSON.

    shapes.py          the JSON objects
    access.py          who may: everybody reads what is public, the rest takes the admin token
    public.py          sources, articles, topics
    administration.py  webhooks, deliveries, subscribers, and every change
    building.py        the FastAPI application
    reference.py       the OpenAPI document as a page of ours

FastAPI costs a fifth of a second to import, so `LazyApi` builds the application when it is first asked.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from bot.web.operations import Operations
    from bot.web.routes.desk import Desk


class LazyApi:
    """The API as an ASGI application that is made at its first request."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self._desk = desk
        self._operations = operations
        self._app: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if self._app is None:
            async with self._building:
                if self._app is None:
                    self._app = await asyncio.to_thread(self._build)
        await self._app(scope, receive, send)

    def _build(self) -> ASGIApp:
        from bot.web.api.building import build_api

        return build_api(self._desk, self._operations)
