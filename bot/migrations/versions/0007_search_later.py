"""Search: new articles are taken into SQLite's full-text index many at once."""

from __future__ import annotations

from alembic import op

from feeds.store.search_index import renew_search_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    renew_search_index(op.get_bind())
