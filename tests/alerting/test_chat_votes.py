"""👍 and 👎 under alerts, what they suggest, and what a query would have brought: the chat of a whole application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chat_parts import hurried_limiter, labels
from conftest import Clock
from fake_bot_api import TOKEN, Chat, FakeBotApi
from newsroom import DRUGS, EXTREMISM, Newsroom

from bot.app import App, build
from bot.message import topic_key, vote_buttons
from bot.settings import Settings
from feeds.database import Database
from feeds.store import topics

ANNA, BINH = 100, 200


class Desk:
    """An application with a chat, and a newsroom on its database."""

    def __init__(self, api: FakeBotApi, database: Database, url: str, clock: Clock) -> None:
        self.api, self.database = api, database
        self.newsroom = Newsroom(database, clock)
        settings = Settings(topics=(EXTREMISM, DRUGS), database_url=url, telegram_token=TOKEN, telegram_api_url=api.url)
        self.app: App = build(settings, roles={"chat"}, clock=clock, chat_parts={"limiter": hurried_limiter})
        self.app.prepare()
        self.app.chat.start()
        api.wait_until(lambda: self.app.chat.ready)

    def say(self, sender: Chat, text: str, to: Chat | None = None) -> dict[str, Any]:
        place = to or sender
        count = len(place.messages)
        self.api.say(sender, text, to=place)
        return self.api.wait_for(place, count + 1)

    def publish(self, title: str, text: str) -> None:
        self.newsroom.publish(title, text)
        self.newsroom.announcer.announce_all()

    def alert(self, to: Chat, title: str, text: str) -> dict[str, Any]:
        count = len(to.messages)
        self.publish(title, text)
        for engine in self.app.sending:
            engine.tick()
        return self.api.wait_for(to, count + 1)

    def votes(self, query: str) -> list[bool]:
        with self.database.read() as connection:
            found = [topic for topic in topics.active_topics(connection, everybody=True) if topic.query == query]
            return [good for topic in found for _, good in topics.votes_on(connection, topic.id or 0)]


@pytest.fixture
def desk(database: Database, database_url: str, clock: Clock) -> Iterator[Desk]:
    with FakeBotApi() as api:
        made = Desk(api, database, database_url, clock)
        yield made
        made.app.stop()


def test_a_vote_is_kept_ticked_and_changed(desk: Desk) -> None:
    anna = desk.api.person(ANNA)
    desk.say(anna, "/follow drugs")
    alert = desk.alert(anna, "Heroin found", "Police found heroin in a lorry.")
    assert labels(alert) == ["👍", "👎", "Unfollow: Drugs"]
    for _ in range(2):
        assert "you want such articles of Drugs" in desk.api.answer_to(desk.api.press(anna, alert, "👍"))["text"]
        desk.api.wait_until(lambda: labels(alert)[:2] == ["✓ 👍", "👎"])
    assert desk.votes(DRUGS.query) == [True]
    assert "no such articles" in desk.api.answer_to(desk.api.press(anna, alert, "👎"))["text"]
    desk.api.wait_until(lambda: labels(alert)[:2] == ["👍", "✓ 👎"])
    assert desk.votes(DRUGS.query) == [False]
    # The other button below the alert is still there, and works.
    desk.api.answer_to(desk.api.press(anna, alert, "Unfollow"))
    desk.api.wait_until(lambda: labels(alert) == ["👍", "✓ 👎", "Follow Drugs"])


def test_each_topic_of_an_alert_has_its_own_vote(desk: Desk) -> None:
    anna = desk.api.person(ANNA)
    desk.say(anna, "/follow drugs")
    desk.say(anna, "/follow violent-extremism")
    alert = desk.alert(anna, "A conference", "A conference on violent extremism, and on heroin.")
    assert "👍 Drugs" in labels(alert)
    desk.api.answer_to(desk.api.press(anna, alert, "👍 Drugs"))
    desk.api.wait_until(lambda: "✓ 👍 Drugs" in labels(alert))
    assert (desk.votes(DRUGS.query), desk.votes(EXTREMISM.query)) == ([True], [])


def test_a_forged_vote_on_somebody_elses_query_counts_for_nothing(desk: Desk) -> None:
    anna, binh = desk.api.person(ANNA), desk.api.person(BINH, "Binh")
    desk.say(anna, '/follow "heroin" lorry')
    alert = desk.alert(anna, "Heroin found", "Police found heroin in a lorry.")
    data = alert["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    message = desk.say(binh, "/help")
    for forged in (data, "good:", "good:x:y", "bad:" + "0" * 32 + ":" + topic_key("drugs"), data[:-1]):
        assert "too old" in desk.api.answer_to(desk.api.press_data(binh, message, forged))["text"]
    assert desk.votes('"heroin" lorry') == []


def test_every_vote_fits_a_button() -> None:
    for button in vote_buttons("f" * 32, topic_key("x" * 100), True, "title " * 20):
        assert len((button.data or "").encode()) <= 64
        assert len(button.text) <= 40


def test_a_query_is_tried_while_it_is_followed(desk: Desk, clock: Clock) -> None:
    anna, binh = desk.api.person(ANNA), desk.api.person(BINH, "Bình", language="vi")
    for number in range(6):
        clock.advance(hours=20)
        desk.publish(f"Heroin found, part {number}", "Police found heroin in a lorry.")
    told = desk.say(anna, '/follow "heroin" (lorry OR submarine)')
    assert told["text"].splitlines()[2:] == [
        "It would have brought 6 in 30 days, about 0.2 a day; 6 stored articles match.",
        "The latest: Heroin found, part 5",
        "In no stored article: submarine",
        "Brings 100 % of it alone: lorry",
    ]
    assert labels(told)[0] == "Undo"
    assert "None of the 6 stored articles matches it." in desk.say(anna, "/follow submarine")["text"]
    assert "6 bài, khoảng 0.2 bài mỗi ngày" in desk.say(binh, "/follow heroin lorry")["text"]
    imprecise = desk.say(binh, "/follow khung bo")["text"]
    assert "Không bài nào trong 6 bài đã lưu khớp." in imprecise
    assert "⚠️ «khung» gõ không dấu nên khớp với mọi dấu: thiếu chính xác." in imprecise


@pytest.mark.parametrize("kind", ["private", "group"])
def test_votes_make_an_own_query_better_and_back(desk: Desk, clock: Clock, kind: str) -> None:
    anna, binh = desk.api.person(ANNA), desk.api.person(BINH, "Binh")
    place = desk.api.group(-5, administrators={ANNA}) if kind == "group" else anna
    desk.say(anna, "/follow oil", to=place)
    assert labels(desk.say(anna, "/following", to=place)) == []
    with desk.database.read() as connection:
        (topic,) = [one for one in topics.active_topics(connection, everybody=True) if one.query == "oil"]
    for number in range(45):
        bad = number % 3 == 0
        desk.publish(f"Story {number}", f"olive oil recipe {number}" if bad else f"oil market price {number}")
        clock.advance(minutes=1)
    with desk.database.write() as connection:
        for match_of in [one for found in _matches(connection).values() for one in found]:
            if match_of.topic_id == topic.id:
                olive = match_of.article_id % 3 == 1
                topics.vote(connection, match_of.topic_id, match_of.article_id, "telegram:100", not olive, clock())
    following = desk.say(anna, "/following", to=place)
    assert labels(following) == ["Improve: oil"]
    desk.api.answer_to(desk.api.press(anna, following, "Improve"))
    desk.api.wait_until(lambda: "30 👍, 15 👎" in following["text"])
    assert "Wanted: 67 % → 100 % of what comes; 100 % of what you want still comes." in following["text"]
    change = following["text"].splitlines()[3]
    if kind == "group":
        refused = desk.api.answer_to(desk.api.press(binh, following, "Take 1"))
        assert refused["text"] == "Only administrators of this chat can change what it follows."
    desk.api.answer_to(desk.api.press(anna, following, "Take 1"))
    desk.api.wait_until(lambda: following["text"] == f"You follow (oil) {change} now, in place of oil.")
    assert len(desk.votes(f"(oil) {change}")) == 45
    desk.api.answer_to(desk.api.press(anna, following, "Undo"))
    desk.api.wait_until(lambda: following["text"] == f"You follow oil now, in place of (oil) {change}.")
    with desk.database.read() as connection:
        owned = [one.query for one in topics.active_topics(connection, f"telegram:{place.id}")]
    assert owned == ["oil"]


def _matches(connection: Any) -> dict[int, list[topics.StoredMatch]]:
    return topics.matches_of(connection, list(range(1, 100)))


@pytest.mark.parametrize("kind", ["group", "channel"])
def test_everybody_in_a_group_or_channel_votes_once_and_sees_the_tally(desk: Desk, kind: str) -> None:
    anna, binh = desk.api.person(ANNA), desk.api.person(BINH, "Binh")
    shared = desk.api.group(-5, administrators={ANNA}) if kind == "group" else desk.api.channel(-1000000000009)
    desk.api.say(anna if kind == "group" else shared, '/follow "heroin" lorry', to=shared)
    desk.api.wait_for(shared, 1)
    alert = desk.alert(shared, "Heroin found", "Police found heroin in a lorry.")
    assert labels(alert) == ["👍", "👎"], "what is followed there is for administrators to say"
    edits = desk.api.count("editMessageReplyMarkup")
    tallies = [
        desk.api.answer_to(desk.api.press(person, alert, sign))["text"].partition("\n")[2]
        for person, sign in ((anna, "👍"), (binh, "👎"), (binh, "👎"), (anna, "👎"), (binh, "👍"))
    ]
    assert tallies == ["👍 1 · 👎 0", "👍 1 · 👎 1", "👍 1 · 👎 1", "👍 0 · 👎 2", "👍 1 · 👎 1"]
    assert sorted(desk.votes('"heroin" lorry')) == [False, True]
    assert desk.api.count("editMessageReplyMarkup") == edits


def test_nobody_votes_from_elsewhere_on_a_groups_own_query(desk: Desk) -> None:
    anna, binh = desk.api.person(ANNA), desk.api.person(BINH, "Binh")
    group, other = desk.api.group(-5, administrators={ANNA}), desk.api.group(-6, administrators={BINH})
    desk.api.say(anna, '/follow "heroin" lorry', to=group)
    desk.api.wait_for(group, 1)
    alert = desk.alert(group, "Heroin found", "Police found heroin in a lorry.")
    data = alert["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    desk.api.say(binh, "/help", to=other)
    assert "too old" in desk.api.answer_to(desk.api.press_data(binh, desk.api.wait_for(other, 1), data))["text"]
    assert desk.votes('"heroin" lorry') == []
