"""The database's shape, step by step (Alembic). `migrate` brings any older database up to date, and makes new ones."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.errors import TocsinError
from feeds.database import Database

NEWEST = "0013"
"""The last revision in `versions/`; a test holds the two together."""


class NewerDatabase(TocsinError):
    """A newer program has written this database; what that did to it, this one cannot know."""


def current(database: Database) -> str | None:
    """The revision the database stands at; None: it is empty."""
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return found


def migrate(database: Database) -> bool:
    """Bring the database to `NEWEST`; False if it stood there already. Two processes may do so at once: one waits.

    Raises NewerDatabase for a database that a newer program has written.
    """
    standing = current(database)
    if standing == NEWEST:
        return False
    if standing is not None and standing > NEWEST:
        raise NewerDatabase(
            f"the database is at revision {standing}, which this program (at {NEWEST}) does not know yet"
        )
    # Alembic costs a fifth of a second to import: only where there is something to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7042019)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True
