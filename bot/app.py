"""Where the parts are built and joined. Every part can be replaced: tests give their own clock, fetcher and channels.

    roles  web      serves pages, feeds and the API
           worker   watches, announces, publishes, sends to webhooks and the console
           chat     holds the Telegram token: answers people, and sends what chats are owed
`tocsin run` is all three in one process. The file is long because there is one such place, and each part is one entry.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from bot import declaration, migrations
from bot.alarms import Alarms
from bot.alerts import Announcer
from bot.channels import KINDS, Channel
from bot.engine import Engine
from bot.hub import PATH as HUB_PATH
from bot.hub import Hub
from bot.jobs import Job, Timetable
from bot.leases import Leases
from bot.operators import Operators
from bot.outbox import Outbox, RetryPolicy
from bot.own_pages import OwnPages
from bot.refusals import RefusedWrites
from bot.retention import Retention
from bot.settings import Settings
from bot.subscriptions import Subscriptions
from bot.tour import Tour
from bot.tour import load as load_tour
from bot.web import secret
from feeds import publish, targets
from feeds.addresses import public_session
from feeds.database import Database, refusal_of
from feeds.fetch import Fetcher
from feeds.matching import StoredTopics
from feeds.measuring import Measuring
from feeds.model import Source
from feeds.store import facts, sources
from feeds.visits import Visits
from feeds.watch import Watcher, WatchPolicy

if TYPE_CHECKING:
    import requests
    from starlette.types import ASGIApp

    from bot.way import Way
    from bot.web.feeds import FeedServer

log = logging.getLogger(__name__)

ROLES = frozenset({"web", "worker", "chat"})
TOUR_STARTED = "tour.started"
LEASE = timedelta(minutes=2)
"""What a killed process held is taken up by another after this; a quarter of it is longer than any request may last."""
PUBLISHING_LEASE = timedelta(seconds=30)
"""The same for rendering, which waits for nobody else's machine."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass
class App:
    """One process's parts, built when they are first needed. `start` sets them going, `stop` brings them to rest."""

    settings: Settings
    roles: frozenset[str] = ROLES
    clock: Callable[[], datetime] = utc_now
    jitter: Callable[[], float] = random.random
    channels: dict[str, Channel] = field(default_factory=dict)
    """Channels given from outside; the others are built from `bot.channels.KINDS`."""
    lease: timedelta = LEASE
    chat_parts: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `bot.chat.application.ChatProcess` given from outside."""
    _prepared: bool = field(default=False, init=False)

    # What is stored

    @cached_property
    def database(self) -> Database:
        """The open database, migrated to what this program knows."""
        database = Database(self.settings.database_url)
        migrations.migrate(database)
        return database

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Destinations and what they follow."""
        return Subscriptions(self.database, self.clock)

    @cached_property
    def topics(self) -> StoredTopics:
        """The live index of all topics."""
        return StoredTopics()

    @cached_property
    def site(self) -> publish.Site:
        """What every feed says of this installation."""
        site = self.settings.site
        return publish.Site(
            base_url=site.public_url,
            title=site.title,
            tag=site.tag,
            hub=HUB_PATH,
            description=site.description,
            language=site.language,
        )

    # News in

    @cached_property
    def fetcher(self) -> Fetcher:
        """The only GET."""
        settings = self.settings
        return OwnPages(
            self.tour,
            {settings.site.public_url, *settings.own_origins},
            lambda: (self.clock(), self.tour_started()),
            user_agent=settings.polling.user_agent,
            allow_private_networks=settings.allow_private_networks,
            trusted_origins=settings.own_origins,
            deadline=settings.polling.deadline,
            max_bytes=settings.polling.max_bytes,
        )

    @cached_property
    def visits(self) -> Visits:
        """The fetcher's manners: robots.txt, and every host's share."""
        polling = self.settings.polling
        return Visits(
            self.fetcher,
            self.clock,
            user_agent=polling.user_agent,
            at_once=polling.per_host,
            pace=timedelta(seconds=polling.pace),
            own_origins=self.settings.own_origins,
        )

    @cached_property
    def watcher(self) -> Watcher:
        """One look at one source."""
        polling = self.settings.polling
        return Watcher(
            self.database,
            self.visits,
            self.clock,
            self.jitter,
            WatchPolicy(
                minimum_interval=timedelta(seconds=polling.minimum_interval),
                maximum_interval=timedelta(seconds=polling.maximum_interval),
                default_interval=timedelta(seconds=polling.default_interval),
            ),
            on_found=self.follow_up,
        )

    @cached_property
    def measuring(self) -> Measuring:
        """How long the pictures and enclosures of new articles are."""
        return Measuring(self.database, self.visits, self.clock)

    @cached_property
    def announcer(self) -> Announcer:
        """From articles to owed deliveries."""
        return Announcer(self.database, self.topics, self.clock)

    # Operators

    @cached_property
    def operators(self) -> Operators:
        """Who is told when something is wrong."""
        return Operators(self.settings.operators.telegram)

    @cached_property
    def alarms(self) -> Alarms:
        """What is wrong with the sources."""
        return Alarms(
            self.database,
            self.operators,
            self.clock,
            own_origins=self.settings.own_origins,
            told_by_hand=lambda: self.refused_writes.told,
        )

    @cached_property
    def refused_writes(self) -> RefusedWrites:
        """Tells operators when the database takes no writes, which alarms cannot."""
        return RefusedWrites(self.database, self.operators, self._ready_channels, self.clock)

    def _ready_channels(self) -> Mapping[str, Channel]:
        ready = self.chat is None or self.chat.ready
        return {kind: channel for kind, channel in self.open_channels.items() if ready or kind != "telegram"}

    @cached_property
    def retention(self) -> Retention:
        """Removes what is too old."""
        return Retention(self.database, self.clock, self.settings.retention.days)

    def check_alarms(self) -> None:
        """Raise, end and tell alarms."""
        if self.alarms.check():
            self._tick_sending()

    def follow_up(self) -> None:
        """Something was found: announce it, send what is owed at once, and render the feeds that changed."""
        self.announcer.announce_all()
        self._tick_sending()
        self.publish()

    def _tick_sending(self) -> None:
        for engine in self.sending:
            # Chats are served by the one process that holds the token; another would only spend their patience.
            if engine.name != "chat" or self.chat is None or self.chat.ready:
                engine.tick()

    def publish(self) -> int:
        """Render the feeds that have changed, and have our hub tell of them."""
        lease = min(self.lease, PUBLISHING_LEASE)
        changed = publish.publish_stale(self.database, self.site, self.clock(), lease)
        self.hub.tell()
        return changed

    # News out

    @cached_property
    def outbox(self) -> Outbox:
        """A destination's turn."""
        delivery = self.settings.delivery
        return Outbox(
            self.database,
            self.open_channels,
            self.subscriptions,
            self.clock,
            self.jitter,
            RetryPolicy(tuple(delivery.attempts), timedelta(seconds=delivery.give_up_after)),
            self.operators,
        )

    @cached_property
    def open_channels(self) -> Mapping[str, Channel]:
        """The channels that this process may send through."""
        channels = dict(self.channels)
        if "worker" in self.roles:
            channels.setdefault("console", KINDS["console"].load()())
            channels.setdefault("webhook", self._webhook_channel())
        if self.chat is not None:
            channels.setdefault("telegram", self.chat.channel)
        return channels

    def _webhook_channel(self) -> Channel:
        channel: Channel = KINDS["webhook"].load()(
            user_agent=self.settings.polling.user_agent,
            allow_private_networks=self.settings.allow_private_networks,
            timeout=self.settings.delivery.timeout,
            clock=self.clock,
        )
        return channel

    @cached_property
    def chat(self) -> Any:
        """The Telegram process, where this process has that role and a token is set; else None."""
        if "chat" not in self.roles or not self.settings.telegram_token:
            return None
        from bot.chat.wiring import chat_process

        return chat_process(self)

    # WebSub

    @cached_property
    def hub_session(self) -> requests.Session:
        """Reaches other people's hubs and callbacks."""
        settings = self.settings
        session = public_session(
            allow_private_networks=settings.allow_private_networks, user_agent=settings.polling.user_agent
        )
        # One site's cookies are no business of another's.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    @cached_property
    def hub(self) -> Hub:
        """Tells those who subscribed to our feeds."""
        return Hub(
            self.database,
            self.hub_session,
            self.clock,
            self.jitter,
            base_url=self.settings.site.public_url,
            allow_private_networks=self.settings.allow_private_networks,
        )

    @cached_property
    def leases(self) -> Leases:
        """Has other hubs tell us, where they can reach us in a way that keeps secrets."""
        address = self.settings.site.public_url
        reachable = address.startswith("https://") or self.settings.allow_private_networks
        return Leases(self.database, self.hub_session, self.clock, base_url=address if reachable else "")

    def keep_websub(self) -> None:
        """Make, renew and end what is due at hubs, ours and others."""
        self.leases.keep()
        self.hub.tidy()

    # By the clock

    @cached_property
    def watching(self) -> Engine:
        """Carries sources."""
        return Engine(
            "watch",
            self.database,
            {"source": self.watcher.work},
            self.clock,
            workers=self.settings.polling.workers,
            lease=self.lease,
            prepare=self.watcher.prepare,
        )

    @cached_property
    def sending(self) -> list[Engine]:
        """Carries destinations: one engine for webhooks and the console, one for hubs and their like, one for chats."""
        workers = self.settings.delivery.workers
        engines = []
        if "worker" in self.roles:
            engines.append(self._engine("send", "endpoint", workers))
            hubs = {"hub": self.hub.work, "lease": self.leases.work}
            engines.append(Engine("hub", self.database, hubs, self.clock, workers=workers, lease=self.lease))
        if self.chat is not None or "telegram" in self.channels:
            engines.append(self._engine("chat", "chat", workers))
        return engines

    def _engine(self, name: str, kind: str, workers: int) -> Engine:
        return Engine(name, self.database, {kind: self.outbox.work}, self.clock, workers=workers, lease=self.lease)

    @cached_property
    def timetable(self) -> Timetable:
        """This process's jobs."""
        jobs = [
            Job("tick sending", 1, self._tick_sending),
            Job("prepare", 30, self._prepare_after_all),
            Job("refused writes", 30, self.refused_writes.check),
        ]
        if "worker" in self.roles:
            jobs += [
                Job("tick watch", 1, self.watching.tick),
                # The safety net: each of these is also called right after what makes it necessary.
                Job("announce", 5, self._announce_what_was_left),
                Job("backfill", 2, self.announcer.backfill),
                Job("publish", 2, self.publish),
                Job("topics", 600, self.rebuild_topics),
                *([Job("files", 30, self.measuring.measure)] if self.settings.polling.measure_files else []),
                Job("websub", 30, self.keep_websub),
                Job("alarms", 30, self.check_alarms),
                Job("retention", 600, self.retention.sweep_daily),
            ]
        return Timetable(jobs)

    def _announce_what_was_left(self) -> None:
        if self.announcer.announce_all().articles:
            self.follow_up()

    def rebuild_topics(self) -> None:
        """Once a day, learn anew from the articles which words are rare."""
        if self.topics.is_due(self.clock()):
            with self.database.read() as connection:
                self.topics.rebuild(connection)

    def prepare(self) -> None:
        """Migrate, take in the configuration, and make sure that every feed exists. Safe to be done twice."""
        # A supervisor starts all processes at once: each would otherwise insert what the others insert.
        with self.database.alone():
            declaration.declare(self.settings, self.database, self.subscriptions, self.clock)
            with self.database.write() as connection:
                facts.settle(connection, TOUR_STARTED, self.clock().isoformat())
                secret.settle(connection)
            publish.ensure_all(self.database, self.site, self.clock())

    def _prepare_once(self) -> None:
        self.prepare()
        if "worker" in self.roles:
            self.publish()
        self._prepared = True

    def _prepare_after_all(self) -> None:
        if not self._prepared:
            self._prepare_once()

    def start(self) -> None:
        """Set everything of this process's roles going, the web server excepted (`bot.server`)."""
        try:
            self._prepare_once()
        except DBAPIError as error:
            if refusal_of(error) is None:
                raise
            # What is stored can be served all the same, and all that is due waits in the database.
            log.error(
                "the database takes no writes: what it has is served, the rest waits", extra={"error": str(error.orig)}
            )
        if self.chat is not None:
            self.chat.start()
        self.timetable.start()
        if self.settings.broker_url:
            log.warning("BROKER_URL is set and not used: workers share the work through the database")
        log.info("started", extra={"roles": sorted(self.roles)})

    def stop(self) -> None:
        """End what is running, give leases back, and close the database."""
        self.outbox.stopping.set()
        self.watcher.stopping.set()
        self.measuring.stopping.set()
        self.retention.stopping.set()
        self.timetable.stop()
        self.watching.stop()
        for engine in self.sending:
            engine.stop()
        if self.chat is not None:
            self.chat.stop()
        self.fetcher.close()
        self.hub_session.close()
        for channel in self.open_channels.values():
            channel.close()
        self.database.close()

    @cached_property
    def tour(self) -> Tour | None:
        """The bundled portal, if it is to be shown."""
        directory = self.settings.config_directory / "tour"
        shown = self.settings.site.tour and (directory / "tour.toml").is_file()
        return load_tour(directory) if shown else None

    def tour_started(self) -> datetime:
        """When the tour's first page was published (UTC): at the installation's first start."""
        with self.database.read() as connection:
            started = facts.get(connection, TOUR_STARTED)
        return datetime.fromisoformat(started) if started else self.clock()

    # What people ask for

    def preview_source(
        self, url: str, *, time_zone: str = "UTC", selector: str | None = None, way: Way | None = None
    ) -> dict[str, Any]:
        """How an address would be watched, as `tocsin preview --json` prints it. Raises `feeds.errors.FeedsError`."""
        from bot.preview import preview_source
        from feeds.topics import parse_all

        queries = parse_all({topic.slug: (topic.query, topic.language) for topic in self.settings.topics})
        return preview_source(
            url, self.visits.get, queries, time_zone=time_zone, selector=selector, way=way, now=self.clock()
        )

    def add_source(self, source: Source) -> None:
        """Watch a source from now on."""
        with self.database.write() as connection:
            sources.add(connection, source, self.clock())
        publish.ensure_all(self.database, self.site, self.clock())
        self.watching.tick()

    def look_now(self, source_id: int) -> None:
        """Make a source due at once."""
        with self.database.write() as connection:
            targets.due_at(connection, "source", source_id, self.clock())

    @cached_property
    def feed_server(self) -> FeedServer:
        """Serves rendered feeds from memory."""
        from bot.web.wiring import feed_server

        return feed_server(self)

    @cached_property
    def web(self) -> ASGIApp:
        """The whole site."""
        from bot.web.wiring import web_application

        return web_application(self)


def build(settings: Settings, *, roles: Collection[str] = ROLES, **parts: Any) -> App:
    """One process's application. `parts` replace the clock, the jitter, or channels (tests)."""
    unknown = set(roles) - ROLES
    if unknown:
        raise ValueError(f"unknown roles: {', '.join(sorted(unknown))}; known: {', '.join(sorted(ROLES))}")
    return App(settings, frozenset(roles), **parts)
