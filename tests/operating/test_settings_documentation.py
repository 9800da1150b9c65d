"""docs/configuration.md and the shipped files against the settings that the program really reads."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.settings import SettingDoc, check_topics, describe, load

ROOT = Path(__file__).parent.parent.parent
DOCUMENTATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def name_of(setting: SettingDoc) -> str:
    return f"{setting.file} {setting.table} {setting.name}"


@pytest.mark.parametrize("setting", describe(), ids=name_of)
def test_every_setting_has_its_row_in_its_section(setting: SettingDoc) -> None:
    heading = "## Environment" if setting.file == "environment" else f"### {setting.table}"
    section = re.split(r"\n##+ ", DOCUMENTATION.split(f"{heading}\n", 1)[1])[0]
    assert f"| `{setting.name}` | {setting.form} | {setting.default} | {setting.description} |" in section.split("\n")


def test_nothing_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENTATION, re.MULTILINE)
    assert sorted(documented) == sorted(setting.name for setting in describe())


def test_the_shipped_folder_loads_and_its_topics_pass_their_samples() -> None:
    settings = load(ROOT / "config", {})
    assert settings.sources[0].slug == "tour"
    assert settings.topics[0].slug == "counter-terrorism-cooperation"
    assert [channel.kind for channel in settings.channels] == ["console"]
    assert check_topics(settings) == []


def test_the_shipped_tocsin_toml_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    shown = re.sub(r"^# (\w+ = )", r"\1", (ROOT / "config" / "tocsin.toml").read_text(encoding="utf-8"), flags=re.M)
    tables = tomllib.loads(shown)
    assert {(f"[{table}]", name) for table, values in tables.items() for name in values} == {
        (setting.table, setting.name) for setting in describe() if setting.file == "tocsin.toml"
    }
    for name in ("sources", "topics", "channels"):
        (tmp_path / f"{name}.toml").write_bytes((ROOT / "config" / f"{name}.toml").read_bytes())
    (tmp_path / "tocsin.toml").write_text(shown, encoding="utf-8")
    settings, defaults = load(tmp_path, {}), load(ROOT / "config", {})
    assert settings.delivery == defaults.delivery
    assert settings.retention == defaults.retention
    assert settings.server == defaults.server
    assert settings.polling.default_interval == defaults.polling.default_interval
    assert settings.polling.max_bytes == defaults.polling.max_bytes


def test_every_example_in_the_shipped_channels_toml_is_right(tmp_path: Path) -> None:
    text = (ROOT / "config" / "channels.toml").read_text(encoding="utf-8")
    shown = re.sub(r"^(?:# )+(\[\[|\w+ = )", r"\1", text, flags=re.M)
    for name in ("tocsin", "sources", "topics"):
        (tmp_path / f"{name}.toml").write_bytes((ROOT / "config" / f"{name}.toml").read_bytes())
    (tmp_path / "channels.toml").write_text(shown, encoding="utf-8")
    settings = load(tmp_path, {"CASE_SYSTEM_SECRET": "whsec_" + "QUJD" * 12})
    assert [channel.kind for channel in settings.channels] == ["console", "telegram", "webhook", "webhook"]


def test_every_shipped_source_says_how_its_address_was_checked() -> None:
    listed = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for table in tomllib.loads((ROOT / "config" / "sources.toml").read_text(encoding="utf-8"))["source"]:
        assert f"| `{table['slug']}` | `{table['url']}` |" in listed
