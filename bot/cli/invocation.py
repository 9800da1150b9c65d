"""What every command gets: the settings, the program's parts, and how wrong use is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings

Config = Annotated[Path, typer.Option("--config", metavar="DIR", help="The folder of the configuration.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

CONFIG = Path("config")
"""The default of `Config`."""


class WrongUseError(Exception):
    """The command cannot be carried out as it was given; the text is one line for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the command line. `parts` replace parts of the program (`bot.app.build`)."""

    environment: Mapping[str, str]
    parts: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, config: Path) -> Settings:
        """The checked settings. Raises `bot.errors.ConfigurationError`."""
        from bot.settings import load

        return load(config, self.environment)

    def build(self, config: Path, roles: Collection[str]) -> App:
        """The program in these roles, not started."""
        from bot.app import build

        return build(self.settings(config), roles=roles, **self.parts)

    @contextmanager
    def app(self, config: Path) -> Iterator[App]:
        """The program without any role, for a command that reads or changes what is stored; closed at the end."""
        built = self.build(config, ())
        open_database(built)
        try:
            yield built
        finally:
            built.database.close()


def open_database(app: App) -> None:
    """Open and migrate it now. Raises `WrongUseError` for the database of a newer program."""
    from bot.migrations import NewerDatabase

    try:
        app.database  # noqa: B018 (it is opened when it is first asked for)
    except NewerDatabase as error:
        raise WrongUseError(f"{error}; install that program, or restore a backup of this one") from error


def invocation(context: typer.Context) -> Invocation:
    """The call that this command is part of."""
    found: Invocation = context.obj
    return found
