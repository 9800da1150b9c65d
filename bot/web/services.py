"""What the pages need of the rest of the program, as one value; `bot.app` fills it, a test fills it with its own.

Whatever is None is not there: the pages then do not offer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp

from feeds.alarms import Alarm
from feeds.database import Database
from feeds.model import Article, Source, Span

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.subscriptions import Subscriptions
    from bot.way import SourcePreview


class Hit(Protocol):
    """One article found by a search, and the places that made it one."""

    @property
    def article(self) -> Article: ...

    @property
    def spans(self) -> Sequence[Span]: ...


class Found(Protocol):
    """What a search found, the newest first, and the article's id from which it goes on to older ones, exclusive."""

    @property
    def hits(self) -> Sequence[Hit]: ...

    @property
    def older(self) -> int | None: ...


class Search(Protocol):
    """Ask a query of everything stored, or of what is older than `before`. Raises `feeds.errors.QueryError`."""

    def __call__(self, query: str, limit: int, before: int | None = None) -> Found: ...


class QueryPreview(Protocol):
    """What a query would have brought of everything stored (`feeds.store.query_preview`)."""

    @property
    def exact(self) -> bool: ...

    @property
    def estimate(self) -> int: ...

    @property
    def per_day(self) -> float: ...

    @property
    def samples(self) -> Sequence[Hit]: ...

    @property
    def dead(self) -> Sequence[str]: ...

    @property
    def noisy(self) -> Sequence[tuple[str, float]]: ...

    @property
    def warnings(self) -> Sequence[str]: ...


class QueryTrial(Protocol):
    """Try a query in a language (None: found out) on everything stored. Raises `feeds.errors.QueryError`.

    `seconds` are what it may take to be exact; by default as long as somebody waits who is typing.
    """

    def __call__(self, query: str, language: str | None, seconds: float | None = None) -> QueryPreview: ...


class Tour(Protocol):
    """The bundled portal: HTML as bytes, None where there is no such page (yet)."""

    def list_page(self, now: datetime, started: datetime) -> bytes: ...

    def article_page(self, slug: str, now: datetime, started: datetime) -> bytes | None: ...

    def picture(self, name: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class WebServices:
    """The parts that pages, API and probes stand on. Callables are called from threads, several at once."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]
    """The current time, aware, UTC."""
    subscriptions: Subscriptions | None = None
    telegram_name: Callable[[], str | None] = lambda: None
    """The bot's user name without "@", once it is known."""
    feed_app: ASGIApp | None = None
    """Serves /feeds/…; gets the request untouched, before any of the pages' own middleware."""
    mounts: Mapping[str, ASGIApp] = field(default_factory=dict)
    """Further raw applications by path ("/hub", "/telegram/"): a path that ends in "/" is a prefix."""
    tour: Tour | None = None
    tour_started: Callable[[], datetime] | None = None
    preview_source: SourcePreview | None = None
    """How a URL would be watched, as `tocsin preview --json` prints it. Raises `feeds.errors.FeedsError`."""
    add_source: Callable[[Source], None] | None = None
    """Watch it from now on. Raises `bot.errors.RequestError`."""
    search: Search | None = None
    preview_query: QueryTrial | None = None
    refused: Callable[[], Alarm | None] = lambda: None
    """That the database takes no writes, as this process has seen it."""
    look_now: Callable[[int], None] | None = None
    """Make the source of this id due at once; None: its due time is set in the store."""
