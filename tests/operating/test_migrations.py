"""The migrations make exactly the tables that the program speaks of."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot import migrations
from bot.store.schema import metadata
from feeds.database import Database


def test_migrations_make_the_declared_tables(database: Database) -> None:
    def owned(_name: str | None, kind: str, _parents: object) -> bool:
        # Tables and indexes of the full-text search are made by hand, and differ by database.
        return not (kind in ("table", "index", "column") and str(_name).startswith(("search", "ix_search")))

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": owned})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_does_nothing(database: Database) -> None:
    assert migrations.migrate(database) is False
    assert migrations.current(database) == migrations.NEWEST


def test_the_newest_revision_is_the_last_script() -> None:
    script = ScriptDirectory(str(migrations.Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.NEWEST


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.NewerDatabase, match="9999"):
        migrations.migrate(database)
