"""Webhooks: what they are, for everybody; for operators those that there are, one with its log, and a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from bot.model import Destination
from bot.store import deliveries, destinations
from bot.web import reading
from bot.web.operations import WEBHOOK_FORMATS, WebhookDraft
from bot.web.pages.frame import Page, render
from bot.web.pages.home import feeds_of_all
from feeds.model import Topic
from feeds.store import topics as topic_store

LOG_LENGTH = 20


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook in the list."""

    destination: Destination
    topics: tuple[Topic, ...]
    last: deliveries.DeliveryRow | None


@dataclass(frozen=True, slots=True)
class WebhooksPage:
    """`lines` is empty for visitors who are no operators; `wrong` is by field: what is wrong with the draft."""

    lines: tuple[WebhookLine, ...]
    offered: tuple[Topic, ...]
    draft: WebhookDraft
    wrong: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = WEBHOOK_FORMATS
    token_is_set: bool = True


def read_webhooks(
    connection: Connection,
    page: Page,
    *,
    draft: WebhookDraft | None = None,
    wrong: Mapping[str, str] | None = None,
    token_is_set: bool = True,
) -> WebhooksPage:
    """The list, for operators, and the form's choices."""
    offered = tuple(topic_store.active_topics(connection))
    lines: list[WebhookLine] = []
    if page.operator:
        for one in destinations.all_destinations(connection, kind="webhook"):
            newest = deliveries.listing(connection, destination_id=one.id, limit=1)
            followed = tuple(destinations.followed_topics(connection, one.id))
            lines.append(WebhookLine(one, followed, newest[0] if newest else None))
    return WebhooksPage(
        lines=tuple(lines),
        offered=offered,
        draft=draft or WebhookDraft("", topics=tuple(topic.slug for topic in offered[:1])),
        wrong=wrong or {},
        token_is_set=token_is_set,
    )


def render_webhooks(page: Page, webhooks: WebhooksPage) -> str:
    """The page."""
    return render("webhooks.html", page.with_feeds(*feeds_of_all(page)), view=webhooks)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A delivery and every try at it."""

    delivery: deliveries.DeliveryRow
    attempts: tuple[reading.Attempt, ...]


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """One webhook. `secrets` are shown to operators alone, newest first."""

    destination: Destination
    url: str
    format: str
    secrets: tuple[str, ...]
    topics: tuple[Topic, ...]
    log: tuple[LogLine, ...]


def read_webhook(connection: Connection, destination: Destination) -> WebhookPage:
    """One webhook with its log."""
    rows = deliveries.listing(connection, destination_id=destination.id, limit=LOG_LENGTH)
    attempts = reading.attempts_at(connection, [row.uid for row in rows])
    kept = destination.options.get("secret") or ()
    return WebhookPage(
        destination=destination,
        url=str(destination.options.get("url", "")),
        format=str(destination.options.get("format", "standard")),
        secrets=(kept,) if isinstance(kept, str) else tuple(str(one) for one in kept),
        topics=tuple(destinations.followed_topics(connection, destination.id)),
        log=tuple(LogLine(row, tuple(attempts.get(row.uid, ()))) for row in rows),
    )


def render_webhook(page: Page, webhook: WebhookPage) -> str:
    """The webhook's page."""
    return render("webhook.html", page, view=webhook)


def render_webhook_live(page: Page, webhook: WebhookPage) -> str:
    """Only its log."""
    return render("webhook_live.html", page, view=webhook)
