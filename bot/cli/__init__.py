"""The command line: `tocsin`, and `python -m bot`.

    invocation.py  what every command gets: the settings, the parts of the program, the clock
    terminal.py    tables, JSON, progress, and foreign text made fit for a terminal
    owed.py        how deliveries are listed
    running.py     run, web, worker, chat, once, migrate
    looking.py     sources, subscribers, deliveries, why
    topics.py      topics, topics test
    preview.py     preview
    checking.py    check
    tokens.py      tokens add, list, revoke
    webhooks.py    webhooks add, list, test, rotate, log, replay, pause, resume, remove
    files.py       opml, backup, restore

A command's module is imported to know its options, and imports what it needs when it is carried out: `--help` and a
mistyped command cost a tenth of a second. Exit codes: 0 done, 1 failed, 2 wrong use or configuration.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from bot.cli import checking, files, looking, preview, running, tokens, topics, webhooks
from bot.cli.invocation import Invocation, WrongUseError

DONE, FAILED, WRONG = 0, 1, 2

application = typer.Typer(
    name="tocsin",
    help="Watches sites, makes feeds of them, and tells those who want to know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for family in (running, looking, topics, preview, checking, webhooks, tokens, files):
    family.register(application)


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None, **parts: Any) -> int:
    """Carry out one command and return the exit code. Errors that can be expected are one line each on stderr.

    `arguments` and `environment` are the process's own unless given; `parts` go to `bot.app.build` (tests).
    """
    invocation = Invocation(os.environ if environment is None else environment, parts)
    try:
        code = application(list(arguments) if arguments is not None else None, obj=invocation, standalone_mode=False)
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # `tocsin sources | head`: nobody reads on, which is no failure of ours
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (the interpreter flushes it at its end)
        return DONE
    except Exception as error:
        found = _explained(error)
        if found is None:
            raise
        code, sentences = found
        for sentence in sentences:
            print(sentence, file=sys.stderr)
    return code if isinstance(code, int) else DONE


def _explained(error: Exception) -> tuple[int, list[str]] | None:
    """The exit code and what to say of an error that can be expected; None for a defect."""
    from sqlalchemy.exc import DBAPIError, OperationalError

    from bot.errors import ConfigurationError, TocsinError
    from feeds.errors import FeedsError, QueryError

    match error:
        case typer.Abort():
            return FAILED, []
        case typer.TyperException():
            return WRONG, [error.format_message()]
        case ConfigurationError():
            return WRONG, [str(problem) for problem in error.problems]
        case QueryError():
            return WRONG, [f"this is not a query: {error.told()}"]
        case WrongUseError():
            return WRONG, [str(error)]
        case FeedsError() | TocsinError():
            return FAILED, [str(error)]
        case OperationalError() | DBAPIError():
            return FAILED, [f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}"]
        case OSError():
            return FAILED, [f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"]
    return None
