"""Alembic's entry: runs inside the transaction that `bot.migrations.migrate` has opened."""

from __future__ import annotations

from alembic import context

import bot.store.tables
import feeds.store.tables
import feeds.targets
from feeds.database import metadata

assert bot.store.tables and feeds.store.tables and feeds.targets  # noqa: PT018 - imported for the tables they declare

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
