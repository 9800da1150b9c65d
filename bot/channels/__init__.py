"""The ways out. A channel takes one delivery to one destination, and says truthfully whether it arrived.

A new channel is one file with a class that satisfies `Channel`, and one line in `KINDS`. Channels know nothing of the
database, of retries, or of each other: `bot.outbox` decides what follows from a `DeliveryError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from bot.model import Delivery, Destination, Receipt


class Channel(Protocol):
    """One kind of destination. Safe to be called by several threads, never twice at once for one destination."""

    def send(self, destination: Destination, delivery: Delivery) -> Receipt:
        """Deliver, within the channel's own total deadline. Raises `bot.errors.DeliveryError` and nothing else."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class Amending(Protocol):
    """A channel that can change a message that it sent."""

    def amend(self, destination: Destination, delivery: Delivery, reference: str) -> None:
        """Let the message of that name (`Receipt.reference`) say what the delivery says now. Raises `DeliveryError`."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A channel's entry: the class is imported when it is first needed, so that an unused channel costs nothing."""

    module: str
    factory: str
    amends: bool = False
    """Whether the class is `Amending`."""

    def load(self) -> Callable[..., Any]:
        """The channel's class; `bot.app` calls it with what that class needs."""
        loaded: Callable[..., Any] = getattr(import_module(self.module), self.factory)
        return loaded


KINDS: dict[str, Kind] = {
    "console": Kind("bot.channels.console", "ConsoleChannel"),
    "telegram": Kind("bot.channels.telegram", "TelegramChannel", amends=True),
    "webhook": Kind("bot.channels.webhook", "WebhookChannel"),
}
