"""Read-only queries that only the pages ask; everything else stands in `feeds.store` and `bot.store`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import alerts, attempts, deliveries, destinations
from feeds.model import Source
from feeds.store import tables
from feeds.store.topics import IS_PUBLIC


def sources(connection: Connection) -> dict[str, Source]:
    """Every source by slug, inactive ones too: what lists of articles name."""
    columns = tables.sources.c
    query = sa.select(
        columns.id,
        columns.slug,
        columns.url,
        columns.title,
        columns.kind,
        columns.language,
        columns.time_zone,
        columns.description,
    )
    return {row.slug: Source(**row) for row in connection.execute(query).mappings()}


def story_sizes(connection: Connection, stories: Collection[int]) -> dict[int, int]:
    """How many articles tell each story."""
    column = tables.articles.c.story_id
    query = sa.select(column, sa.func.count()).where(column.in_(list(stories))).group_by(column)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class LatestMatch:
    """The newest article that a topic selected."""

    uid: str
    title: str
    found: datetime


def latest_matches(connection: Connection) -> dict[str, LatestMatch]:
    """By slug: the newest article of each active topic of the operator."""
    newest = (
        sa.select(tables.matches.c.topic_id, sa.func.max(tables.matches.c.article_id).label("article_id"))
        .group_by(tables.matches.c.topic_id)
        .subquery()
    )
    query = (
        sa.select(tables.topics.c.slug, tables.articles.c.uid, tables.articles.c.title, tables.articles.c.found)
        .join(newest, newest.c.topic_id == tables.topics.c.id)
        .join(tables.articles, tables.articles.c.id == newest.c.article_id)
        .where(tables.topics.c.active, IS_PUBLIC)
    )
    return {row.slug: LatestMatch(row.uid, row.title, row.found) for row in connection.execute(query)}


def found_per_day(connection: Connection, since: datetime) -> dict[str, dict[str, int]]:
    """Articles found per UTC day since `since`, by the source's slug: {"mps-en": {"2026-11-24": 3}}."""
    moment = tables.articles.c.found
    day = _utc_day(connection, moment)
    query = (
        sa.select(tables.sources.c.slug, day, sa.func.count())
        .join(tables.sources, tables.sources.c.id == tables.articles.c.source_id)
        .where(moment >= since)
        .group_by(tables.sources.c.slug, day)
    )
    return _by_day(connection, query)


def matched_per_day(connection: Connection, since: datetime) -> dict[str, dict[str, int]]:
    """The same of what each of the operator's topics selected, by the topic's slug."""
    day = _utc_day(connection, tables.articles.c.found)
    query = (
        sa.select(tables.topics.c.slug, day, sa.func.count())
        .select_from(tables.articles)
        .join(tables.matches, tables.matches.c.article_id == tables.articles.c.id)
        .join(tables.topics, tables.topics.c.id == tables.matches.c.topic_id)
        .where(tables.articles.c.found >= since, tables.topics.c.active, IS_PUBLIC)
        .group_by(tables.topics.c.slug, day)
    )
    return _by_day(connection, query)


