"""Files and environment → typed, checked `Settings`. Only the command line and `bot.app` read them.

environment ──→ environment.read_environment ─┐
config/*.toml → documents + positions ────────┼→ loading.load → Settings, or ConfigurationError with every problem
keys and readers: model, declared, values ────┘        reference.describe → what docs/configuration.md must hold
"""

from __future__ import annotations

from bot.settings.loading import load
from bot.settings.model import (
    DeclaredChannel,
    DeliverySettings,
    OperatorSettings,
    Polling,
    Retention,
    Server,
    Settings,
    Site,
)
from bot.settings.reference import SettingDoc, describe
from bot.settings.samples import check_topics, doubtful_queries

__all__ = [
    "DeclaredChannel",
    "DeliverySettings",
    "OperatorSettings",
    "Polling",
    "Retention",
    "Server",
    "SettingDoc",
    "Settings",
    "Site",
    "check_topics",
    "describe",
    "doubtful_queries",
    "load",
]
