"""From an update to the command or button it means, and from the reply to the chat.

Nothing that a person writes can stop it: what can't be done is said in their language, what breaks is logged and said
to be our fault.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScopeChat,
    CallbackQuery,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram import keyboard
from bot.chat import members, replies
from bot.chat.asker import Asker, asker_of
from bot.chat.commands import Command, Commands
from bot.chat.presses import Pressed, Presses
from bot.chat.replies import Reply
from bot.chat.services import ChatServices
from bot.entities import Message as Words
from bot.errors import RequestError
from bot.languages import LANGUAGES, sentence
from bot.subscriptions import Subscriptions
from feeds.errors import QueryError

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+|$)")


class Handlers:
    """Answers updates, one after the other for one chat, many chats at a time."""

    def __init__(self, subscriptions: Subscriptions, services: ChatServices, clock: Callable[[], datetime]) -> None:
        self._subscriptions = subscriptions
        self._services = services
        self._commands = Commands(services, clock)
        self._presses = Presses(self._commands)

    async def handle(self, update: Update, bot: ExtBot[Any]) -> None:
        """Answer one update. Raises nothing but cancellation."""
        try:
            if update.callback_query is not None:
                await self._pressed(update, update.callback_query, bot)
            elif update.my_chat_member is not None:
                reply = await members.membership_changed(update.my_chat_member, self._subscriptions)
                if reply is not None:
                    await _send(bot, update.my_chat_member.chat.id, None, reply)
            elif update.message is not None or update.channel_post is not None:
                await self._written(update, bot)
        except (Forbidden, BadRequest) as error:
            log.info("a chat could not be answered", extra={"error": str(error)})
        except TelegramError as error:
            log.warning("Telegram did not take an answer", extra={"error": f"{type(error).__name__}: {error}"})
        except Exception:
            log.exception("an update could not be answered")

    async def _written(self, update: Update, bot: ExtBot[Any]) -> None:
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id is not None:
            await asyncio.to_thread(
                members.chat_moved, message.chat.id, message.migrate_to_chat_id, self._subscriptions
            )
            return
        text = message.text or ""
        found = _COMMAND.match(text)
        asker = await asker_of(update, bot, self._subscriptions)
        if asker is None:
            return
        if found is None:
            # Only somebody who writes to us alone expects an answer to everything.
            if asker.in_private:
                await self._answer(asker, message, lambda: self._unknown_text(asker, text))
            return
        name, addressed = found[1].casefold(), found[2]
        if addressed and addressed.casefold() != bot.username.casefold():
            return
        command = self._commands.offered.get(name)
        if command is None:
            if asker.in_private:
                await _reply(asker, message, replies.say(asker.language, "unknown_command", command=f"/{name}"))
            return
        await self._answer(asker, message, lambda: self._run(command, asker, text[found.end() :]))

    async def _run(self, command: Command, asker: Asker, text: str) -> Reply:
        if command.changes and not await asker.may_change():
            return replies.say(asker.language, "admins_only")
        if not command.declared and asker.is_declared:
            raise RequestError("declared_here")
        return await command.answer(asker, text)

    async def _unknown_text(self, asker: Asker, text: str) -> Reply:
        example = f"<code>/follow {replies.shown(text[:100])}</code>" if text.strip() else "/follow …"
        return Reply(sentence(asker.language, "unknown_text", example=example))

    async def _answer(self, asker: Asker, message: Message, work: Callable[[], Awaitable[Reply]]) -> None:
        try:
            reply = await work()
        except (RequestError, QueryError) as error:
            reply = replies.refusal(asker.language, error)
        except Exception:
            log.exception("a command failed")
            reply = replies.say(asker.language, "went_wrong")
        await _reply(asker, message, reply)

    async def _pressed(self, update: Update, query: CallbackQuery, bot: ExtBot[Any]) -> None:
        asker = await asker_of(update, bot, self._subscriptions)
        language = asker.language if asker else "en"
        message = query.message
        if asker is None or not isinstance(message, Message):
            await _pop_up(query, sentence(language, "button_old"))
            return
        pressed = await self._press(asker, query, message)
        await _pop_up(query, pressed.popup)
        try:
            if pressed.reply is not None:
                await bot.edit_message_text(
                    pressed.reply.html,
                    chat_id=message.chat.id,
                    message_id=message.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(Words("", buttons=pressed.reply.buttons)),
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
            elif pressed.buttons is not None:
                await bot.edit_message_reply_markup(
                    chat_id=message.chat.id,
                    message_id=message.message_id,
                    reply_markup=keyboard(Words("", buttons=pressed.buttons)),
                )
        except BadRequest as error:
            # Pressed twice: it is already as it should be.
            if "not modified" not in str(error).casefold():
                raise

    async def _press(self, asker: Asker, query: CallbackQuery, message: Message) -> Pressed:
        word, _, value = (query.data or "").partition(":")
        press, changes = self._presses.known.get(word, (None, False))
        try:
            if press is None:
                raise RequestError("button_old")
            if changes and not await asker.may_change():
                raise RequestError("admins_only")
            if changes and asker.is_declared and word != "mute":
                raise RequestError("declared_here")
            return await press(asker, value, message.reply_markup)
        except RequestError as error:
            return Pressed(replies.popup(asker.language, error.key, **error.values))
        except Exception:
            log.exception("a button failed")
            return Pressed(sentence(asker.language, "went_wrong"))

    async def announce_commands(self, bot: ExtBot[Any]) -> None:
        """Tell Telegram the commands in every language, so that it offers them while people type."""
        names = self._commands.public()
        await bot.set_my_commands(_described(names, "en"))
        for language in LANGUAGES:
            await bot.set_my_commands(_described(names, language), language_code=language)
        for operator in self._services.operators:
            if "health" in self._commands.offered:
                try:
                    await bot.set_my_commands(_described([*names, "health"], "en"), BotCommandScopeChat(operator))
                except BadRequest:
                    log.info("an operator has not written to the bot yet", extra={"operator": operator})


def _described(names: list[str], language: str) -> list[BotCommand]:
    return [BotCommand(name, sentence(language, f"command_{name}")) for name in names]


async def _pop_up(query: CallbackQuery, text: str) -> None:
    try:
        await query.answer(text or None)
    except BadRequest as error:
        # We were away too long for the popup; what was wished is done all the same.
        log.info("a press could not be answered", extra={"error": str(error)})


async def _reply(asker: Asker, message: Message, reply: Reply) -> None:
    quoted = None if asker.in_private or asker.chat.type == "channel" else message.message_id
    await _send(asker.bot, asker.chat.id, asker.thread, reply, quoted)


async def _send(bot: ExtBot[Any], chat: int, thread: int | None, reply: Reply, quoted: int | None = None) -> None:
    await bot.send_message(
        chat,
        reply.html,
        parse_mode=ParseMode.HTML,
        message_thread_id=thread,
        reply_markup=keyboard(Words("", buttons=reply.buttons)),
        reply_parameters=ReplyParameters(quoted, allow_sending_without_reply=True) if quoted else None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
