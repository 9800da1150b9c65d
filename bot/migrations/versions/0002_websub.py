"""WebSub: leases at other hubs, subscriptions at ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "hub_leases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=True),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("pushed_at", UtcDateTime, nullable=True),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_hub_leases_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_leases")),
        sa.UniqueConstraint("token", name=op.f("uq_hub_leases_token")),
    )
    op.create_index("ix_hub_leases_source_id", "hub_leases", ["source_id"])
    op.create_table(
        "hub_subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("asked_mode", sa.String(length=11), nullable=True),
        sa.Column("asked_secret", sa.Text(), nullable=True),
        sa.Column("asked_lease", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=True),
        sa.Column("sent_version", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_subscriptions")),
        sa.UniqueConstraint("key", name=op.f("uq_hub_subscriptions_key")),
    )
    op.create_index("ix_hub_subscriptions_path", "hub_subscriptions", ["path"])
    op.create_index("ix_hub_subscriptions_host", "hub_subscriptions", ["host"])
    op.create_index("ix_hub_subscriptions_lease_until", "hub_subscriptions", ["lease_until"])
