"""The tables of destinations, subscriptions, alerts, deliveries, API tokens. All their SQL lives in this folder."""

from __future__ import annotations

import sqlalchemy as sa

from feeds.database import Json, UtcDateTime, metadata

destinations = sa.Table(
    "destinations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # A name in bot.channels.KINDS, and the channel's own address: a chat id (with its forum topic), a webhook's slug.
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("declared", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("options", Json, nullable=False),
    # "off", "daily 08:00", "weekly mon 08:00"; "22:00-07:00" or NULL.
    sa.Column("digest", sa.String(32), nullable=False, server_default="off"),
    sa.Column("quiet", sa.String(16)),
    sa.Column("muted_until", UtcDateTime),
    # Set when the other side is gone; subscriptions are kept.
    sa.Column("paused_at", UtcDateTime),
    sa.Column("pause_reason", sa.Text),
    sa.Column("removed_at", UtcDateTime),
    # The last sequence number given to a delivery.
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("kind", "address"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("destination_id", sa.ForeignKey("destinations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("topic_id", sa.ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_subscriptions_topic_id", "topic_id"),
)

# The secret address under which a destination reads all that it follows as one feed.
private_feeds = sa.Table(
    "private_feeds",
    metadata,
    sa.Column("destination_id", sa.ForeignKey("destinations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

# What programs show to be let into the API: only the SHA-256 of each, in hexadecimal digits.
api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # "read" or "write", which includes reading.
    sa.Column("scope", sa.String(8), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # To the minute.
    sa.Column("used_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
)

# What is told, once for all destinations: a snapshot, so that every repeat of a delivery says the same. Only the
# copies of its story are named as they come.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("type", sa.String(32), nullable=False),
    # "story:17", "updated:17:2", "ping:…": a destination is told each once.
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="SET NULL")),
    sa.Column("data", Json, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_alerts_article_id", "article_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # The idempotency key that receivers see, the same at every try.
    sa.Column("uid", sa.String(40), nullable=False, unique=True),
    sa.Column("destination_id", sa.ForeignKey("destinations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("alert_id", sa.ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("key", sa.String(100), nullable=False),
    # The slugs of the topics, of those that matched, that this destination follows.
    sa.Column("topics", Json, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    # pending, sent, failed (given up), skipped (muted, or the destination is gone)
    sa.Column("state", sa.String(8), nullable=False),
    # When it may first be sent: at once, or after quiet hours, or with the next digest. And, if it was put aside, until
    # when the others pass it.
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("parked_until", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    # What the other side calls it (Telegram's message id).
    sa.Column("receipt", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.UniqueConstraint("destination_id", "key"),
    sa.Index("ix_deliveries_state_destination_id_id", "state", "destination_id", "id"),
    sa.Index("ix_deliveries_alert_id", "alert_id"),
)

# Messages that were sent before a copy of their story came, and are to name it: only where one can be changed.
amendments = sa.Table(
    "amendments",
    metadata,
    sa.Column("delivery_id", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    # The delivery's; no foreign key, which would lock the destination out of turn.
    sa.Column("destination_id", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_amendments_destination_id", "destination_id"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("delivery_id", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Index("ix_attempts_delivery_id", "delivery_id"),
)
