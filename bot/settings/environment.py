"""The variables that the program reads from its environment, each also as NAME_FILE, the path of a file with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.errors import Problem
from bot.settings import values
from bot.settings.documents import Key
from bot.settings.values import WrongValueError

VARIABLES: Final = (
    Key(
        "DATABASE_URL",
        values.DATABASE_URL,
        "Where everything is stored: SQLite, or PostgreSQL.",
        "sqlite:///var/tocsin.db",
    ),
    Key(
        "BROKER_URL",
        values.BROKER_URL,
        "Reserved for carrying work over Redis or RabbitMQ, which is not built: workers share it through the database.",
        None,
    ),
    Key("PORT", values.whole_number(1, 65535), "The port to listen on, before `server.port`.", None),
    Key("TOCSIN_HOST", values.FILLED_TEXT, "The address to listen on, before `server.host`.", None),
    Key("TOCSIN_PUBLIC_URL", values.SITE_URL, "Where readers reach the site, before `site.public_url`.", None),
    Key("TOCSIN_ADMIN_TOKEN", values.TOKEN, "What an operator signs in with, on the page and in the API.", None),
    Key(
        "TOCSIN_SECRET_KEY",
        values.TOKEN,
        "Signs sessions and private addresses. Set it where several processes serve one site.",
        None,
    ),
    Key("TELEGRAM_BOT_TOKEN", values.TELEGRAM_TOKEN, "The bot's token from @BotFather. Without it, no Telegram.", None),
    Key(
        "TELEGRAM_API_URL",
        values.SITE_URL,
        "The Bot API server: another one for a self-hosted server or a test.",
        "https://api.telegram.org",
    ),
    Key(
        "TOCSIN_ALLOW_PRIVATE_NETWORKS",
        values.FLAG,
        "Allow sources and webhooks on private and loopback addresses.",
        False,
    ),
)

_ADVICE: Final = "set one of the two"


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables, read; `problems` are those of the variables and of the files they name."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def read_environment(environment: Mapping[str, str]) -> Environment:
    """All of `VARIABLES`. An empty variable counts as one that isn't set, as compose files leave them."""
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for key in VARIABLES:
        read[key.name] = key.default
        try:
            text = variable(environment, key.name)
            if text is not None:
                read[key.name] = key.reader.read(text)
        except WrongValueError as wrong:
            problems.append(Problem(f"environment variable {key.name}", 0, wrong.message, wrong.remedy))
    return Environment(read, tuple(problems))


def variable(environment: Mapping[str, str], name: str) -> str | None:
    """The text of one variable, from itself or from the file that NAME_FILE names. Raises `WrongValueError`."""
    text = environment.get(name, "").strip()
    file = environment.get(f"{name}_FILE", "").strip()
    if text and file:
        raise WrongValueError(f"{name} and {name}_FILE are both set", _ADVICE)
    if not file:
        return text or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongValueError(
            f"{name}_FILE: {values.shown(file)} cannot be read ({type(error).__name__})", "check path and rights"
        ) from None
