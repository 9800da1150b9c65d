"""What each command does. A command takes the asker and the words after it, and gives a reply.

`RequestError` and `QueryError` may be raised: they are said in the asker's language by `bot.chat.handlers`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from bot import preferences
from bot.chat import replies
from bot.chat.asker import Asker
from bot.chat.editing import edit
from bot.chat.replies import Reply
from bot.chat.services import ChatServices, Found
from bot.clean import web_address
from bot.entities import Button
from bot.errors import RequestError
from bot.languages import sentence
from bot.tuning import chosen
from feeds.model import Topic

# What phones make of quotes and dashes.
_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"'})
_STEP = 600
"""UTF-16 units of a step of the explanation: it names up to three clauses, and what was found in their place."""
_DEEP_LINK = re.compile(r"topic_([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Command:
    """`answer` is called with the asker and the text after the command.

    `changes`: only for those who may change things, and `declared`: also where the operator's files say what is so.
    """

    name: str
    answer: Callable[[Asker, str], Awaitable[Reply]]
    changes: bool = False
    declared: bool = True
    for_operators: bool = False


class Commands:
    """All commands that are offered with the services there are."""

    def __init__(self, services: ChatServices, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._clock = clock
        offered = [
            Command("start", self.start),
            Command("topics", self.topics),
            Command("follow", self.follow, changes=True, declared=False),
            Command("following", self.following),
            Command("edit", edit, changes=True, declared=False),
            Command("unfollow", self.unfollow, changes=True, declared=False),
            Command("digest", self.digest, changes=True, declared=False),
            Command("quiet", self.quiet, changes=True, declared=False),
            Command("mute", self.mute, changes=True),
            Command("timezone", self.time_zone, changes=True, declared=False),
            Command("language", self.language, changes=True, declared=False),
        ]
        if services.search is not None:
            offered.append(Command("search", self.search))
        if services.why is not None:
            offered.append(Command("why", self.why))
        if services.feeds is not None:
            offered.append(Command("feeds", self.feeds))
        if services.health is not None and services.operators:
            offered.append(Command("health", self.health, for_operators=True))
        offered.append(Command("help", self.help))
        self.offered = {command.name: command for command in offered}

    def public(self) -> list[str]:
        """The names that everybody may know."""
        return [command.name for command in self.offered.values() if not command.for_operators]

    async def start(self, asker: Asker, text: str) -> Reply:
        """Greet, and follow the topic of a deep link."""
        link = _DEEP_LINK.fullmatch(text.strip())
        if not await asker.may_change():
            return replies.say(asker.language, "welcome_group")
        destination = await asker.own_destination()
        subscriptions = asker.subscriptions
        if link:
            if destination.declared:
                raise RequestError("declared_here")
            topic = await asyncio.to_thread(subscriptions.topic, link[1])
            if topic is None or not topic.public:
                raise RequestError("no_such_topic", slug=link[1])
            done = await asyncio.to_thread(subscriptions.follow_topic, destination, topic)
            return replies.followed(asker.language, done.topic, done.new)
        followed = await asyncio.to_thread(subscriptions.following, destination)
        if followed and asker.in_private:
            heading = replies.words(asker.language, "welcome_back", number=len(followed))
        else:
            heading = replies.words(asker.language, "welcome" if asker.in_private else "welcome_group")
        return await self._topics_page(asker, 0, heading)

    async def topics(self, asker: Asker, text: str) -> Reply:
        """What is offered, page by page."""
        return await self._topics_page(asker, int(text) - 1 if text.isdecimal() and len(text) < 5 else 0)

    async def _topics_page(self, asker: Asker, page: int, heading: str = "") -> Reply:
        offered = await asyncio.to_thread(asker.subscriptions.topics)
        followed = {topic.id for topic in await followed_by(asker) if topic.id is not None}
        return replies.topics(asker.language, offered, followed, page, heading)

    async def follow(self, asker: Asker, text: str) -> Reply:
        """A topic or a query."""
        wanted = text.translate(_TYPOGRAPHY).strip()
        if not wanted:
            return replies.say(asker.language, "follow_how", _to_topics(asker.language))
        destination = await asker.own_destination()
        done = await asyncio.to_thread(asker.subscriptions.follow, destination, wanted)
        tried = None
        if not done.topic.public and self._services.try_query is not None:
            tried = await asyncio.to_thread(self._services.try_query, done.topic)
        return replies.followed(asker.language, done.topic, done.new, tried)

    async def following(self, asker: Asker, text: str) -> Reply:
        """What is followed, and the settings."""
        followed = await followed_by(asker)
        own = [topic for topic in followed if not topic.public]
        tunable: Collection[int] = ()
        if own and self._services.tunable is not None:
            tunable = await asyncio.to_thread(self._services.tunable, own)
        return replies.following(asker.language, followed, asker.destination, self._clock(), tunable)

    async def tune(self, asker: Asker, topic: Topic) -> Reply:
        """What the votes on one of the asker's own queries suggest."""
        if topic.public or self._services.tuning is None:
            raise RequestError("button_old")
        return replies.tuning(asker.language, await asyncio.to_thread(self._services.tuning, topic))

    async def improve(self, asker: Asker, topic: Topic, key: str) -> Topic:
        """Take up a suggestion, named as `bot.tuning.key_of` does, for one of the asker's own queries."""
        if topic.public or self._services.tuning is None:
            raise RequestError("button_old")
        suggestions = (await asyncio.to_thread(self._services.tuning, topic)).suggestions
        suggestion = chosen(suggestions, key)
        if suggestion is None:
            raise RequestError("button_old")
        return await self.exchange(asker, topic, suggestion.query.text)

    async def exchange(self, asker: Asker, topic: Topic, query: str) -> Topic:
        """Follow another query in place of one of the asker's own."""
        destination = await asker.own_destination()
        done = await asyncio.to_thread(asker.subscriptions.replace_query, destination, topic, query)
        return done.topic

    async def unfollow(self, asker: Asker, text: str) -> Reply:
        """By name, or by a button."""
        wanted = text.translate(_TYPOGRAPHY).strip()
        if not wanted or asker.destination is None:
            return replies.to_unfollow(asker.language, await followed_by(asker))
        topic = await asyncio.to_thread(asker.subscriptions.unfollow, asker.destination, wanted)
        return replies.unfollowed(asker.language, topic)

    async def digest(self, asker: Asker, text: str) -> Reply:
        """Show or set."""
        destination = await asker.own_destination()
        zone = replies.zone_name(destination.time_zone)
        if not text.strip():
            shown = replies.off(asker.language, destination.digest)
            return replies.say(asker.language, "digest_is", digest=shown, time_zone=zone)
        destination = await asyncio.to_thread(asker.subscriptions.set_digest, destination, text)
        if destination.digest == "off":
            return replies.say(asker.language, "digest_off")
        return replies.say(asker.language, "digest_set", digest=destination.digest, time_zone=zone)

    async def quiet(self, asker: Asker, text: str) -> Reply:
        """Show or set."""
        destination = await asker.own_destination()
        zone = replies.zone_name(destination.time_zone)
        if not text.strip():
            shown = destination.quiet or sentence(asker.language, "none")
            return replies.say(asker.language, "quiet_is", quiet=shown, time_zone=zone)
        destination = await asyncio.to_thread(asker.subscriptions.set_quiet, destination, text)
        if destination.quiet is None:
            return replies.say(asker.language, "quiet_off")
        return replies.say(asker.language, "quiet_set", quiet=destination.quiet, time_zone=zone)

    async def mute(self, asker: Asker, text: str) -> Reply:
        """For a while, or no more."""
        if not text.strip():
            return replies.choose_mute(asker.language)
        duration = preferences.mute(text)
        destination = await asyncio.to_thread(asker.subscriptions.mute, await asker.own_destination(), duration)
        if destination.muted_until is None:
            return replies.say(asker.language, "mute_off")
        return replies.say(asker.language, "muted", until=replies.local(destination.muted_until, destination))

    async def time_zone(self, asker: Asker, text: str) -> Reply:
        """Show or set."""
        destination = await asker.own_destination()
        key = "time_zone_is"
        if text.strip():
            destination = await asyncio.to_thread(asker.subscriptions.set_time_zone, destination, text)
            key = "time_zone_set"
        now = self._clock().astimezone(ZoneInfo(destination.time_zone)).strftime("%H:%M")
        return replies.say(asker.language, key, time_zone=replies.zone_name(destination.time_zone), time=now)

    async def language(self, asker: Asker, text: str) -> Reply:
        """By name, or by a button."""
        if not text.strip():
            return replies.choose_language(asker.language)
        destination = await asyncio.to_thread(asker.subscriptions.set_language, await asker.own_destination(), text)
        return replies.say(destination.language, "language_set")

    async def search(self, asker: Asker, text: str) -> Reply:
        """The newest articles that a query selects."""
        wanted = text.translate(_TYPOGRAPHY).strip()
        if not wanted or self._services.search is None:
            return replies.say(asker.language, "search_how")
        lines = await asyncio.to_thread(self._services.search, wanted)
        return _lines(asker.language, "search_results" if lines else "search_none", lines, query=wanted)

    async def why(self, asker: Asker, text: str) -> Reply:
        """Why an article did or didn't come."""
        url = web_address(text.strip())
        if url is None or self._services.why is None:
            return replies.say(asker.language, "why_how")
        if asker.destination is None:
            return replies.following(asker.language, [], None, self._clock())
        steps = await asyncio.to_thread(self._services.why, url, asker.destination)
        return replies.found(replies.words(asker.language, "why"), steps, longest=_STEP)

    async def feeds(self, asker: Asker, text: str) -> Reply:
        """The same as feeds; "new" replaces the address of the private one."""
        assert self._services.feeds is not None
        renew = text.strip().casefold() == "new"
        if renew and not await asker.may_change():
            return replies.say(asker.language, "admins_only")
        followed = await followed_by(asker)
        reply = _lines(asker.language, "feeds", await asyncio.to_thread(self._services.feeds, followed))
        if self._services.private_feed is None or asker.destination is None or not followed:
            return reply
        address = await asyncio.to_thread(self._services.private_feed, asker.destination, renew)
        key = "feeds_private_new" if renew else "feeds_private"
        # Not by replies.words, which shortens: half of an address is none.
        own = sentence(asker.language, key, url=escape(address, quote=False))
        return Reply(f"{reply.html}\n\n{own}")

    async def health(self, asker: Asker, text: str) -> Reply:
        """For operators, in a private chat only: others would read it too."""
        if self._services.health is None or asker.user not in self._services.operators or not asker.in_private:
            return replies.say(asker.language, "operators_only")
        return _lines(asker.language, "health", await asyncio.to_thread(self._services.health, asker.language))

    async def help(self, asker: Asker, text: str) -> Reply:
        """Everything that is offered to this asker."""
        is_operator = asker.user in self._services.operators
        names = [one.name for one in self.offered.values() if is_operator or not one.for_operators]
        return replies.help_text(asker.language, names, in_private=asker.in_private)


async def followed_by(asker: Asker) -> list[Topic]:
    """What the asker's destination follows; nothing where there is none."""
    if asker.destination is None:
        return []
    return await asyncio.to_thread(asker.subscriptions.following, asker.destination)


def _to_topics(language: str) -> tuple[tuple[Button, ...], ...]:
    return ((Button(sentence(language, "button_topics"), data="topics:0"),),)


def _lines(language: str, key: str, lines: Sequence[Found], **values: object) -> Reply:
    return replies.found(replies.words(language, key, **values), lines)
