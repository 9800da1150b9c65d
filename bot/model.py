"""The values of alerting: destinations, alerts, deliveries. Every datetime is aware, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

AlertType = Literal[
    "article.published", "article.updated", "digest", "ping", "endpoint.verify", "endpoint.disabled", "operator"
]
"""The types of INTERFACE's webhook payloads, and "operator": a source's alarm, told to operators only."""

PAUSED_BY_OPERATOR = "paused by an operator"
"""The `pause_reason` where it was no channel that found the other side gone."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where alerts go: a Telegram chat, a webhook, the console.

    `kind` is a name in `bot.channels.KINDS`. `address` is the channel's own: a Telegram chat id or @name, with
    "/THREAD" for a forum topic; a webhook's slug. `options` hold what the channel needs beside it (a webhook's `url`,
    `secret`, `format`). `quiet` is "22:00-07:00" in the destination's `time_zone`.
    """

    id: int
    kind: str
    address: str
    title: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    digest: str = "off"
    quiet: str | None = None
    muted_until: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str | None = None
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told, already narrowed to what one destination follows.

    `data` is the `data` of a webhook's payload (docs/webhooks.md): `article`, `source`, `topics`, `story`, `sequence`,
    JSON values only, dates as ISO 8601 in UTC. The same delivery always carries the same alert.
    """

    type: AlertType
    timestamp: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert owed to one destination. `uid` is the idempotency key, the same at every try ("msg_…")."""

    uid: str
    alert: Alert
    attempts: int = 0
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the other side took it: its status, and its own name for it (Telegram's message id)."""

    status: int | None = None
    detail: str = ""
    reference: str | None = None
