"""SQL on topics, on what they matched, and on people's votes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from feeds.database import AnyRow, inserted_id
from feeds.model import DESK, Span, Topic
from feeds.store import facts
from feeds.store.tables import articles, matches, topics, votes

VERSION = "topics.version"
"""The fact that is counted up at each change, so that every process knows when its index is old."""

IS_PUBLIC = sa.or_(topics.c.owner.is_(None), topics.c.owner == DESK)
"""`Topic.public`, of a row."""


def topic_of(row: AnyRow) -> Topic:
    """A row of `topics` as a value."""
    return Topic(
        slug=row.slug,
        query=row.query,
        title=row.title,
        description=row.description,
        language=row.language,
        owner=row.owner,
        urgent=row.urgent,
        expect=tuple(row.expect),
        reject=tuple(row.reject),
        id=row.id,
    )


def declare(connection: Connection, declared: Sequence[Topic], now: datetime) -> None:
    """Make the store's declared topics those of the configuration; one that left the file is kept, inactive.

    Those made at the desk stay; where the file has one of the same slug, the file is right.
    """
    rows = {row.slug: row for row in connection.execute(sa.select(topics)).all()}
    for topic in declared:
        row = rows.get(topic.slug)
        if row is None or not row.active or topic_of(row) != _as_stored(topic, row.id):
            save_topic(connection, topic, now)
    slugs = {topic.slug for topic in declared}
    for slug, row in rows.items():
        if row.owner is None and row.active and slug not in slugs:
            remove_topic(connection, slug)


def _as_stored(topic: Topic, topic_id: int) -> Topic:
    return replace(topic, title=topic.title or topic.slug, id=topic_id)


def save_topic(connection: Connection, topic: Topic, now: datetime) -> Topic:
    """Insert or change the topic of this slug; live in every process at its next article.

    The caller has parsed the query.
    """
    values: dict[str, Any] = {
        "title": topic.title or topic.slug,
        "description": topic.description,
        "query": topic.query,
        "language": topic.language,
        "owner": topic.owner,
        "urgent": topic.urgent,
        "expect": list(topic.expect),
        "reject": list(topic.reject),
        "active": True,
        "changed_at": now,
        "version": facts.count(connection, VERSION),
    }
    row = connection.execute(sa.select(topics).where(topics.c.slug == topic.slug).with_for_update()).first()
    newest = connection.execute(sa.select(sa.func.max(articles.c.id))).scalar()
    if row is None:
        inserted = connection.execute(
            sa.insert(topics).values(slug=topic.slug, created_at=now, matched_back_to=newest, **values)
        )
        topic_id = inserted_id(inserted)
    else:
        topic_id = row.id
        if row.query != topic.query or row.language != topic.language or not row.active:
            values["matched_back_to"] = newest
        connection.execute(sa.update(topics).where(topics.c.id == topic_id).values(**values))
    return _as_stored(topic, topic_id)


def remove_topic(connection: Connection, slug: str) -> None:
    """Match it no more. The row, its matches and its subscriptions stay, so that it can come back."""
    number = facts.count(connection, VERSION)
    connection.execute(sa.update(topics).where(topics.c.slug == slug).values(active=False, version=number))


def removed_topic(connection: Connection, slug: str) -> Topic | None:
    """A public topic that was removed."""
    row = connection.execute(sa.select(topics).where(topics.c.slug == slug, ~topics.c.active, IS_PUBLIC)).first()
    return None if row is None else topic_of(row)


def removed_topics(connection: Connection, limit: int) -> list[Topic]:
    """The public topics that were removed, the last first."""
    query = sa.select(topics).where(~topics.c.active, IS_PUBLIC).order_by(topics.c.version.desc()).limit(limit)
    return [topic_of(row) for row in connection.execute(query)]


def version(connection: Connection) -> int:
    """Counted up at each change of any topic."""
    return int(facts.get(connection, VERSION) or 0)


def changed_since(connection: Connection, version: int) -> list[tuple[Topic, bool, int]]:
    """(topic, active, version) of every topic changed after `version`, in the order of the changes."""
    rows = connection.execute(sa.select(topics).where(topics.c.version > version).order_by(topics.c.version)).all()
    return [(topic_of(row), row.active, row.version) for row in rows]


def with_samples(connection: Connection) -> list[Topic]:
    """Everybody's active topics that have sample texts, but for the declared ones."""
    nonempty = [sa.cast(column, sa.Text) != "[]" for column in (topics.c.expect, topics.c.reject)]
    query = sa.select(topics).where(topics.c.active, topics.c.owner.is_not(None), sa.or_(*nonempty))
    return [topic_of(row) for row in connection.execute(query.order_by(topics.c.id))]


