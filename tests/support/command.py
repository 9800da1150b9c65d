"""The command line as a person uses it: typed words in, exit code and what is printed out."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import settings_folder
from conftest import Clock

from bot.cli import main
from bot.settings import Settings, load
from feeds.database import Database


@dataclass(frozen=True)
class Printed:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Command:
    """`tocsin`, on a configuration and a database of the test's own."""

    folder: Path
    database_url: str
    capture: pytest.CaptureFixture[str]
    clock: Clock
    environment: dict[str, str] = field(default_factory=dict)

    def configure(self, **files: str) -> None:
        """Write the configuration; see `settings_folder.write`."""
        self.folder.mkdir(exist_ok=True)
        settings_folder.write(self.folder, **files)

    def __call__(self, *words: str) -> Printed:
        self.capture.readouterr()
        environment = {"DATABASE_URL": self.database_url, "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1"} | self.environment
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            code = main([*words, "--config", str(self.folder)], environment, clock=self.clock)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        return Printed(code, *self.capture.readouterr())

    @property
    def settings(self) -> Settings:
        return load(self.folder, {"DATABASE_URL": self.database_url} | self.environment)

    def database(self) -> Database:
        """The same database; the test closes it."""
        return Database(self.database_url)