def _by_day(connection: Connection, query: sa.Select[Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for slug, on, number in connection.execute(query):
        found.setdefault(slug, {})[on] = int(number)
    return found


def sent_per_day(connection: Connection, since: datetime) -> dict[str, int]:
    """Deliveries made per UTC day since `since`; days without any are absent."""
    day = _utc_day(connection, deliveries.c.finished_at)
    query = (
        sa.select(day, sa.func.count())
        .where(deliveries.c.state == "sent", deliveries.c.finished_at >= since)
        .group_by(day)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _utc_day(connection: Connection, moment: sa.Column[datetime]) -> sa.Function[str]:
    """SQL: the day of an instant, "2026-11-24"."""
    if connection.dialect.name == "postgresql":
        return sa.func.to_char(sa.func.timezone("UTC", moment), "YYYY-MM-DD")
    return sa.func.strftime("%Y-%m-%d", moment)


def publishing_times(connection: Connection, source_id: int, limit: int = 500) -> list[datetime]:
    """When the newest articles of a source were published (UTC), unknown times left out."""
    columns = tables.articles.c
    query = (
        sa.select(columns.published)
        .where(columns.source_id == source_id, columns.published.is_not(None))
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class SentAlert:
    """An alert that arrived somewhere: what it was about, and how many were told. `at` is the latest (UTC)."""

    uid: str
    title: str
    topics: tuple[str, ...]
    at: datetime
    told: int


RECENT_DELIVERIES = 1000


def sent_alerts(connection: Connection, limit: int = 5) -> list[SentAlert]:
    """The articles that followers were told of, the latest first, among the newest deliveries."""
    # By id alone, so that no database reads years of deliveries to find the newest.
    recent = connection.execute(
        sa.select(deliveries.c.alert_id, deliveries.c.state)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(alerts.c.article_id.is_not(None))
        .order_by(deliveries.c.id.desc())
        .limit(RECENT_DELIVERIES)
    )
    chosen = list(dict.fromkeys(row.alert_id for row in recent if row.state == "sent"))[:limit]
    told = (
        sa.select(
            deliveries.c.alert_id,
            sa.func.max(deliveries.c.finished_at).label("at"),
            sa.func.sum(sa.case((deliveries.c.state == "sent", 1), else_=0)).label("told"),
        )
        .where(deliveries.c.alert_id.in_(chosen))
        .group_by(deliveries.c.alert_id)
        .subquery()
    )
    query = (
        sa.select(alerts.c.id, tables.articles.c.uid, tables.articles.c.title, alerts.c.data, told.c.at, told.c.told)
        .join(told, told.c.alert_id == alerts.c.id)
        .join(tables.articles, tables.articles.c.id == alerts.c.article_id)
    )
    found = {
        row.id: SentAlert(
            row.uid, row.title, tuple(str(one["title"]) for one in row.data.get("topics", ())), row.at, int(row.told)
        )
        for row in connection.execute(query)
    }
    return [found[alert] for alert in chosen if alert in found]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery. `at` is UTC."""

    at: datetime
    ok: bool
    status: int | None
    detail: str
    seconds: float


def attempts_at(connection: Connection, delivery_uids: Collection[str]) -> dict[str, list[Attempt]]:
    """By delivery: every try, oldest first."""
    query = (
        sa.select(deliveries.c.uid, attempts)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(deliveries.c.uid.in_(list(delivery_uids)))
        .order_by(attempts.c.id)
    )
    found: dict[str, list[Attempt]] = {}
    for row in connection.execute(query):
        found.setdefault(row.uid, []).append(Attempt(row.at, row.ok, row.status, row.detail, row.seconds))
    return found


def destination_counts(connection: Connection) -> dict[str, int]:
    """How many destinations of each kind there are: {"telegram": 2}."""
    query = (
        sa.select(destinations.c.kind, sa.func.count())
        .where(destinations.c.removed_at.is_(None))
        .group_by(destinations.c.kind)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def article_counts(connection: Connection) -> dict[str, int]:
    """How many articles are stored, by their source's slug; sources without any are absent."""
    # Counted before the names are joined, from an index alone.
    column = tables.articles.c.source_id
    counted = sa.select(column, sa.func.count().label("number")).group_by(column).subquery()
    query = sa.select(tables.sources.c.slug, counted.c.number).join(counted, counted.c.source_id == tables.sources.c.id)
    return {row.slug: int(row.number) for row in connection.execute(query)}


def match_count(connection: Connection, topic_id: int) -> int:
    """How many articles a topic selected."""
    query = sa.select(sa.func.count()).where(tables.matches.c.topic_id == topic_id)
    return int(connection.execute(query).scalar_one())


def article_count(connection: Connection, source_id: int) -> int:
    """How many articles of a source are stored."""
    query = sa.select(sa.func.count()).where(tables.articles.c.source_id == source_id)
    return int(connection.execute(query).scalar_one())
