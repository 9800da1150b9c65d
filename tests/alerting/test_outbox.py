"""A destination's turn: in order, once, and every refusal has its consequence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import Clock
from newsroom import EXTREMISM, Newsroom, Postbox

from bot.engine import Engine
from bot.errors import DeliveryError
from bot.message import topic_key
from bot.model import Delivery
from bot.outbox import Outbox, RetryPolicy
from bot.store import deliveries
from feeds import targets
from feeds.database import Database
from feeds.model import Article
from feeds.store import stories

POLICY = RetryPolicy(pauses=(10, 60, 600), give_up_after=timedelta(hours=2))


class Office:
    """An outbox with its engine, over a newsroom."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.newsroom = Newsroom(database, clock)
        self.postbox = Postbox()
        channels = {"webhook": self.postbox, "telegram": self.postbox}
        self.outbox = Outbox(database, channels, self.newsroom.subscriptions, clock, lambda: 0.5, POLICY)
        handlers = {"endpoint": self.outbox.work, "chat": self.outbox.work}
        self.engine = Engine("send", database, handlers, clock, workers=4)

    def publish(self, *titles: str) -> None:
        for title in titles:
            self.newsroom.publish(title)
        self.newsroom.announcer.announce_all()

    def states(self, destination_id: int) -> list[tuple[str, str, int]]:
        with self.newsroom.database.read() as connection:
            rows = deliveries.listing(connection, destination_id=destination_id)
        return [(row.title, row.state, row.attempts) for row in reversed(rows)]


@pytest.fixture
def office(database: Database, clock: Clock):  # type: ignore[no-untyped-def]
    office = Office(database, clock)
    yield office
    office.engine.stop()


def test_what_is_owed_is_sent_in_order_and_once(office: Office) -> None:
    desk = office.newsroom.follower("desk")
    office.publish("One", "Two", "Three")
    office.engine.drain()
    office.engine.drain()
    assert office.postbox.titles("desk") == ["One", "Two", "Three"]
    assert office.states(desk.id) == [("One", "sent", 1), ("Two", "sent", 1), ("Three", "sent", 1)]


def test_a_failure_is_tried_again_after_a_growing_pause_with_the_same_id(office: Office, clock: Clock) -> None:
    desk = office.newsroom.follower("desk")
    office.publish("One")
    seen: list[str] = []

    def refuse(delivery: object) -> DeliveryError | None:
        seen.append(delivery.uid)  # type: ignore[attr-defined]
        return DeliveryError("HTTP 500", status=500) if len(seen) < 3 else None

    office.postbox.refuses = refuse
    office.engine.drain()
    assert office.states(desk.id) == [("One", "pending", 1)]
    clock.advance(seconds=9)
    office.engine.drain()
    assert len(seen) == 1
    clock.advance(seconds=1)
    office.engine.drain()
    assert len(seen) == 2
    clock.advance(seconds=60)
    office.engine.drain()
    assert office.states(desk.id) == [("One", "sent", 3)]
    assert len(set(seen)) == 1


def test_a_failing_destination_keeps_its_order_and_holds_up_nobody_else(office: Office) -> None:
    office.newsroom.follower("down")
    office.newsroom.follower("up")
    office.postbox.errors["down"] = [DeliveryError("HTTP 502", status=502)]
    office.publish("One", "Two")
    office.engine.drain()
    assert office.postbox.titles("up") == ["One", "Two"]
    assert office.postbox.titles("down") == []
    office.clock.advance(seconds=10)
    office.engine.drain()
    assert office.postbox.titles("down") == ["One", "Two"]


def test_a_poisoned_message_is_put_aside_so_that_the_others_pass(office: Office, clock: Clock) -> None:
    desk = office.newsroom.follower("desk")
    office.postbox.refuses = lambda delivery: (
        DeliveryError("HTTP 500", status=500) if delivery.alert.data["article"]["title"] == "Poison" else None
    )
    office.publish("Poison", "Two", "Three")
    for _ in range(4):
        office.engine.drain()
        clock.advance(minutes=11)
    assert office.postbox.titles("desk") == ["Two", "Three"]
    assert office.states(desk.id)[0][:2] == ("Poison", "pending")


def test_what_cannot_be_delivered_for_too_long_is_given_up_visibly_and_can_be_retried(
    office: Office, clock: Clock
) -> None:
    desk = office.newsroom.follower("desk")
    office.postbox.refuses = lambda _: DeliveryError("connection refused")
    office.publish("One", "Two")
    for _ in range(16):
        office.engine.drain()
        clock.advance(minutes=10)
    assert [state for _, state, _ in office.states(desk.id)] == ["failed", "failed"]
    office.postbox.refuses = lambda _: None
    with office.newsroom.database.write() as connection:
        rows = deliveries.listing(connection, state="failed")
        assert all("given up" in (row.error or "") for row in rows)
        for kind, ref in deliveries.retry(connection, [row.uid for row in rows], clock()):
            assert (kind, ref) == ("webhook", desk.id)
            targets.due_at(connection, "endpoint", ref, clock())
    office.newsroom.subscriptions.resume(desk)
    office.engine.drain()
    assert sorted(office.postbox.titles("desk")) == ["One", "Two"]


