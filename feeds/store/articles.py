"""SQL on articles: under which names they are known, what they say, what they said before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from feeds.database import AnyRow, UtcDateTime
from feeds.model import Article, Enclosure
from feeds.statements import ManyRows, Prepared, one_of
from feeds.store.tables import article_keys, articles, matches, revisions, sources, topics

Key = tuple[str, str]
"""Kind ("guid", "url", "text") and value, as `feeds.identity` makes them."""

_COLUMNS = [column for column in articles.c if column.name not in ("signature",)]
_ARTICLES = sa.select(*_COLUMNS, sources.c.slug.label("source")).join(sources, sources.c.id == articles.c.source_id)


def article_of(row: AnyRow) -> Article:
    """A row of `_ARTICLES` as a value."""
    return Article(
        url=row.url,
        title=row.title,
        author=row.author,
        published=row.published,
        updated=row.updated,
        language=row.language,
        image=row.image,
        text=row.text,
        html=row.html,
        summary=row.summary,
        guid=row.guid,
        categories=tuple(row.categories),
        enclosures=tuple(Enclosure(*one) for one in row.enclosures),
        source=row.source,
        id=row.id,
        uid=row.uid,
        story=row.story_id,
        found=row.found,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What identity needs of a stored article: its id and what it says now."""

    id: int
    url: str
    title: str
    published: datetime | None


