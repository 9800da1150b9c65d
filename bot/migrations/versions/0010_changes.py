"""Which articles changed lately is read from an index, not through all that they said before."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index("ix_revisions_replaced_at", "revisions", ["replaced_at", "article_id"])
