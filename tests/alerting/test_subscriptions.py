"""What destinations follow and how they want to be told, on both databases."""

from __future__ import annotations

import re
import string
from datetime import timedelta

import pytest
import sqlalchemy as sa
from conftest import Clock
from hypothesis import given
from hypothesis import strategies as st

from bot import preferences
from bot.errors import RequestError
from bot.languages import LANGUAGES, en, sentence, vi
from bot.own_queries import MAXIMUM_OWN_QUERIES
from bot.store import destinations as store
from bot.store import owing
from bot.store.tables import deliveries as delivery_table
from bot.subscriptions import Subscriptions, target_kind
from feeds import targets
from feeds.database import Database
from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store import topics as topic_store


@pytest.fixture
def subscriptions(database: Database, clock: Clock) -> Subscriptions:
    offered = [Topic("maritime-security", "patrol", "Maritime security"), Topic("cyber-crime", "cyber", "Cyber crime")]
    with database.write() as connection:
        topic_store.declare(connection, offered, clock())
    return Subscriptions(database, clock)


def chat(subscriptions: Subscriptions, address: str = "100"):  # type: ignore[no-untyped-def]
    return subscriptions.destination("telegram", address, title="Anna", language="vi", time_zone="Asia/Ho_Chi_Minh")


def refused(key: str):  # type: ignore[no-untyped-def]
    return pytest.raises(RequestError, match=f"^{key}$")


def due(database: Database, kind: str, ref: int) -> object:
    with database.read() as connection:
        row = connection.execute(
            sa.select(targets.targets.c.due).where(targets.targets.c.kind == kind, targets.targets.c.ref == ref)
        ).one_or_none()
        return row.due if row else "no target"


def owe(database: Database, clock: Clock, destination: int, key: str) -> None:
    with database.write() as connection:
        alert = owing.add_alert(connection, "article.published", key, {"topics": []}, clock())
        owing.owe(connection, alert, key, [owing.Owing(destination)], clock())


def test_a_destination_is_made_once_with_its_target(subscriptions: Subscriptions, database: Database) -> None:
    made = chat(subscriptions)
    again = subscriptions.destination("telegram", "100", title="Other", language="en")
    assert again == made
    assert (made.title, made.language, made.time_zone, made.digest, made.quiet) == (
        "Anna",
        "vi",
        "Asia/Ho_Chi_Minh",
        "off",
        None,
    )
    assert due(database, "chat", made.id) is None
    webhook = subscriptions.destination("webhook", "hook", options={"url": "https://a.example.org/"}, declared=True)
    assert due(database, "endpoint", webhook.id) is None
    assert webhook.options == {"url": "https://a.example.org/"}
    assert [one.id for one in subscriptions.all()] == [made.id, webhook.id]
    assert subscriptions.all("webhook") == [webhook]
    assert target_kind("console") == "endpoint"


@pytest.mark.parametrize("wanted", ["maritime-security", "Maritime  Security", "MARITIME-SECURITY"])
def test_an_offered_topic_is_followed_by_slug_or_title(subscriptions: Subscriptions, wanted: str) -> None:
    destination = chat(subscriptions)
    assert subscriptions.follow(destination, wanted).new
    assert not subscriptions.follow(destination, wanted).new
    assert [topic.slug for topic in subscriptions.following(destination)] == ["maritime-security"]
    assert subscriptions.unfollow(destination, wanted).slug == "maritime-security"
    assert subscriptions.following(destination) == []
    with refused("not_followed"):
        subscriptions.unfollow(destination, wanted)


