"""The whole way of a follower: a word to the bot, an article, its alert; and chats that close, move or must wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_journey import Journey
from conftest import Clock
from fake_bot_api import Chat, FakeBotApi, Fault

from feeds.database import Database

ANNA = 100


@pytest.fixture
def journey(sqlite_database: Database, clock: Clock) -> Iterator[Journey]:
    with FakeBotApi() as api:
        made = Journey(api, sqlite_database, clock)
        yield made
        made.process.stop()


def test_from_a_word_to_an_alert_and_back(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    journey.say(anna, "/follow violent-extremism")
    journey.publish()
    alert = anna.messages[-1]
    assert alert["text"].startswith("ASEAN members meet on violent extremism\nThe Portal")
    assert "#violent_extremism — " in alert["text"]
    marked = {entity["type"] for entity in alert["entities"]}
    assert {"bold", "text_link", "blockquote", "italic"} <= marked

    journey.api.answer_to(journey.api.press(anna, alert, "Unfollow"))
    count = len(anna.messages)
    journey.publish("Violent extremism: a second conference")
    assert len(anna.messages) == count


def test_a_query_of_ones_own_brings_alerts_too(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    journey.say(anna, "/follow surabaya AND NOT jakarta")
    journey.publish()
    assert anna.texts()[-1].startswith("ASEAN members meet")
    assert "surabaya AND NOT jakarta — " in anna.texts()[-1]


def test_who_blocked_the_bot_gets_what_was_owed_after_coming_back(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    journey.say(anna, "/follow violent-extremism")
    anna.blocked = True
    journey.publish("First on violent extremism: the conference")
    journey.publish("Second on violent extremism: the conference")
    destination = journey.newsroom.subscriptions.find("telegram", str(ANNA))
    assert destination is not None
    assert destination.paused_at is not None
    assert journey.api.count("sendMessage") == 2  # the answer, and the one that found it out

    anna.blocked = False
    journey.say(anna, "/start")
    journey.deliver()
    assert [text.split("\n")[0].split()[0] for text in anna.texts()[-2:]] == ["First", "Second"]


def test_a_group_that_moved_without_a_word_gets_its_alert_in_its_new_place(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    old = journey.api.group(-5, administrators={ANNA})
    new = journey.api.group(-1000000000005, administrators={ANNA})
    journey.say(anna, "/follow violent-extremism", to=old)
    old.moved_to = new.id
    journey.publish()
    assert len(old.messages) == 1
    assert new.texts()[0].startswith("ASEAN members meet")


def test_an_alert_waits_as_long_as_telegram_asks(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    journey.say(anna, "/follow violent-extremism")
    journey.api.fault("sendMessage", Fault(429, description="Too Many Requests: retry after 1", retry_after=1))
    journey.publish()
    assert len(anna.messages) == 1
    journey.clock.advance(seconds=2)
    journey.api.wait_until(lambda: _delivered(journey, anna))


def _delivered(journey: Journey, chat: Chat) -> bool:
    """The chat's own pause runs on the real clock; the delivery is tried again until it is over."""
    journey.deliver()
    journey.clock.advance(seconds=2)
    return len(chat.messages) == 2


def test_while_the_token_is_refused_alerts_wait_and_none_is_given_up(journey: Journey) -> None:
    anna = journey.api.person(ANNA)
    journey.say(anna, "/follow violent-extremism")
    journey.process.channel.unbind("Telegram refuses the bot's token")
    for _ in range(30):
        journey.publish(f"Violent extremism conference, day {journey.newsroom.number}")
        journey.clock.advance(minutes=1)
    journey.process.stop()
    journey.open()
    journey.deliver()
    days = [text for text in anna.texts() if text.startswith("Violent extremism conference, day")]
    assert [int(text.split("day ")[1].split("\n")[0]) for text in days] == list(range(30))
