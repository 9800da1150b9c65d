"""Render the feeds that have changed and put them on the shelf, off the request path.

    stale → contents (one read) → render.FORMATS (no transaction open) → shelf.save (one short write) → next

One process publishes at a time, by a name held in the database; what makes several harmless is that `shelf.save`
compares the mark it began with. A crash leaves the mark, and the feed is rendered again.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from feeds.database import Database
from feeds.errors import FeedsError
from feeds.publish.contents import Contents, contents
from feeds.publish.revision import revision
from feeds.publish.site import Site
from feeds.render import FORMATS
from feeds.store import facts, shelf
from feeds.store.shelf import Document, Stale

log = logging.getLogger(__name__)

PUBLISHER = "shelf.publisher"
SITE = "shelf.site"
_AT_ONCE = 100
_LEASE = timedelta(seconds=30)
"""For so long the feeds stand still after a publisher was killed; one that works for longer gets company, no harm."""


def ensure_all(database: Database, site: Site, now: datetime) -> int:
    """Mark every feed that is missing or to be taken away, and all if `site` or the renderer is another; how many.

    For the start of a process. Whoever adds or removes a source or topic later marks its feed stale, no more.
    """
    try:
        return _ensure_all(database, site, now)
    except IntegrityError:  # two processes started at this very moment, and both were the first
        return _ensure_all(database, site, now)


def _ensure_all(database: Database, site: Site, now: datetime) -> int:
    with database.write() as connection:
        expected = shelf.feeds(connection)
        held = {path.rpartition(".")[0] for path in shelf.versions(connection)}
        wanted = expected ^ held
        rendered_by = f"{site.digest} {revision()}"
        if facts.get(connection, SITE) != rendered_by:
            facts.put(connection, SITE, rendered_by)
            wanted |= expected
        shelf.mark_stale(connection, wanted, now)
    return len(wanted)


def publish_stale(database: Database, site: Site, now: datetime, lease: timedelta = _LEASE) -> int:
    """Render every feed that is marked, each once; returns how many documents changed. 0 while another process does it,
    or was killed doing it less than `lease` ago.

    A feed that cannot be rendered is logged, keeps its mark, and does not stop the others.
    """
    with database.read() as connection:
        if not shelf.stale(connection, 1):
            return 0
    holder = secrets.token_hex(8)
    try:
        with database.write() as connection:
            if not facts.hold(connection, PUBLISHER, holder, now, now + lease):
                return 0
    except IntegrityError:  # another process held the name for the first time, at this very moment
        return 0
    try:
        return _publish(database, site, now)
    finally:
        with database.write() as connection:
            facts.release(connection, PUBLISHER, holder)


def _publish(database: Database, site: Site, now: datetime) -> int:
    changed = 0
    done: set[str] = set()
    while True:
        with database.read() as connection:
            # Those marked again stay at the end of the queue; they are for the next call.
            waiting = [mark for mark in shelf.stale(connection, _AT_ONCE + len(done)) if mark.path not in done]
        if not waiting:
            return changed
        for mark in waiting:
            done.add(mark.path)
            try:
                changed += len(publish_one(database, site, mark, now))
            except (FeedsError, ValueError, TypeError, LookupError) as error:
                log.exception("the feed %s could not be rendered: %s", mark.path, error)


def publish_one(database: Database, site: Site, mark: Stale, now: datetime) -> list[str]:
    """Render one feed in all formats and save it; the paths whose bytes changed. `mark` was read before."""
    with database.read() as connection:
        found = contents(connection, site, mark.path)
    documents: dict[str, Document | None] = {
        extension: None if found is None else render(found, extension) for extension in FORMATS
    }
    with database.write() as connection:
        return shelf.save(connection, mark, documents, now)


def render(found: Contents, extension: str, *, full: bool = True) -> Document:
    """`found` in one format; `full` false: summaries only. KeyError for an extension that is none of `FORMATS`."""
    chosen = FORMATS[extension]
    body = chosen.render(found.spec, found.items, full=full)
    return Document(chosen.content_type, body, found.changed)
