"""Every setting there is, from the same tables that read them. `docs/configuration.md` is tested against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.settings.declared import CHANNEL_KEYS, SOURCE_KEYS, TOPIC_KEYS
from bot.settings.documents import REQUIRED, Key, keys_of
from bot.settings.environment import VARIABLES
from bot.settings.loading import SECTIONS


@dataclass(frozen=True, slots=True)
class SettingDoc:
    """One setting: `file` is "environment" for a variable; `table` is as written, "[site]" or "[[source]]"."""

    file: str
    table: str
    name: str
    form: str
    default: str
    description: str


def describe() -> list[SettingDoc]:
    """All settings and variables, in the order in which the documentation has them."""
    documents = [*_documents("environment", "", VARIABLES)]
    for name, section in SECTIONS.items():
        documents += _documents("tocsin.toml", f"[{name}]", keys_of(section))
    documents += _documents("sources.toml", "[[source]]", SOURCE_KEYS)
    documents += _documents("topics.toml", "[[topic]]", TOPIC_KEYS)
    for kind, keys in CHANNEL_KEYS.items():
        documents += _documents("channels.toml", f"[[{kind}]]", keys)
    return documents


def _documents(file: str, table: str, keys: Iterable[Key]) -> Iterable[SettingDoc]:
    for key in keys:
        yield SettingDoc(
            file, table, key.name, key.reader.form, key.shown_default or _shown(key.default), key.description
        )


def _shown(default: Any) -> str:
    if default is REQUIRED:
        return "required"
    if isinstance(default, bool):
        return str(default).lower()
    if default is None or default in ("", (), {}):
        return "none"
    if isinstance(default, tuple):
        return ", ".join(_shown(one) for one in default)
    return _duration(default) if isinstance(default, float) else str(default)


def _duration(seconds: float) -> str:
    """Seconds as an operator writes them: 90.0 → "1m30s"."""
    parts: list[str] = []
    rest = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
