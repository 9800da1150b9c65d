"""Talking with the bot as people do, through a strict Bot API: commands, buttons, groups, forums, channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chat_parts import hurried_limiter, labels
from conftest import Clock
from fake_bot_api import TOKEN, Chat, FakeBotApi

from bot.chat.application import ChatProcess
from bot.chat.services import ChatServices, Found
from bot.model import Destination
from bot.subscriptions import Subscriptions
from feeds.database import Database
from feeds.model import Topic
from feeds.store import topics as topic_store

ANNA, BINH, OPERATOR = 100, 200, 300


@pytest.fixture
def subscriptions(sqlite_database: Database, clock: Clock) -> Subscriptions:
    offered = [
        Topic("maritime-security", '"maritime security" OR patrol', "Maritime security"),
        Topic("cyber-crime", "cyber AND crime", "Cyber <crime> & fraud"),
    ]
    with sqlite_database.write() as connection:
        topic_store.declare(connection, offered, clock())
    return Subscriptions(sqlite_database, clock)


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def search(query: str) -> list[Found]:
    return [Found(f"About {query} <&>", "https://a.example.org/?x=1&y=2", "7 August")] if query != "nothing" else []


def why(url: str, destination: Destination) -> list[Found]:
    return [Found(f"{url} matched nothing that {destination.address} follows")]


SERVICES = ChatServices(
    search=search,
    why=why,
    feeds=lambda followed: [Found(topic.title, f"https://t.example.org/feeds/{topic.slug}.rss") for topic in followed],
    private_feed=lambda destination, renew: f"https://t.example.org/{destination.address}/{'new' if renew else 'old'}",
    health=lambda language: [Found("mps-en", None, "looked at 2 minutes ago")],
    operators=frozenset({OPERATOR}),
)


@pytest.fixture
def process(api: FakeBotApi, subscriptions: Subscriptions, clock: Clock) -> Iterator[ChatProcess]:
    running = ChatProcess(
        token=TOKEN,
        api_url=api.url,
        subscriptions=subscriptions,
        clock=clock,
        services=SERVICES,
        limiter=hurried_limiter,
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def anna(api: FakeBotApi, process: ChatProcess) -> Chat:
    return api.person(ANNA, "Anna")


@pytest.fixture
def ask(api: FakeBotApi) -> Callable[..., dict[str, Any]]:
    """Write something, and give back the bot's next message there."""

    def asked(sender: Chat, text: str, *, to: Chat | None = None, thread: int | None = None) -> dict[str, Any]:
        chat = to or sender
        count = len(chat.messages)
        assert api.say(sender, text, to=to, thread=thread)
        return api.wait_for(chat, count + 1)

    return asked


def followed(subscriptions: Subscriptions, address: object = ANNA) -> list[str]:
    destination = subscriptions.find("telegram", str(address))
    return [topic.query for topic in subscriptions.following(destination)] if destination else []


def test_the_first_word_is_a_welcome_with_topics(anna: Chat, ask: Any) -> None:
    message = ask(anna, "/start")
    assert message["text"].startswith("News alerts\n")
    assert labels(message) == ["➕ Maritime security", "➕ Cyber <crime> & fraud"]


