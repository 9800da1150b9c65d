"""Posts of a site that come one after the other, as pages and as a feed."""

from __future__ import annotations

from datetime import timedelta

from conftest import Clock
from fake_site import FakeSite
from portal import Portal

from feeds import targets
from feeds.database import Database
from feeds.fetch import Fetcher
from feeds.model import Article, Source
from feeds.store import articles, sources
from feeds.store.sources import SourceState
from feeds.visits import Visits
from feeds.watch import Watcher

HANOI = "Asia/Ho_Chi_Minh"


class Post:
    """A watcher with one source on one site."""

    def __init__(self, database: Database, clock: Clock, site: FakeSite) -> None:
        self.database = database
        self.clock = clock
        self.site = site
        self.portal = Portal(site)
        self.fetcher = Fetcher(user_agent="Tocsin tests", allow_private_networks=True, deadline=5)
        self.told = 0
        visits = Visits(self.fetcher, clock, user_agent="Tocsin tests", pace=timedelta(0))
        self.watcher = Watcher(database, visits, clock, lambda: 0.5, on_found=self._found)

    def _found(self) -> None:
        self.told += 1

    def watch(self, url: str, kind: str = "page", slug: str = "portal", **options: object) -> int:
        source = Source(slug, url, title="The Portal", kind=kind, time_zone=HANOI, language="en", options=options)
        with self.database.write() as connection:
            return sources.add(connection, source, self.clock())

    def look(self, source_id: int) -> SourceState:
        """One look, whenever it is due; returns how the source stands after it."""
        with self.database.write() as connection:
            targets.due_at(connection, "source", source_id, self.clock())
            claims = targets.claim(connection, ["source"], self.clock(), 10, timedelta(minutes=5))
        for claim in claims:
            self.watcher.work(claim)
        with self.database.read() as connection:
            state = sources.state(connection, source_id)
        assert state is not None
        return state

    def found(self) -> list[Article]:
        with self.database.read() as connection:
            return articles.newest(connection, limit=1000)

    def fresh(self) -> list[str]:
        """The titles that would be announced."""
        with self.database.write() as connection:
            return [one.article.title for one in articles.unannounced(connection, 1000) if not one.baseline]
