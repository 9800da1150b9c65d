"""The chat over one `bot.app.App`: which of its parts the commands are given, and the lease on the token."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from bot import tuning
from bot.chat.application import HOLD_SECONDS, ChatProcess
from bot.chat.services import ChatServices, Found
from bot.languages import alarm_headlines, alarm_sentences, sentence
from bot.private_feeds import PrivateFeeds
from feeds.alarms import CODES, Alarm
from feeds.database import refusal_of
from feeds.store import alarms, facts, sources, topics
from feeds.store import shelf as shelf_store

if TYPE_CHECKING:
    from bot.app import App
    from bot.model import Destination
    from bot.tuning import Tuning
    from feeds.model import Topic
    from feeds.store.alarms import StoredAlarm
    from feeds.store.query_preview import QueryPreview
    from feeds.store.sources import SourceState

HOLDER = "telegram.holder"
TELEGRAM_USERNAME = "telegram.username"
SEARCH_HITS = 5


def chat_process(app: App) -> ChatProcess:
    """The process that serves Telegram, if it gets the lease on the token."""
    name = secrets.token_hex(8)
    lease = min(timedelta(seconds=3 * HOLD_SECONDS), app.lease)

    def hold() -> bool:
        try:
            with app.database.write() as connection:
                return facts.hold(connection, HOLDER, name, app.clock(), app.clock() + lease)
        except DBAPIError as error:
            if refusal_of(error) is None:
                raise
        # Nobody can take it now: it is ours as long as it is nobody else's, and operators can ask what is wrong.
        with app.database.read() as connection:
            return facts.may_hold(connection, HOLDER, name, app.clock())

    def release() -> None:
        with app.database.write() as connection:
            facts.release(connection, HOLDER, name)

    def keep_name(problem: str | None) -> None:
        """Let the web processes know the bot's name, once Telegram has said it."""
        if problem is not None or app.chat is None or not app.chat.username:
            return
        with app.database.read() as connection:
            if facts.get(connection, TELEGRAM_USERNAME) == app.chat.username:
                return
        try:
            with app.database.write() as connection:
                facts.put(connection, TELEGRAM_USERNAME, app.chat.username)
        except DBAPIError as error:
            if refusal_of(error) is None:
                raise

    parts: dict[str, Any] = {
        "token": app.settings.telegram_token or "",
        "api_url": app.settings.telegram_api_url,
        "subscriptions": app.subscriptions,
        "clock": app.clock,
        "services": _services(app),
        "hold": hold,
        "on_problem": keep_name,
        "release": release,
        "hold_seconds": lease.total_seconds() / 3,
    }
    return ChatProcess(**(parts | dict(app.chat_parts)))


def _services(app: App) -> ChatServices:
    site = app.settings.site.public_url

    def search(query: str) -> Sequence[Found]:
        from feeds.store.queries import read_query
        from feeds.store.search import search as search_store

        with app.database.read() as connection:
            hits = search_store(connection, read_query(connection, query), limit=SEARCH_HITS).hits
        return [Found(hit.article.title, hit.article.url, hit.article.source) for hit in hits]

    def feeds(followed: Sequence[Topic]) -> Sequence[Found]:
        with app.database.read() as connection:
            held = shelf_store.feeds(connection)
        shown = [topic for topic in followed if f"topics/{topic.slug}" in held]
        return [Found(topic.title, f"{site}/feeds/topics/{topic.slug}.rss", "RSS") for topic in shown] or [
            Found(app.settings.site.title, f"{site}/feeds/all.rss", "RSS")
        ]

    def health(language: str) -> Sequence[Found]:
        with app.database.read() as connection:
            return health_lines(
                language, alarms.open_alarms(connection), sources.states(connection), app.refused_writes.alarm()
            )

    def why(url: str, destination: Destination) -> Sequence[Found]:
        from bot.why import why as explain

        with app.database.read() as connection:
            explained = explain(connection, url, app.clock(), destination, destination.language)
        return [Found(step) for step in explained.steps]

    def private_feed(destination: Destination, renew: bool) -> str:
        return own.renew(destination) if renew else own.address(destination)

    own = PrivateFeeds(app.database, app.clock, site)

    def try_query(topic: Topic) -> QueryPreview:
        from feeds.store.query_preview import preview

        with app.database.read() as connection:
            return preview(connection, topic.query, topic.language, app.clock(), samples=1)

    def tunable(own: Sequence[Topic]) -> Collection[int]:
        with app.database.read() as connection:
            counts = topics.vote_counts(connection, [topic.id for topic in own if topic.id is not None])
        return {number for number, (ups, downs) in counts.items() if ups + downs >= tuning.FEWEST_VOTES}

    def tune(topic: Topic) -> Tuning:
        with app.database.read() as connection:
            return tuning.tuning(connection, topic)

    operators = frozenset(app.settings.operators.telegram)
    return ChatServices(
        search=search,
        why=why,
        feeds=feeds,
        private_feed=private_feed,
        health=health,
        try_query=try_query,
        tunable=tunable,
        tuning=tune,
        operators=operators,
    )


def health_lines(
    language: str,
    alarms_now: Sequence[StoredAlarm],
    states: Sequence[SourceState],
    refused: Alarm | None = None,
) -> list[Found]:
    """What is wrong first, with what was expected and seen; then the other sources, those that fail before the rest.

    `refused`: that the database takes no writes, which could not be stored.
    """
    lines = []
    stored = {one.code for one in alarms_now if one.source_id is None}
    unstored = [Found(*_words(language, refused))] if refused is not None and refused.code not in stored else []
    for one in alarms_now:
        headline, _, told = _words(language, one)
        lines.append(Found(one.title or headline, one.url or None, told))
    said = {one.source_id for one in alarms_now}
    others = sorted((state for state in states if state.source.id not in said), key=lambda one: one.health != "failing")
    return (
        unstored
        + lines
        + [
            Found(
                state.source.title or state.source.slug,
                state.source.url,
                alarm_sentences.said_in(language, state.error or "") or sentence(language, f"health_{state.health}"),
            )
            for state in others
        ]
    )


def _words(language: str, alarm: Alarm | StoredAlarm) -> tuple[str, None, str]:
    """Its headline, no address, and all of it: the headline, what was expected, what was seen."""
    headline = (alarm_headlines.headline(language, alarm.code, over=False) or f"{CODES[alarm.code]}.").rstrip(".")
    told = (
        f"{sentence(language, f'alert_{key}')}: {alarm_sentences.said_in(language, text)}."
        for key, text in (("expected", alarm.expected), ("seen", alarm.seen))
    )
    return headline, None, " ".join([f"⚠️ {headline}.", *told])
