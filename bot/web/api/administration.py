"""Webhooks, deliveries, subscribers, and every change: for operators."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from bot.model import PAUSED_BY_OPERATOR, Destination
from bot.store import deliveries, subscribers
from bot.store.subscribers import Subscriber
from bot.web.api.access import operators_only
from bot.web.api.public import Limit, Slug
from bot.web.api.shapes import (
    DeliveryShape,
    NewWebhookShape,
    SourceShape,
    SubscriberShape,
    WebhookChange,
    WebhookDraftShape,
    WebhookShape,
)
from bot.web.api.source_shapes import SourceChangeShape, SourceDraftShape, SourcePreviewShape
from bot.web.api.topic_shapes import SavedTopicShape, TopicChange, TopicDraft
from bot.web.operations import Operations, WebhookDraft
from bot.web.routes.desk import Desk
from bot.web.source_operations import SourceOperations
from feeds.model import Topic
from feeds.store import sources as source_store
from feeds.store import topics as topic_store

State = Literal["pending", "sent", "failed", "skipped"]


def webhook_of_path(request: Request, slug: Slug) -> Destination:
    """The webhook that the path names."""
    operations: Operations = request.app.state.operations
    found = operations.webhook(slug)
    if found is None:
        raise HTTPException(404, f"There is no webhook “{slug}”.")
    return found


def subscriber_of_path(request: Request, id: Annotated[int, Path(ge=1, lt=2**31)]) -> Subscriber:
    """The subscriber that the path names."""
    desk: Desk = request.app.state.desk
    with desk.services.database.read() as connection:
        found = subscribers.one(connection, id)
    if found is None:
        raise HTTPException(404, "There is no such subscriber.")
    return found


OneSubscriber = Annotated[Subscriber, Depends(subscriber_of_path)]
Webhook = Annotated[Destination, Depends(webhook_of_path)]


def router(desk: Desk, operations: Operations) -> APIRouter:
    """The routes."""
    made = APIRouter(prefix="/v1", dependencies=[Depends(operators_only(desk))])
    _sources_and_topics(made, desk, operations)
    _webhooks(made, desk, operations)
    _deliveries_and_subscribers(made, desk, operations)
    return made


def _sources_and_topics(made: APIRouter, desk: Desk, operations: Operations) -> None:
    database = desk.services.database
    sources = SourceOperations(desk.services)

    def shown(slug: str) -> SourceShape:
        with database.read() as connection:
            state = source_store.state_by_slug(connection, slug)
        if state is None:
            raise HTTPException(404, f"There is no source “{slug}”.")
        return SourceShape.of(state)

    def public_topic(slug: str) -> Topic | None:
        with database.read() as connection:
            found = topic_store.topic_by_slug(connection, slug)
        return found if found is not None and found.public else None

    def saved_topic(topic: Topic) -> SavedTopicShape:
        saved = operations.save_topic(topic)
        verdicts = operations.try_samples(saved)
        with database.read() as connection:
            return SavedTopicShape.saved(saved, topic_store.match_counts(connection).get(saved.slug, 0), verdicts)

    @made.post("/sources", tags=["sources"], status_code=201)
    def add_source(draft: SourceDraftShape) -> SourceShape:
        """Watch an address from now on. Without `kind`, how it is read is found out at the first look."""
        return shown(sources.add(draft.entered()).slug)

    @made.post("/sources/preview", tags=["sources"])
    def preview_source(draft: SourceDraftShape) -> SourcePreviewShape:
        """Look at an address: how it would be watched, why, how sure, and the other ways. Nothing is stored."""
        found = sources.preview(draft.entered())
        if found is None:
            raise HTTPException(404, "This process does not look at sites.")
        return SourcePreviewShape.model_validate(found)

    @made.patch("/sources/{slug}", tags=["sources"])
    def change_source(slug: Slug, change: SourceChangeShape) -> SourceShape:
        """Correct what was added here; what config/sources.toml declares is changed there."""
        with database.read() as connection:
            state = source_store.state_by_slug(connection, slug)
        if state is None or sources.change(slug, change.applied_to(state.source)) is None:
            raise HTTPException(404, f"There is no source “{slug}”.")
        return shown(slug)

    @made.post("/sources/{slug}/look", tags=["sources"], status_code=202)
    def look_at_source(slug: Slug) -> None:
        """Make it due at once."""
        _found(operations.look_now(slug), "source", slug)

    @made.delete("/sources/{slug}", tags=["sources"], status_code=204)
    def stop_source(slug: Slug) -> Response:
        """Watch it no more; its articles and feeds stay."""
        _found(operations.watch(slug, active=False), "source", slug)
        return Response(status_code=204)

    @made.put("/topics/{slug}", tags=["topics"])
    def save_topic(slug: Slug, draft: TopicDraft) -> SavedTopicShape:
        """Make or change a topic; live for the next article. A restart restores what config/topics.toml declares."""
        return saved_topic(draft.entered(slug, public_topic(slug)))

    @made.patch("/topics/{slug}", tags=["topics"])
    def change_topic(slug: Slug, change: TopicChange) -> SavedTopicShape:
        """Change some of a topic; live for the next article. A restart restores what config/topics.toml declares."""
        known = public_topic(slug)
        if known is None:
            raise HTTPException(404, f"There is no topic “{slug}”.")
        return saved_topic(change.applied_to(known))

    @made.delete("/topics/{slug}", tags=["topics"], status_code=204)
    def remove_topic(slug: Slug) -> Response:
        """Match it no more."""
        _found(operations.remove_topic(slug), "topic", slug)
        return Response(status_code=204)


def _webhooks(made: APIRouter, desk: Desk, operations: Operations) -> None:
    database = desk.services.database
    subscriptions = operations.subscriptions

    def shown(one: Destination) -> WebhookShape:
        return WebhookShape.of(one, subscriptions.following(one))

    @made.get("/webhooks", tags=["webhooks"])
    def list_webhooks() -> list[WebhookShape]:
        """All webhooks, without their secrets."""
        return [shown(one) for one in subscriptions.all("webhook")]

    @made.post("/webhooks", tags=["webhooks"], status_code=201)
    def add_webhook(draft: WebhookDraftShape) -> NewWebhookShape:
        """Add one; the answer is the only one that holds its secret."""
        made_now = operations.add_webhook(
            WebhookDraft(draft.url, draft.title, draft.format, tuple(draft.topics), draft.language)
        )
        return NewWebhookShape.of(made_now, subscriptions.following(made_now))

    @made.get("/webhooks/{slug}", tags=["webhooks"])
    def get_webhook(one: Webhook) -> WebhookShape:
        """One webhook."""
        return shown(one)

    @made.patch("/webhooks/{slug}", tags=["webhooks"])
    def change_webhook(one: Webhook, change: WebhookChange) -> WebhookShape:
        """Make it follow these topics, and no others."""
        operations.follow_only(one, change.topics)
        return shown(one)

    @made.delete("/webhooks/{slug}", tags=["webhooks"], status_code=204)
    def remove_webhook(one: Webhook) -> Response:
        """Send it nothing any more."""
        subscriptions.remove(one)
        return Response(status_code=204)

    @made.post("/webhooks/{slug}/test", tags=["webhooks"], status_code=202)
    def test_webhook(one: Webhook) -> None:
        """Send it a ping."""
        operations.send_test(one)

    @made.post("/webhooks/{slug}/verify", tags=["webhooks"], status_code=202)
    def verify_webhook(one: Webhook) -> None:
        """Send it a challenge, which it must answer with."""
        operations.verify(one)

    @made.post("/webhooks/{slug}/pause", tags=["webhooks"])
    def pause_webhook(one: Webhook) -> WebhookShape:
        """Keep what it is owed, send nothing."""
        return shown(subscriptions.pause(one, PAUSED_BY_OPERATOR))

    @made.post("/webhooks/{slug}/resume", tags=["webhooks"])
    def resume_webhook(one: Webhook) -> WebhookShape:
        """Send what it is owed, from now on."""
        return shown(subscriptions.resume(one))

    @made.post("/webhooks/{slug}/rotate", tags=["webhooks"])
    def rotate_secret(one: Webhook) -> NewWebhookShape:
        """A new secret; the old one signs too, until the next rotation."""
        changed = operations.rotate_secret(one)
        return NewWebhookShape.of(changed, subscriptions.following(changed))

    @made.get("/webhooks/{slug}/deliveries", tags=["webhooks"])
    def webhook_log(one: Webhook, limit: Limit = 50) -> list[DeliveryShape]:
        """What was sent to it, the newest first."""
        with database.read() as connection:
            return [DeliveryShape.of(row) for row in deliveries.listing(connection, destination_id=one.id, limit=limit)]


def _deliveries_and_subscribers(made: APIRouter, desk: Desk, operations: Operations) -> None:
    database = desk.services.database

    @made.get("/deliveries", tags=["deliveries"])
    def list_deliveries(state: Annotated[State | None, Query()] = None, limit: Limit = 50) -> list[DeliveryShape]:
        """What is and was owed, the newest first."""
        with database.read() as connection:
            return [DeliveryShape.of(row) for row in deliveries.listing(connection, state=state, limit=limit)]

    @made.post("/deliveries/{id}/retry", tags=["deliveries"], status_code=202)
    def retry_delivery(id: Annotated[str, Path(max_length=40)]) -> None:
        """Owe a failed one once more, under its old id."""
        if not operations.retry([id]):
            raise HTTPException(404, "There is no failed delivery of this id.")

    @made.get("/subscribers", tags=["subscribers"])
    def list_subscribers(
        kind: Annotated[str | None, Query(max_length=16)] = None,
        before: Annotated[int | None, Query(ge=1, lt=2**31, description="The id to go on from")] = None,
        limit: Limit = 100,
    ) -> list[SubscriberShape]:
        """Everybody who is told, the newest first."""
        with database.read() as connection:
            found = subscribers.newest(connection, kind=kind, before=before, limit=limit)
        return [SubscriberShape.of(one) for one in found]

    @made.get("/subscribers/{id}", tags=["subscribers"])
    def get_subscriber(one: OneSubscriber) -> SubscriberShape:
        """One of them."""
        return SubscriberShape.of(one)

    @made.post("/subscribers/{id}/pause", tags=["subscribers"])
    def pause_subscriber(one: OneSubscriber) -> SubscriberShape:
        """Keep what it is owed, send nothing."""
        changed = operations.subscriptions.pause(one.destination, PAUSED_BY_OPERATOR)
        return SubscriberShape.of(replace(one, destination=changed))

    @made.post("/subscribers/{id}/resume", tags=["subscribers"])
    def resume_subscriber(one: OneSubscriber) -> SubscriberShape:
        """Send what it is owed, from now on."""
        return SubscriberShape.of(replace(one, destination=operations.subscriptions.resume(one.destination)))

    @made.delete("/subscribers/{id}", tags=["subscribers"], status_code=204)
    def remove_subscriber(one: OneSubscriber) -> Response:
        """Send it nothing any more."""
        if one.destination.declared:
            raise HTTPException(409, "It is declared in config/channels.toml: remove it there.")
        operations.subscriptions.remove(one.destination)
        return Response(status_code=204)


def _found(done: bool, what: str, slug: str) -> None:
    if not done:
        raise HTTPException(404, f"There is no {what} “{slug}”.")
