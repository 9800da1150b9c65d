"""The command line on a database of its own, and what its owner would have stored there."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command
from conftest import Clock
from newsroom import Newsroom

from feeds.database import Database


@pytest.fixture
def tocsin(tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], clock: Clock) -> Command:
    """The command line, configured as an empty installation."""
    command = Command(tmp_path / "config", sqlite_url, capsys, clock)
    command.configure()
    return command


@pytest.fixture
def newsroom(sqlite_database: Database, clock: Clock) -> Newsroom:
    """The store behind it."""
    return Newsroom(sqlite_database, clock)
