"""That the Bot API of the tests is as strict as the real one: a fake that takes everything would prove nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from fake_bot_api import TOKEN, FakeBotApi
from fake_bot_text import RefusedError, formatted


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        running.person(1)
        yield running


def post(api: FakeBotApi, method: str, token: str = TOKEN, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = requests.post(f"{api.url}/bot{token}/{method}", json=values, timeout=10).json()
    return answer


def button(**what: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **what}]]}


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "Can't find end tag"),
        ({"text": "x</b>", "parse_mode": "HTML"}, "Unexpected end tag"),
        ({"text": "<div>x</div>", "parse_mode": "HTML"}, "Unsupported start tag"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "1.5", "parse_mode": "MarkdownV2"}, "reserved"),
        ({"text": "*x", "parse_mode": "MarkdownV2"}, "Can't find end"),
        ({"text": "x", "parse_mode": "none"}, "unsupported parse_mode"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "ENTITY_BOUNDS_INVALID"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 1}]}, "surrogate"),
        ({"text": "x", "entities": [{"type": "blink", "offset": 0, "length": 1}]}, "unsupported type"),
        ({"text": "x", "reply_markup": button(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": button(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": button(url="javascript:1")}, "BUTTON_URL_INVALID"),
        ({"text": "x", "reply_markup": button()}, "unallowed"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "chat_id": 2}, "chat not found"),
    ],
)
def test_what_the_real_one_refuses(api: FakeBotApi, values: dict[str, Any], description: str) -> None:
    answer = post(api, "sendMessage", **({"chat_id": 1} | values))
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert description in answer["description"]
    assert api.chats[1].messages == []


def test_tokens_and_methods(api: FakeBotApi) -> None:
    assert post(api, "getMe", token="12345:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")["error_code"] == 401
    assert post(api, "getMe", token="x")["error_code"] == 404
    assert post(api, "doNothing")["error_code"] == 404
    assert post(api, "getMe")["result"]["is_bot"] is True


def test_an_edit_that_changes_nothing_is_refused(api: FakeBotApi) -> None:
    number = post(api, "sendMessage", chat_id=1, text="x")["result"]["message_id"]
    assert "not modified" in post(api, "editMessageText", chat_id=1, message_id=number, text="x")["description"]
    assert post(api, "editMessageText", chat_id=1, message_id=number, text="y")["ok"]
    assert "not found" in post(api, "editMessageText", chat_id=1, message_id=99, text="y")["description"]


def test_rates_are_counted(api: FakeBotApi) -> None:
    now = [0.0]
    with FakeBotApi(limits=True, clock=lambda: now[0]) as strict:
        group = strict.group(-5)
        assert post(strict, "sendMessage", chat_id=-5, text="x")["ok"]
        answer = post(strict, "sendMessage", chat_id=-5, text="x")
        assert answer["error_code"] == 429
        assert answer["parameters"] == {"retry_after": 1}
        for _ in range(19):
            now[0] += 1
            assert post(strict, "sendMessage", chat_id=-5, text="x")["ok"]
        now[0] += 1
        assert post(strict, "sendMessage", chat_id=-5, text="x")["parameters"] == {"retry_after": 40}
        assert (len(group.messages), strict.floods) == (20, 2)


def test_a_second_poller_ends_the_first(api: FakeBotApi) -> None:
    answers: list[dict[str, Any]] = []
    first = threading.Thread(target=lambda: answers.append(post(api, "getUpdates", timeout=8)))
    first.start()
    api.wait_until(lambda: api._poller == 1)
    assert post(api, "getUpdates", timeout=0) == {"ok": True, "result": []}
    first.join(5)
    assert answers[0]["error_code"] == 409


def test_updates_stay_until_they_are_confirmed(api: FakeBotApi) -> None:
    api.say(api.chats[1], "one")
    (update,) = post(api, "getUpdates")["result"]
    assert post(api, "getUpdates")["result"] == [update]
    assert post(api, "getUpdates", offset=update["update_id"] + 1)["result"] == []


def test_formatting_is_read_in_utf_16() -> None:
    text, entities = formatted('😀 <b>b <a href="https://x.org/?a=1&amp;b=2">l</a></b> &lt;', "HTML", None)
    assert text == "😀 b l <"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "text_link", "offset": 5, "length": 1, "url": "https://x.org/?a=1&b=2"},
    ]
    text, entities = formatted(r"*b* \. [l](https://x\.org)", "MarkdownV2", None)
    assert text == "b . l"
    assert [one["type"] for one in entities] == ["bold", "text_link"]
    with pytest.raises(RefusedError):
        formatted("\ud800", None, None)


def test_more_than_a_hundred_entities_are_dropped() -> None:
    many = [{"type": "bold", "offset": number, "length": 1} for number in range(150)]
    assert len(formatted("x" * 150, None, many)[1]) == 100