def test_a_topic_is_followed_and_unfollowed_by_its_button(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    message = ask(anna, "/topics")
    assert "Following Maritime security" in api.answer_to(api.press(anna, message, "Maritime"))["text"]
    api.wait_until(lambda: "✅ Maritime security" in labels(message))
    assert len(followed(subscriptions)) == 1
    api.answer_to(api.press(anna, message, "Maritime"))
    api.wait_until(lambda: "➕ Maritime security" in labels(message))
    assert followed(subscriptions) == []


def test_a_button_pressed_twice_is_pressed_once(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    message = ask(anna, "/topics")
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for _ in range(3):
        api.answer_to(api.press_data(anna, message, data))
    assert len(followed(subscriptions)) == 1
    assert ask(anna, "/help")["text"].startswith("What I understand")


def test_a_deep_link_follows_its_topic(anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    assert ask(anna, "/start topic_cyber-crime")["text"].startswith("You follow Cyber <crime> & fraud now")
    assert followed(subscriptions) == ["cyber AND crime"]
    assert "no topic nothing-here" in ask(anna, "/start topic_nothing-here")["text"]
    assert ask(anna, "/start")["text"].startswith("Welcome back. You follow 1 topic;")


def test_a_query_of_ones_own(api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    message = ask(anna, "/follow “south china sea” AND (patrol OR exercise)")
    assert followed(subscriptions) == ['"south china sea" AND (patrol OR exercise)']
    api.answer_to(api.press(anna, message, "Undo"))
    api.wait_until(lambda: "don't follow" in message["text"])
    assert followed(subscriptions) == []
    api.answer_to(api.press(anna, message, "Undo"))
    api.wait_until(lambda: message["text"].startswith("You follow"))
    assert followed(subscriptions) == ['"south china sea" AND (patrol OR exercise)']
    assert ask(anna, '/follow "south china sea" AND (patrol OR exercise)')["text"].endswith("already.")


def test_a_query_that_is_none_is_shown_where_it_goes_wrong(anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    message = ask(anna, "/follow <sea> AND (patrol")
    assert message["text"].startswith("I can't read this query")
    assert any(entity["type"] == "pre" for entity in message["entities"])
    assert "^" in message["text"]
    assert followed(subscriptions) == []


def test_a_topic_misspelt_is_not_taken_for_a_query(anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    message = ask(anna, "/follow maritime-securty")
    assert "There is no topic maritime-securty" in message["text"]
    assert "/follow maritime-security" in message["text"]
    assert followed(subscriptions) == []


def test_what_is_followed_and_how(anna: Chat, ask: Any, clock: Clock) -> None:
    assert "follow nothing yet" in ask(anna, "/following")["text"]
    ask(anna, "/follow maritime-security")
    ask(anna, "/digest daily 7")
    ask(anna, "/quiet 22-7")
    ask(anna, "/timezone hà nội")
    ask(anna, "/mute 2d")
    text = ask(anna, "/following")["text"]
    assert "• Maritime security" in text
    assert "time zone: Asia/Ho Chi Minh · digest: daily 07:00 · quiet hours: 22:00-07:00" in text
    assert "Muted until 2026-11-26 15:00." in text


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/follow", "Write what to follow"),
        ("/follow " + "x" * 600, "too long: at most 500"),
        ("/unfollow nothing like it", "You follow nothing yet"),
        ("/digest hourly", "I can't read “hourly”"),
        ("/digest off", "No digest"),
        ("/digest weekly tuesday 9:30", "weekly tue 09:30"),
        ("/digest", "Digest: off (UTC)"),
        ("/quiet late", "I can't read “late”"),
        ("/quiet off", "No quiet hours"),
        ("/quiet", "Quiet hours: none (UTC)"),
        ("/timezone Atlantis", "I don't know the time zone “Atlantis”"),
        ("/timezone Europe/Berln", "Did you mean /timezone Europe/Berlin?"),
        ("/timezone UTC+7", "Your time zone is UTC+7 now; it is 15:00 there."),
        ("/timezone", "Your time zone is UTC; it is 08:00 there."),
        ("/mute forever", "I can't read “forever”"),
        ("/mute 8h", "Muted until 2026-11-24 16:00"),
        ("/mute off", "Alerts come again"),
        ("/language klingon", "I don't speak “klingon”; I know: en, vi."),
        ("/search <sea>", "Newest articles for <sea>\n• About <sea> <&> — 7 August"),
        ("/search nothing", "Nothing found for nothing."),
        ("/search", "Write what to look for"),
        ("/why https://a.example.org/1", "You follow nothing yet"),
        ("/why", "Write the article's link"),
        ("/why http://[", "Write the article's link"),
        ("/health", "Only operators"),
        ("/nonsense", "I don't know /nonsense"),
        ("hello <there>", "/follow hello <there>"),
    ],
)
def test_a_command_and_its_answer(anna: Chat, ask: Any, command: str, said: str) -> None:
    assert said in ask(anna, command)["text"]


def test_the_language_is_the_persons_own_until_they_choose(
    api: FakeBotApi, process: ChatProcess, ask: Any, subscriptions: Subscriptions
) -> None:
    binh = api.person(BINH, "Bình", language="vi")
    assert "Chủ đề" in ask(binh, "/topics")["text"]
    assert "Bạn đã theo dõi" in ask(binh, "/follow maritime-security")["text"]
    destination = subscriptions.find("telegram", str(BINH))
    assert destination is not None
    assert (destination.language, destination.time_zone, destination.title) == ("vi", "Asia/Ho_Chi_Minh", "Bình")
    message = ask(binh, "/language")
    api.answer_to(api.press(binh, message, "English"))
    api.wait_until(lambda: message["text"] == "I write English from now on.")
    assert ask(binh, "/language Tiếng Việt")["text"] == "Từ nay tôi viết tiếng Việt."


def test_muting_by_a_button(api: FakeBotApi, anna: Chat, ask: Any) -> None:
    message = ask(anna, "/mute")
    api.answer_to(api.press(anna, message, "8 hours"))
    api.wait_until(lambda: "Muted until 2026-11-24 16:00" in message["text"])


def test_choosing_what_to_unfollow(api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    ask(anna, "/follow maritime-security")
    ask(anna, "/follow piracy")
    message = ask(anna, "/unfollow")
    assert labels(message) == ["✖ Maritime security", "✖ piracy"]
    api.answer_to(api.press(anna, message, "piracy"))
    api.wait_until(lambda: labels(message) == ["↩ Undo: piracy", "✖ Maritime security"])
    assert len(followed(subscriptions)) == 1


def test_an_alerts_own_button_unfollows_and_follows_again(
    api: FakeBotApi, anna: Chat, ask: Any, process: ChatProcess, subscriptions: Subscriptions
) -> None:
    from telegram_deliveries import delivery

    ask(anna, "/follow maritime-security")
    destination = subscriptions.find("telegram", str(ANNA))
    assert destination is not None
    process.channel.send(destination, delivery())
    alert = anna.messages[-1]
    text = alert["text"]
    api.answer_to(api.press(anna, alert, "Unfollow: Maritime security"))
    api.wait_until(lambda: labels(alert) == ["Follow Maritime security"])
    assert followed(subscriptions) == []
    api.answer_to(api.press(anna, alert, "Follow Maritime security"))
    api.wait_until(lambda: labels(alert) == ["Unfollow: Maritime security"])
    assert len(followed(subscriptions)) == 1
    assert alert["text"] == text


def test_a_forged_button_reaches_nobody_elses_query(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    binh = api.person(BINH)
    message = ask(binh, "/follow secret AND plans")
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    mine = ask(anna, "/help")
    for forged in (
        data.replace("drop", "undo"),
        data,
        "undo:x",
        "undo:99999999999",
        "follow:1:-1",
        "",
        "what:1",
        "drop:²",
    ):
        assert "too old" in api.answer_to(api.press_data(anna, mine, forged))["text"]
    assert followed(subscriptions, ANNA) == []
    assert followed(subscriptions, BINH) == ["secret AND plans"]


def test_health_is_for_operators(api: FakeBotApi, process: ChatProcess, ask: Any) -> None:
    operator = api.person(OPERATOR)
    assert ask(operator, "/health")["text"] == "The sources\n• mps-en — looked at 2 minutes ago"
    assert "/health" in ask(operator, "/help")["text"]


def test_why_is_asked_for_ones_own_chat(anna: Chat, ask: Any) -> None:
    ask(anna, "/follow cyber-crime")
    assert (
        "https://a.example.org/1 matched nothing that 100 follows" in ask(anna, "/why https://a.example.org/1")["text"]
    )


def test_feeds_of_what_is_followed(anna: Chat, ask: Any) -> None:
    ask(anna, "/follow cyber-crime")
    message = ask(anna, "/feeds")
    assert "• Cyber <crime> & fraud" in message["text"]
    links = [entity["url"] for entity in message["entities"] if entity["type"] == "text_link"]
    assert links == ["https://t.example.org/feeds/cyber-crime.rss"]


def test_the_private_feed_is_told_and_renewed(api: FakeBotApi, anna: Chat, ask: Any) -> None:
    assert "t.example.org" not in ask(anna, "/feeds")["text"], "there is nothing to read yet"
    ask(anna, "/follow cyber-crime")
    assert f"https://t.example.org/{ANNA}/old\n" in ask(anna, "/feeds")["text"]
    assert ask(anna, "/feeds new")["text"].endswith(f"https://t.example.org/{ANNA}/new")
    binh, group = api.person(BINH), api.group(-500, administrators={ANNA})
    ask(anna, "/follow cyber-crime", to=group)
    assert "https://t.example.org/-500/old" in ask(binh, "/feeds", to=group)["text"]
    refused = ask(binh, "/feeds new", to=group)["text"]
    assert "administrators" in refused
    assert "t.example.org" not in refused


def test_in_a_group_only_administrators_change_things(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    api.person(BINH)
    group = api.group(-5, administrators={ANNA})
    binh = api.chats[BINH]
    assert "Only administrators" in ask(binh, "/follow maritime-security", to=group)["text"]
    assert "You follow Maritime security" in ask(anna, "/follow@tocsin_test_bot maritime-security", to=group)["text"]
    message = ask(binh, "/topics", to=group)
    assert "Only administrators" in api.answer_to(api.press(binh, message, "Maritime"))["text"]
    assert len(followed(subscriptions, -5)) == 1
    api.answer_to(api.press(anna, message, "Maritime"))
    api.wait_until(lambda: "➕ Maritime security" in labels(message))
    assert followed(subscriptions, -5) == []


def test_in_a_group_talk_and_other_bots_commands_are_not_answered(api: FakeBotApi, anna: Chat, ask: Any) -> None:
    api.me["can_read_all_group_messages"] = True  # even where the bot could read everything
    group = api.group(-5, administrators={ANNA})
    for text in ("good morning", "/nonsense", "/start@another_bot"):
        api.say(anna, text, to=group)
    ask(anna, "/help", to=group)
    assert len(group.messages) == 1


def test_each_forum_topic_follows_its_own(api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions) -> None:
    forum = api.group(-1000000000777, forum=True, administrators={ANNA})
    forum.topics = {45: "open", 46: "open"}
    message = ask(anna, "/follow maritime-security", to=forum, thread=45)
    assert message["message_thread_id"] == 45
    assert len(followed(subscriptions, "-1000000000777/45")) == 1
    assert "follow nothing" in ask(anna, "/following", to=forum, thread=46)["text"]


def test_a_channel_is_told_when_it_can_be_posted_to_and_is_commanded_by_its_posts(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    channel = api.channel(-1000000000009, "Daily")
    api.member(channel, "administrator", by=anna)
    assert "Alerts can be posted here" in api.wait_for(channel, 1)["text"]
    assert "You follow Maritime security" in ask(channel, "/follow maritime-security")["text"]
    assert len(followed(subscriptions, channel.id)) == 1


def test_who_blocks_the_bot_is_paused_and_who_comes_back_resumed(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    def paused() -> bool:
        destination = subscriptions.find("telegram", str(ANNA))
        return destination is not None and destination.paused_at is not None

    ask(anna, "/follow maritime-security")
    api.member(anna, "kicked", by=anna, before="member")
    ask(api.person(BINH), "/help")
    api.wait_until(paused)
    api.member(anna, "member", by=anna, before="kicked")
    ask(anna, "/help")
    assert not paused()
    assert len(followed(subscriptions)) == 1


def test_a_group_that_becomes_a_supergroup_keeps_what_it_follows(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    old, new = api.group(-5, administrators={ANNA}), api.group(-1000000000005, administrators={ANNA})
    ask(anna, "/follow maritime-security", to=old)
    ask(anna, "/follow piracy", to=old)
    ask(anna, "/follow cyber-crime", to=new)
    api.migrate(old, new, by=anna)
    api.wait_until(lambda: len(followed(subscriptions, new.id)) == 3)
    assert subscriptions.find("telegram", "-5") is None


def test_the_commands_are_announced_in_both_languages(api: FakeBotApi, anna: Chat, ask: Any) -> None:
    ask(anna, "/help")
    english, vietnamese = api.commands["default", ""], api.commands["default", "vi"]
    names = [one["command"] for one in english]
    assert names == [one["command"] for one in vietnamese]
    assert {"start", "topics", "follow", "search", "help"} <= set(names)
    assert "health" not in names
    assert english != vietnamese
    assert "health" in [one["command"] for one in api.commands["chat", ""]]


def test_what_is_not_wired_is_not_offered(
    api: FakeBotApi, subscriptions: Subscriptions, clock: Clock, ask: Any
) -> None:
    running = ChatProcess(
        token=TOKEN, api_url=api.url, subscriptions=subscriptions, clock=clock, limiter=hurried_limiter
    )
    running.start()
    anna = api.person(ANNA)
    assert "I don't know /search" in ask(anna, "/search x")["text"]
    assert "/search" not in ask(anna, "/help")["text"]
    running.stop()


def test_a_command_that_breaks_says_so_and_the_next_one_works(
    api: FakeBotApi, subscriptions: Subscriptions, clock: Clock, ask: Any
) -> None:
    def broken(query: str) -> list[Found]:
        raise ZeroDivisionError(query)

    running = ChatProcess(
        token=TOKEN,
        api_url=api.url,
        subscriptions=subscriptions,
        clock=clock,
        services=ChatServices(search=broken),
        limiter=hurried_limiter,
    )
    running.start()
    anna = api.person(ANNA)
    assert "went wrong on my side" in ask(anna, "/search x")["text"]
    assert ask(anna, "/help")["text"].startswith("What I understand")
    running.stop()


def test_what_the_operator_declared_is_not_changed_by_chat(
    api: FakeBotApi, anna: Chat, ask: Any, subscriptions: Subscriptions
) -> None:
    group = api.group(-5, administrators={ANNA})
    declared = subscriptions.destination("telegram", "-5", declared=True)
    subscriptions.follow(declared, "maritime-security")
    for command in ("/follow piracy", "/unfollow maritime-security", "/digest daily", "/start topic_cyber-crime"):
        assert "operator's configuration" in ask(anna, command, to=group)["text"]
    message = ask(anna, "/topics", to=group)
    assert "operator's configuration" in api.answer_to(api.press(anna, message, "Maritime"))["text"]
    assert len(followed(subscriptions, -5)) == 1
    assert "Muted until" in ask(anna, "/mute 1h", to=group)["text"]


@pytest.mark.parametrize(
    "text",
    [
        "/follow \u202e<b>&amp;{0}%s",
        "/follow " + "(" * 400,
        "/unfollow " + "Z\u0301\u0302\u0303\u0304" * 300,
        "/timezone " + "😀" * 2000,
        "/search " + "x" * 4000,
        "/start topic_" + "a" * 200,
        "/mute \u00b2h",
        "/topics 99999",
        "\u200b\u200b",
        "{language} <script>",
    ],
)
def test_every_hostile_word_is_answered(anna: Chat, ask: Any, text: str) -> None:
    answer = ask(anna, text)["text"]
    assert answer
    assert "\u202e" not in answer
    assert ask(anna, "/help")["text"].startswith("What I understand")


def test_a_wrong_query_is_explained_in_the_persons_language(api: FakeBotApi, process: ChatProcess, ask: Any) -> None:
    binh = api.person(BINH, "Bình", language="vi")
    assert "dấu ngoặc này chưa đóng" in ask(binh, "/follow biển AND (tuần")["text"]
