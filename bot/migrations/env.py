"""Alembic's entry: runs inside the transaction that `bot.migrations.migrate` has opened."""

from __future__ import annotations

from alembic import context

import bot.store.tables
import feeds.store.tables
import feeds.store.websub_tables
import feeds.targets
from feeds.database import metadata

# Imported for the tables they declare.
TABLES = (bot.store.tables, feeds.store.tables, feeds.store.websub_tables, feeds.targets)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
