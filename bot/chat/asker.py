"""Who asks, from where, and what they may do.

A destination is a chat, or one topic of a forum. It is made when somebody first follows or sets something there;
until then people are answered in the language of their Telegram.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from telegram import Chat, Message, Update
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.languages import known
from bot.model import Destination
from bot.subscriptions import Subscriptions

_ZONES = {"vi": "Asia/Ho_Chi_Minh"}
"""The zone that a new chat begins with, by its language; elsewhere UTC."""


@dataclass(frozen=True, slots=True)
class Asker:
    """One request's side of the conversation. `user` is None in channels and for anonymous administrators."""

    bot: ExtBot[Any]
    subscriptions: Subscriptions
    chat: Chat
    thread: int | None
    user: int | None
    language: str
    """As the destination has it; without one, as the person's Telegram has it."""
    destination: Destination | None
    speaks_for_chat: bool
    """A channel's post, or an anonymous administrator's message."""

    @property
    def address(self) -> str:
        """`Destination.address`."""
        return f"{self.chat.id}/{self.thread}" if self.thread else str(self.chat.id)

    @property
    def in_private(self) -> bool:
        """Whether nobody else reads it."""
        return self.chat.type == Chat.PRIVATE

    @property
    def is_declared(self) -> bool:
        """Whether the operator's files say what is followed here; a change by chat would not outlive a restart."""
        return self.destination is not None and self.destination.declared

    async def may_change(self) -> bool:
        """In a private chat anybody; elsewhere administrators."""
        if self.in_private or self.speaks_for_chat:
            return True
        if self.user is None:
            return False
        try:
            member = await self.bot.get_chat_member(self.chat.id, self.user)
        except TelegramError:
            return False
        return member.status in (member.ADMINISTRATOR, member.OWNER)

    async def own_destination(self) -> Destination:
        """The destination; made if it isn't there, resumed if it was paused: whoever writes to us can be written to."""
        destination = self.destination
        if destination is None:
            return await asyncio.to_thread(
                self.subscriptions.destination,
                "telegram",
                self.address,
                title=self.chat.effective_name or "",
                language=self.language,
                time_zone=_ZONES.get(self.language, "UTC"),
            )
        if destination.paused_at is not None:
            return await asyncio.to_thread(self.subscriptions.resume, destination)
        return destination


async def asker_of(update: Update, bot: ExtBot[Any], subscriptions: Subscriptions) -> Asker | None:
    """Who is behind the update; None if there is no chat to answer in."""
    chat, message = update.effective_chat, update.effective_message
    if chat is None:
        return None
    thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    user = update.effective_user
    anonymous = (
        update.callback_query is None
        and isinstance(message, Message)
        and message.sender_chat is not None
        and message.sender_chat.id == chat.id
    )
    address = f"{chat.id}/{thread}" if thread else str(chat.id)
    destination = await asyncio.to_thread(subscriptions.find, "telegram", address)
    if destination is None and chat.username:
        # An operator may have declared a public channel by its name.
        destination = await asyncio.to_thread(subscriptions.find, "telegram", f"@{chat.username}")
    if destination is not None:
        language = destination.language
    else:
        language = known(user.language_code if user is not None else None)
    return Asker(bot, subscriptions, chat, thread, user.id if user else None, known(language), destination, anonymous)