def topic_by_slug(connection: Connection, slug: str) -> Topic | None:
    """An active topic."""
    row = connection.execute(sa.select(topics).where(topics.c.slug == slug, topics.c.active)).first()
    return None if row is None else topic_of(row)


def active_topics(connection: Connection, owner: str | None = None, *, everybody: bool = False) -> list[Topic]:
    """The public topics, or those of one owner, or everybody's; in the order they were made."""
    query = sa.select(topics).where(topics.c.active).order_by(topics.c.id)
    if not everybody:
        query = query.where(IS_PUBLIC if owner is None else topics.c.owner == owner)
    return [topic_of(row) for row in connection.execute(query).all()]


def by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, Topic]:
    """Topics by id, active or not."""
    rows = connection.execute(sa.select(topics).where(topics.c.id.in_(list(ids)))).all()
    return {row.id: topic_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """That a topic selected an article, and why."""

    topic_id: int
    article_id: int
    spans: tuple[Span, ...]
    score: float


def _spans(stored: list[list[Any]]) -> tuple[Span, ...]:
    return tuple(Span(field, start, end, clause) for field, start, end, clause in stored)


_REMOVE_MATCH = sa.delete(matches).where(
    matches.c.topic_id == sa.bindparam("topic"), matches.c.article_id == sa.bindparam("article")
)


def save_matches(connection: Connection, found: Sequence[StoredMatch]) -> None:
    """Write matches, in place of earlier ones of the same topic and article."""
    if not found:
        return
    # One statement for all: an article that a thousand topics select would otherwise cost a second here.
    connection.execute(_REMOVE_MATCH, [{"topic": one.topic_id, "article": one.article_id} for one in found])
    connection.execute(
        sa.insert(matches),
        [
            {
                "topic_id": one.topic_id,
                "article_id": one.article_id,
                "spans": [[span.field, span.start, span.end, span.clause] for span in one.spans],
                "score": one.score,
            }
            for one in found
        ],
    )


def remove_matches(connection: Connection, topic_id: int, article_ids: Sequence[int]) -> None:
    """The topic does not select these (any more)."""
    if article_ids:
        connection.execute(
            sa.delete(matches).where(matches.c.topic_id == topic_id, matches.c.article_id.in_(list(article_ids)))
        )


def clear_matches(connection: Connection, article_ids: Sequence[int]) -> None:
    """Nothing selects these until they are asked again."""
    if article_ids:
        connection.execute(sa.delete(matches).where(matches.c.article_id.in_(list(article_ids))))


def matches_of(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[StoredMatch]]:
    """By article id: its matches with active topics, strongest first."""
    found: dict[int, list[StoredMatch]] = {}
    for start in range(0, len(article_ids), 500):
        query = (
            sa.select(matches)
            .join(topics, topics.c.id == matches.c.topic_id)
            .where(matches.c.article_id.in_(article_ids[start : start + 500]), topics.c.active)
            .order_by(matches.c.score.desc(), matches.c.topic_id)
        )
        for row in connection.execute(query).all():
            found.setdefault(row.article_id, []).append(
                StoredMatch(row.topic_id, row.article_id, _spans(row.spans), row.score)
            )
    return found


def match_counts(connection: Connection, since: datetime | None = None) -> dict[str, int]:
    """How many articles each active topic selected (found since `since`, UTC), by slug; 0 where it selected none."""
    counted = sa.select(matches.c.topic_id, sa.func.count().label("number")).group_by(matches.c.topic_id)
    if since is not None:
        counted = counted.join(articles, articles.c.id == matches.c.article_id).where(articles.c.found >= since)
    numbers = counted.subquery()
    query = (
        sa.select(topics.c.slug, sa.func.coalesce(numbers.c.number, 0))
        .select_from(topics.outerjoin(numbers, numbers.c.topic_id == topics.c.id))
        .where(topics.c.active)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query).all()}


