"""`tocsin check`: is the configuration right?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, Config, invocation

if TYPE_CHECKING:
    from bot.errors import Problem
    from bot.settings import Settings


def register(application: typer.Typer) -> None:
    """Add this module's command."""
    application.command("check")(check)


def check(context: typer.Context, config: Config = CONFIG) -> None:
    """Validate the configuration: every error with its file and line; and try the samples of all topics."""
    from bot.errors import ConfigurationError
    from bot.settings import check_topics, doubtful_queries

    settings = invocation(context).settings(config)
    problems = check_topics(settings) + _stored_problems(settings)
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


def _stored_problems(settings: Settings) -> list[Problem]:
    """The samples of topics that the database keeps, not the files, and that their query gets wrong.

    A database that is not there yet, or of another version, is not touched; one that cannot be reached is no mistake in
    the configuration: it is said, and that is all.
    """
    import sqlalchemy as sa

    from bot import migrations
    from bot.errors import Problem
    from bot.settings.samples import REMEDY, said_of
    from feeds.database import Database
    from feeds.errors import QueryError
    from feeds.store import topics as store
    from feeds.topics import parse, parse_all
    from feeds.topics.samples import try_samples

    address = sa.make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return []
    database = Database(settings.database_url)
    problems: list[Problem] = []
    try:
        if migrations.current(database) != migrations.NEWEST:
            print("note: topics in the database were not tried: it is of another version", file=sys.stderr)
            return []
        with database.read() as connection:
            tried = store.with_samples(connection)
            offered = {topic.slug: topic for topic in store.active_topics(connection)} if tried else {}
        offered |= {topic.slug: topic for topic in settings.topics}
        try:
            named = parse_all({slug: (topic.query, topic.language) for slug, topic in offered.items()})
        except QueryError:
            named = {}
        for topic in tried:
            try:
                query = parse(topic.query, topic.language, topics=named)
            except QueryError as error:
                problems.append(Problem("database", 0, f'topic "{topic.slug}": {error}', "change the query"))
                continue
            wrong = (verdict for verdict in try_samples(query, topic) if not verdict.right)
            problems += [Problem("database", 0, said_of(topic, verdict), REMEDY) for verdict in wrong]
    except sa.exc.SQLAlchemyError as error:
        print(f"note: topics in the database were not tried: {error.__class__.__name__}", file=sys.stderr)
    finally:
        database.close()
    return problems
