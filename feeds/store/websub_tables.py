"""The tables of WebSub: our leases at other people's hubs, and other people's subscriptions at ours."""

from __future__ import annotations

import sqlalchemy as sa

from feeds.database import UtcDateTime, metadata

# What we have asked other hubs for; `feeds.store.leases` has the SQL.
hub_leases = sa.Table(
    "hub_leases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    # The end of the callback's address: who doesn't know it can neither confirm nor push.
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("hub", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("secret", sa.String(64), nullable=False),
    # False: to be given up at the hub, and then forgotten.
    sa.Column("wanted", sa.Boolean, nullable=False),
    # The callback as it was last asked for, and when; NULL `asked_at`: no answer is awaited.
    sa.Column("callback", sa.Text),
    sa.Column("asked_at", UtcDateTime),
    # NULL: the hub has not confirmed yet, or has denied.
    sa.Column("lease_until", UtcDateTime),
    sa.Column("error", sa.Text),
    # The last push, and whether no look has followed it yet.
    sa.Column("pushed_at", UtcDateTime),
    sa.Column("unseen", sa.Boolean, nullable=False),
    # Pushes since the hub last failed to tell of something, and how often it did.
    sa.Column("told", sa.Integer, nullable=False),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_hub_leases_source_id", "source_id"),
)

# Who is told by our hub; `feeds.store.hub_subscriptions` has the SQL.
hub_subscriptions = sa.Table(
    "hub_subscriptions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # A digest of document and callback, which together may be longer than an index takes.
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    # The document on the shelf ("topics/maritime-security.atom"), and its address as the subscriber wrote it.
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("callback", sa.Text, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    # What is in force: NULL `lease_until` before the first confirmation.
    sa.Column("secret", sa.Text),
    sa.Column("lease_until", UtcDateTime),
    # What was asked for and waits to be confirmed; nothing of it counts before.
    sa.Column("asked_mode", sa.String(11)),
    sa.Column("asked_secret", sa.Text),
    sa.Column("asked_lease", sa.Integer),
    sa.Column("asked_at", UtcDateTime),
    # The shelf's version of what was last sent.
    sa.Column("sent_version", sa.BigInteger, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("error", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_hub_subscriptions_path", "path"),
    sa.Index("ix_hub_subscriptions_host", "host"),
    sa.Index("ix_hub_subscriptions_lease_until", "lease_until"),
)
