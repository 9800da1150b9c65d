"""That docs/telegram.md is right: every command is there, and every sentence of trouble."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from bot.chat import application
from bot.chat.commands import Commands
from bot.chat.services import ChatServices

TEXT = (Path(__file__).parent.parent.parent / "docs" / "telegram.md").read_text(encoding="utf-8")


def test_every_command_is_documented_and_no_other() -> None:
    everything = ChatServices(
        search=lambda _: [],
        why=lambda _, __: [],
        feeds=lambda _: [],
        health=list,
        operators=frozenset({1}),
    )
    commands = Commands(everything, lambda: datetime(2026, 11, 24, tzinfo=UTC))
    documented = set(re.findall(r"^\| `/([a-z]+)", TEXT, re.MULTILINE))
    assert documented == set(commands.offered)


def test_every_trouble_is_documented() -> None:
    for sentence in (application.REFUSED, application.OTHER_POLLER, application.STANDING_BY):
        assert re.split("[:;]", sentence)[0] in TEXT
