"""A folder of settings that a test writes, and what the program says is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import load

SOURCE = '[[source]]\nslug = "example"\nurl = "https://example.org/news"\n'
TOPIC = '[[topic]]\nslug = "maritime-security"\nquery = "patrol"\n'


def write(folder: Path, *, tocsin: str = "", sources: str = SOURCE, topics: str = TOPIC, channels: str = "") -> Path:
    """The four files in `folder`; one that isn't given is the plainest that works."""
    for name, text in (("tocsin", tocsin), ("sources", sources), ("topics", topics), ("channels", channels)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """What is said to be wrong, with the folder left out of the file names."""
    with pytest.raises(ConfigurationError) as caught:
        load(folder, environment or {})
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def only_problem(folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """The one thing that is wrong."""
    [line] = problems(folder, environment)
    return line
