"""Messages that were sent before a copy of their story came, and are to name it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "amendments",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_amendments_delivery_id_deliveries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_amendments")),
    )
    op.create_index("ix_amendments_destination_id", "amendments", ["destination_id"])
