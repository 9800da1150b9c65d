"""The typed settings, and beside each one how it is read and what it is for.

What an operator may write in `tocsin.toml` is exactly the fields of the classes below; `docs/configuration.md` is
tested against them. Durations are seconds as `float`. Secrets are kept out of `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.settings import values
from bot.settings.values import Reader
from feeds.model import Source, Topic

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def setting(default: Any, reader: Reader, description: str, shown_default: str = "") -> Any:
    """A field of a settings class. `shown_default` is for a default that depends on something else."""
    return field(
        default=default, metadata={"reader": reader, "description": description, "shown_default": shown_default}
    )


@dataclass(frozen=True, slots=True)
class Site:
    """`[site]`: what the site is called and where it stands."""

    title: str = setting("Tocsin", values.FILLED_TEXT, "The name at the head of every page and feed.")
    description: str = setting(
        "News on security cooperation: watched, syndicated, and told to those who asked.",
        values.TEXT,
        "One sentence about the site, for its pages and feeds.",
    )
    public_url: str = setting(
        "",
        values.SITE_URL,
        "Where readers reach the site. `TOCSIN_PUBLIC_URL` wins over it.",
        "http://127.0.0.1:PORT",
    )
    language: str = setting("en", values.LANGUAGE, "The language of the pages where a visitor asks for none.")
    tag: str = setting(
        "",
        values.TAG,
        "Host and date in the ids of feed items (RFC 4151). Keep it when the site moves: new ids look like new items.",
        "host of the public URL, 2026",
    )
    tour: bool = setting(
        True, values.FLAG, "Serve the bundled portal at `/tour/`, and watch the sources whose address begins with it."
    )


@dataclass(frozen=True, slots=True)
class Server:
    """`[server]`: where the web process listens."""

    host: str = setting(
        "127.0.0.1", values.FILLED_TEXT, "The address to listen on; `0.0.0.0` for all. `TOCSIN_HOST` wins over it."
    )
    port: int = setting(8000, values.whole_number(1, 65535), "The port to listen on. `PORT` wins over it.")


@dataclass(frozen=True, slots=True)
class Polling:
    """`[polling]`: how sources are looked at."""

    user_agent: str = setting(
        "", values.TEXT, "How the watcher introduces itself to sites.", "Tocsin and the public URL"
    )
    minimum_interval: float = setting(
        2 * MINUTE, values.DURATION, "No source of another site is looked at more often than this."
    )
    maximum_interval: float = setting(
        1 * DAY, values.DURATION, "No source is left alone for longer than this, however quiet or broken it is."
    )
    default_interval: float = setting(
        15 * MINUTE, values.DURATION, "The pause between two looks until a source's own rhythm is known."
    )
    deadline: float = setting(
        30.0, values.duration_within("1s", "2m"), "The total time one look may take, redirects included."
    )
    max_bytes: int = setting(
        10_000_000, values.SIZE, "The largest page or feed that is read, after decompression.", "10 MB"
    )
    workers: int = setting(16, values.whole_number(1, 256), "How many sources are looked at at the same time.")
    per_host: int = setting(2, values.whole_number(1, 32), "How many of these may be on one host.")
    pace: float = setting(
        1.0, values.DURATION, "The least time between two requests to one host; its own wish may be longer."
    )
    measure_files: bool = setting(
        True,
        values.FLAG,
        "Ask the servers of pictures and enclosures (by HEAD) for the types and lengths that sources leave out.",
    )


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """`[delivery]`: how alerts are sent."""

    workers: int = setting(16, values.whole_number(1, 256), "How many destinations are served at the same time.")
    attempts: tuple[float, ...] = setting(
        (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
        values.DURATIONS,
        "The pauses after the first, second, … failed attempt; the last one repeats. Each is varied a little.",
    )
    # An attempt must end well before the lease of its destination does.
    timeout: float = setting(15.0, values.duration_within("1s", "20s"), "The total time one attempt may take.")
    give_up_after: float = setting(
        5 * DAY, values.DURATION, "A delivery that could not be made for so long is given up, and shown as failed."
    )


@dataclass(frozen=True, slots=True)
class Retention:
    """`[retention]`: how long things are kept."""

    days: int = setting(
        365, values.whole_number(0, 36500), "Articles and finished deliveries older than this are removed; 0 keeps all."
    )


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """`[operators]`: who is told when something is wrong."""

    telegram: tuple[int, ...] = setting(
        (), values.NUMBERS, "Telegram user ids that get the alarms and may ask `/health`; each writes to the bot once."
    )


@dataclass(frozen=True, slots=True)
class DeclaredChannel:
    """A destination that the operator wrote into `channels.toml`.

    `kind` is a name in `bot.channels.KINDS`; `slug` is unique within the kind. `topics` are the slugs of declared
    topics ("*" is already resolved). `options` hold what the kind needs, as JSON values: a webhook's `url`, `secret` (a
    list, newest first) and `format`; a Telegram chat's `chat` and, for a forum topic, `thread`. `alarms` is among
    them, and true, where the operator's alarms go there too.
    """

    kind: str
    slug: str
    title: str = ""
    topics: tuple[str, ...] = ()
    language: str = "en"
    time_zone: str = "UTC"
    digest: str = "off"
    quiet: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """`bot.model.Destination.address`: "CHAT" or "CHAT/THREAD" on Telegram, the slug elsewhere."""
        if self.kind != "telegram":
            return self.slug
        thread = self.options.get("thread")
        return f"{self.options['chat']}/{thread}" if thread else str(self.options["chat"])


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program was told, checked.

    `own_origins` are the origins ("http://127.0.0.1:8000") under which this program fetches pages of its own (the
    tour); they alone may be fetched although they may not be public addresses.
    """

    site: Site = Site(public_url="http://127.0.0.1:8000", tag="127.0.0.1,2026")
    server: Server = Server()
    polling: Polling = Polling(user_agent="Tocsin")
    delivery: DeliverySettings = DeliverySettings()
    retention: Retention = Retention()
    operators: OperatorSettings = OperatorSettings()
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    channels: tuple[DeclaredChannel, ...] = ()
    own_origins: tuple[str, ...] = ()
    config_directory: Path = Path("config")
    database_url: str = field(default="sqlite:///var/tocsin.db", repr=False)
    broker_url: str | None = field(default=None, repr=False)
    admin_token: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    telegram_token: str | None = field(default=None, repr=False)
    telegram_api_url: str = "https://api.telegram.org"
    allow_private_networks: bool = False
