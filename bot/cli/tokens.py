"""`tocsin tokens …`: what programs are let into the API by."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, AsJson, Config, WrongUseError, invocation

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, for people: the program that shows it.")]
Read = Annotated[bool, typer.Option("--read", help="It may only read.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number, as `tocsin tokens list` shows it.")]


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    tokens = typer.Typer(help="What programs are let into the API by.", no_args_is_help=True, rich_markup_mode=None)
    tokens.command("list")(listing)
    for command in (add, revoke):
        tokens.command(command.__name__)(command)
    application.add_typer(tokens, name="tokens")


def listing(context: typer.Context, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """All tokens, those in force first. The tokens themselves are stored nowhere."""
    from bot.api_tokens import ApiTokens

    with invocation(context).app(config) as app:
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "name": one.name,
                "scope": one.scope,
                "created_at": one.created_at,
                "used_at": one.used_at,
                "revoked_at": one.revoked_at,
            }
            for one in ApiTokens(app.database, app.clock).every()
        ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {
        "id": "id",
        "name": "name",
        "scope": "may",
        "created_at": "made",
        "used_at": "last used",
        "revoked_at": "revoked",
    }
    terminal.show_table(headings, rows, "There is no token: `tocsin tokens add NAME` makes one.")


def add(
    context: typer.Context, name: Name, read: Read = False, config: Config = CONFIG, as_json: AsJson = False
) -> None:
    """Make a token that may read and change everything the API offers. It is shown once, here."""
    from bot.api_tokens import ApiTokens, checked_name

    try:
        checked = checked_name(name)
    except ValueError as error:
        raise WrongUseError(str(error)) from error
    with invocation(context).app(config) as app:
        made, text = ApiTokens(app.database, app.clock).add(checked, "read" if read else "write")
    if as_json:
        terminal.show_json({"id": made.id, "name": made.name, "scope": made.scope, "token": text})
        return
    terminal.say(f"Token {made.id} ({made.scope}) is {checked}'s. It is not shown again: {text}")


def revoke(context: typer.Context, token: Id, config: Config = CONFIG) -> None:
    """Let nobody in by it any more."""
    from bot.api_tokens import ApiTokens

    with invocation(context).app(config) as app:
        if not ApiTokens(app.database, app.clock).revoke(token):
            raise WrongUseError(f"there is no token {token} in force; `tocsin tokens list` shows them")
    terminal.say(f"Token {token} opens nothing any more.")
