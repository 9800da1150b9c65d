"""From articles to owed deliveries, in one transaction: an article is announced exactly when what it owes is written.

    unannounced articles ─→ topics that match ─→ their followers ─→ alert + deliveries ─→ targets woken ─→ announced_at

A crash before the commit leaves all of it undone, to be done again; nothing is sent here. A source's first look, and
old items that turn up late (`baseline`), are matched for the feeds and owed to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy.engine import Connection

from bot import schedule
from bot.channels import KINDS
from bot.store import amendments, owing
from bot.subscriptions import target_kind
from feeds import targets
from feeds.database import Database
from feeds.matching import StoredTopics, TopicMatch, stored
from feeds.model import Article, Topic
from feeds.store import articles, search_index, shelf, stories
from feeds.store import sources as source_store
from feeds.store import topics as topic_store
from feeds.topics import best_sentence, matched_words

BATCH = 50
"""Articles in one transaction: enough to pay for the commit, few enough to hold SQLite's only writer briefly."""

BACKFILL_BATCH = 200
_AMENDING = [name for name, kind in KINDS.items() if kind.amends]
SUMMARY_LENGTH = 300
SPANS = 200
"""Places told of one match: a payload stays a message."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What one call has done: articles announced, deliveries owed."""

    articles: int = 0
    deliveries: int = 0


