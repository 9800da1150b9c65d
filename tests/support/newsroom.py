"""A small newsroom for tests: a source, topics, articles and destinations in a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.alerts import Announcer
from bot.errors import DeliveryError
from bot.model import Delivery, Destination, Receipt
from bot.subscriptions import Subscriptions
from feeds.database import Database
from feeds.matching import StoredTopics
from feeds.model import Article, Source, Topic
from feeds.store import articles, sources, topics

EXTREMISM = Topic(
    slug="violent-extremism",
    title="Violent extremism",
    query='"violent extremism" AND (conference OR cooperation)',
)
DRUGS = Topic(slug="drugs", title="Drugs", query="heroin OR methamphetamine")


@dataclass
class Newsroom:
    """Puts articles into the database and followers beside them; nothing is sent."""

    database: Database
    clock: Callable[[], datetime]
    number: int = 0
    source: int = 0
    subscriptions: Subscriptions = field(init=False)
    announcer: Announcer = field(init=False)

    def __post_init__(self) -> None:
        self.subscriptions = Subscriptions(self.database, self.clock)
        self.announcer = Announcer(self.database, StoredTopics(), self.clock)
        with self.database.write() as connection:
            self.source = sources.add(
                connection, Source("portal", "https://portal.example/", title="The Portal"), self.clock()
            )
            topics.declare(connection, [EXTREMISM, DRUGS], self.clock())

    def publish(
        self,
        title: str = "ASEAN members meet on violent extremism",
        text: str = "The conference in Surabaya was about violent extremism.",
        *,
        baseline: bool = False,
        source: int | None = None,
    ) -> Article:
        """Store an article as the watcher would; it is not announced yet."""
        self.number += 1
        found = Article(
            url=f"https://portal.example/article/{self.number}",
            title=title,
            text=text,
            language="en",
            uid=f"{self.number:032x}",
        )
        with self.database.write() as connection:
            article_id = articles.insert(
                connection, source or self.source, found, [("url", found.url)], self.clock(), baseline=baseline
            )
            return articles.by_ids(connection, [article_id])[0]

    def follower(self, name: str, *slugs: str, kind: str = "webhook") -> Destination:
        """A destination that follows the topics."""
        destination = self.subscriptions.destination(kind, name, title=name)
        for slug in slugs or (EXTREMISM.slug,):
            self.subscriptions.follow(destination, slug)
        return destination


@dataclass
class Postbox:
    """A channel that keeps what it is given, and first raises the errors it was told to."""

    received: list[tuple[str, Delivery]] = field(default_factory=list)
    amended: list[tuple[str, Delivery]] = field(default_factory=list)
    while_amending: list[Callable[[], None]] = field(default_factory=list)
    errors: dict[str, list[DeliveryError]] = field(default_factory=dict)
    refuses: Callable[[Delivery], DeliveryError | None] = lambda _: None

    def send(self, destination: Destination, delivery: Delivery) -> Receipt:
        waiting = self.errors.get(destination.address)
        if waiting:
            raise waiting.pop(0)
        refusal = self.refuses(delivery)
        if refusal is not None:
            raise refusal
        self.received.append((destination.address, delivery))
        return Receipt(status=200, detail="OK", reference=str(len(self.received)))

    def amend(self, destination: Destination, delivery: Delivery, reference: str) -> None:
        waiting = self.errors.get(destination.address)
        if waiting:
            raise waiting.pop(0)
        self.amended.append((reference, delivery))
        if self.while_amending:
            self.while_amending.pop()()

    def close(self) -> None:
        """Nothing to give back."""

    def titles(self, address: str) -> list[str]:
        """The titles that arrived at one address, in order."""
        return [str(delivery.alert.data["article"]["title"]) for to, delivery in self.received if to == address]
