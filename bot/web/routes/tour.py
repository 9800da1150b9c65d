"""The bundled portal: a site in the shape of an official one, whose pages come out one after the other.

It is another site that happens to live here: none of our own frame is around its pages.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.tour import STYLE
from bot.web.routes.desk import Desk

# The portal's pages carry their one style sheet within them, as old portals do; nothing else inline is let run.
_STYLE = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class TourPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tour = desk.services.tour

    def list_page(self, request: Request) -> Response:
        """The list of what has been published so far."""
        if self.tour is None:
            return self.desk.not_found(request)
        return _page(self.tour.list_page(*self._times()))

    def article_page(self, request: Request) -> Response:
        """One article, once it is published."""
        slug = request.path_params["slug"].rpartition("/")[2].removesuffix(".html")
        found = self.tour.article_page(slug, *self._times()) if self.tour else None
        return self.desk.not_found(request) if found is None else _page(found)

    def picture(self, request: Request) -> Response:
        """One picture."""
        name = request.path_params["name"]
        found = self.tour.picture(name) if self.tour else None
        if found is None:
            return self.desk.not_found(request)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(found, media_type=kind, headers={"Content-Security-Policy": "default-src 'none'"})

    def _times(self) -> tuple[datetime, datetime]:
        now = self.desk.services.clock()
        started = self.desk.services.tour_started
        return now, started() if started else now


def _page(body: bytes | str) -> Response:
    return HTMLResponse(body, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})


def routes(desk: Desk) -> list[Route]:
    """Their addresses."""
    pages = TourPages(desk)
    return [
        Route("/tour/", pages.list_page),
        Route("/tour/news.html", pages.list_page),
        Route("/tour/pictures/{name}", pages.picture),
        Route("/tour/{slug:path}", pages.article_page),
    ]