def test_a_query_becomes_a_topic_of_ones_own_and_retires_when_unfollowed(
    subscriptions: Subscriptions, database: Database
) -> None:
    destination, other = chat(subscriptions), chat(subscriptions, "200")
    followed = subscriptions.follow(destination, '"south china sea"  AND patrol')
    assert followed.topic.owner == "telegram:100"
    assert followed.topic.query == '"south china sea" AND patrol'
    assert followed.topic.language == "vi"
    theirs = subscriptions.follow(other, '"south china sea" AND patrol')
    assert theirs.topic.slug != followed.topic.slug
    assert [topic.slug for topic in subscriptions.topics()] == ["maritime-security", "cyber-crime"]

    gone = subscriptions.unfollow(destination, '"South China Sea" and patrol'.replace(" and ", " AND "))
    with database.read() as connection:
        assert topic_store.topic_by_slug(connection, gone.slug) is None
        assert topic_store.topic_by_slug(connection, theirs.topic.slug) is not None
    assert subscriptions.follow_topic(destination, gone).new
    assert [topic.slug for topic in subscriptions.following(destination)] == [gone.slug]


def test_a_query_may_name_the_operators_topics(subscriptions: Subscriptions) -> None:
    destination = chat(subscriptions)
    assert subscriptions.follow(destination, "@maritime-security NOT exercise").new
    with pytest.raises(QueryError) as unknown:
        subscriptions.follow(destination, "@maritime-securty exercise")
    assert unknown.value.suggestion == "@maritime-security exercise"


def test_what_cannot_be_followed(subscriptions: Subscriptions) -> None:
    destination = chat(subscriptions)
    with refused("empty_query"):
        subscriptions.follow(destination, "  \n ")
    with refused("query_too_long"):
        subscriptions.follow(destination, "x" * 501)
    with refused("no_such_topic") as unknown:
        subscriptions.follow(destination, "maritime-securiti")
    assert unknown.value.values["suggestion"] == "maritime-security"
    with pytest.raises(QueryError):
        subscriptions.follow(destination, "(patrol")
    assert subscriptions.following(destination) == []


def test_queries_of_ones_own_are_limited(subscriptions: Subscriptions) -> None:
    destination = chat(subscriptions)
    for number in range(MAXIMUM_OWN_QUERIES):
        subscriptions.follow(destination, f"word{number}")
    with refused("too_many_queries"):
        subscriptions.follow(destination, "another")
    assert not subscriptions.follow(destination, "word0").new
    subscriptions.unfollow(destination, "word0")
    assert subscriptions.follow(destination, "another").new


def test_a_topic_by_number_is_the_operators_or_ones_own(subscriptions: Subscriptions) -> None:
    anna, other = chat(subscriptions), chat(subscriptions, "200")
    own = subscriptions.follow(anna, "patrol AND ships").topic
    offered = subscriptions.topics()[0]
    assert own.id is not None
    assert offered.id is not None
    assert subscriptions.topic_by_id(anna, own.id) is not None
    assert subscriptions.topic_by_id(other, own.id) is None
    assert subscriptions.topic_by_id(other, offered.id) is not None
    assert subscriptions.topic_by_id(other, 10_000) is None


def test_pause_keeps_what_is_followed_and_resume_sends_at_once(
    subscriptions: Subscriptions, database: Database, clock: Clock
) -> None:
    destination = chat(subscriptions)
    subscriptions.follow(destination, "cyber-crime")
    paused = subscriptions.pause(destination, "blocked")
    assert (paused.paused_at, paused.pause_reason) == (clock(), "blocked")
    assert len(subscriptions.following(destination)) == 1
    resumed = subscriptions.resume(paused)
    assert (resumed.paused_at, resumed.pause_reason) == (None, None)
    assert due(database, "chat", destination.id) == clock()


def test_resuming_what_is_not_paused_does_not_wake_it(subscriptions: Subscriptions, database: Database) -> None:
    destination = chat(subscriptions)
    subscriptions.resume(destination)
    assert due(database, "chat", destination.id) is None


