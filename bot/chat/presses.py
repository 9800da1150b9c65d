"""What each button does. Every button says the state it leads to, so that pressing it twice is pressing it once.

A button's data can be forged by whoever pressed it: nothing in it is believed but as a wish of the presser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup

from bot.chat import replies
from bot.chat.asker import Asker
from bot.chat.commands import Commands, followed_by
from bot.chat.replies import Reply
from bot.entities import Button
from bot.errors import RequestError
from bot.languages import sentence
from bot.message import MAXIMUM_CALLBACK_BYTES, vote_buttons
from feeds.model import Topic


@dataclass(frozen=True, slots=True)
class Pressed:
    """What comes of a press: a popup; the message's new words (None: they stay); its new buttons alone."""

    popup: str = ""
    reply: Reply | None = None
    buttons: replies.Rows | None = None


Press = Callable[[Asker, str, InlineKeyboardMarkup | None], Awaitable[Pressed]]


class Presses:
    """The buttons, by the word before the colon of their data."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self.known: dict[str, tuple[Press, bool]] = {
            # word → what it does, and whether it changes something
            "topics": (self._topics, False),
            "following": (self._following, False),
            "follow": (self._follow, True),
            "unfollow": (self._unfollow, True),
            "drop": (self._drop, True),
            "undo": (self._undo, True),
            "language": (self._language, True),
            "mute": (self._mute, True),
            "good": (self._good, False),
            "bad": (self._bad, False),
            "tune": (self._tune, False),
            "better": (self._better, True),
            "restore": (self._restore, True),
            "alert-unfollow": (self._alert_unfollow, True),
            "alert-follow": (self._alert_follow, True),
        }

    async def _topics(self, asker: Asker, value: str, _: object) -> Pressed:
        return Pressed(reply=await self._commands.topics(asker, str(_number(value) + 1)))

    async def _following(self, asker: Asker, value: str, _: object) -> Pressed:
        return Pressed(reply=await self._commands.following(asker, ""))

    async def _follow(self, asker: Asker, value: str, _: object) -> Pressed:
        topic, page = await self._topic_and_page(asker, value)
        return await self._toggled(asker, topic, page, follow=True)

    async def _unfollow(self, asker: Asker, value: str, _: object) -> Pressed:
        topic, page = await self._topic_and_page(asker, value)
        return await self._toggled(asker, topic, page, follow=False)

    async def _topic_and_page(self, asker: Asker, value: str) -> tuple[Topic, int]:
        number, _, page = value.partition(":")
        return await self._topic(asker, number), _number(page)

    async def _toggled(self, asker: Asker, topic: Topic, page: int, *, follow: bool) -> Pressed:
        asker = replace(asker, destination=await asker.own_destination())
        popup = await _set(asker, topic, follow=follow)
        return Pressed(popup, await self._commands.topics(asker, str(page + 1)))

    async def _drop(self, asker: Asker, value: str, _: object) -> Pressed:
        topic = await self._topic(asker, value)
        popup = await _set(asker, topic, follow=False)
        return Pressed(popup, replies.to_unfollow(asker.language, await followed_by(asker), topic))

    async def _undo(self, asker: Asker, value: str, _: object) -> Pressed:
        topic = await self._topic(asker, value)
        asker = replace(asker, destination=await asker.own_destination())
        popup = await _set(asker, topic, follow=True)
        return Pressed(popup, replies.followed(asker.language, topic, True))

    async def _language(self, asker: Asker, value: str, _: object) -> Pressed:
        return Pressed(reply=await self._commands.language(asker, value))

    async def _mute(self, asker: Asker, value: str, _: object) -> Pressed:
        return Pressed(reply=await self._commands.mute(asker, value))

    async def _alert_unfollow(self, asker: Asker, value: str, markup: InlineKeyboardMarkup | None) -> Pressed:
        """Below an alert: the alert stays as it is, the button becomes its own undo."""
        topic = next((one for one in await followed_by(asker) if one.slug == value), None)
        if topic is None:
            return Pressed(sentence(asker.language, "button_old"))
        popup = await _set(asker, topic, follow=False)
        undo = Button(
            sentence(asker.language, "button_follow", topic=replies.label(topic)), data=f"alert-follow:{topic.id}"
        )
        return Pressed(popup, buttons=_exchanged(markup, f"alert-unfollow:{value}", undo))

    async def _alert_follow(self, asker: Asker, value: str, markup: InlineKeyboardMarkup | None) -> Pressed:
        topic = await self._topic(asker, value)
        asker = replace(asker, destination=await asker.own_destination())
        popup = await _set(asker, topic, follow=True)
        again = Button(
            sentence(asker.language, "alert_unfollow", topic=replies.label(topic)), data=f"alert-unfollow:{topic.slug}"
        )
        return Pressed(popup, buttons=_exchanged(markup, f"alert-follow:{value}", again))

    async def _good(self, asker: Asker, value: str, markup: InlineKeyboardMarkup | None) -> Pressed:
        return await self._voted(asker, value, markup, good=True)

    async def _bad(self, asker: Asker, value: str, markup: InlineKeyboardMarkup | None) -> Pressed:
        return await self._voted(asker, value, markup, good=False)

    async def _voted(self, asker: Asker, value: str, markup: InlineKeyboardMarkup | None, *, good: bool) -> Pressed:
        """Below an alert: the vote is kept; the other button changes it.

        One person's own is ticked. Where many read it, each is told how all have voted: a message that is edited with
        every vote would use up what Telegram lets us say there.
        """
        destination = await asker.own_destination() if asker.in_private else asker.destination
        if asker.user is None or destination is None:
            raise RequestError("button_old")
        article, _, key = value.partition(":")
        voted = await asyncio.to_thread(
            asker.subscriptions.vote, destination, article, key, good, f"telegram:{asker.user}"
        )
        name = voted.topic.title or voted.topic.slug
        popup = replies.popup(asker.language, "voted_good" if good else "voted_bad", topic=name)
        if asker.in_private:
            return Pressed(popup, buttons=_ticked(markup, value, good))
        return Pressed(f"{popup}\n👍 {voted.ups} · 👎 {voted.downs}")

    async def _tune(self, asker: Asker, value: str, _: object) -> Pressed:
        return Pressed(reply=await self._commands.tune(asker, await self._topic(asker, value)))

    async def _better(self, asker: Asker, value: str, _: object) -> Pressed:
        number, _, key = value.partition(":")
        topic = await self._topic(asker, number)
        changed = await self._commands.improve(asker, topic, key)
        popup = replies.popup(asker.language, "pressed_improved")
        return Pressed(popup, replies.improved(asker.language, topic, changed))

    async def _restore(self, asker: Asker, value: str, _: object) -> Pressed:
        """The undo of `better`."""
        number, _, before = value.partition(":")
        topic, earlier = await self._topic(asker, number), await self._topic(asker, before)
        restored = await self._commands.exchange(asker, topic, earlier.query)
        popup = replies.popup(asker.language, "pressed_improved")
        return Pressed(popup, replies.improved(asker.language, topic, restored))

    async def _topic(self, asker: Asker, value: str) -> Topic:
        destination = asker.destination or await asker.own_destination()
        topic = await asyncio.to_thread(asker.subscriptions.topic_by_id, destination, _number(value))
        if topic is None:
            raise RequestError("button_old")
        return topic


async def _set(asker: Asker, topic: Topic, *, follow: bool) -> str:
    """Make it followed or not, whatever it was; the words of the popup."""
    destination = asker.destination or await asker.own_destination()
    if follow:
        await asyncio.to_thread(asker.subscriptions.follow_topic, destination, topic)
        return replies.popup(asker.language, "pressed_followed", topic=topic.title or topic.slug)
    try:
        await asyncio.to_thread(asker.subscriptions.unfollow, destination, topic.slug)
    except RequestError:
        pass  # it wasn't followed: as wished
    return replies.popup(asker.language, "pressed_unfollowed", topic=topic.title or topic.slug)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise RequestError("button_old")
    return int(text)


def _ticked(markup: InlineKeyboardMarkup | None, value: str, good: bool) -> replies.Rows:
    """The message's buttons, those of this vote with the one that counts ticked."""
    rows = _kept(markup)
    shown = []
    for row in rows:
        if any(one.data == f"good:{value}" for one in row):
            title = row[0].text.removeprefix("✓ ").removeprefix("👍").strip()
            article, _, key = value.partition(":")
            row = vote_buttons(article, key, good, title)
        shown.append(row)
    return tuple(shown)


def _exchanged(markup: InlineKeyboardMarkup | None, data: str, new: Button) -> replies.Rows:
    """The message's buttons with the one of that data exchanged."""
    return tuple(tuple(new if one.data == data else one for one in row) for row in _kept(markup))


def _kept(markup: InlineKeyboardMarkup | None) -> replies.Rows:
    """The message's buttons as they are."""
    rows = []
    for row in markup.inline_keyboard if markup is not None else ():
        buttons = [Button(one.text, one.callback_data) for one in row if isinstance(one.callback_data, str)]
        rows.append(tuple(one for one in buttons if len((one.data or "").encode()) <= MAXIMUM_CALLBACK_BYTES))
    return tuple(row for row in rows if row)
