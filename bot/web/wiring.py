"""The site over one `bot.app.App`: which of its parts the pages are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.private_feeds import following
from bot.web import hub
from bot.web.application import create_app
from bot.web.feeds import FeedServer
from bot.web.services import Found, QueryPreview, WebServices
from feeds.publish import OnDemand
from feeds.store import facts
from feeds.store.shelf import SqlShelf

TELEGRAM_USERNAME = "telegram.username"
"""The fact under which a chat process of its own notes the bot's name."""

TRIAL_SAMPLES = 10

ASK_AGAIN = timedelta(seconds=10)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from starlette.types import ASGIApp

    from bot.app import App
    from feeds.database import Database
    from feeds.model import Article, Span


def web_application(app: App) -> ASGIApp:
    """Everything that this installation serves."""
    return create_app(web_services(app))


def feed_server(app: App) -> FeedServer:
    """Everything below /feeds/."""
    on_demand = OnDemand(app.database, app.site, app.clock, _search_for_feeds, following)
    base_url = app.settings.site.public_url
    return FeedServer(SqlShelf(app.database), base_url=base_url, hub=app.site.hub, on_demand=on_demand)


def web_services(app: App) -> WebServices:
    """What the pages get of the application's parts."""
    settings = app.settings
    return WebServices(
        database=app.database,
        settings=settings,
        clock=app.clock,
        subscriptions=app.subscriptions,
        telegram_name=TelegramName(app),
        feed_app=app.feed_server,
        mounts=hub.mounts(app.hub, app.leases, app.clock),
        tour=app.tour,
        tour_started=app.tour_started,
        preview_source=app.preview_source,
        add_source=app.add_source,
        search=Search(app.database),
        preview_query=QueryTrial(app.database, app.clock),
        look_now=app.look_now,
        refused=app.refused_writes.alarm,
    )


class TelegramName:
    """The bot's user name: from this process's chat, or as another process has noted it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._name: str | None = None
        self._asked: datetime | None = None

    def __call__(self) -> str | None:
        """The name without "@"; None while nobody knows it. The database is asked at most every ten seconds."""
        if self._app.chat is not None:
            name: str | None = self._app.chat.username
            return name
        now = self._app.clock()
        recently = self._asked is not None and now - self._asked < ASK_AGAIN
        if self._name is None and self._app.settings.telegram_token and not recently:
            self._asked = now
            with self._app.database.read() as connection:
                self._name = facts.get(connection, TELEGRAM_USERNAME)
        return self._name


class Search:
    """A query over everything stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, query: str, limit: int, before: int | None = None) -> Found:
        """The newest articles that the query selects, below the id `before`. Raises `feeds.errors.QueryError`."""
        from feeds.store.queries import read_query
        from feeds.store.search import search

        with self._database.read() as connection:
            return search(connection, read_query(connection, query), limit=limit, before=before)


class QueryTrial:
    """The topic editor's look at what a query would have brought."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, query: str, language: str | None, seconds: float | None = None) -> QueryPreview:
        """Raises `feeds.errors.QueryError`."""
        from feeds.store.query_preview import SECONDS, preview

        allowed = SECONDS if seconds is None else seconds
        with self._database.read() as connection:
            return preview(connection, query, language, self._clock(), samples=TRIAL_SAMPLES, seconds=allowed)


def _search_for_feeds(connection: Connection, query: str, limit: int) -> list[tuple[Article, Sequence[Span]]]:
    from feeds.store.queries import read_query
    from feeds.store.search import search

    found = search(connection, read_query(connection, query), limit=limit)
    return [(hit.article, hit.spans) for hit in found.hits]
