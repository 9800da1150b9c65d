"""Why an article did or did not alert: every step from the site to the follower, as it is stored.

    found? ─ announced? ─ which topics? ─ owed to whom? ─ sent? or what stood in the way

The same for the command line, the chat and the API. It reads, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from bot.model import Destination
from bot.store import destinations, history
from bot.store.history import Owed, Standing
from feeds.canonical import canonical_url
from feeds.errors import QueryError
from feeds.model import Article, Topic
from feeds.store import articles, sources, topics
from feeds.topics import evaluate, matched_words, parse, parse_all, why_not


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """What one topic says of the article: the words that matched, or none."""

    slug: str
    matched: tuple[str, ...] = ()
    follows: bool = False
    failed: str = ""
    """Of one that does not match: the clause that came nearest, and what was found in its place."""

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
                {"slug": one.slug, "matched": one.matched, "follows": one.follows, "failed": one.failed}
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


def why(connection: Connection, url: str, now: datetime, destination: Destination | None = None) -> Explanation:
    """Explain one article, to everybody or to one destination."""
    found = articles.by_url(connection, [url.strip(), canonical_url(url)])
    if not found:
        return Explanation(url, tuple(_not_found(connection, url)))
    article = found[0]
    standing = history.standing(connection, article.id or 0)
    assert standing is not None, "an article that was just read is there"
    followed = [] if destination is None else destinations.followed_topics(connection, destination.id)
    answers = _answers(connection, article, followed)
    owed = [
        one
        for one in history.owed(connection, article.story or 0)
        if destination is None or one.destination_id == destination.id
    ]
    steps = _Steps(connection, article, standing, destination, now)
    steps.found()
    steps.asked(answers)
    steps.owed(owed, answers)
    return Explanation(url, tuple(steps.said), article, tuple(answers), tuple(owed))


def _not_found(connection: Connection, url: str) -> list[str]:
    """What is known where the article is not."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    near = [
        state
        for state in sources.states(connection, only_active=False)
        if host and (urlsplit(state.source.url).hostname or "").removeprefix("www.") == host
    ]
    said = ["No source has shown this address, so it is not stored."]
    if not near:
        return [*said, f"No source on {host or 'that site'} is watched."]
    for state in near:
        looked = f"last looked at {_minute(state.looked_at)}" if state.looked_at else "not looked at yet"
        trouble = f"; failing since {_minute(state.error_since)}: {state.error}" if state.error_code else ""
        said.append(f"Its site is watched by {state.source.slug} ({state.source.url}), {looked}{trouble}.")
    return said


def _answers(connection: Connection, article: Article, followed: Sequence[Topic]) -> list[TopicAnswer]:
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
        match = evaluate(query, article)
        if match is not None:
            answers.append(TopicAnswer(slug, tuple(matched_words(match, article)), slug in own))
        else:
            nearest = why_not(query, article).failed[:1]
            failed = "; ".join(f"{clause.text}: {clause.detail}" for clause in nearest)
            answers.append(TopicAnswer(slug, (), slug in own, failed))
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
    said: list[str] = field(default_factory=list)

    def found(self) -> None:
        self.said.append(f"Found by {self.article.source} at {_minute(self.article.found)}: {self.article.title}")
        if self.standing.baseline:
            self.said.append(
                "It was there already at the source's first look, or came late with an old date: "
                "such articles are shown in the feeds and alert nobody."
            )
        elif self.standing.announced_at is None:
            self.said.append("The topics have not been asked about it yet: a worker does so within seconds.")
        else:
            self.said.append(f"The topics were asked at {_minute(self.standing.announced_at)}.")

    def asked(self, answers: Sequence[TopicAnswer]) -> None:
        for answer in answers:
            if answer.matches:
                self.said.append(
                    f"{answer.slug} matches{' by: ' if answer.matched else ''}{', '.join(answer.matched)}."
                )
            elif answer.follows or self.destination is None:
                self.said.append(f"{answer.slug} does not match: {answer.failed}")

    def owed(self, owed: Sequence[Owed], answers: Sequence[TopicAnswer]) -> None:
        for one in owed:
            self._delivery(one)
        if not owed and self.destination is not None:
            self._nothing_owed(self.destination, answers)
        elif not owed:
            self.said.append("Nothing was owed to anybody.")

    def _delivery(self, one: Owed) -> None:
        to = destinations.destination_by_id(self.connection, one.destination_id)
        name = "a removed destination" if to is None else f"{to.kind}:{to.address}"
        copy = "" if one.article_id == self.article.id else ", told by a copy of it from another source"
        match one.state:
            case "sent":
                last = f" at {_minute(one.attempts[-1].at)}" if one.attempts else ""
                outcome = f"sent{last}"
            case "failed":
                outcome = f"given up: {one.error}"
            case "skipped":
                outcome = f"not sent: {one.error or 'muted, or the destination is gone'}"
            case _:
                outcome = self._waiting(one, to)
        tries = f" ({len(one.attempts)} attempts)" if len(one.attempts) > 1 else ""
        self.said.append(f"To {name}: {outcome}{tries}{copy} [{one.uid}].")

    def _waiting(self, one: Owed, to: Destination | None) -> str:
        if to is not None and to.paused_at is not None:
            return f"waiting, for it is paused since {_minute(to.paused_at)}: {to.pause_reason}"
        if one.not_before is not None and one.not_before > self.now:
            return f"waiting until {_minute(one.not_before)}{f': {one.error}' if one.error else ''}"
        return f"waiting to be sent{f'; last time: {one.error}' if one.error else ''}"

    def _nothing_owed(self, to: Destination, answers: Sequence[TopicAnswer]) -> None:
        name = f"{to.kind}:{to.address}"
        matching = [answer for answer in answers if answer.matches]
        if self.standing.baseline or self.standing.announced_at is None:
            self.said.append(f"Nothing is owed to {name}.")
        elif any(answer.follows for answer in matching):
            self.said.append(
                f"Nothing was owed to {name}: when the topics were asked, it did not follow any that matched, "
                "or the topic was another then."
            )
        elif matching:
            self.said.append(
                f"Nothing was owed to {name}: it does not follow {', '.join(one.slug for one in matching)}."
            )
        else:
            self.said.append(f"Nothing was owed to {name}: nothing that it follows matches.")
