"""Why an article did or did not alert: every step from the site to the follower, as it is stored.

    found? ─ announced? ─ which topics? ─ owed to whom? ─ sent? or what stood in the way

The same for the command line, the chat and the page, in the reader's language. It reads, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from bot.languages import sentence
from bot.languages.explanations import explained_in
from bot.model import Destination
from bot.store import destinations, history
from bot.store.history import Owed, Standing
from feeds.canonical import canonical_url
from feeds.errors import QueryError
from feeds.model import Article, Topic
from feeds.store import articles, sources, topics
from feeds.topics import Clause, evaluate, matched_words, parse, parse_all, why_not
from feeds.topics.explain import shortened

MOST_CLAUSES = 3
"""Clauses that are named of a topic that does not match."""
MOST_OTHERS = 8
"""Topics that a destination is told of one by one: those that came nearest; and of those that it does not follow."""


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """What one topic says of the article: the words that matched, or none."""

    slug: str
    matched: tuple[str, ...] = ()
    follows: bool = False
    failed: str = ""
    """Of one that does not match: the clauses that do not hold, what came nearest first, and what was found instead."""
    nearness: float = 1.0
    """How near that clause came, from 0 (nothing of it in the article) to 1 (it holds)."""
    name: str = ""
    """How people know it: the slug, or the words of somebody's own query."""

    clauses: tuple[Clause, ...] = ()
    """All that do not hold, whole and in English: for programs."""

    @property
    def matches(self) -> bool:
        """Whether it selects the article; by no words at all, if it only asks for a language."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class Explanation:
    """`steps` are sentences, in order; the rest is what they were made of."""

    url: str
    steps: tuple[str, ...]
    article: Article | None = None
    topics: tuple[TopicAnswer, ...] = ()
    deliveries: tuple[Owed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON values; dates are datetimes still."""
        article = self.article
        return {
            "url": self.url,
            "article": None
            if article is None
            else {"url": article.url, "title": article.title, "source": article.source, "found": article.found},
            "topics": [
                {
                    "slug": one.slug,
                    "matched": one.matched,
                    "follows": one.follows,
                    "failed": one.failed,
                    "nearness": round(one.nearness, 2),
                    "clauses": [
                        {"clause": each.text, "detail": each.detail, "nearness": round(each.nearness, 2)}
                        for each in one.clauses
                    ],
                }
                for one in self.topics
            ],
            "deliveries": [
                {
                    "id": one.uid,
                    "state": one.state,
                    "topics": one.topics,
                    "error": one.error,
                    "attempts": [
                        {"at": attempt.at, "ok": attempt.ok, "status": attempt.status, "detail": attempt.detail}
                        for attempt in one.attempts
                    ],
                }
                for one in self.deliveries
            ],
            "steps": self.steps,
        }


def why(
    connection: Connection, url: str, now: datetime, destination: Destination | None = None, language: str = "en"
) -> Explanation:
    """Explain one article, to everybody or to one destination, in sentences of that language."""
    found = articles.by_url(connection, [url.strip(), canonical_url(url)])
    if not found:
        return Explanation(url, tuple(_not_found(connection, url, language)))
    article = found[0]
    standing = history.standing(connection, article.id or 0)
    assert standing is not None, "an article that was just read is there"
    followed = [] if destination is None else destinations.followed_topics(connection, destination.id)
    answers = _answers(connection, article, followed, language)
    owed = [
        one
        for one in history.owed(connection, article.story or 0)
        if destination is None or one.destination_id == destination.id
    ]
    steps = _Steps(connection, article, standing, destination, now, language)
    steps.found()
    steps.asked(answers)
    steps.owed(owed, answers)
    return Explanation(url, tuple(steps.said), article, tuple(answers), tuple(owed))


