"""Makes the declared part of the database that of the operator's files: sources, topics, channels.

What people added by hand is not touched. What left a file is made inactive, never deleted: it can come back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from bot.model import Destination
from bot.settings import DeclaredChannel, Settings
from bot.store import destinations
from bot.subscriptions import Subscriptions
from feeds.database import Database
from feeds.store import sources, topics

log = logging.getLogger(__name__)


def declare(
    settings: Settings, database: Database, subscriptions: Subscriptions, clock: Callable[[], datetime]
) -> None:
    """Bring the database in step with the files; doing it twice changes nothing."""
    with database.write() as connection:
        sources.declare(connection, settings.sources, clock())
        topics.declare(connection, settings.topics, clock())
    # The console speaks where Telegram cannot: with a token, alerts belong there.
    channels = [one for one in settings.channels if one.kind != "console" or not settings.telegram_token]
    for channel in channels:
        _declare_channel(channel, database, subscriptions)
    _remove_undeclared(channels, subscriptions)
    if settings.telegram_token:
        # A private chat has its user's number. Telegram lets us write to it once the user has written to us.
        for operator in settings.operators.telegram:
            subscriptions.destination("telegram", str(operator), title="operator", language=settings.site.language)


def _declare_channel(channel: DeclaredChannel, database: Database, subscriptions: Subscriptions) -> None:
    destination = subscriptions.destination(
        channel.kind,
        channel.address,
        title=channel.title or channel.slug,
        language=channel.language,
        time_zone=channel.time_zone,
        options=channel.options,
        declared=True,
    )
    wanted = {
        "title": channel.title or channel.slug,
        "language": channel.language,
        "time_zone": channel.time_zone,
        "options": dict(channel.options),
        "digest": channel.digest,
        "quiet": channel.quiet,
        "declared": True,
    }
    changed = {name: value for name, value in wanted.items() if getattr(destination, name) != value}
    if changed:
        with database.write() as connection:
            destinations.change(connection, destination.id, **changed)
    _follow_exactly(destination, channel.topics, subscriptions)


def _follow_exactly(destination: Destination, slugs: Iterable[str], subscriptions: Subscriptions) -> None:
    followed = {topic.slug: topic for topic in subscriptions.following(destination)}
    for slug in slugs:
        topic = subscriptions.topic(slug)
        if topic is None:
            log.warning("a channel follows an unknown topic", extra={"channel": destination.address, "topic": slug})
        elif slug not in followed:
            subscriptions.follow_topic(destination, topic)
    for slug in followed.keys() - set(slugs):
        subscriptions.unfollow(destination, slug)


def _remove_undeclared(channels: Iterable[DeclaredChannel], subscriptions: Subscriptions) -> None:
    declared = {(channel.kind, channel.address) for channel in channels}
    for destination in subscriptions.all():
        if destination.declared and (destination.kind, destination.address) not in declared:
            subscriptions.remove(destination)
