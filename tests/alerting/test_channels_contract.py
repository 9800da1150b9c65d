"""What every channel promises, whatever its kind: run over all of `KINDS`."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from fake_bot_api import TOKEN, FakeBotApi
from webhook_receiver import WebhookReceiver

from bot.channels import KINDS, Channel
from bot.channels.chat_formats import FORMATS
from bot.channels.telegram import new_bot
from bot.channels.telegram_limiter import TelegramRateLimiter
from bot.errors import DeliveryError
from bot.model import Alert, AlertType, Delivery, Destination, Receipt


@dataclass(frozen=True)
class World:
    """A channel, where it leads, and what has arrived there."""

    channel: Channel
    destination: Destination
    arrived: Callable[[], str]
    broken: Destination
    """A destination that cannot be delivered to."""


def console(stack: ExitStack) -> World:
    stream, closed = io.StringIO(), io.StringIO()
    channel, broken = KINDS["console"].load()(stream), KINDS["console"].load()(closed)
    closed.close()

    class Both:
        """One channel for both streams."""

        def send(self, destination: Destination, delivery: Delivery) -> Receipt:
            chosen = broken if destination.address == "broken" else channel
            receipt: Receipt = chosen.send(destination, delivery)
            return receipt

        def close(self) -> None:
            channel.close()

    return World(Both(), Destination(1, "console", "console"), stream.getvalue, Destination(2, "console", "broken"))


def webhook(stack: ExitStack, format_name: str = "standard") -> World:
    receiver = stack.enter_context(WebhookReceiver(secret="" if format_name == "standard" else None))
    channel = KINDS["webhook"].load()(allow_private_networks=True, timeout=5.0)
    options = {"url": receiver.url(), "secret": receiver.secret, "format": format_name}
    return World(
        channel,
        Destination(1, "webhook", "here", options=options),
        lambda: "\n".join(event.body.decode() for event in receiver.events),
        Destination(2, "webhook", "broken", options=options | {"url": "http://127.0.0.1:9/"}),
    )


def telegram(stack: ExitStack) -> World:
    api = stack.enter_context(FakeBotApi())
    anna = api.person(100)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    bot = new_bot(TOKEN, api.url, limiter=TelegramRateLimiter())
    channel = KINDS["telegram"].load()(deadline=10)
    channel.bind(bot, loop)

    def stop() -> None:
        for request in bot._request:
            asyncio.run_coroutine_threadsafe(request.shutdown(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()

    stack.callback(stop)
    return World(
        channel,
        Destination(1, "telegram", str(anna.id)),
        lambda: "\n".join(anna.texts()),
        Destination(2, "telegram", "404"),
    )


WORLDS: dict[str, Callable[[ExitStack], World]] = {"console": console, "telegram": telegram, "webhook": webhook}


def data(title: str = "Patrols agreed") -> dict[str, Any]:
    return {
        "article": {"url": "https://example.org/1", "title": title, "published": "2019-08-06T17:00:00Z"},
        "source": {"slug": "mps-en", "title": "Ministry"},
        "topics": [{"slug": "maritime-security", "title": "Maritime security", "matched": ["patrols"]}],
        "story": {"id": "1", "also": []},
        "sequence": 1,
    }


def delivery(type_: AlertType = "article.published", content: dict[str, Any] | None = None) -> Delivery:
    moment = datetime(2019, 8, 7, tzinfo=UTC)
    return Delivery(f"msg_{type_}", Alert(type_, moment, data() if content is None else content))


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with ExitStack() as stack:
        made = WORLDS[request.param](stack)
        stack.callback(made.channel.close)
        yield made


def test_every_kind_is_held_to_the_contract() -> None:
    assert WORLDS.keys() == KINDS.keys()


def test_a_delivery_arrives_and_its_receipt_says_so(world: World) -> None:
    receipt = world.channel.send(world.destination, delivery())
    assert isinstance(receipt, Receipt)
    assert "Patrols agreed" in world.arrived()


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_delivery_arrives_in_every_format_of_a_webhook(format_name: str) -> None:
    with ExitStack() as stack:
        world = webhook(stack, format_name)
        world.channel.send(world.destination, delivery())
        assert "Patrols agreed" in world.arrived()
        world.channel.close()


@pytest.mark.parametrize("type_", get_args(AlertType))
def test_every_type_of_alert_can_be_sent(world: World, type_: AlertType) -> None:
    content = {"alerts": [data(), data("Another")], "challenge": "c-1", "message": "The list became empty"}
    world.channel.send(world.destination, delivery(type_, content | data()))
    assert world.arrived()


@pytest.mark.parametrize(
    "content", [{}, {"article": None}, {"article": [], "topics": 3, "story": "x", "excerpt": {"marks": [[9, 1]]}}]
)
def test_an_alert_that_lacks_everything_is_sent_all_the_same(world: World, content: dict[str, Any]) -> None:
    world.channel.send(world.destination, delivery(content=content))
    assert world.arrived()


def test_what_cannot_be_delivered_is_a_delivery_error(world: World) -> None:
    with pytest.raises(DeliveryError) as caught:
        world.channel.send(world.broken, delivery())
    assert str(caught.value)


def test_closing_twice_is_no_mistake(world: World) -> None:
    world.channel.close()
    world.channel.close()
