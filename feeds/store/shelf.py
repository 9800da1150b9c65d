"""SQL on the shelf: rendered feeds ready to be served, and the marks on those that have changed since.

    a transaction that changes articles ─→ mark_stale ─→ stale ─→ (render) ─→ save: bytes kept, mark taken away
                                               └── marked again meanwhile ──→ the mark stays

A feed is named "all", "sources/SLUG" or "topics/SLUG"; its documents are kept under that name and an extension
("all.rss"). What a feed holds, and how it is written, this module does not know.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from feeds.database import Database, UtcDateTime
from feeds.store import facts
from feeds.store.tables import articles, matches, rendered_feeds, sources, stale_feeds, topics
from feeds.store.tables import facts as fact_table
from feeds.store.topics import IS_PUBLIC

VERSION = "shelf.version"
"""The fact that is counted up whenever bytes change, so that every web process knows when its copies are old."""

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Document:
    """One feed in one format, as it comes from the renderer. `changed` is the newest change of its items (UTC)."""

    content_type: str
    body: bytes
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """One document, ready to be served.

    `etag` is strong and quoted, of the plain body. `last_modified` has no fraction of a second, as HTTP has none.
    `version` ascends over all feeds.
    """

    path: str
    content_type: str
    etag: str
    last_modified: datetime
    body: bytes
    gzip: bytes
    version: int = 0


@dataclass(frozen=True, slots=True)
class Stale:
    """A feed that waits to be rendered. `since` tells one mark from a later one."""

    path: str
    since: datetime


_MARK = sa.select(stale_feeds.c.since).where(stale_feeds.c.path == sa.bindparam("of_path")).with_for_update()
_REMARK = (
    sa.update(stale_feeds)
    .where(stale_feeds.c.path == sa.bindparam("of_path"))
    .values(since=sa.bindparam("new_since", type_=UtcDateTime()))
)
_INSERT_MARK: dict[str, sa.Insert] = {
    "sqlite": sqlite.insert(stale_feeds).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(stale_feeds).on_conflict_do_nothing(),
}
_INSERT_VERSION: dict[str, sa.Insert] = {
    "sqlite": sqlite.insert(fact_table).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(fact_table).on_conflict_do_nothing(),
}


def mark_stale(connection: Connection, paths: Iterable[str], now: datetime) -> None:
    """Have these feeds rendered again; a new or removed source or topic is marked the same way.

    Every mark has a `since` of its own, also where clocks are coarse or go back. The rows stay locked until the
    transaction ends: call it once, with all paths, as the last thing a transaction does.
    """
    insert = _INSERT_MARK[connection.dialect.name]
    for path in sorted(set(paths)):
        marked = False
        while not marked:  # a second round only if somebody else made or took away the mark at this very moment
            since = connection.execute(_MARK, {"of_path": path}).scalar()
            if since is not None:
                connection.execute(_REMARK, {"of_path": path, "new_since": max(now, since + _TICK)})
                marked = True
            else:
                marked = connection.execute(insert, {"path": path, "since": now}).rowcount == 1


def stale(connection: Connection, limit: int) -> list[Stale]:
    """Up to `limit` feeds that wait, the longest waiting first."""
    query = sa.select(stale_feeds).order_by(stale_feeds.c.since, stale_feeds.c.path).limit(limit)
    return [Stale(row.path, row.since) for row in connection.execute(query)]


def save(connection: Connection, mark: Stale, documents: Mapping[str, Document | None], now: datetime) -> list[str]:
    """Put the documents of one feed (by extension) on the shelf, and take the mark away if it is still the same.

    `mark` is the one seen before the articles were read. Where it is gone, another process has rendered these articles
    or newer ones, and nothing is written. Unchanged bytes keep their ETag, Last-Modified and version. A document that
    is None leaves the shelf: its topic is no more. Returns the paths whose bytes changed.
    """
    since = connection.execute(_MARK, {"of_path": mark.path}).scalar()
    if since is None:
        return []
    changed = _write(connection, {f"{mark.path}.{extension}": one for extension, one in documents.items()}, now)
    if since == mark.since:
        connection.execute(sa.delete(stale_feeds).where(stale_feeds.c.path == mark.path))
    return changed


def _write(connection: Connection, documents: Mapping[str, Document | None], now: datetime) -> list[str]:
    rows = connection.execute(
        sa.select(rendered_feeds.c.path, rendered_feeds.c.etag, rendered_feeds.c.last_modified).where(
            rendered_feeds.c.path.in_(list(documents))
        )
    )
    held = {row.path: row for row in rows}
    changed = [path for path, one in documents.items() if _differs(one, held[path].etag if path in held else None)]
    if not changed:
        return []
    number = _next_version(connection)
    connection.execute(sa.delete(rendered_feeds).where(rendered_feeds.c.path.in_(changed)))
    for path in changed:
        document = documents[path]
        if document is not None:
            finished = finish(path, document, now, after=held[path].last_modified if path in held else None)
            connection.execute(sa.insert(rendered_feeds).values(asdict(finished) | {"version": number}))
    return changed


def _next_version(connection: Connection) -> int:
    # The row must be there before it can be locked: the first two processes would both insert it.
    connection.execute(_INSERT_VERSION[connection.dialect.name], {"name": VERSION, "value": 0})
    return facts.count(connection, VERSION)


def _differs(document: Document | None, held: str | None) -> bool:
    return held is not None if document is None else etag(document.body) != held


def finish(path: str, document: Document, now: datetime, *, after: datetime | None = None) -> RenderedFeed:
    """What is served of a document: compressed, with its validators.

    `after` is the Last-Modified of other bytes that were served before. The new ones get a later second, ahead of the
    clock if need be: some readers (newsboat) take an equal date for equal bytes, and HTTP has no fractions.
    """
    modified = min(document.changed or now, now).replace(microsecond=0)
    if after is not None and modified <= after:
        modified = max(now.replace(microsecond=0), after.replace(microsecond=0) + _SECOND)
    return RenderedFeed(
        path=path,
        content_type=document.content_type,
        etag=etag(document.body),
        last_modified=modified,
        body=document.body,
        gzip=gzip.compress(document.body, 6, mtime=0),
    )


def etag(body: bytes) -> str:
    """A strong ETag (RFC 9110, section 8.8.3) over the content alone: the same bytes have it in every process."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def lookup(connection: Connection, path: str) -> RenderedFeed | None:
    """The document of that path ("topics/maritime-security.atom"), or None."""
    row = connection.execute(_LOOKUP, {"of_path": path}).first()
    if row is None:
        return None
    return RenderedFeed(
        path=row.path,
        content_type=row.content_type,
        etag=row.etag,
        last_modified=row.last_modified,
        body=bytes(row.body),
        gzip=bytes(row.gzip),
        version=row.version,
    )


