"""The frame around every page: what the site is called, in which language the visitor reads, and where links lead.

The server and the static export make a `Page` each in their own way and call the same `render_…` functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bot.languages import alarm_sentences
from bot.languages.query_errors import said_in
from bot.model import PAUSED_BY_OPERATOR
from bot.web.pages import words
from feeds.alarms import CODES

FEED_FORMATS = (
    ("atom", "Atom", "application/atom+xml"),
    ("rss", "RSS", "application/rss+xml"),
    ("json", "JSON Feed", "application/feed+json"),
)
"""Extension, title, and the content type that autodiscovery announces; the first is what we would choose."""

_HERE = Path(str(files("bot.web")))
STATIC_DIRECTORY = _HERE / "static"


@dataclass(frozen=True, slots=True)
class Features:
    """What this site offers; a page shows no link to what isn't there."""

    search: bool = False
    telegram: str | None = None
    """The bot's user name without "@"."""
    operators: bool = False
    add_source: bool = False
    webhooks: bool = False
    api: bool = False
    opml: bool = True


@dataclass(frozen=True, slots=True)
class Site:
    """The site itself. `base_url` is where readers reach it, without a trailing slash; it may have a path."""

    title: str
    description: str
    base_url: str
    features: Features = Features()
    language: str = "en"
    """The language of title and description."""

    @property
    def root(self) -> str:
        """The path under which the site stands: "" or "/news"."""
        return urlsplit(self.base_url).path.rstrip("/")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that a page announces: its public path without extension, and its title."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes back what the last form did: where its button leads, and what it brings along."""

    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One page for one visitor. `path` is the page's own, below the site's root; `now` is aware."""

    site: Site
    language: str
    now: datetime
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    """What was asked for behind the "?", so that the page can be asked for in another language."""
    feeds: tuple[Feed, ...] = ()
    live: bool = False
    """Whether the page may ask the server for news; never in a static export."""
    still: bool = False
    """Whether the page is kept as it is, and read long after `now`: a static export."""
    operator: bool = False
    signed_in: bool = False
    """Whether the operator came in by the token, and so can sign out."""
    csrf: str = ""
    """What the forms of this visitor must carry; "" where there are none."""
    notice: str = ""
    """The key of a sentence on what the last form did."""
    undo: Undo | None = None
    problem: str = ""
    """A whole sentence on what could not be done."""
    languages: Mapping[str, str] = field(default_factory=lambda: words.LANGUAGES)

    def link(self, path: str) -> str:
        """A path of this site as a link from any page of it."""
        return self.site.root + path

    def absolute(self, path: str) -> str:
        """A path of this site as a whole address."""
        return self.site.base_url + path

    def static(self, name: str) -> str:
        """A static file, under a name that changes with its content and so may be kept for ever."""
        return self.link(f"/static/{static_files()[name]}")

    def feed(self, path: str, extension: str) -> str:
        """The address of a feed; the path may have a query."""
        stem, mark, query = path.partition("?")
        return self.absolute(f"{stem}.{extension}{mark}{query}")

    def navigation(self) -> list[tuple[str, str]]:
        """Path and sentence of each entry of the main navigation."""
        entries = [("/sources", "frame.sources"), ("/topics", "frame.topics")]
        if self.site.features.search:
            entries.append(("/search", "frame.search"))
        entries.append(("/follow", "frame.follow"))
        if self.site.features.webhooks:
            entries.append(("/webhooks", "frame.webhooks"))
        if self.operator:
            entries.append(("/operators", "frame.operators"))
        return entries

    def desk(self) -> list[tuple[str, str]]:
        """Path and sentence of each of the operators' pages."""
        entries = [("/operators", "operators.overview"), ("/operators/topics", "home.topics")]
        if self.site.features.webhooks:
            entries.append(("/webhooks", "frame.webhooks"))
        entries += [("/operators/subscribers", "subscribers.title"), ("/operators/tokens", "tokens.title")]
        if self.site.features.add_source:
            entries.append(("/sources/add", "sources.add"))
        return entries

    def in_language(self, language: str) -> str:
        """This page in another language."""
        return f"{self.link(self.path)}?{urlencode([*self.query, ('lang', language)])}"

    def knows(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return words.knows(key)

    def kind(self, name: str) -> str:
        """How a source is read, in words; its bare name where it has none."""
        key = f"kinds.{name}"
        return self.say(key) if words.knows(key) else name

    def alarm(self, code: str) -> str:
        """The headline of what is wrong with a source (`feeds.alarms.CODES`)."""
        key = f"alarms.{code}"
        return self.say(key) if words.knows(key) else CODES.get(code, code)

    def alarm_text(self, text: str) -> Markup:
        """What an alarm says was expected or seen, or advises; English is marked as such where it could not be said."""
        said = alarm_sentences.said_in(self.language, text)
        if said == text and self.language != "en":
            return Markup('<span lang="en">{}</span>').format(text)
        return Markup("{}").format(said)

    def described(self, sentence: str) -> Markup:
        """What the API's document says of itself, with what stands between backticks as code."""
        said = words.described(self.language, sentence)
        parts = escape(sentence if said is None else said).split("`")
        text = Markup("").join(
            Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts)
        )
        return text if said is not None else Markup('<span lang="en">{}</span>').format(text)

    def query_said(self, sentence: object) -> str:
        """What the query language says of a query: what is wrong, what was expected, or a warning."""
        return said_in(self.language, str(sentence))

    def query_sentence(self, sentence: object) -> str:
        """The same as a sentence of its own."""
        said = self.query_said(sentence)
        return said[:1].upper() + said[1:]

    def channel(self, kind: str) -> str:
        """How alerts reach a destination of that kind."""
        key = f"channels.{kind}"
        return self.say(key) if words.knows(key) else kind

    def pause_reason(self, text: str) -> Markup:
        """Why a destination is paused: in words where it is one of our own reasons, else as the other side said it."""
        if text == PAUSED_BY_OPERATOR:
            return Markup("{}").format(self.say("operators.paused_by_operator"))
        return Markup('<span lang="en">{}</span>').format(text)

    def digest(self, rhythm: str) -> str:
        """How alerts are gathered (`bot.preferences.digest`), in words."""
        every, _, at = rhythm.partition(" ")
        if every == "daily":
            return self.say("subscribers.daily", at=at)
        if every == "weekly":
            day, _, at = at.partition(" ")
            return self.say("subscribers.weekly", day=self.say(f"weekdays.{day}"), at=at)
        return self.say("subscribers.at_once")

    def alert_type(self, name: str) -> str:
        """What an alert without an article is about."""
        key = f"alerts.{name.replace('.', '_')}"
        return self.say(key) if words.knows(key) else name

    @property
    def announced(self) -> tuple[Feed, ...]:
        """The feeds that a reader finds by the page's address: its own first, and everything where it has none."""
        return self.feeds or (Feed("/feeds/all", self.site.title),)

    def with_feeds(self, *feeds: Feed) -> Page:
        """The same page, announcing these feeds."""
        return replace(self, feeds=feeds)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the interface in the visitor's language."""
        return words.translate(self.language, key, **values)

    def count(self, key: str, number: int) -> str:
        """A number of things: "1 article", "2,000 articles"."""
        return words.count(self.language, key, number)

    def number(self, number: int) -> str:
        """A number with the language's separators."""
        return words.number(self.language, number)

    def date(self, moment: datetime, time_zone: str = "UTC") -> str:
        """A moment as people write it, in that time zone; exactly midnight there is a day without a time."""
        return words.moment(self.language, moment, time_zone)

    def day(self, moment: datetime, time_zone: str = "UTC") -> str:
        """Its day alone."""
        return words.day(self.language, words.local(moment, time_zone).date())

    def ago(self, moment: datetime | None) -> str:
        """How long ago, or how soon: "3 minutes ago", "in 2 hours"; on a still page, the moment itself."""
        if self.still and moment is not None:
            return f"{words.moment(self.language, moment)} UTC"
        return words.distance(self.language, moment, self.now)


@cache
def environment() -> Environment:
    """The templates, compiled when first used; everything is escaped unless it is `Markup`."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["feed_formats"] = FEED_FORMATS
    made.filters["web_address"] = _web_address
    made.filters["host"] = _host
    made.filters["path_part"] = lambda text: quote(str(text), safe="")
    return made


def _web_address(text: str | None) -> str:
    """An address that sites gave us, as a link's target: http(s) or nothing, whatever they wrote."""
    address = str(text or "").strip()
    return address if address.lower().startswith(("http://", "https://")) else ""


def _host(address: str) -> str:
    """Whose address it is, for people; "" for what is none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def render(template: str, page: Page, **values: Any) -> str:
    """The template as a document: `page` and `say` are known to it, and whatever else is given."""
    return (
        environment().get_template(template).render(page=page, say=page.say, count=page.count, link=page.link, **values)
    )


@cache
def static_files() -> dict[str, str]:
    """Name of each static file → its public name, which holds a digest of its content."""
    public: dict[str, str] = {}
    for file in sorted(STATIC_DIRECTORY.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        public[file.name] = f"{file.stem}.{digest}{file.suffix}"
    return public
