"""docs/webhooks.md: its samples run, and its payload and tables are what the program does."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from webhook_receiver import Fault, WebhookReceiver

from bot.channels.chat_formats import FORMATS
from bot.channels.signature import headers, new_secret
from bot.channels.webhook import WebhookChannel, standard_body
from bot.errors import DeliveryError
from bot.model import Alert, AlertType, Delivery, Destination

DOCUMENTATION = (Path(__file__).parent.parent.parent / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = new_secret()


def samples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENTATION, re.MULTILINE | re.DOTALL)


def request(kind: str = "article.published", **data: Any) -> tuple[dict[str, str], bytes]:
    now = datetime.now(UTC)
    content = {"article": {"title": "Hội nghị"}, **data}
    body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": content}).encode()
    return headers([new_secret(), SECRET], "msg_1", int(now.timestamp()), body), body


@pytest.fixture
def environment() -> Iterator[None]:
    os.environ["CASE_SYSTEM_SECRET"] = SECRET
    yield
    del os.environ["CASE_SYSTEM_SECRET"]


@pytest.mark.usefixtures("environment")
def test_the_sample_with_the_library_receives(capsys: pytest.CaptureFixture[str]) -> None:
    program: dict[str, Any] = {}
    exec(samples("python")[0], program)
    assert program["receive"](*request()) == (204, "")
    assert capsys.readouterr().out == "msg_1 Hội nghị\n"
    assert program["receive"](*request("endpoint.verify", challenge="c-1")) == (200, "c-1")
    signed, body = request()
    assert program["receive"](signed, body + b" ")[0] == 401


def test_the_sample_with_the_standard_library_tells_the_genuine_from_the_forged() -> None:
    program: dict[str, Any] = {}
    exec(samples("python")[1], program)
    is_genuine = program["is_genuine"]
    signed, body = request()
    assert is_genuine(SECRET, signed, body)
    assert not is_genuine(SECRET, signed, body + b" ")
    assert not is_genuine(new_secret(), signed, body)
    assert not is_genuine(SECRET, signed, body, now=int(signed["webhook-timestamp"]) + 301)
    assert not is_genuine(SECRET, signed | {"webhook-id": "msg_2"}, body)
    assert not is_genuine(SECRET, signed | {"webhook-timestamp": "soon"}, body)


def test_the_shown_payload_is_one_that_is_sent() -> None:
    shown = json.loads(samples("json")[0])
    sent = Alert("article.published", datetime.fromisoformat(shown["timestamp"]), shown["data"])
    assert json.loads(standard_body(sent)) == shown
    [mark] = shown["data"]["excerpt"]["marks"]
    assert shown["data"]["excerpt"]["text"][slice(*mark)] == "violent extremism"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose heading begins so."""
    table = DOCUMENTATION.split(f"| {heading}", 1)[1].split("\n\n")[0].split("\n")[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_every_type_is_described() -> None:
    assert {row[0].strip("`") for row in rows("`type`")} == set(get_args(AlertType)) - {"operator"}


def test_every_format_is_described() -> None:
    assert {row[0].strip("`") for row in rows("Format")} == set(FORMATS)


CONSEQUENCES = {"paused": "gone", "given up": "permanent", "Waits": "again"}


def statuses() -> list[tuple[int, str]]:
    """Each status that the table of answers names by number, with what it says of it."""
    return [
        (int(status), meaning)
        for answer, text in rows("Answer")
        for status in re.findall(r"\b[3-5][0-9]{2}\b", answer)
        for word, meaning in CONSEQUENCES.items()
        if word in text
    ]


def test_the_table_of_answers_names_the_special_ones() -> None:
    assert statuses() == [(410, "gone"), (413, "permanent"), (429, "again"), (503, "again")]


@pytest.mark.parametrize(("status", "meaning"), statuses())
def test_every_answer_has_the_consequence_that_is_described(status: int, meaning: str) -> None:
    channel = WebhookChannel(allow_private_networks=True)
    with WebhookReceiver() as receiver:
        receiver.fail(Fault(status, {"Retry-After": "7"}))
        destination = Destination(1, "webhook", "x", options={"url": receiver.url(), "secret": receiver.secret})
        with pytest.raises(DeliveryError) as caught:
            channel.send(destination, Delivery("msg_1", Alert("ping", datetime.now(UTC), {})))
    assert (caught.value.gone, caught.value.permanent) == (meaning == "gone", meaning == "permanent")
    assert caught.value.retry_after == 7.0
    channel.close()
