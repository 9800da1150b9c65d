"""Which feeds have changed is read from an index, not through the bytes of all of them."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_rendered_feeds_version", "rendered_feeds", ["version", "path"])
