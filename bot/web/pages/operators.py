"""What operators look at: what needs their hand first, then everything that runs; and the topic editor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.languages.explanations import explained_in
from bot.store import deliveries, subscribers
from bot.store.subscribers import Subscriber
from bot.tuning import Tuning, key_of
from bot.web import reading
from bot.web.pages import marking
from bot.web.pages.articles import Found, found_cards
from bot.web.pages.cards import Card
from bot.web.pages.frame import Page, render
from bot.web.pages.home import TopicLine, health_counts
from bot.web.pages.topics import read_topics
from bot.web.services import QueryPreview
from feeds.alarms import Alarm, of_source
from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store import alarms as alarm_store
from feeds.store import hub_subscriptions
from feeds.store import sources as source_store
from feeds.store import topics as topic_store
from feeds.store.alarms import StoredAlarm
from feeds.store.sources import SourceState
from feeds.topics import Suggestion
from feeds.topics.explain import shortened
from feeds.topics.samples import Verdict

SHOWN_FAILURES = 50
SHOWN_DELIVERIES = 20
SHOWN_SUBSCRIBERS = 20
SHOWN_REMOVED = 10
OFFERED_LANGUAGES = (
    ("en", "English"),
    ("vi", "Tiếng Việt"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("zh", "中文"),
)
"""Any tag may be entered; a stem is found in those that have a stemmer."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on one page; failures first."""

    sources: tuple[SourceState, ...]
    alarms: dict[str, tuple[Alarm, ...]]
    """By the source's slug: what is wrong with it, what was expected, and what could be done (English)."""
    everywhere: tuple[StoredAlarm | Alarm, ...]
    """What is wrong with no single source: this machine's network, its disk, its database."""
    health: dict[str, int]
    failed: tuple[deliveries.DeliveryRow, ...]
    recent: tuple[deliveries.DeliveryRow, ...]
    attempts: dict[str, list[reading.Attempt]]
    counts: dict[str, int]
    oldest_pending: datetime | None
    subscribers: tuple[Subscriber, ...]
    """Paused ones first; not all of them."""
    subscriber_count: int
    hub_subscribers: int
    """Readers that our WebSub hub tells of new items."""


def read_overview(connection: Connection, page: Page, refused: Alarm | None = None) -> Overview:
    """How everything is. `refused`: that the database takes no writes."""
    everywhere = [one for one in alarm_store.open_alarms(connection) if one.source_id is None]
    unstored = [refused] if refused is not None and refused.code not in {one.code for one in everywhere} else []
    states = source_store.states(connection, only_active=False)
    failed = deliveries.listing(connection, state="failed", limit=SHOWN_FAILURES)
    order = {"failing": 0, "waiting": 1, "ok": 2, "inactive": 3}
    return Overview(
        sources=tuple(sorted(states, key=lambda state: order[state.health])),
        alarms={state.source.slug: of_source(state, page.now).alarms for state in states if state.active},
        everywhere=(*unstored, *everywhere),
        health=health_counts(states),
        failed=tuple(failed),
        recent=tuple(deliveries.listing(connection, limit=SHOWN_DELIVERIES)),
        attempts=reading.attempts_at(connection, [row.uid for row in failed]),
        counts=deliveries.counts(connection),
        oldest_pending=deliveries.oldest_pending(connection),
        subscribers=tuple(subscribers.needing_a_hand(connection, SHOWN_SUBSCRIBERS)),
        subscriber_count=subscribers.count(connection),
        hub_subscribers=hub_subscriptions.count_in_force(connection, page.now),
    )


def render_overview(page: Page, overview: Overview) -> str:
    """The operators' first page."""
    return render("operators.html", page, view=overview)


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample text with the words that match; `why` names what does not, of one that is to match."""

    wanted: str
    sample: str
    right: bool
    text: Markup
    why: str


def sample_lines(page: Page, verdicts: Iterable[Verdict]) -> tuple[SampleLine, ...]:
    """What became of a topic's samples, in the page's language."""
    return tuple(
        SampleLine(
            one.wanted,
            one.sample,
            one.right,
            marking.marked_field(one.article, one.spans, "text"),
            "; ".join(f"{shortened(each.text)}: {explained_in(page.language, each.detail)}" for each in one.failed[:3]),
        )
        for one in verdicts
    )


@dataclass(frozen=True, slots=True)
class TopicEditor:
    """A topic under the pen, what it would select now, and what is wrong with it."""

    topic: Topic
    lines: tuple[TopicLine, ...]
    is_new: bool
    cards: tuple[Card, ...] = ()
    found: QueryPreview | None = None
    error: QueryError | None = None
    samples: tuple[SampleLine, ...] = ()
    """What the query makes of the topic's sample texts."""
    asks: bool = False
    """Whether it was not saved because of them, and may be, all the same."""
    tuning: Tuning | None = None
    """What votes on it came to; None for a new one, and while it is being changed."""
    wrong_field: str = ""
    wrong: str = ""
    removed: tuple[Topic, ...] = ()
    """Topics that can be brought back, the last removed first."""

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """Tags that are offered for the language of the query, each with its name."""
        return OFFERED_LANGUAGES

    @property
    def wrong_texts(self) -> set[tuple[str, str]]:
        """Those that are not as wanted, each by its kind and its text."""
        return {(one.wanted, one.sample) for one in self.samples if not one.right}

    @property
    def wrong_samples(self) -> int:
        """How many of them are not as wanted."""
        return sum(not one.right for one in self.samples)

    @property
    def suggestions(self) -> tuple[tuple[Suggestion, str, str], ...]:
        """What the votes suggest, each with its name in the form and its line for the file."""
        found = self.tuning.suggestions if self.tuning is not None else ()
        return tuple((one, key_of(one), f"query = {toml_text(one.query.text)}") for one in found)

    @property
    def toml(self) -> str:
        """The topic as `config/topics.toml` has it."""
        lines = [
            "[[topic]]",
            f"slug = {toml_text(self.topic.slug)}",
            f"title = {toml_text(self.topic.title)}",
            f"description = {toml_text(self.topic.description)}",
            f"query = {toml_text(self.topic.query)}",
        ]
        if self.topic.language:
            lines.append(f"language = {toml_text(self.topic.language)}")
        if self.topic.urgent:
            lines.append("urgent = true")
        for name, samples in (("expect", self.topic.expect), ("reject", self.topic.reject)):
            if samples:
                lines += [f"{name} = [", *(f"  {toml_text(sample)}," for sample in samples), "]"]
        return "\n".join(lines)


def toml_text(text: str) -> str:
    """A TOML basic string, which escapes as JSON does where it counts."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_lines(connection: Connection) -> tuple[TopicLine, ...]:
    """The topics that can be edited."""
    return tuple(read_topics(connection))


def read_removed(connection: Connection) -> tuple[Topic, ...]:
    """The topics that can be brought back."""
    return tuple(topic_store.removed_topics(connection, SHOWN_REMOVED))


def matching_cards(connection: Connection, hits: Sequence[Found]) -> tuple[Card, ...]:
    """What a query under the pen selects."""
    return found_cards(connection, hits)


def render_topic_editor(page: Page, editor: TopicEditor) -> str:
    """The editor's page."""
    return render("topic_editor.html", page, editor=editor, topic=editor.topic)


def render_topic_preview(page: Page, editor: TopicEditor) -> str:
    """Only what the query selects."""
    return render("topic_preview.html", page, editor=editor)