def test_a_permanent_refusal_fails_that_one_and_goes_on(office: Office) -> None:
    desk = office.newsroom.follower("desk")
    office.postbox.errors["desk"] = [DeliveryError("HTTP 400", permanent=True, status=400)]
    office.publish("One", "Two")
    office.engine.drain()
    assert office.states(desk.id) == [("One", "failed", 1), ("Two", "sent", 1)]


def test_a_destination_that_is_gone_is_paused_and_resumes_where_it_was(office: Office) -> None:
    chat = office.newsroom.follower("100", kind="telegram")
    office.postbox.errors["100"] = [DeliveryError("bot was blocked by the user", gone=True, status=403)]
    office.publish("One")
    office.engine.drain()
    paused = office.newsroom.subscriptions.find("telegram", "100")
    assert paused is not None
    assert paused.pause_reason == "bot was blocked by the user"
    office.publish("Two")
    office.engine.drain()
    assert office.states(chat.id) == [("One", "pending", 1), ("Two", "pending", 0)]
    assert [topic.slug for topic in office.newsroom.subscriptions.following(paused)] == ["violent-extremism"]
    office.newsroom.subscriptions.resume(paused)
    office.engine.drain()
    assert office.postbox.titles("100") == ["One", "Two"]


def test_a_destination_that_moved_is_followed(office: Office) -> None:
    office.newsroom.follower("100", kind="telegram")
    office.postbox.errors["100"] = [DeliveryError("group chat was upgraded", moved_to="-200", status=400)]
    office.publish("One")
    office.engine.drain()
    assert office.postbox.titles("-200") == ["One"]
    assert office.postbox.titles("100") == []


def test_retry_after_is_obeyed_to_the_second(office: Office, clock: Clock) -> None:
    office.newsroom.follower("100", kind="telegram")
    office.postbox.errors["100"] = [DeliveryError("Too Many Requests", retry_after=37, status=429)]
    office.publish("One")
    office.engine.drain()
    clock.advance(seconds=36)
    office.engine.drain()
    assert office.postbox.titles("100") == []
    clock.advance(seconds=1)
    office.engine.drain()
    assert office.postbox.titles("100") == ["One"]


def test_an_endpoint_that_always_asks_for_patience_is_given_up_one_day(office: Office, clock: Clock) -> None:
    desk = office.newsroom.follower("desk")
    office.postbox.refuses = lambda _: DeliveryError("HTTP 503", retry_after=600, status=503)
    office.publish("One")
    for _ in range(16):
        office.engine.drain()
        clock.advance(minutes=10)
    assert [state for _, state, _ in office.states(desk.id)] == ["failed"]


def test_an_alert_owed_while_the_turn_ends_is_not_forgotten(office: Office) -> None:
    """The lost wake-up: something is owed between the last look at what is pending and the lease's return."""
    office.newsroom.follower("desk")
    late = iter(["Late"])

    def publish_meanwhile(_: object) -> None:
        for title in late:
            office.publish(title)

    office.postbox.refuses = publish_meanwhile  # type: ignore[assignment]
    office.publish("One")
    office.engine.drain()
    assert office.postbox.titles("desk") == ["One", "Late"]


def test_a_digest_gathers_what_waited_and_records_each(office: Office, clock: Clock) -> None:
    desk = office.newsroom.follower("desk")
    office.newsroom.subscriptions.set_digest(desk, "daily 09:00")
    office.publish("One", "Two")
    office.engine.drain()
    assert office.postbox.received == []
    clock.advance(hours=1)
    with office.newsroom.database.write() as connection:
        targets.due_at(connection, "endpoint", desk.id, clock())
    office.engine.drain()
    ((_, digest),) = office.postbox.received
    assert digest.alert.type == "digest"
    assert [one["article"]["title"] for one in digest.alert.data["alerts"]] == ["One", "Two"]
    assert office.states(desk.id) == [("One", "sent", 1), ("Two", "sent", 1)]


def test_a_worker_that_lost_its_lease_changes_nothing(office: Office, clock: Clock, database: Database) -> None:
    desk = office.newsroom.follower("desk")
    office.publish("One")
    with database.write() as connection:
        (stale,) = targets.claim(connection, ["endpoint"], clock(), 1, timedelta(seconds=60))
    clock.advance(seconds=61)
    with database.write() as connection:
        (fresh,) = targets.claim(connection, ["endpoint"], clock(), 1, timedelta(seconds=60))
    assert fresh.turn == stale.turn + 1
    with database.write() as connection:
        assert targets.finish(connection, stale, failures=0, next_due=lambda _: None) is False
    office.outbox.work(fresh)
    assert office.states(desk.id) == [("One", "sent", 1)]