def _not_found(connection: Connection, url: str, language: str) -> list[str]:
    """What is known where the article is not."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    near = [
        state
        for state in sources.states(connection, only_active=False)
        if host and (urlsplit(state.source.url).hostname or "").removeprefix("www.") == host
    ]
    said = [sentence(language, "why_not_stored")]
    if not near:
        return [*said, sentence(language, "why_no_source", host=host or sentence(language, "why_that_site"))]
    for state in near:
        looked = sentence(language, "why_not_looked")
        if state.looked_at is not None:
            looked = sentence(language, "why_looked", at=_minute(state.looked_at))
        trouble = ""
        if state.error_code:
            trouble = sentence(language, "why_failing", at=_minute(state.error_since), error=state.error)
        source = state.source
        said.append(
            sentence(language, "why_watched", source=source.slug, url=source.url, looked=looked, trouble=trouble)
        )
    return said


def _answers(connection: Connection, article: Article, followed: Sequence[Topic], language: str) -> list[TopicAnswer]:
    """What the operator's topics and the destination's own say now, those that match first."""
    asked = {topic.slug: topic for topic in (*followed, *topics.active_topics(connection))}
    own = {topic.slug for topic in followed}
    answers = []
    try:
        named = parse_all({one.slug: (one.query, one.language) for one in asked.values() if one.public})
    except QueryError:
        named = {}
    for slug, topic in asked.items():
        try:
            query = parse(topic.query, topic.language, topics=named)
        except QueryError:
            continue
        name = slug if topic.public else topic.title
        match = evaluate(query, article)
        if match is not None:
            answers.append(TopicAnswer(slug, tuple(matched_words(article, match.spans)), slug in own, name=name))
        else:
            failed = why_not(query, article).failed
            said = [f"{shortened(one.text)}: {explained_in(language, one.detail)}" for one in failed[:MOST_CLAUSES]]
            more = f" (+{len(failed) - MOST_CLAUSES})" if len(failed) > MOST_CLAUSES else ""
            words = sentence(language, "why_also").join(said) + more
            answers.append(TopicAnswer(slug, (), slug in own, words, failed[0].nearness, name, failed))
    return sorted(answers, key=lambda one: not one.matches)


def _minute(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


@dataclass(slots=True)
class _Steps:
    """Writes the sentences."""

    connection: Connection
    article: Article
    standing: Standing
    destination: Destination | None
    now: datetime
    language: str
    said: list[str] = field(default_factory=list)

    def _words(self, key: str, **values: object) -> str:
        return sentence(self.language, f"why_{key}", **values)

    def _say(self, key: str, **values: object) -> None:
        self.said.append(self._words(key, **values))

    def found(self) -> None:
        self._say("found", source=self.article.source, at=_minute(self.article.found), title=self.article.title)
        if self.standing.baseline:
            self._say("baseline")
        elif self.standing.announced_at is None:
            self._say("not_asked")
        else:
            self._say("asked", at=_minute(self.standing.announced_at))

    def asked(self, answers: Sequence[TopicAnswer]) -> None:
        """What each topic says; to a destination only of those it follows, so that they do not drown in the others."""
        told = [answer for answer in answers if answer.follows or self.destination is None]
        for answer in told:
            if answer.matches and answer.matched:
                self._say("matches", topic=answer.name, words=", ".join(answer.matched))
            elif answer.matches:
                self._say("matches_wordless", topic=answer.name)
        others = [answer.name for answer in answers if answer.matches and answer not in told]
        if others:
            more = f" (+{len(others) - MOST_OTHERS})" if len(others) > MOST_OTHERS else ""
            self._say("others_match", topics=", ".join(others[:MOST_OTHERS]) + more)
        missed = sorted((answer for answer in told if not answer.matches), key=lambda one: -one.nearness)
        shown = missed if self.destination is None else missed[:MOST_OTHERS]
        for answer in shown:
            self._say("no_match", topic=answer.name, failed=answer.failed)
        if len(missed) > len(shown):
            self._say("no_match_more", number=len(missed) - len(shown))

    def owed(self, owed: Sequence[Owed], answers: Sequence[TopicAnswer]) -> None:
        for one in owed:
            self._delivery(one)
        if not owed and self.destination is not None:
            self._nothing_owed(self.destination, answers)
        elif not owed:
            self._say("nothing_owed")

    def _delivery(self, one: Owed) -> None:
        to = destinations.destination_by_id(self.connection, one.destination_id)
        name = self._words("removed") if to is None else f"{to.kind}:{to.address}"
        copy = "" if one.article_id == self.article.id else self._words("copy")
        match one.state:
            case "sent" if one.attempts:
                outcome = self._words("sent_at", at=_minute(one.attempts[-1].at))
            case "sent":
                outcome = self._words("sent")
            case "failed":
                outcome = self._words("given_up", error=one.error)
            case "skipped":
                outcome = self._words("not_sent", error=one.error or self._words("muted"))
            case _:
                outcome = self._waiting(one, to)
        tries = self._words("tries", number=len(one.attempts)) if len(one.attempts) > 1 else ""
        self._say("to", name=name, outcome=outcome, tries=tries, copy=copy, id=one.uid)

    def _waiting(self, one: Owed, to: Destination | None) -> str:
        if to is not None and to.paused_at is not None:
            return self._words("paused", at=_minute(to.paused_at), reason=to.pause_reason)
        if one.not_before is not None and one.not_before > self.now:
            return self._words("until", at=_minute(one.not_before)) + (f": {one.error}" if one.error else "")
        return self._words("waiting") + (self._words("last_time", error=one.error) if one.error else "")

    def _nothing_owed(self, to: Destination, answers: Sequence[TopicAnswer]) -> None:
        name = f"{to.kind}:{to.address}"
        matching = [answer for answer in answers if answer.matches]
        if self.standing.baseline or self.standing.announced_at is None:
            self._say("nothing_is_owed", name=name)
        elif any(answer.follows for answer in matching):
            self._say("other_then", name=name)
        elif matching:
            self._say("not_followed", name=name, topics=", ".join(one.name for one in matching))
        else:
            self._say("nothing_followed_matches", name=name)