def test_settings_are_stored_in_one_form(subscriptions: Subscriptions, database: Database, clock: Clock) -> None:
    destination = chat(subscriptions)
    subscriptions.set_digest(destination, "Weekly Friday 7:30")
    assert due(database, "chat", destination.id) == clock()  # what waits may be due at another time now
    subscriptions.set_quiet(destination, "22 - 7")
    subscriptions.set_time_zone(destination, "new york")
    subscriptions.set_language(destination, "English")
    subscriptions.set_title(destination, "Anna B.")
    subscriptions.set_options(destination, {"a": 1})
    stored = subscriptions.mute(destination, timedelta(hours=2))
    assert stored.digest == "weekly fri 07:30"
    assert stored.quiet == "22:00-07:00"
    assert stored.time_zone == "America/New_York"
    assert stored.language == "en"
    assert stored.title == "Anna B."
    assert stored.options == {"a": 1}
    assert stored.muted_until == clock() + timedelta(hours=2)
    assert subscriptions.mute(destination, None).muted_until is None
    assert subscriptions.set_quiet(destination, "off").quiet is None


def test_a_move_to_a_new_address_takes_everything_along(
    subscriptions: Subscriptions, database: Database, clock: Clock
) -> None:
    old = chat(subscriptions, "-5")
    own = subscriptions.follow(old, "patrol AND ships").topic
    moved = subscriptions.move(old, "-1005")
    assert (moved.id, moved.address) == (old.id, "-1005")
    assert subscriptions.find("telegram", "-5") is None
    assert subscriptions.move(moved, "-1005") == moved
    assert own.id is not None
    owned = subscriptions.topic_by_id(moved, own.id)
    assert owned is not None
    assert owned.owner == "telegram:-1005"


def test_a_move_onto_another_merges_and_loses_nothing(
    subscriptions: Subscriptions, database: Database, clock: Clock
) -> None:
    old, new = chat(subscriptions, "-5"), chat(subscriptions, "-1005")
    subscriptions.follow(old, "maritime-security")
    subscriptions.follow(old, "cyber-crime")
    subscriptions.follow(new, "cyber-crime")
    subscriptions.follow(new, "piracy")
    for destination, key in ((old.id, "story:1"), (old.id, "story:2"), (new.id, "story:2"), (new.id, "story:3")):
        owe(database, clock, destination, key)
    merged = subscriptions.move(old, "-1005")
    assert merged.id == new.id
    assert sorted(topic.slug for topic in subscriptions.following(merged) if not topic.owner) == [
        "cyber-crime",
        "maritime-security",
    ]
    assert len(subscriptions.following(merged)) == 3
    with database.read() as connection:
        owed = connection.execute(sa.select(delivery_table.c.key, delivery_table.c.destination_id)).all()
    assert sorted((row.key, row.destination_id) for row in owed) == [
        ("story:1", new.id),
        ("story:2", new.id),
        ("story:3", new.id),
    ]
    assert due(database, "chat", new.id) == clock()
    assert due(database, "chat", old.id) == "no target"


def test_a_move_onto_a_removed_one_revives_it(subscriptions: Subscriptions) -> None:
    old, new = chat(subscriptions, "-5"), chat(subscriptions, "-1005")
    subscriptions.follow(old, "cyber-crime")
    subscriptions.remove(new)
    merged = subscriptions.move(old, "-1005")
    assert subscriptions.find("telegram", "-1005") == merged
    assert [topic.slug for topic in subscriptions.following(merged)] == ["cyber-crime"]


def test_removing_forgets_and_coming_back_begins_anew(subscriptions: Subscriptions, database: Database) -> None:
    destination = chat(subscriptions)
    subscriptions.follow(destination, "cyber-crime")
    own = subscriptions.follow(destination, "patrol AND ships").topic
    subscriptions.set_digest(destination, "daily")
    subscriptions.remove(destination)
    assert subscriptions.find("telegram", "100") is None
    assert subscriptions.all() == []
    assert due(database, "chat", destination.id) == "no target"
    with database.read() as connection:
        assert topic_store.topic_by_slug(connection, own.slug) is None
    with refused("destination_removed"):
        subscriptions.set_digest(destination, "off")
    back = chat(subscriptions)
    assert (back.id, back.digest) == (destination.id, "off")
    assert subscriptions.following(back) == []
    assert due(database, "chat", back.id) is None


