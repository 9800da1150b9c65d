"""Deliveries to chats, and the channel that sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.model import Alert, Delivery, Destination


def to(address: object, language: str = "en") -> Destination:
    return Destination(1, "telegram", str(address), language=language)


def delivery(title: str = "Patrols agreed", uid: str = "msg_1", **data: Any) -> Delivery:
    article = {"url": "https://news.example.org/1", "title": title, "published": "2026-11-23T20:00:00+00:00"}
    topics = [{"slug": "maritime-security", "title": "Maritime security", "matched": ["patrols"]}]
    whole = {"article": article, "source": {"slug": "s", "title": "Source"}, "topics": topics, **data}
    return Delivery(uid, Alert("article.published", datetime(2026, 11, 24, tzinfo=UTC), whole))
