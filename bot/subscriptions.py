"""What a destination follows and how it wants to be told: the same for the chat, the web and the operator's files.

Every method is one transaction. What a person asks that cannot be done raises `RequestError`, whose key and values
name a translated sentence (`bot.languages`); a query that is none raises `feeds.errors.QueryError`.
Of Telegram, HTTP and deliveries' sending this module knows nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

import feeds.topics
from bot import preferences
from bot.errors import RequestError
from bot.message import topic_key
from bot.model import Destination
from bot.own_queries import MAXIMUM_OWN_QUERIES, MAXIMUM_QUERY_LENGTH, check_details, own_slug, title_of
from bot.store import destinations as store
from feeds import targets
from feeds.database import Database
from feeds.model import Topic
from feeds.store import articles
from feeds.store import topics as topic_store
from feeds.store.queries import named_topics
from feeds.topics.samples import Verdict, try_samples

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def target_kind(destination_kind: str) -> str:
    """The kind of target (`feeds.targets`) that a destination is worked as: only the chat process works "chat"."""
    return "chat" if destination_kind == "telegram" else "endpoint"


@dataclass(frozen=True, slots=True)
class Followed:
    """What `follow` came to; `new` is False where it was followed before."""

    topic: Topic
    new: bool


@dataclass(frozen=True, slots=True)
class Voted:
    """A vote that was kept, and how many 👍 and 👎 the article has for that topic now."""

    topic: Topic
    ups: int
    downs: int


class Subscriptions:
    """Destinations and their subscriptions, over one database. Safe to be shared by threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """`clock` gives the current time (aware, UTC)."""
        self._database = database
        self._clock = clock

    # Destinations

    def destination(
        self,
        kind: str,
        address: str,
        *,
        title: str = "",
        language: str = "en",
        time_zone: str = "UTC",
        options: Mapping[str, Any] | None = None,
        declared: bool = False,
    ) -> Destination:
        """The destination under this address; made with these values if it isn't there (then with its target)."""
        with self._database.read() as connection:
            found = store.destination_by_address(connection, kind, address)
        if found is not None:
            return found
        with self._database.write() as connection:
            found = store.destination_by_address(connection, kind, address)
            if found is not None:
                return found
            made = store.insert_or_revive(
                connection,
                kind,
                address,
                title=title,
                language=language,
                time_zone=time_zone,
                options=options or {},
                declared=declared,
                now=self._clock(),
            )
            targets.add(connection, target_kind(kind), made, None)
            return self._reread(connection, made)

    def find(self, kind: str, address: str) -> Destination | None:
        """The destination under this address, if there is one."""
        with self._database.read() as connection:
            return store.destination_by_address(connection, kind, address)

    def all(self, kind: str | None = None) -> list[Destination]:
        """Every destination, or every one of a kind, in the order in which they came."""
        with self._database.read() as connection:
            return store.all_destinations(connection, kind=kind)

    def of_chat(self, *names: str) -> list[Destination]:
        """The Telegram destinations of a chat, given its id and its @name: its own, and those of its forum topics."""
        with self._database.read() as connection:
            return store.of_chat(connection, names)

    def move(self, destination: Destination, address: str) -> Destination:
        """It has a new address. If there is a destination already, the two become one and nothing owed is lost."""
        with self._database.write() as connection:
            now = self._clock()
            if address == destination.address:
                return self._reread(connection, destination.id)
            store.rename_owner(connection, _owner(destination), f"{destination.kind}:{address}")
            other = store.id_under(connection, destination.kind, address)
            if other is None:
                store.set_address(connection, destination.id, address)
                return self._reread(connection, destination.id)
            store.merge(connection, destination.id, other, now)
            kind = target_kind(destination.kind)
            targets.remove(connection, kind, destination.id)
            targets.add(connection, kind, other, now)
            targets.wake(connection, kind, other, now)
            return self._reread(connection, other)

    def remove(self, destination: Destination) -> None:
        """Forget what it follows and its own queries, and send it nothing any more."""
        with self._database.write() as connection:
            followed = store.followed_topics(connection, destination.id)
            store.mark_removed(connection, destination.id, self._clock())
            targets.remove(connection, target_kind(destination.kind), destination.id)
            for topic in followed:
                _retire_if_unused(connection, topic)

    def restore(self, destination_id: int, topics: Sequence[int]) -> Destination | None:
        """Undo `remove`, with the topics (ids) it followed; None if it was not removed.

        Of these topics it follows those that are offered and its own, which are asked again.
        """
        with self._database.write() as connection:
            if not store.bring_back(connection, destination_id):
                return None
            now = self._clock()
            back = self._reread(connection, destination_id)
            for topic in topic_store.by_ids(connection, list(topics)).values():
                own = topic.owner == _owner(back)
                if own:
                    topic_store.save_topic(connection, topic, now)
                if own or topic.public:
                    store.follow(connection, back.id, topic.id or 0, now)
            targets.add(connection, target_kind(back.kind), back.id, now)
            return back

    def pause(self, destination: Destination, reason: str) -> Destination:
        """The other side is gone: owe it on, send nothing, keep what it follows."""
        return self._change(destination, paused_at=self._clock(), pause_reason=reason)

    def resume(self, destination: Destination) -> Destination:
        """The other side is back; what it is owed goes out now."""
        with self._database.write() as connection:
            current = self._reread(connection, destination.id)
            if current.paused_at is None:
                return current
            store.change(connection, destination.id, paused_at=None, pause_reason=None)
            targets.due_at(connection, target_kind(destination.kind), destination.id, self._clock(), failures=0)
            return self._reread(connection, destination.id)

    # What it follows

    def topics(self) -> list[Topic]:
        """What the operator offers."""
        with self._database.read() as connection:
            return topic_store.active_topics(connection)

    def topic(self, slug: str) -> Topic | None:
        """An active topic of that slug, anybody's."""
        with self._database.read() as connection:
            return topic_store.topic_by_slug(connection, slug)

    def topic_by_id(self, destination: Destination, topic_id: int) -> Topic | None:
        """The operator's topic, or one of the destination's own, retired ones included; never somebody else's."""
        with self._database.read() as connection:
            topic = topic_store.by_ids(connection, [topic_id]).get(topic_id)
        return topic if topic is not None and (topic.public or topic.owner == _owner(destination)) else None

    def following(self, destination: Destination) -> list[Topic]:
        """What it follows: the operator's topics first, then its own queries."""
        with self._database.read() as connection:
            return store.followed_topics(connection, destination.id)

    def follow(self, destination: Destination, wanted: str) -> Followed:
        """Follow the operator's topic of that slug or title, or else the query.

        Raises `QueryError`, or `RequestError`: `empty_query`, `query_too_long`, `no_such_topic` (slug, suggestion),
        `too_many_queries` (limit).
        """
        text = " ".join(wanted.split())
        if not text:
            raise RequestError("empty_query")
        with self._database.read() as connection:
            offered = topic_store.active_topics(connection)
        for topic in offered:
            if text.casefold() in (topic.slug, topic.title.casefold()):
                return self._follow(destination, topic)
        if _SLUG.fullmatch(text):
            # Who writes such a word means a topic's name; as a query it would silently match next to nothing.
            near = difflib.get_close_matches(text, [topic.slug for topic in offered], n=1)
            raise RequestError("no_such_topic", slug=text, suggestion=near[0] if near else "")
        return self._follow_query(destination, text)

    def follow_topic(self, destination: Destination, topic: Topic) -> Followed:
        """Follow a topic that is at hand; also what undoes `unfollow`."""
        if topic.public:
            return self._follow(destination, topic)
        return self._follow_query(destination, topic.query, topic)

    def unfollow(self, destination: Destination, wanted: str) -> Topic:
        """Follow no more, by slug, title or query; the topic, for the undo. Raises `RequestError` `not_followed`."""
        text = " ".join(wanted.split())
        with self._database.write() as connection:
            for topic in store.followed_topics(connection, destination.id):
                if text.casefold() in (topic.slug, topic.title.casefold(), topic.query.casefold()):
                    store.unfollow(connection, destination.id, topic.id or 0)
                    _retire_if_unused(connection, topic)
                    return topic
        raise RequestError("not_followed", topic=text)

    def _follow(self, destination: Destination, topic: Topic) -> Followed:
        assert topic.id is not None
        with self._database.write() as connection:
            return Followed(topic, store.follow(connection, destination.id, topic.id, self._clock()))

    def _follow_query(self, destination: Destination, query: str, before: Topic | None = None) -> Followed:
        """`before`: what it was called, and all else that was said of it, when it was followed before."""
        if len(query) > MAXIMUM_QUERY_LENGTH:
            raise RequestError("query_too_long", limit=MAXIMUM_QUERY_LENGTH)
        language = destination.language
        feeds.topics.parse(query, language, topics=self._named(query))
        owner = _owner(destination)
        slug = own_slug(owner, query)
        with self._database.write() as connection:
            known = topic_store.topic_by_slug(connection, slug)
            if known is None:
                if len(topic_store.active_topics(connection, owner)) >= MAXIMUM_OWN_QUERIES:
                    raise RequestError("too_many_queries", limit=MAXIMUM_OWN_QUERIES)
                topic = Topic(slug=slug, query=query, title=title_of(query), language=language, owner=owner)
                if before is not None and before.slug == slug and before.owner == owner:
                    topic = before
                known = topic_store.save_topic(connection, topic, self._clock())
            assert known.id is not None
            return Followed(known, store.follow(connection, destination.id, known.id, self._clock()))

    def replace_query(self, destination: Destination, topic: Topic, query: str) -> Followed:
        """Follow this query in place of one of its own, whose votes count for it too; the old one can come back.

        Raises `RequestError`: `query_too_long`, `destination_removed`; and `QueryError`.
        """
        if len(query) > MAXIMUM_QUERY_LENGTH:
            raise RequestError("query_too_long", limit=MAXIMUM_QUERY_LENGTH)
        feeds.topics.parse(query, topic.language, topics=self._named(query))
        owner = _owner(destination)
        if topic.owner != owner or topic.id is None:
            raise RequestError("not_followed", topic=topic.title)
        title = title_of(query) if topic.title == title_of(topic.query) else topic.title
        changed = replace(topic, slug=own_slug(owner, query), query=query, title=title, id=None)
        with self._database.write() as connection:
            now = self._clock()
            known = topic_store.topic_by_slug(connection, changed.slug)
            known = known or topic_store.save_topic(connection, changed, now)
            assert known.id is not None
            topic_store.hand_votes_on(connection, topic.id, known.id)
            new = store.follow(connection, destination.id, known.id, now)
            if known.id != topic.id:
                store.unfollow(connection, destination.id, topic.id)
                _retire_if_unused(connection, topic)
            return Followed(known, new)

    def change_query(self, destination: Destination, topic: Topic, **changes: Any) -> Topic:
        """Change what is said of one of its own queries: title, language, urgent, expect, reject.

        Raises `RequestError`: as `check_details` does, `not_followed`; and `QueryError`.
        """
        changed = replace(topic, **changes)
        check_details(changed)
        feeds.topics.parse(changed.query, changed.language, topics=self._named(changed.query))
        if topic.owner != _owner(destination):
            raise RequestError("not_followed", topic=topic.title)
        with self._database.write() as connection:
            current = topic_store.topic_by_slug(connection, topic.slug)
            if current is None:
                raise RequestError("not_followed", topic=topic.title)
            return topic_store.save_topic(connection, replace(current, **changes), self._clock())

    def try_samples(self, topic: Topic) -> tuple[Verdict, ...]:
        """What its query makes of its sample texts. Raises `QueryError`."""
        if not (topic.expect or topic.reject):
            return ()
        query = feeds.topics.parse(topic.query, topic.language, topics=self._named(topic.query))
        return tuple(try_samples(query, topic))

    def vote(self, destination: Destination, article: str, key: str, good: bool, voter: str) -> Voted:
        """Keep somebody's 👍 or 👎 on what a topic brought here. The last vote of each person counts.

        `article` is its uid, `key` the topic's `bot.message.topic_key`. Raises `RequestError` `button_old` where the
        topic brought no such article, or is somebody else's.
        """
        with self._database.write() as connection:
            found = articles.by_uid(connection, article)
            if found is not None and found.id is not None:
                ids = [match.topic_id for match in topic_store.matches_of(connection, [found.id]).get(found.id, [])]
                for topic in topic_store.by_ids(connection, ids).values():
                    theirs = topic.public or topic.owner == _owner(destination)
                    if theirs and topic.id is not None and topic_key(topic.slug) == key:
                        topic_store.vote(connection, topic.id, found.id, voter, good, self._clock())
                        return Voted(topic, *topic_store.votes_on_match(connection, topic.id, found.id))
        raise RequestError("button_old")

    def _named(self, query: str) -> Mapping[str, feeds.topics.Query]:
        """The operator's topics that "@slug" in the query may mean."""
        if "@" not in query:
            return {}
        with self._database.read() as connection:
            return named_topics(connection, query)

    # How it wants to be told

    def set_language(self, destination: Destination, language: str) -> Destination:
        """Raises `RequestError` `unknown_language`."""
        return self._change(destination, language=preferences.language(language))

    def set_time_zone(self, destination: Destination, name: str) -> Destination:
        """An IANA name, a city, or "UTC+7". Raises `RequestError` `unknown_time_zone` (name, suggestion)."""
        return self._change_rhythm(destination, time_zone=preferences.time_zone(name))

    def set_digest(self, destination: Destination, rhythm: str) -> Destination:
        """ "off", "daily 08:00" or "weekly mon 08:00". Raises `RequestError` `bad_digest`."""
        return self._change_rhythm(destination, digest=preferences.digest(rhythm))

    def set_quiet(self, destination: Destination, hours: str) -> Destination:
        """ "22:00-07:00" or "off". Raises `RequestError` `bad_quiet`."""
        return self._change_rhythm(destination, quiet=preferences.quiet(hours))

    def mute(self, destination: Destination, duration: timedelta | None) -> Destination:
        """Tell it nothing for a while; None: tell it again, now."""
        return self._change_rhythm(destination, muted_until=self._clock() + duration if duration else None)

    def set_title(self, destination: Destination, title: str) -> Destination:
        """What the other side calls itself."""
        return destination if destination.title == title else self._change(destination, title=title)

    def set_options(self, destination: Destination, options: Mapping[str, Any]) -> Destination:
        """The channel's own options, in place of the earlier ones."""
        return self._change(destination, options=dict(options))

    def _change(self, destination: Destination, **values: Any) -> Destination:
        with self._database.write() as connection:
            store.change(connection, destination.id, **values)
            return self._reread(connection, destination.id)

    def _change_rhythm(self, destination: Destination, **values: Any) -> Destination:
        """What is owed may be due at another time now: the destination's next turn finds out."""
        with self._database.write() as connection:
            store.change(connection, destination.id, **values)
            targets.due_at(connection, target_kind(destination.kind), destination.id, self._clock())
            return self._reread(connection, destination.id)

    def _reread(self, connection: Connection, destination_id: int) -> Destination:
        found = store.destination_by_id(connection, destination_id)
        if found is None:
            raise RequestError("destination_removed")
        return found


def _owner(destination: Destination) -> str:
    return f"{destination.kind}:{destination.address}"


def _retire_if_unused(connection: Connection, topic: Topic) -> None:
    """A person's query that nobody follows need not be asked of every article."""
    if not topic.public and topic.id is not None and store.count_followers(connection, topic.id) == 0:
        topic_store.remove_topic(connection, topic.slug)