def waiting_for_backfill(connection: Connection, limit: int = 100) -> list[tuple[Topic, int]]:
    """Topics whose query has not been asked of all older articles yet, and the id to go on from, downwards."""
    waiting = sa.select(topics).where(topics.c.active, topics.c.matched_back_to.is_not(None))
    rows = connection.execute(waiting.order_by(topics.c.id).limit(limit)).all()
    return [(topic_of(row), row.matched_back_to) for row in rows]


def backfilled(connection: Connection, topic_id: int, query: str, back_to: int | None) -> None:
    """Articles up to `back_to` remain to be asked; None: none do. No effect if the query has changed since."""
    connection.execute(
        sa.update(topics).where(topics.c.id == topic_id, topics.c.query == query).values(matched_back_to=back_to)
    )


def vote(connection: Connection, topic_id: int, article_id: int, voter: str, good: bool, at: datetime) -> None:
    """Keep one person's vote on one match; the last one counts."""
    values = {"topic_id": topic_id, "article_id": article_id, "voter": voter, "good": good, "at": at}
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(votes).values(values)
    connection.execute(insert.on_conflict_do_update(index_elements=_VOTE_KEY, set_={"good": good, "at": at}))


_VOTE_KEY = ["topic_id", "article_id", "voter"]


def votes_on(connection: Connection, topic_id: int, limit: int | None = None) -> list[tuple[int, bool]]:
    """(article id, good) for every vote on the topic, or for the last so many; the last first."""
    query = sa.select(votes.c.article_id, votes.c.good).where(votes.c.topic_id == topic_id)
    rows = connection.execute(query.order_by(votes.c.at.desc(), votes.c.article_id.desc()).limit(limit)).all()
    return [(row.article_id, row.good) for row in rows]


def votes_on_match(connection: Connection, topic_id: int, article_id: int) -> tuple[int, int]:
    """How many 👍 and 👎 there are on what the topic brought there."""
    query = sa.select(votes.c.good).where(votes.c.topic_id == topic_id, votes.c.article_id == article_id)
    cast = list(connection.execute(query).scalars())
    return sum(cast), len(cast) - sum(cast)


def votes_by(connection: Connection, voter: str, article_id: int) -> dict[int, bool]:
    """By topic id: how somebody voted on an article."""
    query = sa.select(votes.c.topic_id, votes.c.good).where(votes.c.voter == voter, votes.c.article_id == article_id)
    return {row.topic_id: row.good for row in connection.execute(query).all()}


def vote_counts(connection: Connection, topic_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By topic id: how many 👍 and 👎; topics without any are left out."""
    query = (
        sa.select(votes.c.topic_id, votes.c.good, sa.func.count().label("number"))
        .where(votes.c.topic_id.in_(list(topic_ids)))
        .group_by(votes.c.topic_id, votes.c.good)
    )
    counts: dict[int, tuple[int, int]] = {}
    for row in connection.execute(query).all():
        ups, downs = counts.get(row.topic_id, (0, 0))
        counts[row.topic_id] = (row.number, downs) if row.good else (ups, row.number)
    return counts


def hand_votes_on(connection: Connection, old: int, new: int) -> None:
    """The votes on one topic count for another too, which takes its place."""
    taken = sa.select(votes.c.article_id, votes.c.voter).where(votes.c.topic_id == new)
    kept = sa.select(sa.literal(new), votes.c.article_id, votes.c.voter, votes.c.good, votes.c.at).where(
        votes.c.topic_id == old, sa.tuple_(votes.c.article_id, votes.c.voter).not_in(taken)
    )
    connection.execute(sa.insert(votes).from_select(["topic_id", "article_id", "voter", "good", "at"], kept))
