"""What was found out about pictures and enclosures by asking their servers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "measured_files",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("length", sa.BigInteger),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("again_at", UtcDateTime),
    )
