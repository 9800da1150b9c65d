"""The chat process when something is wrong: the token, the network, another poller, no lease. It stays, and says so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chat_parts import hurried_limiter
from conftest import Clock
from fake_bot_api import TOKEN, FakeBotApi, Fault
from telegram_deliveries import delivery, to

from bot.chat import application
from bot.chat.application import OTHER_POLLER, REFUSED, STANDING_BY, ChatProcess
from bot.errors import DeliveryError
from bot.subscriptions import Subscriptions
from feeds.database import Database


class Problems:
    """What the process says is the matter, as it says it."""

    def __init__(self) -> None:
        self.said: list[str | None] = []
        self._changed = threading.Condition()

    def __call__(self, problem: str | None) -> None:
        with self._changed:
            self.said.append(problem)
            self._changed.notify_all()

    def wait_for(self, problem: str | None, seconds: float = 10) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.said) and self.said[-1] == problem, seconds), self.said


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


@pytest.fixture
def make(api: FakeBotApi, sqlite_database: Database, clock: Clock) -> Iterator[Callable[..., ChatProcess]]:
    made: list[ChatProcess] = []

    def started(**changes: Any) -> ChatProcess:
        arguments: dict[str, Any] = {
            "token": TOKEN,
            "api_url": api.url,
            "subscriptions": Subscriptions(sqlite_database, clock),
            "clock": clock,
            "limiter": hurried_limiter,
            "pause": 0.05,
        }
        process = ChatProcess(**(arguments | changes))
        process.start()
        made.append(process)
        return process

    yield started
    for process in made:
        process.stop()


def test_a_wrong_token_is_one_clear_sentence_and_no_crash(
    make: Callable[..., ChatProcess], caplog: pytest.LogCaptureFixture
) -> None:
    problems = Problems()
    with caplog.at_level(logging.INFO):
        process = make(token="12345:AAWrongTokenWrongTokenWrongTokenWrong", on_problem=problems)
        problems.wait_for(REFUSED)
        with pytest.raises(DeliveryError, match="TELEGRAM_BOT_TOKEN") as refused:
            process.channel.send(to(1), delivery())
    assert refused.value.retry_after
    assert not process.ready
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [REFUSED]
    assert "AAWrongToken" not in caplog.text


@pytest.mark.parametrize("token", ["nonsense", ""])
def test_a_token_that_is_no_token_at_all(make: Callable[..., ChatProcess], token: str) -> None:
    problems = Problems()
    make(token=token, on_problem=problems)
    problems.wait_for(REFUSED)


def test_a_token_revoked_while_running_is_noticed_and_its_return_too(
    api: FakeBotApi, make: Callable[..., ChatProcess]
) -> None:
    problems = Problems()
    process = make(on_problem=problems)
    problems.wait_for(None)
    anna = api.person(1)
    api.token = "12345:AnotherTokenAnotherTokenAnotherToken"
    api.say(anna, "/help")  # ends the long poll; the next one is refused
    problems.wait_for(REFUSED)
    api.token = TOKEN
    problems.wait_for(None)
    process.channel.send(to(1), delivery())
    assert any("Patrols agreed" in text for text in anna.texts())


def test_without_a_network_it_waits_for_one(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    problems = Problems()
    api.fault("getMe", Fault(502), 2)
    process = make(on_problem=problems)
    problems.wait_for(None)
    assert problems.said[0] == f"Telegram can't be reached at {api.url} (NetworkError); trying again"
    assert process.username == "tocsin_test_bot"


def test_one_may_wait_until_it_is_known_whether_messages_can_be_sent(
    api: FakeBotApi, make: Callable[..., ChatProcess]
) -> None:
    anna = api.person(1)
    process = make()
    assert process.wait(10)
    process.channel.send(to(1), delivery())
    assert len(anna.messages) == 1
    process.stop()
    assert not make(token="nonsense").wait(10)
    assert not make(hold=lambda: False).wait(10)


def test_a_hiccup_while_polling_loses_no_message(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    problems = Problems()
    make(on_problem=problems)
    problems.wait_for(None)
    api.fault("getUpdates", Fault(502), 3)
    anna = api.person(1)
    api.say(anna, "/help")
    api.wait_for(anna, 1)
    api.say(anna, "/topics")
    api.wait_for(anna, 2)


def test_a_webhook_left_behind_is_taken_away(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    api.webhook = "https://elsewhere.example.org/"
    make()
    anna = api.person(1)
    api.say(anna, "/help")
    api.wait_for(anna, 1)
    assert api.webhook == ""


def test_of_two_pollers_one_stands_by_and_says_so(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    first, second = Problems(), Problems()
    make(on_problem=first, pause=60)
    first.wait_for(None)
    make(on_problem=second, pause=60)
    second.wait_for(None)
    first.wait_for(OTHER_POLLER)


def test_who_does_not_hold_the_lease_asks_telegram_nothing(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    problems = Problems()
    process = make(hold=lambda: False, on_problem=problems)
    problems.wait_for(STANDING_BY)
    process.stop()
    assert api.calls == []


def test_stopping_gives_the_lease_back_and_confirms_what_was_read(
    api: FakeBotApi, make: Callable[..., ChatProcess]
) -> None:
    released = threading.Event()
    problems = Problems()
    process = make(hold=lambda: True, release=released.set, on_problem=problems)
    anna = api.person(1)
    api.say(anna, "/help")
    api.wait_for(anna, 1)
    process.stop()
    assert released.is_set()
    assert problems.said[-1] == "stopped"
    process = make()
    api.say(anna, "/topics")
    api.wait_for(anna, 2)
    assert len(anna.messages) == 2


def test_a_flood_from_one_chat_keeps_nobody_else_waiting(api: FakeBotApi, make: Callable[..., ChatProcess]) -> None:
    make()
    flooder, anna = api.person(1), api.person(2)
    for _ in range(200):
        api.say(flooder, "/help")
    api.say(anna, "/help")
    api.wait_for(anna, 1)
    assert len(flooder.messages) < 30


def test_importing_the_package_does_not_import_the_library() -> None:
    import subprocess
    import sys

    program = "import sys, bot.chat, bot.chat.services, bot.subscriptions; print('telegram' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_lease_is_renewed_more_often_than_it_runs_out() -> None:
    assert application.HOLD_SECONDS <= 20
