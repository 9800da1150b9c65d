"""The pages open to everybody."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.pages import articles, home, sources, topics, ways_in
from bot.web.pages.home import Activity, read_activity
from bot.web.routes.desk import Desk, before
from bot.web.routes.headers import IMAGES_FROM_SITES
from feeds.errors import QueryError
from feeds.render import opml
from feeds.topics.grammar.tokens import MAX_LENGTH

log = logging.getLogger(__name__)

SEARCH_LIMIT = 50
ACTIVITY_KEPT = timedelta(seconds=5)
ACTIVITY_STALE = timedelta(minutes=1)
PATIENCE = 0.5
"""Seconds for finding out why a search finds nothing, at most."""


class PublicPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.database = desk.services.database
        self._kept: tuple[datetime, Activity] | None = None
        self._counting = threading.Lock()

    def home(self, request: Request) -> Response:
        """The first page."""
        page = self.desk.page(request, live=True)
        with self.database.read() as connection:
            shown = home.read_home(connection, page, self._activity(connection, page.now))
        return self.desk.html(request, page, home.render_home(page, shown))

    def home_fragment(self, request: Request) -> Response:
        """The parts of the first page that change."""
        page = self.desk.page(request)
        with self.database.read() as connection:
            shown = home.read_home(connection, page, self._activity(connection, page.now))
        response = self.desk.html(request, page, home.render_live(page, shown))
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _activity(self, connection: Connection, now: datetime) -> Activity:
        """What is counted over everything stored, kept for a while: it alone takes longer the more is stored.

        From `ACTIVITY_KEPT` on it is counted anew, and nobody waits for that; from `ACTIVITY_STALE` on, they do.
        """
        kept = self._kept
        age = now - kept[0] if kept is not None else None
        if kept is None or age is None or not timedelta(0) <= age < ACTIVITY_STALE:
            kept = self._kept = (now, read_activity(connection, now))
        elif age >= ACTIVITY_KEPT and self._counting.acquire(blocking=False):
            threading.Thread(target=self._count, args=(now,), name="count", daemon=True).start()
        return kept[1]

    def _count(self, now: datetime) -> None:
        try:
            with self.database.read() as connection:
                self._kept = (now, read_activity(connection, now))
        except SQLAlchemyError as error:
            log.warning("what is stored could not be counted: %s", error)
        finally:
            self._counting.release()

    def sources(self, request: Request) -> Response:
        """All sources."""
        page = self.desk.page(request)
        with self.database.read() as connection:
            rows = sources.read_sources(connection, page)
        return self.desk.html(request, page, sources.render_sources(page, rows))

    def source(self, request: Request) -> Response:
        """One source."""
        session = self.desk.session(request)
        older = before(request)
        page = self.desk.page(request, private=self.desk.is_operator(request, session), live=older is None)
        with self.database.read() as connection:
            shown = sources.read_source(connection, page, request.path_params["slug"], older)
        if shown is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, sources.render_source(page, shown))

    def topics(self, request: Request) -> Response:
        """All topics."""
        page = self.desk.page(request)
        with self.database.read() as connection:
            rows = topics.read_topic_rows(connection, page)
        return self.desk.html(request, page, topics.render_topics(page, rows))

    def topic(self, request: Request) -> Response:
        """One topic."""
        older = before(request)
        page = self.desk.page(request, live=older is None)
        with self.database.read() as connection:
            shown = topics.read_topic(connection, page, request.path_params["slug"], older)
        if shown is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, topics.render_topic(page, shown))

    def article(self, request: Request) -> Response:
        """One article; operators can vote on why it is here."""
        session = self.desk.session(request)
        page = self.desk.page(request, private=self.desk.is_operator(request, session))
        with self.database.read() as connection:
            shown = articles.read_article(connection, page, request.path_params["uid"])
        if shown is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, articles.render_article(page, shown), images=IMAGES_FROM_SITES)

    def story(self, request: Request) -> Response:
        """One story."""
        page = self.desk.page(request)
        number = request.path_params["story"]
        with self.database.read() as connection:
            shown = articles.read_story(connection, number) if number < 2**31 else None
        if shown is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, articles.render_story(page, shown))

    def search(self, request: Request) -> Response:
        """What a query finds; an empty page with the form where none is given."""
        if self.desk.services.search is None:
            return self.desk.not_found(request)
        page = self.desk.page(request)
        query = " ".join(request.query_params.get("q", "").split())[: MAX_LENGTH + 1]
        older = before(request)
        shown = articles.SearchPage(query)
        if query:
            try:
                found = self.desk.services.search(query, SEARCH_LIMIT, older)
            except QueryError as error:
                shown = articles.SearchPage(query, error=error)
            else:
                with self.database.read() as connection:
                    cards = articles.found_cards(connection, found.hits)
                dead = () if cards or found.older or older else self._dead(query)
                shown = articles.SearchPage(query, cards, before=older, older=found.older, dead=dead)
        return self.desk.html(request, page, articles.render_search(page, shown, quote(query, safe="")))

    def _dead(self, query: str) -> tuple[str, ...]:
        """The clauses of a query that stand in no stored article: why it finds nothing."""
        try_on = self.desk.services.preview_query
        return tuple(try_on(query, None, PATIENCE).dead) if try_on is not None else ()

    def search_preview(self, request: Request) -> Response:
        """What a query that is being typed would bring, as a part of the search page."""
        try_on = self.desk.services.preview_query
        if try_on is None or self.desk.services.search is None:
            return self.desk.not_found(request)
        page = self.desk.page(request)
        query = " ".join(request.query_params.get("q", "").split())[: MAX_LENGTH + 1]
        shown = articles.QueryTrial()
        if query:
            try:
                found = try_on(query, None)
            except QueryError as error:
                shown = articles.QueryTrial(error=error)
            else:
                with self.database.read() as connection:
                    shown = articles.QueryTrial(found, articles.found_cards(connection, found.samples))
        response = self.desk.html(request, page, articles.render_trial(page, shown))
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def follow(self, request: Request) -> Response:
        """How to follow on Telegram, and every other way."""
        page = self.desk.page(request)
        with self.database.read() as connection:
            shown = ways_in.read_follow(connection, page, request.query_params.get("topic"))
        return self.desk.html(request, page, ways_in.render_follow(page, shown))

    def opml(self, request: Request) -> Response:
        """All feeds, for a reader to take in at once."""
        page = self.desk.page(request)
        with self.database.read() as connection:
            outlines = ways_in.read_outlines(connection, page)
        return Response(
            opml(page.site.title, outlines),
            media_type="text/x-opml; charset=utf-8",
            headers={"Content-Disposition": 'inline; filename="tocsin.opml"', "Cache-Control": "no-cache"},
        )


def routes(desk: Desk) -> list[Route]:
    """Their addresses."""
    pages = PublicPages(desk)
    return [
        Route("/", pages.home),
        Route("/fragments/home", pages.home_fragment),
        Route("/sources", pages.sources),
        Route("/sources/{slug}", pages.source),
        Route("/topics", pages.topics),
        Route("/topics/{slug}", pages.topic),
        Route("/articles/{uid}", pages.article),
        Route("/stories/{story:int}", pages.story),
        Route("/search", pages.search),
        Route("/search/preview", pages.search_preview),
        Route("/follow", pages.follow),
        Route("/opml", pages.opml),
    ]
