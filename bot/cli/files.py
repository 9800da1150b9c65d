"""Commands that read and write files: opml, backup, restore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, Config, WrongUseError, invocation

File = Annotated[Path, typer.Argument(metavar="FILE", help="`-` is standard input or output.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is stored.")]


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    opml = typer.Typer(help="Exchange lists of sources with feed readers.", no_args_is_help=True, rich_markup_mode=None)
    opml.command("import")(opml_import)
    opml.command("export")(opml_export)
    application.add_typer(opml, name="opml")
    application.command("backup")(backup)
    application.command("restore")(restore)


def opml_import(context: typer.Context, file: File, config: Config = CONFIG) -> None:
    """Watch the feeds of an OPML file. They are stored beside those of sources.toml, which is not changed."""
    from bot.subscription_list import take_in
    from feeds import publish
    from feeds.render import parse_opml

    outlines = parse_opml(sys.stdin.buffer.read() if file == Path("-") else file.read_bytes())
    with invocation(context).app(config) as app:
        app.prepare()
        with app.database.write() as connection:
            added, known = take_in(connection, outlines, app.clock())
        publish.ensure_all(app.database, app.site, app.clock())
    for source in added:
        terminal.say(f"{source.slug}\t{source.url}")
    terminal.say(f"{len(added)} added, {len(known)} watched already")


def opml_export(context: typer.Context, file: File, config: Config = CONFIG) -> None:
    """Write the watched sources as OPML: a site without a feed by the feed that is made of it here."""
    from bot.subscription_list import outlines
    from feeds.render import opml

    with invocation(context).app(config) as app, app.database.read() as connection:
        body = opml(f"{app.settings.site.title}: sources", outlines(connection, app.settings.site.public_url))
    if file == Path("-"):
        sys.stdout.buffer.write(body)
        sys.stdout.flush()
    else:
        file.write_bytes(body)


def backup(context: typer.Context, file: File, config: Config = CONFIG) -> None:
    """Write everything that is stored into one file, while the program runs. Either database can take it back."""
    from bot.backup import write

    with invocation(context).app(config) as app, terminal.progress("Writing") as advance:
        number = write(app.database, file, app.clock(), advance)
    terminal.say(f"{file}: {number:,} rows")


def restore(context: typer.Context, file: File, force: Force = False, config: Config = CONFIG) -> None:
    """Read a backup into an empty database, of the same kind or the other."""
    from bot.backup import NotEmptyError, read

    with invocation(context).app(config) as app, terminal.progress("Reading") as advance:
        try:
            number = read(app.database, file, replace=force, advance=advance)
        except NotEmptyError as error:
            raise WrongUseError(f"{error}; --force replaces it") from error
    terminal.say(f"{file}: {number:,} rows restored")