def known(connection: Connection, source_id: int, keys: Iterable[Key]) -> dict[Key, Known]:
    """The articles of a source that are known under any of the keys."""
    by_kind: dict[str, list[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, []).append(value)
    found: dict[Key, Known] = {}
    for kind, values in by_kind.items():
        for row in _KNOWN.all(connection, {"source": source_id, "of_kind": kind, "wanted": values}):
            found[(kind, row.value)] = Known(row.id, row.url, row.title, row.published)
    return found


def known_by_ids(connection: Connection, ids: Sequence[int]) -> list[Known]:
    """The same by id; in no order, without those that are no more."""
    found: list[Known] = []
    for start in range(0, len(ids), 500):
        rows = connection.execute(_KNOWN_BY_ID, {"ids": list(ids[start : start + 500])})
        found += [Known(row.id, row.url, row.title, row.published) for row in rows]
    return found


_KNOWN_BY_ID = sa.select(articles.c.id, articles.c.url, articles.c.title, articles.c.published).where(
    articles.c.id.in_(sa.bindparam("ids", expanding=True))
)
_KNOWN = Prepared(
    {
        dialect: sa.select(article_keys.c.value, articles.c.id, articles.c.url, articles.c.title, articles.c.published)
        .join(articles, articles.c.id == article_keys.c.article_id)
        .where(
            article_keys.c.source_id == sa.bindparam("source"),
            article_keys.c.kind == sa.bindparam("of_kind"),
            one_of(article_keys.c.value, "wanted", dialect),
        )
        for dialect in ("sqlite", "postgresql")
    }
)


@dataclass(frozen=True, slots=True)
class New:
    """An article to store as `uid`, and the names that lead to it. `baseline`: alerted to nobody."""

    article: Article
    uid: str
    keys: Sequence[Key] = ()
    baseline: bool = False
    signature: bytes | None = None


def insert(
    connection: Connection,
    source_id: int,
    article: Article,
    keys: Iterable[Key],
    now: datetime,
    *,
    baseline: bool,
    signature: bytes | None = None,
) -> int:
    """Store one new article, as `insert_all` does; returns its id."""
    return insert_all(connection, source_id, [New(article, article.uid, tuple(keys), baseline, signature)], now)[0]


def insert_all(connection: Connection, source_id: int, new: Sequence[New], now: datetime) -> list[int]:
    """Store new articles of a source, each its own story for now; returns their ids, ascending in the given order.

    `announced_at` stays NULL: it is owed that their topics are asked.
    """
    if not new:
        return []
    ids = _next_ids(connection, len(new))
    _INSERT.write(connection, [_row(number, source_id, one, now) for number, one in zip(ids, new, strict=True)])
    add_keys(connection, source_id, [(number, one.keys) for number, one in zip(ids, new, strict=True)])
    return ids


_INSERT = ManyRows(sa.insert(articles))


def _row(number: int, source_id: int, new: New, now: datetime) -> dict[str, Any]:
    article = new.article
    return {
        "id": number,
        "uid": new.uid,
        "source_id": source_id,
        "story_id": number,
        "url": article.url,
        "guid": article.guid,
        "title": article.title,
        "author": article.author,
        "published": article.published,
        "updated": article.updated,
        "language": article.language,
        "image": article.image,
        "summary": article.summary,
        "text": article.text,
        "html": article.html,
        "categories": list(article.categories),
        "enclosures": _stored(article.enclosures),
        "signature": new.signature,
        "found": now,
        "baseline": new.baseline,
        "tell_revision": False,
    }


def _stored(enclosures: Iterable[Enclosure]) -> list[list[Any]]:
    return [[one.url, one.type, one.length] for one in enclosures]


def _next_ids(connection: Connection, number: int) -> list[int]:
    """As the database itself would number the next articles; known before, their stories need no second writing."""
    if connection.dialect.name == "sqlite":  # whoever writes is alone
        row = _LAST_ID.first(connection, {})
        last = 0 if row is None else row.last
        return list(range(last + 1, last + 1 + number))
    return sorted(connection.execute(_RESERVED_IDS, {"number": number}).scalars())


# The highest that was ever given: one that was forgotten must not come back.
_LAST_ID = Prepared(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").columns(last=sa.Integer))
_RESERVED_IDS = sa.text(
    "SELECT nextval(pg_get_serial_sequence('articles', 'id')) FROM generate_series(1, CAST(:number AS integer))"
)


def add_keys(connection: Connection, source_id: int, names: Iterable[tuple[int, Iterable[Key]]]) -> None:
    """Remember further names of articles, by id; a name that is taken stays with its first article."""
    rows = [
        {"source_id": source_id, "kind": kind, "value": value, "article_id": article_id}
        for article_id, keys in names
        for kind, value in keys
    ]
    _INSERT_KEYS.write(connection, rows)


_INSERT_KEYS = ManyRows(
    {
        "sqlite": sqlite.insert(article_keys).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(article_keys).on_conflict_do_nothing(),
    }
)


def revise(connection: Connection, article_id: int, article: Article, now: datetime, *, tell: bool) -> int:
    """Store what the article says now, and where, keep what it said, and return the revision's number.

    `tell`: everybody who follows is told of the change ("article.updated"); otherwise feeds show it, and only those are
    told whose topics did not select it before.
    """
    old = connection.execute(
        sa.select(articles.c.title, articles.c.text, articles.c.revision)
        .where(articles.c.id == article_id)
        .with_for_update()
    ).one()
    number = int(old.revision) + 1
    connection.execute(
        sa.insert(revisions).values(
            article_id=article_id, number=number, title=old.title, text=old.text, replaced_at=now
        )
    )
    values: dict[str, Any] = {
        "url": article.url,
        "title": article.title,
        "author": article.author,
        "summary": article.summary,
        "text": article.text,
        "html": article.html,
        "image": article.image,
        "enclosures": _stored(article.enclosures),
        "language": article.language,
        "updated": now,
        "revision": number,
        "tell_revision": tell,
    }
    connection.execute(sa.update(articles).where(articles.c.id == article_id).values(**values))
    return number


def revisions_of(connection: Connection, article_id: int) -> list[AnyRow]:
    """What it said before: rows of (number, title, text, replaced_at), oldest first."""
    query = sa.select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.number)
    return list(connection.execute(query).all())


def revised_since(connection: Connection, moment: datetime) -> list[int]:
    """The ids of the articles that changed after that moment, the latest change first."""
    query = sa.select(revisions.c.article_id).where(revisions.c.replaced_at > moment)
    return list(dict.fromkeys(connection.execute(query.order_by(revisions.c.replaced_at.desc())).scalars()))


@dataclass(frozen=True, slots=True)
class Unannounced:
    """An article whose topics have not been asked yet; or, with `revision` > 0, not since it changed."""

    article: Article
    baseline: bool
    revision: int = 0
    tell: bool = False


_UNANNOUNCED = (
    _ARTICLES.where(articles.c.announced_at.is_(None))
    .order_by(articles.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
    .with_for_update(of=articles, skip_locked=True)
)
_UNANNOUNCED_REVISIONS = (
    _ARTICLES.where(articles.c.revision > articles.c.announced_revision, articles.c.announced_at.is_not(None))
    .order_by(articles.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
    .with_for_update(of=articles, skip_locked=True)
)
_ANNOUNCED = (
    sa.update(articles)
    .where(articles.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        announced_at=sa.bindparam("now", type_=UtcDateTime()),
        announced_revision=articles.c.revision,
    )
)


def unannounced(connection: Connection, limit: int) -> list[Unannounced]:
    """The oldest unannounced articles, locked until the transaction ends; another worker's are passed over."""
    rows = connection.execute(_UNANNOUNCED, {"limit": limit}).all()
    return [Unannounced(article_of(row), row.baseline) for row in rows]


def unannounced_revisions(connection: Connection, limit: int) -> list[Unannounced]:
    """The same for articles that have changed since they were announced."""
    rows = connection.execute(_UNANNOUNCED_REVISIONS, {"limit": limit}).all()
    return [Unannounced(article_of(row), row.baseline, row.revision, row.tell_revision) for row in rows]


def announced(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Their topics were asked and what is owed was written, in this very transaction."""
    if ids:
        connection.execute(_ANNOUNCED, {"ids": list(ids), "now": now})


def newest(
    connection: Connection,
    *,
    source: str | None = None,
    topic: str | None = None,
    story: int | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Article]:
    """Articles, the newest first (by the order they were found); `before` and `after` are article ids, exclusive."""
    query = _ARTICLES
    if source is not None:
        query = query.where(sources.c.slug == source)
    if topic is not None:
        chosen = sa.select(topics.c.id).where(topics.c.slug == topic).scalar_subquery()
        query = query.join(matches, sa.and_(matches.c.article_id == articles.c.id, matches.c.topic_id == chosen))
    if story is not None:
        query = query.where(articles.c.story_id == story)
    if before is not None:
        query = query.where(articles.c.id < before)
    if after is not None:
        query = query.where(articles.c.id > after)
    rows = connection.execute(query.order_by(articles.c.id.desc()).limit(limit)).all()
    return [article_of(row) for row in rows]


def ids(connection: Connection, *, source: str | None = None, topic: str | None = None) -> list[int]:
    """The ids of all articles of a feed, ascending: what archive pages are cut from."""
    query = sa.select(articles.c.id)
    if source is not None:
        query = query.join(sources, sources.c.id == articles.c.source_id).where(sources.c.slug == source)
    if topic is not None:
        query = query.join(matches, matches.c.article_id == articles.c.id).join(
            topics, topics.c.id == matches.c.topic_id
        )
        query = query.where(topics.c.slug == topic)
    return list(connection.execute(query.order_by(articles.c.id)).scalars())


def by_ids(connection: Connection, wanted: Sequence[int]) -> list[Article]:
    """The articles, in the order of the ids; unknown ids are left out."""
    found: dict[int, Article] = {}
    for start in range(0, len(wanted), 500):
        rows = connection.execute(_ARTICLES.where(articles.c.id.in_(wanted[start : start + 500]))).all()
        found |= {row.id: article_of(row) for row in rows}
    return [found[one] for one in wanted if one in found]


def by_uid(connection: Connection, uid: str) -> Article | None:
    """One article by the name the outside knows."""
    row = connection.execute(_ARTICLES.where(articles.c.uid == uid)).first()
    return None if row is None else article_of(row)


def ids_of(connection: Connection, uids: Iterable[str]) -> dict[str, int]:
    """The ids of those articles that are stored, by uid."""
    wanted = sorted(set(uids))
    return {row.uid: row.id for row in _IDS_OF.all(connection, {"wanted": wanted})} if wanted else {}


_IDS_OF = Prepared(
    {
        dialect: sa.select(articles.c.uid, articles.c.id).where(one_of(articles.c.uid, "wanted", dialect))
        for dialect in ("sqlite", "postgresql")
    }
)


def by_url(connection: Connection, urls: Sequence[str]) -> list[Article]:
    """Articles with one of these addresses, or known under one of them (canonical form)."""
    direct = _ARTICLES.where(articles.c.url.in_(urls))
    named = sa.select(article_keys.c.article_id).where(article_keys.c.kind == "url", article_keys.c.value.in_(urls))
    rows = connection.execute(direct.union(_ARTICLES.where(articles.c.id.in_(named)))).all()
    return [article_of(row) for row in rows]


def count(connection: Connection) -> int:
    """How many articles are stored."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(articles)).scalar_one())


def per_day(
    connection: Connection, since: datetime, *, source: str | None = None, topic: str | None = None
) -> dict[str, int]:
    """Articles found per UTC day ("2026-11-24" → number) since `since`; days without any are absent."""
    query = sa.select(articles.c.found).where(articles.c.found >= since)
    if source is not None:
        query = query.join(sources, sources.c.id == articles.c.source_id).where(sources.c.slug == source)
    if topic is not None:
        query = query.join(matches, matches.c.article_id == articles.c.id).join(
            topics, topics.c.id == matches.c.topic_id
        )
        query = query.where(topics.c.slug == topic)
    days: dict[str, int] = {}
    for found in connection.execute(query).scalars():
        day = found.date().isoformat()
        days[day] = days.get(day, 0) + 1
    return days
