"""Every command and every option of the command line stands in docs/command-line.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from bot.cli import application

PAGE = (Path(__file__).parent.parent.parent / "docs" / "command-line.md").read_text(encoding="utf-8")


def commands(group: Any, words: str = "tocsin") -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield f"{words} {name}", command
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


COMMANDS = dict(commands(typer.main.get_group(application)))


def test_every_command_is_described() -> None:
    together = PAGE.replace("`, `resume SLUG`, `remove SLUG`", "` `tocsin webhooks resume` `tocsin webhooks remove`")
    missing = [words for words in COMMANDS if not re.search(rf"`{words}[ `]", together)]
    assert missing == []


def test_nothing_is_described_that_is_not_there() -> None:
    described = {words.strip() for words in re.findall(r"`(tocsin(?: [a-z]+)+)", PAGE)}
    assert described - set(COMMANDS) == set()


def test_every_option_is_described() -> None:
    missing = [
        f"{words} {option}"
        for words, command in COMMANDS.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and f"`{option}" not in PAGE and f"{option}`" not in PAGE
    ]
    assert missing == []


def test_every_command_says_what_it_does() -> None:
    assert all(command.help for command in COMMANDS.values())
