"""The console: plain in a pipe, styled on a terminal, and a closed one is a failure like any other."""

from __future__ import annotations

import io
import os
import pty
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.console import ConsoleChannel
from bot.errors import DeliveryError
from bot.model import Alert, Delivery, Destination

HERE = Destination(1, "console", "console", language="en", time_zone="Asia/Ho_Chi_Minh")


def delivery(title: str = "Patrols agreed 😀 [bold]", uid: str = "msg_1") -> Delivery:
    data: dict[str, Any] = {
        "article": {"url": "https://example.org/1", "title": title, "published": "2019-08-06T17:00:00Z"},
        "source": {"slug": "mps-en", "title": "Ministry"},
        "topics": [{"slug": "maritime-security", "title": "Maritime security", "matched": ["patrols"]}],
        "excerpt": {"text": "The two patrols met.", "marks": [[8, 15]]},
    }
    return Delivery(uid, Alert("article.published", datetime(2019, 8, 7, tzinfo=UTC), data))


def test_in_a_pipe_it_is_plain_text_with_the_address() -> None:
    stream = io.StringIO()
    ConsoleChannel(stream).send(HERE, delivery())
    text = stream.getvalue()
    assert text.startswith("Patrols agreed 😀 [bold] <https://example.org/1>\nMinistry · 7 August 2019\n")
    assert "The two patrols met." in text
    assert "\x1b" not in text
    assert text.endswith("\n\n")


def test_on_a_terminal_the_title_is_a_link_and_the_matched_word_is_bold() -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w", encoding="utf-8") as stream:
        ConsoleChannel(stream).send(HERE, delivery())
        shown = os.read(controller, 65536).decode()
    os.close(controller)
    assert "\x1b]8;" in shown
    assert "https://example.org/1" in shown
    assert "Patrols agreed 😀 [bold]" in shown
    assert "\x1b[1" in shown.split("The two ")[1].split("patrols")[0]


def test_without_a_stream_of_its_own_it_prints_where_print_does(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleChannel().send(HERE, delivery())
    assert "Patrols agreed" in capsys.readouterr().out


def test_a_terminal_of_few_letters_gets_what_it_can_show() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ConsoleChannel(stream).send(HERE, delivery("Hội nghị"))
    assert b"H?i ngh?" in stream.buffer.getvalue()  # type: ignore[attr-defined]


def test_a_closed_stream_is_tried_again_later() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(DeliveryError) as caught:
        ConsoleChannel(stream).send(HERE, delivery())
    assert (caught.value.permanent, caught.value.gone) == (False, False)


def test_a_pipe_nobody_reads_is_tried_again_later() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    with pytest.raises(DeliveryError):
        ConsoleChannel(stream).send(HERE, delivery())
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_threads_do_not_print_into_each_other() -> None:
    class Slow(io.StringIO):
        """Gives the other threads their chance in the middle of everything."""

        def write(self, text: str) -> int:
            for character in text:
                super().write(character)
                time.sleep(0)
            return len(text)

    stream = Slow()
    channel = ConsoleChannel(stream)
    threads = [
        threading.Thread(target=channel.send, args=(HERE, delivery(f"Title {number} and {number}")))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        assert f"Title {number} and {number} <https://example.org/1>\nMinistry" in stream.getvalue()
