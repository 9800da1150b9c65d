"""A webhook that takes nothing for days is paused, with a reason; its operator is told once, and the endpoint too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import Clock
from newsroom import Newsroom, Postbox

from bot.engine import Engine
from bot.errors import DeliveryError
from bot.model import Delivery
from bot.operators import Operators
from bot.outbox import Outbox, RetryPolicy
from bot.store import deliveries
from feeds.database import Database

OPERATOR = 4711


class Office:
    """One webhook, and an operator in a chat. What is tried is given up after two hours."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.newsroom = Newsroom(database, clock)
        self.subscriptions = self.newsroom.subscriptions
        self.postbox = Postbox()
        self.desk = self.newsroom.follower("desk")
        self.subscriptions.destination("telegram", str(OPERATOR))
        channels = {"webhook": self.postbox, "telegram": self.postbox}
        policy = RetryPolicy(pauses=(10, 60, 600), give_up_after=timedelta(hours=2))
        outbox = Outbox(
            database, channels, self.subscriptions, clock, lambda: 0.5, policy, operators=Operators([OPERATOR])
        )
        handlers = {"endpoint": outbox.work, "chat": outbox.work}
        self.engine = Engine("send", database, handlers, clock, workers=4)

    def publish(self, *titles: str) -> None:
        for title in titles:
            self.newsroom.publish(title)
        self.newsroom.announcer.announce_all()

    def pass_time(self, hours: float) -> None:
        for _ in range(int(hours * 6)):
            self.engine.drain()
            self.clock.advance(minutes=10)
        self.engine.drain()

    def told(self) -> list[Delivery]:
        return [delivery for to, delivery in self.postbox.received if to == str(OPERATOR)]

    def reason(self) -> str | None:
        found = self.subscriptions.find("webhook", "desk")
        assert found is not None
        return found.pause_reason if found.paused_at else None


def down(delivery: Delivery) -> DeliveryError | None:
    return None if delivery.alert.type == "operator" else DeliveryError("connection refused")


@pytest.fixture
def office(database: Database, clock: Clock):  # type: ignore[no-untyped-def]
    office = Office(database, clock)
    yield office
    office.engine.stop()


def test_it_is_paused_and_the_operator_is_told_once(office: Office) -> None:
    office.postbox.refuses = down
    office.publish("One", "Two")
    office.pass_time(1.5)
    assert office.reason() is None
    office.publish("Three")
    office.pass_time(6)
    assert office.reason() == "it took nothing for 2 hours"
    (told,) = office.told()
    assert told.alert.data["message"] == "The webhook desk was paused."
    assert "tocsin webhooks resume desk" in told.alert.data["advice"]
    with office.newsroom.database.read() as connection:
        states = {row.title: row.state for row in deliveries.listing(connection, destination_id=office.desk.id)}
    assert states == {"One": "failed", "Two": "failed", "Three": "pending"}


def test_what_it_is_owed_goes_out_when_it_is_resumed(office: Office) -> None:
    office.postbox.refuses = down
    office.publish("One")
    office.pass_time(1)
    office.publish("Two")
    office.pass_time(2)
    assert office.reason() is not None
    office.postbox.refuses = lambda _: None
    office.publish("Three")
    office.pass_time(1)
    assert office.postbox.titles("desk") == []
    office.subscriptions.resume(office.desk)
    office.engine.drain()
    assert office.postbox.titles("desk") == ["Two", "Three"]
    assert office.reason() is None


def test_the_endpoint_itself_gets_a_last_message(office: Office) -> None:
    office.postbox.refuses = lambda one: None if one.alert.type == "endpoint.disabled" else down(one)
    office.publish("One")
    office.pass_time(3)
    ((_, last),) = [(to, one) for to, one in office.postbox.received if to == "desk"]
    assert (last.alert.type, last.alert.data) == ("endpoint.disabled", {"reason": "it took nothing for 2 hours"})


def test_one_that_takes_other_messages_goes_on(office: Office) -> None:
    def poisoned(delivery: Delivery) -> DeliveryError | None:
        return DeliveryError("HTTP 500") if delivery.alert.data["article"]["title"] == "Poison" else None

    office.postbox.refuses = poisoned
    office.publish("Poison")
    for number in range(6):
        office.pass_time(0.5)
        office.publish(f"Article {number}")
    office.pass_time(0.5)
    assert office.reason() is None
    assert office.told() == []
    assert len(office.postbox.titles("desk")) == 6


def test_one_that_is_gone_is_told_of_too(office: Office) -> None:
    office.postbox.errors["desk"] = [DeliveryError("HTTP 410 Gone", gone=True, status=410)]
    office.publish("One")
    office.pass_time(1)
    assert office.reason() == "HTTP 410 Gone"
    assert [one.alert.data["seen"] for one in office.told()] == ["HTTP 410 Gone"]


def test_a_chat_that_left_is_nobodys_alarm(office: Office) -> None:
    office.newsroom.follower("100", kind="telegram")
    office.postbox.errors["100"] = [DeliveryError("bot was blocked by the user", gone=True, status=403)]
    office.publish("One")
    office.pass_time(1)
    assert office.told() == []
