"""Every table of the program, whichever module declares it: for migrations, backups, and their tests."""

import bot.store.tables
import feeds.store.tables
import feeds.store.websub_tables
import feeds.targets
from feeds.database import metadata

DECLARED_BY = (
    feeds.targets,
    feeds.store.tables,
    feeds.store.websub_tables,
    bot.store.tables,
)
"""The modules that declare tables on `metadata`."""

__all__ = ["DECLARED_BY", "metadata"]
