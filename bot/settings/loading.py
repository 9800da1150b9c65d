"""Files and environment → `Settings`, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from bot.errors import ConfigurationError, Problem
from bot.settings.declared import origin, read_channels, read_sources, read_topics
from bot.settings.documents import Document, keys_of, read_document
from bot.settings.environment import read_environment
from bot.settings.model import DeliverySettings, OperatorSettings, Polling, Retention, Server, Settings, Site

SECTIONS: Final[Mapping[str, type[Any]]] = {
    "site": Site,
    "server": Server,
    "polling": Polling,
    "delivery": DeliverySettings,
    "retention": Retention,
    "operators": OperatorSettings,
}
"""The tables of tocsin.toml."""

# The year in which the tag's authority was this program's (RFC 4151); it must never change for a running site.
_TAG_YEAR: Final = "2026"

Section = TypeVar("Section")


def load(config: Path, environment: Mapping[str, str]) -> Settings:
    """The settings from the folder `config` and the environment. Raises `ConfigurationError` with every problem.

    Relative paths (of the SQLite file) are left as they are: the working directory decides.
    """
    variables = read_environment(environment)
    given = variables.values
    if not config.is_dir():
        problem = Problem(str(config), 0, "there is no such folder", "name the folder of tocsin.toml with --config")
        raise ConfigurationError([problem, *variables.problems])

    main = read_document(config / "tocsin.toml")
    main.expect_only((), main.table, SECTIONS)
    server = _section(main, "server", Server)
    server = replace(server, host=given["TOCSIN_HOST"] or server.host, port=given["PORT"] or server.port)
    site = _site(_section(main, "site", Site), server, given["TOCSIN_PUBLIC_URL"])
    polling = _polling(main, site, server)
    delivery = _section(main, "delivery", DeliverySettings)
    retention = _section(main, "retention", Retention)
    operators = _section(main, "operators", OperatorSettings)

    # Another process of the same site may run on another machine: then only the public address leads to the tour.
    own_url = given["TOCSIN_PUBLIC_URL"] or _local_url(server)
    source_file = read_document(config / "sources.toml")
    sources = read_sources(source_file, site, polling, own_url)
    topic_file = read_document(config / "topics.toml")
    topics = read_topics(topic_file)
    channel_file = read_document(config / "channels.toml", required=False)
    # One mistake, one problem: a topic with a wrong query may be named, and of an unreadable file nothing is known.
    slugs = [str(table.get("slug")) for _, table in topic_file.array("topic")] if topic_file.table else None
    channels = read_channels(channel_file, slugs, environment)

    problems = [*variables.problems]
    for document in (main, source_file, topic_file, channel_file):
        problems.extend(sorted(document.problems, key=lambda problem: problem.line))
    if problems:
        raise ConfigurationError(problems)
    return Settings(
        site=site,
        server=server,
        polling=polling,
        delivery=delivery,
        retention=retention,
        operators=operators,
        sources=sources,
        topics=topics,
        channels=channels,
        own_origins=(origin(own_url),),
        config_directory=config,
        database_url=given["DATABASE_URL"],
        broker_url=given["BROKER_URL"],
        admin_token=given["TOCSIN_ADMIN_TOKEN"],
        secret_key=given["TOCSIN_SECRET_KEY"],
        telegram_token=given["TELEGRAM_BOT_TOKEN"],
        telegram_api_url=given["TELEGRAM_API_URL"],
        allow_private_networks=given["TOCSIN_ALLOW_PRIVATE_NETWORKS"],
    )


def _section(document: Document, name: str, section: type[Section]) -> Section:
    return section(**document.read((name,), document.section(name), keys_of(section)))


def _site(site: Site, server: Server, public_url: str | None) -> Site:
    public_url = public_url or site.public_url or _local_url(server)
    # The authority of a tag is a host name: an IPv6 address cannot be one.
    host = urlsplit(public_url).hostname or "localhost"
    tag = site.tag or f"{'localhost' if ':' in host else host},{_TAG_YEAR}"
    return replace(site, public_url=public_url, tag=tag)


def _polling(document: Document, site: Site, server: Server) -> Polling:
    polling = _section(document, "polling", Polling)
    if not polling.minimum_interval <= polling.default_interval <= polling.maximum_interval:
        document.complain(
            ("polling", "default_interval"),
            "default_interval does not lie between minimum_interval and maximum_interval",
            "make minimum_interval ≤ default_interval ≤ maximum_interval",
        )
    # Who is watched may wish to ask who watches; an address of this machine would tell them nothing.
    contact = f" (+{site.public_url})" if site.public_url != _local_url(server) else ""
    return replace(polling, user_agent=polling.user_agent or f"Tocsin{contact}")


def _local_url(server: Server) -> str:
    """Where this machine reaches the web process; an address that stands for all is reached by loopback."""
    host = "127.0.0.1" if server.host in ("0.0.0.0", "::", "localhost") else server.host  # noqa: S104 (compared, not bound)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