_LOOKUP = sa.select(rendered_feeds).where(rendered_feeds.c.path == sa.bindparam("of_path"))


def version(connection: Connection) -> int:
    """Counted up whenever any bytes change; versions become visible in order."""
    return int(facts.get(connection, VERSION) or 0)


def changed_since(connection: Connection, after: int) -> dict[str, int]:
    """The paths whose bytes changed after version `after`, with their versions."""
    rows = connection.execute(
        sa.select(rendered_feeds.c.path, rendered_feeds.c.version)
        .where(rendered_feeds.c.version > after)
        .order_by(rendered_feeds.c.version, rendered_feeds.c.path)
    )
    return {row.path: row.version for row in rows}


def versions(connection: Connection) -> dict[str, int]:
    """All documents on the shelf, with the version in which their bytes last changed; read from an index alone."""
    rows = connection.execute(sa.select(rendered_feeds.c.path, rendered_feeds.c.version))
    return {row.path: row.version for row in rows}


def feeds(connection: Connection) -> set[str]:
    """Every feed that is to exist: all, one for each source (watched or not any more), one for each public topic."""
    by_source = connection.execute(sa.select(sources.c.slug)).scalars()
    by_topic = connection.execute(sa.select(topics.c.slug).where(topics.c.active, IS_PUBLIC)).scalars()
    return {"all"} | {f"sources/{slug}" for slug in by_source} | {f"topics/{slug}" for slug in by_topic}


def feeds_of(connection: Connection, ids: Collection[int]) -> set[str]:
    """The feeds in which these articles may stand."""
    if not ids:
        return set()
    by_source = (
        sa.select(sources.c.slug).join(articles, articles.c.source_id == sources.c.id).where(articles.c.id.in_(ids))
    )
    by_topic = sa.select(topics.c.slug).join(matches, matches.c.topic_id == topics.c.id)
    return {
        "all",
        *(f"sources/{slug}" for slug in connection.execute(by_source.distinct()).scalars()),
        *(
            f"topics/{slug}"
            for slug in connection.execute(by_topic.where(matches.c.article_id.in_(ids)).distinct()).scalars()
        ),
    }


def uids(
    connection: Connection, *, source: str | None = None, topic: str | None = None, story: int | None = None
) -> dict[str, int]:
    """The articles of a feed in the order in which they were found: the name the outside knows → the id."""
    query = sa.select(articles.c.uid, articles.c.id)
    if source is not None:
        query = query.join(sources, sources.c.id == articles.c.source_id).where(sources.c.slug == source)
    if topic is not None:
        chosen = sa.select(topics.c.id).where(topics.c.slug == topic).scalar_subquery()
        query = query.join(matches, sa.and_(matches.c.article_id == articles.c.id, matches.c.topic_id == chosen))
    if story is not None:
        query = query.where(articles.c.story_id == story)
    return {row.uid: row.id for row in connection.execute(query.order_by(articles.c.id))}


def uids_of_any(
    connection: Connection, *, source_slugs: Collection[str] = (), topic_ids: Collection[int] = ()
) -> dict[str, int]:
    """The articles of any of these sources or topics, each once, as `uids` has those of one."""
    by_source = articles.c.source_id.in_(sa.select(sources.c.id).where(sources.c.slug.in_(source_slugs)))
    by_topic = articles.c.id.in_(sa.select(matches.c.article_id).where(matches.c.topic_id.in_(topic_ids)))
    chosen = [*([by_source] if source_slugs else []), *([by_topic] if topic_ids else [])]
    query = sa.select(articles.c.uid, articles.c.id).where(sa.or_(sa.false(), *chosen))
    return {row.uid: row.id for row in connection.execute(query.order_by(articles.c.id))}


class SqlShelf:
    """The shelf as whoever serves feeds wants it: look-ups, each in a connection of its own. Safe in threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """Changes whenever any document does."""
        with self._database.read() as connection:
            return version(connection)

    def versions(self) -> dict[str, int]:
        """The version in which each document last changed, by its path."""
        with self._database.read() as connection:
            return versions(connection)

    def lookup(self, path: str) -> RenderedFeed | None:
        """The document of that path ("topics/maritime-security.atom"), or None."""
        with self._database.read() as connection:
            return lookup(connection, path)
