"""Operators are told of what is wrong: once when it begins, once when it is over, and nobody else ever."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import Clock
from newsroom import EXTREMISM, Newsroom, Postbox

from bot.alarms import Alarms
from bot.engine import Engine
from bot.languages.alarm_headlines import ENDPOINT_DISABLED
from bot.message import plain_text
from bot.model import Alert
from bot.operators import Operators
from bot.outbox import Outbox
from bot.store.tables import alerts, deliveries
from feeds.alarms import CODES
from feeds.cadence import Rhythm
from feeds.database import Database, Disk
from feeds.model import Source
from feeds.store import alarms as store
from feeds.store import sources
from feeds.store.tables import sources as source_table
from feeds.targets import targets as target_table

OPERATOR = 4711


class Watch:
    """Sources that fail when a test says so, an operator on Telegram, one on a webhook, and a follower."""

    def __init__(self, database: Database, clock: Clock, number: int = 1) -> None:
        self.database = database
        self.clock = clock
        self.disk = Disk("/srv/tocsin", free=30 << 30, total=40 << 30)
        self.newsroom = Newsroom(database, clock)
        self.postbox = Postbox()
        subscriptions = self.newsroom.subscriptions
        subscriptions.destination("telegram", str(OPERATOR))
        subscriptions.destination("webhook", "desk", options={"alarms": True}, declared=True)
        subscriptions.destination("webhook", "stranger", options={"alarms": True})
        self.newsroom.follower("follower", EXTREMISM.slug)
        with database.write() as connection:
            sources.deactivate(connection, self.newsroom.source)
            self.ids = [
                sources.add(connection, Source(f"s{one}", f"https://s{one}.example/news", title=f"Site {one}"), clock())
                for one in range(number)
            ]
        self.alarms = self.another()
        channels = {"webhook": self.postbox, "telegram": self.postbox}
        self.outbox = Outbox(database, channels, subscriptions, clock, lambda: 0.5)

    def another(self) -> Alarms:
        return Alarms(
            self.database,
            Operators([OPERATOR]),
            self.clock,
            own_origins=["http://127.0.0.1:8000"],
            disk=lambda: self.disk,
        )

    def set(self, source: int, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(sa.update(source_table).where(source_table.c.id == source).values(**values))

    def fail(
        self, source: int, code: str = "bot-protection", *, failures: int = 2, since: datetime | None = None
    ) -> None:
        now = self.clock()
        with self.database.write() as connection:
            sources.record_look(
                connection, source, now, error_code=code, error=f"it said {code}", error_since=since or now
            )
            connection.execute(
                sa.update(target_table)
                .where(target_table.c.kind == "source", target_table.c.ref == source)
                .values(failures=failures, due=now + timedelta(hours=5))
            )

    def succeed(self, source: int) -> None:
        with self.database.write() as connection:
            sources.record_look(connection, source, self.clock())

    def send(self) -> list[tuple[str, str]]:
        """Send what is owed; to whom, and which alarm."""
        handlers = {"endpoint": self.outbox.work, "chat": self.outbox.work}
        engine = Engine("send", self.database, handlers, self.clock, workers=2)
        engine.drain()
        engine.stop()
        received, self.postbox.received = self.postbox.received, []
        assert all(delivery.alert.type == "operator" for _, delivery in received)
        return sorted(
            (to, ("over:" if delivery.alert.data["over"] else "") + str(delivery.alert.data["code"]))
            for to, delivery in received
        )

    def open(self) -> list[str]:
        with self.database.read() as connection:
            return [alarm.code for alarm in store.open_alarms(connection)]


@pytest.fixture
def watch(database: Database, clock: Clock) -> Watch:
    return Watch(database, clock)


def test_an_alarm_is_told_once_when_it_begins_and_once_when_it_is_over(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    assert watch.alarms.check() == 1
    assert watch.send() == [("4711", "bot-protection"), ("desk", "bot-protection")]
    for _ in range(3):
        watch.clock.advance(minutes=11)
        watch.fail(watch.ids[0], failures=9)
        assert watch.alarms.check() == 0
    assert watch.send() == []
    watch.succeed(watch.ids[0])
    assert watch.alarms.check() == 1
    assert watch.send() == [("4711", "over:bot-protection"), ("desk", "over:bot-protection")]
    assert watch.alarms.check() == 0
    with watch.database.read() as connection:
        (alarm,) = store.history(connection)
    assert alarm.over_at == alarm.over_told_at == watch.clock()


def test_the_alarm_says_what_was_expected_and_what_was_seen(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    watch.alarms.check()
    with watch.database.read() as connection:
        data = connection.execute(sa.select(alerts.c.data)).scalar_one()
    text = plain_text(Alert("operator", watch.clock(), data))
    assert text.splitlines() == [
        "⚠️ For the operator",
        "Site 0 <https://s0.example/news>",
        "Bot protection answered in place of the site.",
        "Expected: a list of articles",
        "Seen: it said bot-protection",
        "What to do: Open the address in a browser. Look rarer (interval in sources.toml), watch its feed, "
        "or ask the site to let this program in.",
    ]


@pytest.mark.parametrize("code", [*CODES, ENDPOINT_DISABLED])
def test_every_alarm_has_a_vietnamese_headline(code: str) -> None:
    data = {"message": "English.", "code": code, "seen": "nothing"}
    text = plain_text(Alert("operator", datetime(2026, 11, 24, tzinfo=UTC), data), "vi")
    assert "English" not in text
    assert "Đã thấy: nothing" in text


def test_the_end_of_an_alarm_is_said_in_the_readers_language() -> None:
    data = {"message": "Over: the source has moved.", "code": "moved", "over": True}
    alert = Alert("operator", datetime(2026, 11, 24, tzinfo=UTC), data)
    assert plain_text(alert).splitlines() == ["✅ For the operator", "Over: the source has moved."]
    assert plain_text(alert, "vi").splitlines()[1] == "Đã hết: Nguồn đã chuyển địa chỉ."


def test_two_processes_at_once_raise_one_alarm(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    ready = threading.Barrier(2)

    def check(alarms: Alarms) -> None:
        ready.wait()
        alarms.check()

    threads = [threading.Thread(target=check, args=(watch.another(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.open() == ["bot-protection"]
    assert len(watch.send()) == 2


def test_nothing_is_owed_where_the_alarm_could_not_be_written(watch: Watch) -> None:
    """Alarm and deliveries are one transaction: after a crash in between, the next check does all of it."""
    watch.fail(watch.ids[0])

    class CrashError(Exception):
        pass

    class Dying(Operators):
        def tell(self, *args: Any, **options: Any) -> int:
            super().tell(*args, **options)
            raise CrashError

    with pytest.raises(CrashError):
        Alarms(watch.database, Dying([OPERATOR]), watch.clock).check()
    assert (watch.open(), watch.send()) == ([], [])
    watch.another().check()
    assert len(watch.send()) == 2


def test_another_error_takes_the_place_of_the_first(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    watch.alarms.check()
    watch.send()
    watch.fail(watch.ids[0], "robots")
    assert watch.alarms.check() == 2
    assert watch.send() == [
        ("4711", "over:bot-protection"),
        ("4711", "robots"),
        ("desk", "over:bot-protection"),
        ("desk", "robots"),
    ]


def test_a_blip_of_the_network_takes_no_alarm_back(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    watch.alarms.check()
    watch.fail(watch.ids[0], "unreachable", failures=1)
    assert watch.alarms.check() == 0
    assert watch.open() == ["bot-protection"]


def test_what_comes_and_goes_is_not_told_each_time(watch: Watch) -> None:
    source = watch.ids[0]
    watch.fail(source)
    watch.alarms.check()
    watch.succeed(source)
    watch.alarms.check()
    assert len(watch.send()) == 4
    for _ in range(3):
        watch.clock.advance(minutes=30)
        watch.fail(source)
        watch.alarms.check()
        assert watch.open() == ["bot-protection"]
        watch.clock.advance(minutes=30)
        watch.succeed(source)
        watch.alarms.check()
        assert watch.open() == []
    assert watch.send() == []
    # Then it stays.
    start = watch.clock.advance(minutes=30)
    watch.fail(source, since=start)
    watch.alarms.check()
    watch.clock.advance(hours=5)
    watch.fail(source, since=start, failures=5)
    watch.alarms.check()
    assert watch.send() == []
    watch.clock.advance(hours=1)
    watch.alarms.check()
    watch.alarms.check()
    assert watch.send() == [("4711", "bot-protection"), ("desk", "bot-protection")]
    watch.succeed(source)
    watch.alarms.check()
    assert watch.send() == [("4711", "over:bot-protection"), ("desk", "over:bot-protection")]


def test_silence_is_noticed_without_any_look(watch: Watch) -> None:
    start = watch.clock()
    rhythm = Rhythm().learned([start - timedelta(days=days) for days in range(10)])
    watch.set(watch.ids[0], rhythm=rhythm.to_json(), succeeded_at=start, looked_at=start)
    for _ in range(2):
        assert watch.alarms.check() == 0
        watch.clock.advance(days=2)
    assert watch.alarms.check() == 1
    assert watch.open() == ["silent"]
    watch.set(watch.ids[0], new_at=watch.clock(), looked_at=watch.clock())
    assert watch.alarms.check() == 1
    assert watch.open() == []


def test_a_source_that_is_watched_no_more_has_no_alarm_and_nobody_is_told(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    watch.alarms.check()
    watch.send()
    with watch.database.write() as connection:
        sources.deactivate(connection, watch.ids[0])
    watch.alarms.check()
    assert (watch.open(), watch.send()) == ([], [])


def test_quiet_hours_hold_and_a_muted_operator_is_left_alone(watch: Watch) -> None:
    subscriptions = watch.newsroom.subscriptions
    desk = subscriptions.find("webhook", "desk")
    chat = subscriptions.find("telegram", str(OPERATOR))
    assert desk is not None
    assert chat is not None
    subscriptions.set_quiet(desk, "07:00-09:00")
    subscriptions.mute(chat, timedelta(days=1))
    watch.fail(watch.ids[0])
    watch.alarms.check()
    assert watch.send() == []
    watch.clock.advance(hours=1)
    assert watch.send() == [("desk", "bot-protection")]


def test_this_programs_own_pages_raise_no_alarm(watch: Watch) -> None:
    watch.set(watch.ids[0], url="http://127.0.0.1:8000/tour/")
    watch.fail(watch.ids[0])
    assert watch.alarms.check() == 0


# Many at once


@pytest.fixture
def many(database: Database, clock: Clock) -> Watch:
    return Watch(database, clock, number=8)


def test_a_first_start_without_a_network_is_one_message(many: Watch) -> None:
    start = many.clock()
    for source in many.ids:
        many.fail(source, "unreachable", failures=1, since=start)
    assert many.alarms.check() == 0
    for _ in range(4):
        many.clock.advance(hours=1)
        for source in many.ids:
            many.fail(source, "unreachable", failures=9, since=start)
        many.alarms.check()
    assert many.open() == ["network"]
    assert many.send() == [("4711", "network"), ("desk", "network")]


def test_when_the_network_is_back_all_are_looked_at_and_none_is_blamed(many: Watch) -> None:
    start = many.clock()
    for source in many.ids:
        many.fail(source, "unreachable", failures=5, since=start)
    many.clock.advance(hours=3)
    many.alarms.check()
    many.send()
    many.clock.advance(minutes=1)
    many.succeed(many.ids[0])
    many.alarms.check()
    assert many.send() == [("4711", "over:network"), ("desk", "over:network")]
    with many.database.read() as connection:
        query = sa.select(target_table.c.due).where(
            target_table.c.kind == "source", target_table.c.ref.in_(many.ids[1:])
        )
        due = set(connection.execute(query).scalars())
    assert due == {many.clock()}
    # One of them does not come back: that is its own fault, and is said an hour later.
    for source in many.ids[1:-1]:
        many.succeed(source)
    last = many.ids[-1]
    many.clock.advance(minutes=5)
    many.fail(last, "unreachable", failures=6, since=start)
    many.alarms.check()
    assert many.open() == []
    many.clock.advance(hours=1)
    many.fail(last, "unreachable", failures=7, since=start)
    many.alarms.check()
    assert many.open() == ["unreachable"]


def test_between_two_full_checks_only_what_changed_is_read(sqlite_database: Database, clock: Clock) -> None:
    watch = Watch(sqlite_database, clock)
    with sqlite_database.write() as connection:
        for one in range(50):
            sources.add(connection, Source(f"well-{one}", f"https://well-{one}.example/"), clock())
    watch.alarms.check()
    clock.advance(minutes=5)
    watch.fail(watch.ids[0])
    with sqlite_database.read() as connection:
        assert [state.source.slug for state in sources.to_check(connection, clock() - timedelta(minutes=2))] == ["s0"]
        assert len(sources.to_check(connection, None)) == 51
    assert watch.alarms.check() == 1


def test_followers_are_owed_nothing(watch: Watch) -> None:
    watch.fail(watch.ids[0])
    watch.alarms.check()
    follower = watch.newsroom.subscriptions.find("webhook", "follower")
    stranger = watch.newsroom.subscriptions.find("webhook", "stranger")
    assert follower is not None
    assert stranger is not None
    with watch.database.read() as connection:
        owed = set(connection.execute(sa.select(deliveries.c.destination_id)).scalars())
    assert owed
    assert not owed & {follower.id, stranger.id}


# The disk


def test_a_full_disk_is_told_once_and_so_is_its_end(watch: Watch) -> None:
    watch.disk = Disk("/srv/tocsin", free=1_200 << 20, total=40 << 30)
    for _ in range(3):
        watch.alarms.check()
        watch.clock.advance(minutes=1)
        watch.disk = replace(watch.disk, free=watch.disk.free - (1 << 20))
    assert watch.open() == ["disk"]
    assert watch.send() == [("4711", "disk"), ("desk", "disk")]
    watch.disk = replace(watch.disk, free=2_100 << 20)
    watch.alarms.check()
    assert watch.open() == ["disk"]
    watch.disk = replace(watch.disk, free=9 << 30)
    watch.clock.advance(minutes=1)
    watch.alarms.check()
    assert watch.send() == [("4711", "over:disk"), ("desk", "over:disk")]


def test_a_full_disk_blames_no_source_and_excuses_none(watch: Watch) -> None:
    watch.disk = Disk("/srv/tocsin", free=0, total=40 << 30)
    watch.fail(watch.ids[0], "unreachable", failures=5, since=watch.clock() - timedelta(hours=3))
    watch.alarms.check()
    watch.disk = replace(watch.disk, free=9 << 30)
    watch.alarms.check()
    assert watch.open() == ["unreachable"]
