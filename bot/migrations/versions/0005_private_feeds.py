"""Private feeds: the secret address under which a destination reads all that it follows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "private_feeds",
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destinations.id"],
            name=op.f("fk_private_feeds_destination_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("destination_id", name=op.f("pk_private_feeds")),
        sa.UniqueConstraint("token", name=op.f("uq_private_feeds_token")),
    )
