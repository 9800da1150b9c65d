"""The tables of sources, articles, topics and rendered feeds. All SQL on them lives in this folder."""

from __future__ import annotations

import sqlalchemy as sa

from feeds.database import Json, UtcDateTime, metadata

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(100), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("language", sa.String(35)),
    sa.Column("time_zone", sa.String(64), nullable=False),
    # What the operator wrote, and what discovery and permanent redirects have taught since.
    sa.Column("options", Json, nullable=False),
    sa.Column("learned", Json, nullable=False),
    sa.Column("rhythm", Json, nullable=False),
    # Declared in a file (and so removed with it), or added by hand on the page or the API.
    sa.Column("declared", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    # Validators of the last answer, and a digest of what was read from it.
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("digest", sa.String(64)),
    # Health. `baseline_at` is the first successful look.
    sa.Column("baseline_at", UtcDateTime),
    sa.Column("looked_at", UtcDateTime),
    sa.Column("succeeded_at", UtcDateTime),
    sa.Column("new_at", UtcDateTime),
    sa.Column("error_code", sa.String(32)),
    sa.Column("error", sa.Text),
    sa.Column("error_since", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("source_id", sa.ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    # The first article of the story; itself, as long as it is alone.
    sa.Column("story_id", sa.Integer, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("guid", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text),
    sa.Column("published", UtcDateTime),
    sa.Column("updated", UtcDateTime),
    sa.Column("language", sa.String(35)),
    sa.Column("image", sa.Text),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("categories", Json, nullable=False),
    # [address, media type, bytes or null] of each file that the source's feed hands out with it.
    sa.Column("enclosures", Json, nullable=False, server_default="[]"),
    # MinHash of the text (feeds.near_duplicates); NULL where the text is too short to compare.
    sa.Column("signature", sa.LargeBinary),
    sa.Column("found", UtcDateTime, nullable=False),
    # Part of a source's first look, or an old item of a backfill: shown, never alerted.
    sa.Column("baseline", sa.Boolean, nullable=False),
    # NULL until the topics were asked and what is owed was written, in one transaction.
    sa.Column("announced_at", UtcDateTime),
    # Changes since; one above `announced_revision` waits for its topics to be asked again, and is told as an update if
    # it was found worth telling.
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("announced_revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tell_revision", sa.Boolean, nullable=False),
    sa.Index("ix_articles_source_id_id", "source_id", "id"),
    sa.Index("ix_articles_story_id", "story_id"),
    sa.Index("ix_articles_found", "found"),
    sa.Index("ix_articles_url", "url"),
    # Stories are named after their first article: an id must never come back after that one was forgotten.
    sqlite_autoincrement=True,
)
sa.Index(
    "ix_articles_unannounced",
    articles.c.id,
    sqlite_where=articles.c.announced_at.is_(None),
    postgresql_where=articles.c.announced_at.is_(None),
)
sa.Index(
    "ix_articles_unannounced_revision",
    articles.c.id,
    sqlite_where=articles.c.revision > articles.c.announced_revision,
    postgresql_where=articles.c.revision > articles.c.announced_revision,
)

# What was found out about pictures and enclosures by asking their servers; by the SHA-256 of their addresses.
measured_files = sa.Table(
    "measured_files",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("length", sa.BigInteger),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    # NULL: never again.
    sa.Column("again_at", UtcDateTime),
)

# Every name under which a source has shown an article (feeds.identity): guid, canonical URL, text fingerprint.
article_keys = sa.Table(
    "article_keys",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    sa.Index("ix_article_keys_article_id", "article_id"),
)

# What an article said before a real change.
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("replaced_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("article_id", "number"),
    sa.Index("ix_revisions_replaced_at", "replaced_at", "article_id"),
)

# The bands under which a signature is found again (locality-sensitive hashing).
story_bands = sa.Table(
    "story_bands",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_story_bands_article_id", "article_id"),
)

topics = sa.Table(
    "topics",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(100), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("language", sa.String(35)),
    # NULL: declared by the operator's file; "desk": made by operators on the page; else whose alone it is.
    sa.Column("owner", sa.Text),
    sa.Column("urgent", sa.Boolean, nullable=False),
    # Sample texts that the query must match, and those that it must not.
    sa.Column("expect", Json, nullable=False, server_default="[]"),
    sa.Column("reject", Json, nullable=False, server_default="[]"),
    sa.Column("active", sa.Boolean, nullable=False),
    # The last article that was asked when the query was last changed: older ones still wait to be matched.
    sa.Column("matched_back_to", sa.Integer),
    # Of all topics, this was the n-th change: what a process has not seen yet is above the last it saw.
    sa.Column("version", sa.Integer, nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("topic_id", sa.ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("spans", Json, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Index("ix_matches_article_id", "article_id"),
)

# 👍 and 👎 on what a topic brought.
votes = sa.Table(
    "votes",
    metadata,
    sa.Column("topic_id", sa.ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("voter", sa.String(100), primary_key=True),
    sa.Column("good", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

rendered_feeds = sa.Table(
    "rendered_feeds",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("last_modified", UtcDateTime, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("gzip", sa.LargeBinary, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    # It is asked every second what has changed, and must not read through the bytes to find out.
    sa.Index("ix_rendered_feeds_version", "version", "path"),
)

# Feeds that have changed and wait to be rendered: "all", "sources/mps-en", "topics/maritime-security".
stale_feeds = sa.Table(
    "stale_feeds",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
)

# Small facts of the whole installation: when the tour began, the version of the shelf, who holds the Telegram token.
facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", Json, nullable=False),
    sa.Column("until", UtcDateTime),
)

# What is, or was, wrong with a source, for its operator. `source_id` is NULL for what concerns all of them.
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id", ondelete="CASCADE")),
    # A key of feeds.alarms.CODES.
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("expected", sa.Text, nullable=False),
    sa.Column("seen", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False),
    # When what is owed to operators was written: of its beginning and of its end.
    sa.Column("told_at", UtcDateTime),
    sa.Column("over_at", UtcDateTime),
    sa.Column("over_told_at", UtcDateTime),
    sa.Index("ix_alarms_source_id", "source_id"),
)
sa.Index(
    "ix_alarms_open",
    alarms.c.id,
    sqlite_where=alarms.c.over_at.is_(None),
    postgresql_where=alarms.c.over_at.is_(None),
)
