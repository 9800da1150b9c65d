"""`tocsin check`: is the configuration right?"""

from __future__ import annotations

import sys

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, Config, invocation


def register(application: typer.Typer) -> None:
    """Add this module's command."""
    application.command("check")(check)


def check(context: typer.Context, config: Config = CONFIG) -> None:
    """Validate the configuration: every error with its file and line."""
    from bot.errors import ConfigurationError
    from bot.settings import check_topics, doubtful_queries

    settings = invocation(context).settings(config)
    problems = check_topics(settings)
    if problems:
        raise ConfigurationError(problems)
    for doubt in doubtful_queries(settings):
        print(doubt, file=sys.stderr)
    counts = (
        (len(settings.sources), "source"),
        (len(settings.topics), "topic"),
        (len(settings.channels), "channel"),
    )
    found = ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in counts)
    terminal.say(f"{config}: right ({found})")
