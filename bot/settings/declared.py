"""What an operator declares: sources, topics, channels. Each `[[table]]` is read against the keys listed here."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from bot.errors import Problem
from bot.settings import values
from bot.settings.documents import REQUIRED, Document, Key
from bot.settings.environment import variable
from bot.settings.model import DeclaredChannel, Polling, Site
from bot.settings.positions import Path as KeyPath
from bot.settings.values import WrongValueError, did_you_mean, shown
from feeds.errors import QueryError
from feeds.model import Source, Topic
from feeds.sources import KINDS
from feeds.topics import parse_all

SOURCE_KEYS: Final = (
    Key("slug", values.SLUG, "Its name in addresses: `/sources/SLUG`.", REQUIRED),
    Key(
        "url",
        values.SOURCE_URL,
        "Its address. One that begins with `/` is a page of this program itself (the tour's).",
        REQUIRED,
    ),
    Key("title", values.TEXT, "Its name; the one it gives itself where there is none.", ""),
    Key(
        "kind",
        values.SLUG,
        "How it is read (`feed`, `api`, `sitemap`, `page`); `auto` finds out at the first look.",
        "auto",
    ),
    Key(
        "language", values.LANGUAGE, "The language of its articles; guessed for each article where there is none.", None
    ),
    Key("time_zone", values.TIME_ZONE, "Where its dates are days, and its times without a zone are hours.", "UTC"),
    Key("description", values.TEXT, "One sentence about it.", ""),
    Key("interval", values.DURATION, "A fixed pause between two looks, in place of the learned rhythm.", None),
    Key(
        "selector",
        values.FILLED_TEXT,
        "CSS or XPath of the links of its list, where they aren't found by themselves.",
        None,
    ),
    Key("enabled", values.FLAG, "Whether it is watched.", True),
    Key("options", values.TABLE, "What its kind understands beside these.", {}),
)
TOPIC_KEYS: Final = (
    Key("slug", values.SLUG, "Its name in addresses, chats and payloads: `/topics/SLUG`.", REQUIRED),
    Key("query", values.FILLED_TEXT, "What selects its articles, in the query language.", REQUIRED),
    Key("title", values.TEXT, "Its name for people.", ""),
    Key("description", values.TEXT, "One sentence about it.", ""),
    Key("language", values.LANGUAGE, "The language of the query's words, where it has only one.", None),
    Key("urgent", values.FLAG, "Its alerts pass quiet hours and digests.", False),
    Key("expect", values.TEXTS, "Sample texts that must match; `tocsin check` tries them.", ()),
    Key("reject", values.TEXTS, "Sample texts that must not match.", ()),
)
_OWN_QUERIES: Final = "own-"
_EVERY_CHANNEL: Final = (
    Key("title", values.TEXT, "Its name for people.", ""),
    Key("topics", values.TEXTS, 'The slugs of the topics it is told of; `["*"]` for all in `topics.toml`.', REQUIRED),
    Key("language", values.LANGUAGE, "The language of what surrounds the article.", "en"),
    Key("time_zone", values.TIME_ZONE, "The zone of its digest, quiet hours and printed dates.", "UTC"),
    Key("digest", values.DIGEST, "Collect alerts into one message.", "off"),
    Key("quiet", values.QUIET, "Hours in which nothing is sent; what is due then comes after them.", None),
)
_ALARMS: Final = "Whether the operator's alarms go there, too: a source that fails, falls silent, or has moved."
CHANNEL_KEYS: Final[Mapping[str, tuple[Key, ...]]] = {
    "console": (
        Key("slug", values.SLUG, "Its name.", "console"),
        *_EVERY_CHANNEL,
        Key("alarms", values.FLAG, _ALARMS, True),
    ),
    "telegram": (
        Key("chat", values.CHAT, "The channel or group, in which the bot may post.", REQUIRED),
        Key("thread", values.whole_number(1, 2**31 - 1), "The forum topic in that group.", None),
        *_EVERY_CHANNEL,
        Key("alarms", values.FLAG, _ALARMS, False),
    ),
    "webhook": (
        Key("slug", values.SLUG, "Its name on the command line and the page.", REQUIRED),
        Key("url", values.SECRET_URL, "Where to POST.", REQUIRED),
        Key(
            "secret",
            values.WEBHOOK_SECRET,
            "What signs the payload; several while they are rotated, newest first.",
            None,
        ),
        Key(
            "secret_env", values.VARIABLE_NAME, "The variable that holds the secret (or, with `_FILE`, its file).", None
        ),
        Key(
            "format",
            values.one_of("standard", "slack", "discord", "mattermost", "teams"),
            "What the body looks like: a Standard Webhooks event, or a chat's message.",
            "standard",
        ),
        *_EVERY_CHANNEL,
        Key("alarms", values.FLAG, _ALARMS, False),
    ),
}


def read_sources(document: Document, site: Site, polling: Polling, own_url: str) -> tuple[Source, ...]:
    """The `[[source]]` tables, in their order. Addresses that begin with "/" are put behind `own_url`."""
    document.expect_only((), document.table, ["source"])
    kinds = ["auto", *KINDS]
    sources: list[Source] = []
    for path, table in document.array("source"):
        before = len(document.problems)
        read = document.read(path, table, SOURCE_KEYS)
        own = str(read["url"]).startswith("/")
        if read["kind"] not in (None, *kinds):
            remedy = did_you_mean(read["kind"], kinds)
            document.complain((*path, "kind"), f"kind: {shown(read['kind'])} is not a kind of source", remedy)
        if read["interval"] is not None and read["interval"] < polling.minimum_interval and not own:
            document.complain(
                (*path, "interval"),
                "interval: it is shorter than polling.minimum_interval in tocsin.toml",
                f"write at least {polling.minimum_interval:.0f} seconds",
            )
        is_tour = own and (str(read["url"]) + "/").startswith("/tour/")
        if len(document.problems) > before or not read["enabled"] or (is_tour and not site.tour):
            continue
        options = dict(read["options"])
        for name in ("interval", "selector"):
            if read[name] is not None:
                options[name] = read[name]
        sources.append(
            Source(
                slug=read["slug"],
                url=own_url + read["url"] if own else read["url"],
                title=read["title"],
                kind=read["kind"],
                language=read["language"],
                time_zone=read["time_zone"],
                description=read["description"],
                options=options,
            )
        )
    _expect_unique(document, "source", "slug")
    _expect_unique(document, "source", "url")
    return tuple(sources)


def read_topics(document: Document) -> tuple[Topic, ...]:
    """The `[[topic]]` tables, in their order; the queries are parsed together, since one may name another."""
    document.expect_only((), document.table, ["topic"])
    topics: list[Topic] = []
    queries: dict[str, tuple[str, str | None]] = {}
    for path, table in document.array("topic"):
        before = len(document.problems)
        read = document.read(path, table, TOPIC_KEYS)
        if str(read["slug"]).startswith(_OWN_QUERIES):
            message = f'slug: names that begin with "{_OWN_QUERIES}" are kept for people\'s own queries'
            document.complain((*path, "slug"), message, "choose another")
        if read["slug"] and read["query"]:
            queries.setdefault(read["slug"], (read["query"], read["language"]))
        if len(document.problems) == before:
            topics.append(Topic(**read))
    _expect_unique(document, "topic", "slug")
    _expect_queries(document, queries)
    return tuple(topics)


def read_channels(
    document: Document, slugs: Collection[str] | None, environment: Mapping[str, str]
) -> tuple[DeclaredChannel, ...]:
    """The `[[console]]`, `[[telegram]]` and `[[webhook]]` tables. `slugs`: of the declared topics, None: not known."""
    document.expect_only((), document.table, CHANNEL_KEYS)
    channels: list[DeclaredChannel] = []
    for kind, keys in CHANNEL_KEYS.items():
        seen: set[str] = set()
        for path, table in document.array(kind):
            before = len(document.problems)
            read = document.read(path, table, keys)
            options = _OPTIONS[kind](document, path, table, read, environment)
            if read["alarms"]:
                options["alarms"] = True
            if read["topics"] is not None:
                read["topics"] = _known_topics(document, path, read["topics"], slugs)
            if len(document.problems) > before:
                continue
            channel = DeclaredChannel(
                kind=kind,
                slug=read.get("slug") or options["chat"],
                options=options,
                **{key.name: read[key.name] for key in _EVERY_CHANNEL},
            )
            if channel.address in seen:
                document.complain(path, f"{kind}: {channel.address!r} is declared twice", "join the two tables")
            seen.add(channel.address)
            channels.append(channel)
    return tuple(channels)


def _expect_queries(document: Document, queries: dict[str, tuple[str, str | None]]) -> None:
    """Every query that cannot be read is a problem. One that can takes its place, so that the search goes on."""
    tables = {table.get("slug"): (path, table) for path, table in reversed(document.array("topic"))}
    for _ in range(len(queries)):
        try:
            parse_all(queries)
            return
        except QueryError as error:
            wrong = next((slug for slug, (text, _) in queries.items() if _same(text, error.query)), "")
            if not wrong:
                document.complain(("topic",), f"query: {error}", "change it")
                return
            path, table = tables[wrong]
            document.problems.append(_query_problem(document, (*path, "query"), str(table["query"]), error))
            queries[wrong] = (f'"{wrong}"', None)


def _same(text: str, other: str) -> bool:
    return unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", other)


def _query_problem(document: Document, path: KeyPath, written: str, error: QueryError) -> Problem:
    """The problem at the very line of a query of several lines, with a caret under the character."""
    # Leading blank lines were stripped before parsing, so that positions count from the first word.
    skipped = written[: len(written) - len(written.lstrip())].count("\n")
    line = document.positions.content_line(path) + skipped + error.query.count("\n", 0, error.position)
    caret = "\n".join("    " + one for one in error.caret().split("\n"))
    remedy = "; ".join(
        part
        for part in (
            f"expected {error.expected}" if error.expected else "",
            f"did you mean: {' '.join(error.suggestion.split())}" if error.suggestion else "",
        )
        if part
    )
    return Problem(document.name, line, f"query: {error}", f"{remedy}\n{caret}" if remedy else f"see:\n{caret}")


def _known_topics(
    document: Document, path: KeyPath, wanted: tuple[str, ...], slugs: Collection[str] | None
) -> tuple[str, ...]:
    if slugs is None:
        return ()
    if wanted == ("*",):
        return tuple(slugs)
    for index, slug in enumerate(wanted):
        if slug not in slugs:
            remedy = 'write only ["*"]' if slug == "*" else did_you_mean(slug, slugs)
            document.complain((*path, "topics", index), f"topics: {shown(slug)} is no topic of topics.toml", remedy)
    return tuple(dict.fromkeys(wanted))


def _expect_unique(document: Document, array: str, name: str) -> None:
    first: dict[str, int] = {}
    for path, table in document.array(array):
        value = table.get(name)
        if not isinstance(value, str):
            continue
        line = document.positions.line((*path, name))
        if value in first:
            document.complain(
                (*path, name), f"{name}: {shown(value)} is already used in line {first[value]}", "change one of the two"
            )
        first.setdefault(value, line)


_ReadOptions = Callable[[Document, KeyPath, Mapping[str, Any], Mapping[str, Any], Mapping[str, str]], dict[str, Any]]
"""Document, path of the table, the table as written, its values as read, environment → `DeclaredChannel.options`."""


def _console_options(
    document: Document, path: KeyPath, table: Mapping[str, Any], read: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    return {}


def _telegram_options(
    document: Document, path: KeyPath, table: Mapping[str, Any], read: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    return {name: read[name] for name in ("chat", "thread") if read[name] is not None}


def _webhook_options(
    document: Document, path: KeyPath, table: Mapping[str, Any], read: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    secret = read["secret"]
    if secret and read["secret_env"]:
        document.complain((*path, "secret_env"), "secret and secret_env are both set", "keep one of the two")
    elif read["secret_env"]:
        try:
            text = variable(environment, read["secret_env"])
            if text is None:
                raise WrongValueError(
                    f"the variable {read['secret_env']} is not set", "set it, or write secret = … in its place"
                )
            secret = values.read_webhook_secret(text.split())
        except WrongValueError as wrong:
            document.complain((*path, "secret_env"), f"secret_env: {wrong.message}", wrong.remedy)
            return {}
    elif not {"secret", "secret_env"} & table.keys() and read["format"] == "standard":
        document.complain(
            path,
            "a webhook of the standard format needs a secret to sign with",
            'add secret_env = "NAME" or secret = "whsec_…" (make one with: echo "whsec_$(openssl rand -base64 32)")',
        )
    options = {"url": read["url"], "format": read["format"]}
    return options | ({"secret": secret} if secret else {})


_OPTIONS: Final[Mapping[str, _ReadOptions]] = {
    "console": _console_options,
    "telegram": _telegram_options,
    "webhook": _webhook_options,
}


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as it has them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
