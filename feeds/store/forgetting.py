"""SQL that removes what is old: articles that no list shows any more, and alarms that are long over.

An article that its source still lists, however old, stays: forgotten, it would be news at the next look. What a list
shows is what the last look wrote under "listed"; of a source that has not written it nothing is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.store import shelf
from feeds.store.tables import alarms, articles, sources


@dataclass(frozen=True, slots=True)
class Swept:
    """What one batch came to: articles removed, and the last id that was judged (None: none is left to judge)."""

    removed: int
    last: int | None


_OLD = (
    sa.select(articles.c.id, articles.c.source_id)
    .where(
        articles.c.id > sa.bindparam("after"),
        # SQLite gives the highest id again if its row goes, and with it a story's name, under which people were told.
        articles.c.id < sa.select(sa.func.max(articles.c.id)).scalar_subquery(),
        articles.c.found < sa.bindparam("before", type_=articles.c.found.type),
        articles.c.announced_at.is_not(None),
        articles.c.revision <= articles.c.announced_revision,
    )
    .order_by(articles.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)


def remove_articles(connection: Connection, found_before: datetime, after: int, limit: int, now: datetime) -> Swept:
    """Judge the next `limit` articles with ids above `after` that were found before then (UTC); remove those that may.

    Their names, revisions, matches and votes go with them; the feeds that held them are marked to be rendered.
    """
    rows = connection.execute(_OLD, {"after": after, "before": found_before, "limit": limit}).all()
    if not rows:
        return Swept(0, None)
    holding = connection.execute(
        sa.select(sources.c.id, sources.c.learned).where(sources.c.id.in_({row.source_id for row in rows}))
    ).all()
    listed = {row.id: _listed(row.learned) for row in holding}
    going = [row for row in rows if (shown := listed[row.source_id]) is not None and row.id not in shown]
    if going:
        ids = [row.id for row in going]
        feeds = shelf.feeds_of(connection, ids)
        connection.execute(sa.delete(articles).where(articles.c.id.in_(ids)))
        shelf.mark_stale(connection, sorted(feeds), now)
    return Swept(len(going), rows[-1].id)


def _listed(learned: dict[str, object]) -> frozenset[int] | None:
    """The articles that the source's last look saw; None: not known."""
    shown = learned.get("listed")
    return frozenset(shown) if isinstance(shown, list) else None


def remove_alarms(connection: Connection, over_before: datetime) -> int:
    """Forget alarms that were over before then (UTC); the newest stays, since its number names what was told."""
    newest = sa.select(sa.func.max(alarms.c.id)).scalar_subquery()
    removed = connection.execute(sa.delete(alarms).where(alarms.c.over_at < over_before, alarms.c.id < newest))
    return removed.rowcount