class Announcer:
    """Asks the topics about what was found, and writes what is owed."""

    def __init__(self, database: Database, topics: StoredTopics, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._topics = topics
        self._clock = clock

    def announce_all(self) -> Announced:
        """Until nothing waits. Any number of processes may do so at once; each article is taken by one."""
        articles_total = deliveries_total = 0
        while True:
            done = self.announce()
            articles_total += done.articles
            deliveries_total += done.deliveries
            if done.articles < BATCH:
                return Announced(articles_total, deliveries_total)

    def announce(self) -> Announced:
        """One transaction's worth."""
        # Very many changed topics take seconds to read; nobody shall wait meanwhile to write.
        with self._database.read() as connection:
            self._topics.refresh(connection)
        with self._database.write() as connection:
            now = self._clock()
            self._topics.refresh(connection)
            waiting = articles.unannounced(connection, BATCH)
            waiting += articles.unannounced_revisions(connection, BATCH - len(waiting)) if len(waiting) < BATCH else []
            if not waiting:
                return Announced()
            changed = [one.article.id or 0 for one in waiting if one.revision]
            before = topic_store.matches_of(connection, changed)
            topic_store.clear_matches(connection, changed)
            asked = [(one, self._topics.match(one.article), before.get(one.article.id or 0, [])) for one in waiting]
            told = _Telling(connection, now, [(one.article, matched) for one, matched, _ in asked])
            owed = 0
            for one, matched, matched_before in asked:
                told.remember(one.article, matched, matched_before)
                if not (one.baseline or one.revision):
                    told.name_copies(one.article)
                if not one.baseline:
                    owed += self._owe(told, one, matched, matched_before)
            told.finish()
            articles.announced(connection, [one.article.id or 0 for one in waiting], now)
            search_index.take_in(connection)
        return Announced(len(waiting), owed)

    def _owe(
        self,
        told: _Telling,
        one: articles.Unannounced,
        matched: Sequence[TopicMatch],
        before: Sequence[topic_store.StoredMatch],
    ) -> int:
        """A new article to all who follow; a changed one to those whose topics it did not match before it changed."""
        if one.tell:
            return told.owe(one.article, matched, one.revision)
        known = {match.topic_id for match in before}
        return told.owe(one.article, [match for match in matched if match.topic.id not in known], 0)

    def backfill(self) -> int:
        """Ask changed topics about the next older articles, for their feeds and pages; nobody is alerted of the past.

        Returns how many articles were asked; 0: all topics have been asked of everything.
        """
        # As in `announce`: this may be what reads all topics for the first time.
        with self._database.read() as connection:
            self._topics.refresh(connection)
        with self._database.write() as connection:
            self._topics.refresh(connection)
            waiting = topic_store.waiting_for_backfill(connection)
            if not waiting:
                return 0
            topic, back_to = waiting[0]
            older = articles.newest(connection, before=back_to + 1, limit=BACKFILL_BATCH)
            found = self._topics.ask(topic, older)
            ids = [article.id for article in older if article.id is not None]
            topic_id = topic.id or 0
            topic_store.remove_matches(connection, topic_id, ids)
            topic_store.save_matches(
                connection, [stored(TopicMatch(topic, match), article_id) for article_id, match in found.items()]
            )
            remaining = min(ids) - 1 if len(older) == BACKFILL_BATCH else None
            topic_store.backfilled(connection, topic_id, topic.query, remaining)
            shelf.mark_stale(connection, [f"topics/{topic.slug}"], self._clock())
        return len(older)


class _Telling:
    """The writing of one transaction."""

    def __init__(
        self, connection: Connection, now: datetime, asked: Sequence[tuple[Article, Sequence[TopicMatch]]]
    ) -> None:
        self._connection = connection
        self._now = now
        self._copies = stories.copies(connection, [one.story for one, _ in asked if one.story is not None])
        told = [*(article for article, _ in asked), *chain.from_iterable(self._copies.values())]
        self._sources = source_store.named(connection, {article.source for article in told})
        topic_ids = {one.topic.id for _, matched in asked for one in matched if one.topic.id is not None}
        self._followers = owing.followers(connection, topic_ids)
        owing.lock(connection, [follower.destination_id for follower in self._followers])
        self._matches: list[topic_store.StoredMatch] = []
        self._stale: set[str] = {"all"}
        self._woken: set[tuple[str, int]] = set()

    def remember(
        self, article: Article, matched: Sequence[TopicMatch], before: Sequence[topic_store.StoredMatch]
    ) -> None:
        """Keep the matches, and note which feeds the article changes: those of topics it no longer matches, too."""
        self._stale.add(f"sources/{article.source}")
        if before:
            left = topic_store.by_ids(self._connection, [match.topic_id for match in before])
            self._stale.update(f"topics/{topic.slug}" for topic in left.values())
        for one in matched:
            self._matches.append(stored(one, article.id or 0))
            self._stale.add(f"topics/{one.topic.slug}")

    def name_copies(self, article: Article) -> None:
        """Let what was told of the article's story name it too, and change the messages that can be changed."""
        copies = self._copies.get(article.story or 0, [])
        if len(copies) < 2:
            return
        named = {one.id or 0: self._copy(one) for one in copies}
        grown = owing.name_copies(self._connection, _key(article), named)
        if grown:
            owed = amendments.owe(self._connection, grown, _AMENDING, self._now)
            self._woken.update((target_kind(kind), destination_id) for kind, destination_id in owed)

    def owe(self, article: Article, matched: Sequence[TopicMatch], revision: int) -> int:
        """Owe the article, or its change, to everybody who follows one of the topics; returns to how many."""
        by_id = {one.topic.id: one.topic for one in matched if one.topic.id is not None}
        concerned = [follower for follower in self._followers if not follower.topic_ids.isdisjoint(by_id)]
        if not concerned:
            return 0
        key = f"updated:{article.uid}:{revision}" if revision else _key(article)
        alert = owing.add_alert(
            self._connection,
            "article.updated" if revision else "article.published",
            key,
            self._data(article, matched),
            self._now,
            article.id,
        )
        owings = [self._owing(follower, by_id) for follower in concerned]
        owed = set(owing.owe(self._connection, alert, key, owings, self._now))
        if not owed:
            owing.withdraw_alert(self._connection, alert)
        silent = {one.destination_id for one in owings if one.skipped}
        self._woken.update(
            (target_kind(one.kind), one.destination_id)
            for one in concerned
            if one.destination_id in owed and one.destination_id not in silent
        )
        return len(owed)

    def _owing(self, follower: owing.Follower, by_id: Mapping[int, Topic]) -> owing.Owing:
        """When this follower is to hear of these topics, if at all."""
        topics = [by_id[one] for one in sorted(follower.topic_ids & by_id.keys())]
        return owing.Owing(
            follower.destination_id,
            [topic.slug for topic in topics],
            not_before=schedule.not_before(
                self._now,
                digest=follower.digest,
                quiet=follower.quiet,
                time_zone=follower.time_zone,
                urgent=any(topic.urgent for topic in topics),
            ),
            skipped=follower.muted_until is not None and follower.muted_until > self._now,
        )

    def _data(self, article: Article, matched: Sequence[TopicMatch]) -> dict[str, Any]:
        source = self._sources[article.source]
        others = [one for one in self._copies.get(article.story or 0, []) if one.id != article.id]
        data: dict[str, Any] = {
            "article": {
                "id": article.uid,
                "url": article.url,
                "title": article.title,
                "summary": _shortened(article.summary or article.text),
                "author": article.author,
                "published": _iso(article.published),
                "updated": _iso(article.updated),
                "language": article.language,
                "image": article.image,
            },
            "source": {"slug": source.slug, "title": source.title, "time_zone": source.time_zone},
            "topics": [
                {
                    "slug": one.topic.slug,
                    "title": one.topic.title,
                    "urgent": one.topic.urgent,
                    "matched": matched_words(article, one.match.spans),
                    "score": one.match.score,
                    # As text: each delivery reads all topics, and is told of the few that it follows.
                    "spans": json.dumps(one.match.spans[:SPANS], ensure_ascii=False, separators=(",", ":")),
                }
                for one in matched
            ],
            "story": {
                "id": str(article.story),
                "also": [self._copy(one) for one in others],
            },
        }
        # Each topic's own sentence: what a stranger's query marked is nobody else's business.
        data["excerpts"] = {
            one.topic.slug: {"text": "".join(text for text, _ in excerpt), "marks": _marks(excerpt)}
            for one in matched
            if (excerpt := best_sentence(article, one.match.spans))
        }
        return data

    def _copy(self, article: Article) -> dict[str, str]:
        return {"url": article.url, "source": article.source, "source_title": self._sources[article.source].title}

    def finish(self) -> None:
        """Write what was gathered; targets in a fixed order, so that two transactions cannot wait for each other."""
        topic_store.save_matches(self._connection, self._matches)
        shelf.mark_stale(self._connection, sorted(self._stale), self._now)
        for kind, ref in sorted(self._woken, key=lambda one: one[1]):
            targets.wake(self._connection, kind, ref, self._now)


def _key(article: Article) -> str:
    """A story is told once: its later copies carry the key of its first."""
    return f"story:{article.story}"


def _marks(segments: Sequence[tuple[str, bool]]) -> list[list[int]]:
    """The places of the marked segments in the whole, [start, end) in code points."""
    marks, at = [], 0
    for text, is_marked in segments:
        if is_marked:
            marks.append([at, at + len(text)])
        at += len(text)
    return marks


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _shortened(text: str) -> str:
    first = text.split("\n\n", 1)[0].strip()
    return first if len(first) <= SUMMARY_LENGTH else first[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"