def test_a_defect_in_a_handler_gives_the_target_back(database: Database, clock: Clock) -> None:
    newsroom = Newsroom(database, clock)
    newsroom.follower("desk")
    newsroom.publish()
    newsroom.announcer.announce_all()
    turns: list[int] = []

    def handler(claim: targets.Claim) -> None:
        turns.append(claim.turn)
        raise ZeroDivisionError

    engine = Engine("test", database, {"endpoint": handler}, clock, workers=1)
    engine.drain()
    clock.advance(seconds=61)
    engine.drain()
    engine.stop()
    assert turns == [1, 2]


def named(delivery: Delivery) -> list[str]:
    return [one["url"] for one in delivery.alert.data["story"]["also"]]


def copy_of(office: Office, first: Article, title: str) -> Article:
    """Another article of the same story, announced."""
    newsroom = office.newsroom
    copy = newsroom.publish(title, "No topic asks for what is said here.")
    with newsroom.database.write() as connection:
        stories.join(connection, copy.id or 0, first.story or first.id or 0)
    newsroom.announcer.announce_all()
    return copy


def test_a_message_that_was_sent_names_the_copies_that_come_later(office: Office) -> None:
    chat = office.newsroom.follower("100", kind="telegram")
    office.newsroom.follower("desk")
    first = office.newsroom.publish()
    office.newsroom.announcer.announce_all()
    office.engine.drain()
    sent = len(office.postbox.received)
    copies = [copy_of(office, first, "In other words"), copy_of(office, first, "And in others again")]
    office.engine.drain()
    assert len(office.postbox.received) == sent == 2, "nobody is told twice, and a webhook cannot be changed"
    ((reference, changed),) = office.postbox.amended
    assert office.postbox.received[int(reference) - 1][0] == "100"
    assert named(changed) == [copy.url for copy in copies]
    assert office.states(chat.id) == [(first.title, "sent", 1)]
    office.engine.drain()
    assert len(office.postbox.amended) == 1


def test_a_message_that_its_reader_voted_on_stays_as_it_is(office: Office) -> None:
    chat = office.newsroom.follower("100", kind="telegram")
    first = office.newsroom.publish()
    office.newsroom.announcer.announce_all()
    office.engine.drain()
    office.newsroom.subscriptions.vote(chat, first.uid, topic_key(EXTREMISM.slug), True, "telegram:100")
    copy_of(office, first, "In other words")
    office.engine.drain()
    assert office.postbox.amended == []


def test_a_digest_is_not_changed_into_one_of_its_articles(office: Office, clock: Clock) -> None:
    chat = office.newsroom.follower("100", kind="telegram")
    office.newsroom.subscriptions.set_digest(chat, "daily 08:00")
    first = office.newsroom.publish("One of violent extremism")
    office.newsroom.publish("Another of violent extremism")
    office.newsroom.announcer.announce_all()
    clock.advance(days=1)
    office.engine.drain()
    assert [delivery.alert.type for _, delivery in office.postbox.received] == ["digest"]
    copy_of(office, first, "In other words")
    office.engine.drain()
    assert office.postbox.amended == []


def test_what_cannot_be_changed_now_is_tried_again_and_what_never_can_is_left(office: Office, clock: Clock) -> None:
    office.newsroom.follower("100", kind="telegram")
    first = office.newsroom.publish()
    office.newsroom.announcer.announce_all()
    office.engine.drain()
    office.postbox.errors["100"] = [DeliveryError("slow down", retry_after=30)]
    copy_of(office, first, "In other words")
    office.engine.drain()
    assert office.postbox.amended == []
    clock.advance(seconds=31)
    office.engine.drain()
    assert len(office.postbox.amended) == 1
    office.postbox.errors["100"] = [DeliveryError("message to edit not found", permanent=True)]
    copy_of(office, first, "And in others again")
    office.engine.drain()
    clock.advance(hours=1)
    office.engine.drain()
    assert len(office.postbox.amended) == 1
    office.publish("ASEAN meets again on violent extremism: a conference")
    office.engine.drain()
    assert len(office.postbox.received) == 2


def test_a_copy_that_comes_while_a_message_is_being_changed_is_named_next(office: Office, clock: Clock) -> None:
    office.newsroom.follower("100", kind="telegram")
    first = office.newsroom.publish()
    office.newsroom.announcer.announce_all()
    office.engine.drain()

    def meanwhile() -> None:
        clock.advance(seconds=1)
        copy_of(office, first, "And in others again")

    office.postbox.while_amending = [meanwhile]
    copy_of(office, first, "In other words")
    office.engine.drain()
    office.engine.drain()
    assert [len(named(changed)) for _, changed in office.postbox.amended] == [1, 2]
