"""Search: a full-text index over all stored articles."""

from __future__ import annotations

from alembic import op

from feeds.store.search_index import create_search_index

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_search_index(op.get_bind())
