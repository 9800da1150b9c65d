"""How to follow: a deep link and a QR code into Telegram, the feeds, and the list of all feeds as OPML."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.web.pages.frame import Page, render
from bot.web.pages.home import feeds_of_all
from feeds.model import Topic
from feeds.render import Outline
from feeds.store import sources as source_store
from feeds.store import topics as topic_store

MAXIMUM_PAYLOAD = 64
"""Telegram's limit on what a deep link may carry, of the letters A-Z a-z 0-9 _ and - alone."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link into the bot's chat that follows a topic with one touch."""

    topic: Topic
    link: str


@dataclass(frozen=True, slots=True)
class FollowPage:
    """`chosen` is the topic asked for; `link` and `qr` lead to it, or to the bot's beginning."""

    topics: tuple[Topic, ...]
    invitations: tuple[Invitation, ...]
    chosen: Topic | None
    link: str
    qr: Markup


def deep_link(bot_name: str, payload: str) -> str:
    """A t.me link that opens the bot's chat and starts it; without the payload if Telegram would not carry it."""
    fits = 0 < len(payload) <= MAXIMUM_PAYLOAD and all(
        character.isascii() and (character.isalnum() or character in "_-") for character in payload
    )
    return f"https://t.me/{bot_name}" + (f"?start={payload}" if fits else "")


def qr_code(text: str, label: str) -> Markup:
    """The text as a QR code: SVG without styles, black on the white that scanners want."""
    import segno  # only this page needs it

    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=2, dark="#000", light=None, omitsize=True, svgclass=None, lineclass=None)
    named = Markup(' role="img" aria-label="{}"').format(label)
    return Markup(svg.replace("<svg", f"<svg{named}", 1))  # noqa: S704 - segno's own SVG and an escaped label


def read_follow(connection: Connection, page: Page, wanted: str | None) -> FollowPage:
    """The ways to follow, with the topic of slug `wanted` first."""
    topics = topic_store.active_topics(connection)
    chosen = next((topic for topic in topics if topic.slug == wanted), None)
    name = page.site.features.telegram
    if name is None:
        return FollowPage(tuple(topics), (), chosen, "", Markup(""))
    link = deep_link(name, f"topic_{chosen.slug}") if chosen else deep_link(name, "")
    return FollowPage(
        topics=tuple(topics),
        invitations=tuple(Invitation(topic, deep_link(name, f"topic_{topic.slug}")) for topic in topics),
        chosen=chosen,
        link=link,
        qr=qr_code(link, page.say("follow.qr_label", link=link)),
    )


def render_follow(page: Page, follow: FollowPage) -> str:
    """The page."""
    return render("follow.html", page.with_feeds(*feeds_of_all(page)), follow=follow)


def read_outlines(connection: Connection, page: Page) -> list[Outline]:
    """Every public feed: everything, topics, sources."""
    everything = _outline(page, page.site.title, "/feeds/all", "/")
    topics = [
        _outline(
            page,
            topic.title or topic.slug,
            f"/feeds/topics/{topic.slug}",
            f"/topics/{topic.slug}",
            topic.description,
            topic.language,
        )
        for topic in topic_store.active_topics(connection)
    ]
    sources = [
        _outline(
            page,
            state.source.title or state.source.slug,
            f"/feeds/sources/{state.source.slug}",
            f"/sources/{state.source.slug}",
            state.source.description,
            state.source.language,
        )
        for state in source_store.states(connection)
    ]
    folders = [
        Outline(text=page.say("home.topics"), children=tuple(topics)),
        Outline(text=page.say("home.watched"), children=tuple(sources)),
    ]
    return [everything, *(folder for folder in folders if folder.children)]


def _outline(
    page: Page, title: str, feed: str, path: str, description: str = "", language: str | None = None
) -> Outline:
    return Outline(
        text=title,
        xml_url=page.feed(feed, "atom"),
        html_url=page.absolute(path),
        description=description,
        language=language,
    )
