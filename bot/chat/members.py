"""The bot was added, blocked, unblocked, made an administrator, removed; a group became a supergroup."""

from __future__ import annotations

import asyncio

from telegram import Chat, ChatMemberUpdated

from bot.chat import replies
from bot.chat.replies import Reply
from bot.languages import known
from bot.subscriptions import Subscriptions

_INSIDE = frozenset({"creator", "administrator", "member", "restricted"})
BLOCKED = "blocked by the follower"
REMOVED = "removed from the chat"


async def membership_changed(change: ChatMemberUpdated, subscriptions: Subscriptions) -> Reply | None:
    """Pause or resume what the chat follows; a first word where we were let in."""
    chat = change.chat
    was_inside = change.old_chat_member.status in _INSIDE
    is_inside = change.new_chat_member.status in _INSIDE
    names = [str(chat.id), *([f"@{chat.username}"] if chat.username else [])]
    ours = await asyncio.to_thread(subscriptions.of_chat, *names)
    if not is_inside:
        reason = BLOCKED if chat.type == Chat.PRIVATE else REMOVED
        for one in ours:
            await asyncio.to_thread(subscriptions.pause, one, reason)
        return None
    for one in ours:
        await asyncio.to_thread(subscriptions.resume, one)
    if was_inside or chat.type == Chat.PRIVATE:
        return None
    language = known(ours[0].language if ours else change.from_user.language_code)
    if chat.type != Chat.CHANNEL:
        return replies.say(language, "welcome_group")
    if not ours:
        made = await asyncio.to_thread(
            subscriptions.destination, "telegram", str(chat.id), title=chat.effective_name or "", language=language
        )
        language = made.language
    return replies.say(language, "channel_ready")


def chat_moved(old: int, new: int, subscriptions: Subscriptions) -> None:
    """A group became a supergroup: what it follows goes with it. Telling twice is telling once."""
    for one in subscriptions.of_chat(str(old)):
        _, slash, thread = one.address.partition("/")
        subscriptions.move(one, f"{new}{slash}{thread}")