def test_only_what_may_be_changed_can_be(database: Database) -> None:
    with database.write() as connection, pytest.raises(ValueError, match="kind"):
        store.change(connection, 1, kind="webhook")


# What people write


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("off", "off"),
        (" None ", "off"),
        ("daily", "daily 08:00"),
        ("daily 7", "daily 07:00"),
        ("Daily 7h30", "daily 07:30"),
        ("weekly", "weekly mon 08:00"),
        ("weekly sunday", "weekly sun 08:00"),
        ("weekly Wed 23.59", "weekly wed 23:59"),
    ],
)
def test_digests(text: str, stored: str) -> None:
    assert preferences.digest(text) == stored


@pytest.mark.parametrize("text", ["", "hourly", "daily 24:00", "daily 7:60", "weekly someday", "daily 7 8", "8:00"])
def test_what_is_no_digest(text: str) -> None:
    with refused("bad_digest"):
        preferences.digest(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("22-7", "22:00-07:00"), ("22:00 – 07:00", "22:00-07:00"), ("1h30 đến 2h", "01:30-02:00"), ("off", None)],
)
def test_quiet_hours(text: str, stored: str | None) -> None:
    assert preferences.quiet(text) == stored


@pytest.mark.parametrize("text", ["", "22", "22-22", "25-7", "22:00-", "a-b"])
def test_what_are_no_quiet_hours(text: str) -> None:
    with refused("bad_quiet"):
        preferences.quiet(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("asia/ho_chi_minh", "Asia/Ho_Chi_Minh"),
        ("Hà Nội", "Asia/Ho_Chi_Minh"),
        ("ĐÀ NẴNG", "Asia/Ho_Chi_Minh"),
        ("Berlin", "Europe/Berlin"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("utc", "UTC"),
        ("UTC+7", "Etc/GMT-7"),
        ("gmt -3", "Etc/GMT+3"),
        ("+07:00", "Etc/GMT-7"),
        ("+0", "UTC"),
    ],
)
def test_time_zones(text: str, zone: str) -> None:
    assert preferences.time_zone(text) == zone


@pytest.mark.parametrize("text", ["", "Atlantis", "UTC+15", "+5:30", "../../etc/passwd", "Europe"])
def test_what_is_no_time_zone(text: str) -> None:
    with refused("unknown_time_zone"):
        preferences.time_zone(text)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("8 h", timedelta(hours=8)),
        ("2d", timedelta(days=2)),
        ("9999w", timedelta(days=365)),
        ("off", None),
    ],
)
def test_durations(text: str, duration: timedelta | None) -> None:
    assert preferences.mute(text) == duration


@given(st.text(max_size=100))
def test_anything_may_be_written(text: str) -> None:
    for read in (
        preferences.digest,
        preferences.quiet,
        preferences.mute,
        preferences.time_zone,
        preferences.language,
    ):
        try:
            read(text)
        except RequestError as error:
            refusal = error
        else:
            continue
        values = {name: value for name, value in refusal.values.items() if name != "suggestion"}
        assert all(sentence(language, refusal.key, **values) for language in LANGUAGES)


# The sentences


def test_every_sentence_is_there_in_every_language_with_the_same_values() -> None:
    def fields(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    english = {key: text for key, text in en.TEXTS.items() if not key.endswith("_one")}
    assert english.keys() == {key for key in vi.TEXTS if not key.endswith("_one")}
    for key, text in english.items():
        assert fields(text) == fields(vi.TEXTS[key]), key
        assert sorted(re.findall(r"</?[a-z]+>", text)) == sorted(re.findall(r"</?[a-z]+>", vi.TEXTS[key])), key


def test_every_refusal_can_be_said() -> None:
    import inspect

    import bot.preferences
    import bot.subscriptions

    for module in (bot.subscriptions, bot.preferences):
        for key in re.findall(r"RequestError\(\s*\"(\w+)\"", inspect.getsource(module)):
            assert key in en.TEXTS
