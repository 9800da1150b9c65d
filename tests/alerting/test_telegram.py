"""The Telegram channel against a strict Bot API: what arrives, and what follows from each refusal."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_bot_api import TOKEN, Chat, FakeBotApi, Fault
from telegram_deliveries import delivery, to

from bot.channels import KINDS
from bot.channels.telegram import TelegramChannel, new_bot, parse_address
from bot.channels.telegram_limiter import TelegramRateLimiter
from bot.errors import DeliveryError
from bot.model import Alert, Delivery

ANNA = 100


HURRY = 20
"""The limiter's seconds are so many times shorter here; the strict server's too."""


def hurried_clock() -> float:
    return time.monotonic() * HURRY


async def hurried_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)


class Connection:
    """A channel with a running loop, as the chat process gives it one."""

    def __init__(self, api: FakeBotApi, token: str = TOKEN, deadline: float = 10) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.bot = asyncio.run_coroutine_threadsafe(self._make(api, token), self.loop).result(5)
        self.channel = TelegramChannel(deadline=deadline)
        self.channel.bind(self.bot, self.loop)

    async def _make(self, api: FakeBotApi, token: str) -> Any:
        return new_bot(token, api.url, limiter=TelegramRateLimiter(clock=hurried_clock, sleep=hurried_sleep))

    def close(self) -> None:
        self.channel.close()
        asyncio.run_coroutine_threadsafe(self._shut(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    async def _shut(self) -> None:
        for request in self.bot._request:
            await request.shutdown()


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


@pytest.fixture
def connection(api: FakeBotApi) -> Iterator[Connection]:
    made = Connection(api)
    yield made
    made.close()


def refusal(connection: Connection, address: object, one: Delivery | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        connection.channel.send(to(address), one or delivery())
    return caught.value


def test_an_alert_arrives_with_its_link_its_tags_and_its_button(api: FakeBotApi, connection: Connection) -> None:
    anna = api.person(ANNA)
    receipt = connection.channel.send(to(ANNA), delivery("Patrols 😀 <b>agreed</b> & more"))
    message = anna.messages[0]
    assert receipt.reference == str(message["message_id"])
    assert message["text"].startswith("Patrols 😀 <b>agreed</b> & more\nSource · 23 November 2026")
    link = next(one for one in message["entities"] if one["type"] == "text_link")
    assert (link["offset"], link["length"], link["url"]) == (0, 31, "https://news.example.org/1")
    assert message["link_preview_options"]["url"] == "https://news.example.org/1"
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "alert-unfollow:maritime-security"


def test_groups_channels_and_forum_topics_get_no_buttons(api: FakeBotApi, connection: Connection) -> None:
    channel = api.channel(-1009, username="daily_news")
    forum = api.group(-1000000000777, forum=True)
    forum.topics[45] = "open"
    connection.channel.send(to("@Daily_News"), delivery())
    connection.channel.send(to("-1000000000777/45"), delivery(uid="msg_2"))
    assert "reply_markup" not in channel.messages[0]
    assert forum.messages[0]["message_thread_id"] == 45


def test_it_is_said_in_the_destinations_language(api: FakeBotApi, connection: Connection) -> None:
    anna = api.person(ANNA)
    connection.channel.send(to(ANNA, "vi"), delivery())
    assert "23 tháng 11 năm 2026" in anna.texts()[0]


def test_a_long_digest_comes_whole_on_several_messages(api: FakeBotApi, connection: Connection) -> None:
    anna = api.person(ANNA)
    data = [delivery(f"Article number {number} " + "ư" * 390).alert.data for number in range(40)]
    digest = Delivery("msg_d", Alert("digest", datetime(2026, 11, 24, tzinfo=UTC), {"alerts": data}))
    api.fault("sendMessage", Fault(502), 1)
    refusal(connection, ANNA, digest)
    connection.channel.send(to(ANNA), digest)
    whole = "\n".join(anna.texts())
    assert len(anna.messages) > 1
    assert all(whole.count(f"Article number {number} ") == 1 for number in range(40))


def test_a_digest_that_broke_off_goes_on_where_it_broke(api: FakeBotApi, connection: Connection) -> None:
    anna = api.person(ANNA)
    data = [delivery(f"Article number {number} " + "x" * 390).alert.data for number in range(15)]
    digest = Delivery("msg_d", Alert("digest", datetime(2026, 11, 24, tzinfo=UTC), {"alerts": data}))
    anna.may_write = True
    sent = api.wait_until

    def block_after_the_first() -> None:
        sent(lambda: len(anna.messages) == 1)
        anna.blocked = True

    watcher = threading.Thread(target=block_after_the_first)
    watcher.start()
    assert refusal(connection, ANNA, digest).gone
    watcher.join()
    anna.blocked = False
    connection.channel.send(to(ANNA), digest)
    whole = "\n".join(anna.texts())
    assert all(whole.count(f"Article number {number} ") == 1 for number in range(15))


def _blocked(chat: Chat) -> None:
    chat.blocked = True


def _kicked(chat: Chat) -> None:
    chat.kicked = True


def _deactivated(chat: Chat) -> None:
    chat.deactivated = True


def _silenced(chat: Chat) -> None:
    chat.may_write = False


@pytest.mark.parametrize("harm", [_blocked, _kicked, _deactivated, _silenced])
def test_a_chat_that_is_closed_to_us_is_gone(api: FakeBotApi, connection: Connection, harm: Any) -> None:
    harm(api.person(ANNA))
    error = refusal(connection, ANNA)
    assert (error.gone, error.permanent, error.retry_after) == (True, False, None)


def test_a_chat_that_is_not_there_is_gone(connection: Connection) -> None:
    assert refusal(connection, 999).gone
    assert refusal(connection, "@nobody_there").gone


@pytest.mark.parametrize("state", ["closed", "deleted", None])
def test_a_forum_topic_that_is_closed_is_gone(api: FakeBotApi, connection: Connection, state: str | None) -> None:
    forum = api.group(-1000000000777, forum=True)
    if state:
        forum.topics[45] = state
    assert refusal(connection, "-1000000000777/45").gone


def test_a_group_that_became_a_supergroup_says_where(api: FakeBotApi, connection: Connection) -> None:
    api.group(-5).moved_to = -1000000000005
    error = refusal(connection, -5)
    assert error.moved_to == "-1000000000005"
    assert not error.gone


def test_a_429_says_how_long(api: FakeBotApi, connection: Connection) -> None:
    api.person(ANNA)
    api.fault("sendMessage", Fault(429, description="Too Many Requests: retry after 17", retry_after=17))
    assert refusal(connection, ANNA).retry_after == 17


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_is_tried_again(api: FakeBotApi, connection: Connection, status: int) -> None:
    anna = api.person(ANNA)
    api.fault("sendMessage", Fault(status))
    error = refusal(connection, ANNA)
    assert (error.permanent, error.gone, error.retry_after, error.moved_to) == (False, False, None, None)
    connection.channel.send(to(ANNA), delivery())
    assert len(anna.messages) == 1


def test_no_answer_in_time_is_tried_again_although_it_may_have_arrived(api: FakeBotApi) -> None:
    anna = api.person(ANNA)
    connection = Connection(api, deadline=0.3)
    api.fault("sendMessage", Fault(0, accept=True))
    error = refusal(connection, ANNA)
    assert not error.permanent
    assert "may have arrived" in str(error)
    assert len(anna.messages) == 1
    connection.close()


@pytest.mark.parametrize("token", ["12345:AAWrongTokenWrongTokenWrongTokenWrong", "nonsense"])
def test_a_wrong_token_loses_nothing_and_is_named(api: FakeBotApi, token: str) -> None:
    api.person(ANNA)
    connection = Connection(api, token)
    error = refusal(connection, ANNA)
    assert not error.permanent
    assert not error.gone
    assert "token" in str(error)
    connection.close()


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: message is too long",
    ],
)
def test_refused_formatting_is_sent_plain_once(api: FakeBotApi, connection: Connection, description: str) -> None:
    anna = api.person(ANNA)
    api.fault("sendMessage", Fault(400, description=description))
    connection.channel.send(to(ANNA), delivery())
    assert anna.texts()[0].startswith("Patrols agreed")
    assert "entities" not in anna.messages[0] or not anna.messages[0]["entities"]
    assert api.count("sendMessage") == 2


def test_what_is_refused_plain_too_is_given_up_visibly(api: FakeBotApi, connection: Connection) -> None:
    api.person(ANNA)
    api.fault("sendMessage", Fault(400, description="Bad Request: SOMETHING_NEW"), 2)
    error = refusal(connection, ANNA)
    assert error.permanent
    assert "omething_new" in str(error)


def test_an_address_that_is_none_is_given_up() -> None:
    for wrong in ("", "news", "1/x", "@"):
        with pytest.raises(DeliveryError) as caught:
            parse_address(wrong)
        assert caught.value.permanent


def test_before_and_after_its_time_it_says_try_later(api: FakeBotApi, connection: Connection) -> None:
    with pytest.raises(DeliveryError, match="not connected yet"):
        TelegramChannel().send(to(ANNA), delivery())
    connection.channel.close()
    assert not refusal(connection, ANNA).permanent


def test_many_threads_keep_telegrams_rates(api: FakeBotApi) -> None:
    with FakeBotApi(limits=True, clock=hurried_clock) as strict:
        people = [strict.person(number) for number in range(1, 101)]
        connection = Connection(strict)
        threads = [
            threading.Thread(target=connection.channel.send, args=(to(one.id), delivery(uid=f"msg_{one.id}")))
            for one in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert strict.floods == 0
        assert all(len(one.messages) == 1 for one in people)
        connection.close()


def test_the_table_of_channels_leads_here() -> None:
    assert KINDS["telegram"].load() is TelegramChannel


def test_a_message_is_changed_and_keeps_its_buttons(api: FakeBotApi, connection: Connection) -> None:
    anna = api.person(ANNA)
    reference = connection.channel.send(to(ANNA), delivery()).reference
    assert reference is not None
    before = dict(anna.messages[0])
    grown = delivery(story={"id": "1", "also": [{"url": "https://other.example.org/1", "source": "other"}]})
    connection.channel.amend(to(ANNA), grown, reference)
    connection.channel.amend(to(ANNA), grown, reference)
    (message,) = anna.messages
    assert message["text"].startswith(before["text"])
    assert "other" in message["text"].removeprefix(before["text"])
    assert message["reply_markup"] == before["reply_markup"]
    anna.messages.clear()
    with pytest.raises(DeliveryError) as caught:
        connection.channel.amend(to(ANNA), grown, reference)
    assert caught.value.permanent
