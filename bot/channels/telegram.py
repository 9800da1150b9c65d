"""Alerts to Telegram: private chats, groups, forum topics, channels.

The library lives on an event loop, deliveries come from plain threads: `send` puts the request on the loop and waits,
with a total deadline. `sendMessage` has no idempotency key: an answer that does not come leaves it open whether the
message arrived, and the delivery is tried again, so a follower may see it twice; never not at all.

    telegram.error  ─→ DeliveryError
    ChatMigrated       moved_to
    RetryAfter         retry_after
    Forbidden          gone (blocked, kicked, deactivated)
    BadRequest         gone (chat not found, topic closed, no right to write) · plain text once · permanent
    InvalidToken       try later, and say so: the operator's to mend
    TimedOut, others   try later
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram_limiter import BROADCAST, TelegramRateLimiter, retry_seconds
from bot.entities import Message
from bot.errors import DeliveryError
from bot.message import compose
from bot.model import Delivery, Destination, Receipt

DEADLINE_SECONDS = 30.0
"""For one delivery, the wait for Telegram's rates included."""
UNBOUND_PAUSE_SECONDS = 15.0
"""While no bot is bound, a delivery waits so long, and no failure is counted against its chat."""
PUBLIC_API = "https://api.telegram.org"

# Of a 400, what says that the chat is closed to us; compared in lower case, since the library capitalises.
_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "bot was blocked",
    "bot was kicked",
    "bot is not a member",
    "group chat was deactivated",
    "have no rights to send",
    "not enough rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "chat_send_plain_forbidden",
    "channel_private",
    "peer_id_invalid",
    "input_user_deactivated",
    "topic_closed",
    "topic_deleted",
    "topic closed",
    "topic deleted",
    "message thread not found",
)
_REMEMBERED_PARTS = 200
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}")

# At INFO it writes every address it asks, and the address holds the token.
logging.getLogger("httpx").setLevel(logging.WARNING)

Answer = TypeVar("Answer")


def new_bot(token: str, api_url: str = PUBLIC_API, *, limiter: TelegramRateLimiter | None = None) -> ExtBot[int]:
    """The library's bot, at the given API server, with our limiter."""
    return ExtBot(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=HTTPXRequest(connection_pool_size=32, connect_timeout=5, read_timeout=15, pool_timeout=10),
        get_updates_request=HTTPXRequest(connection_pool_size=1, connect_timeout=5, read_timeout=15),
        rate_limiter=limiter or TelegramRateLimiter(),
    )


class TelegramChannel:
    """Satisfies `bot.channels.Channel`. Until `bind` has given it a bot, every delivery is to be tried later."""

    def __init__(self, *, deadline: float = DEADLINE_SECONDS) -> None:
        """`deadline` is in seconds, for one delivery."""
        self._deadline = deadline
        self._lock = threading.Lock()
        self._bound: tuple[ExtBot[Any], asyncio.AbstractEventLoop] | None = None
        self._problem = "Telegram is not connected yet"
        # Of a delivery of several messages: how many have arrived, so that a retry goes on where it broke off.
        self._parts: OrderedDict[tuple[str, int], int] = OrderedDict()

    def bind(self, bot: ExtBot[Any], loop: asyncio.AbstractEventLoop) -> None:
        """From now on, send by this bot, which lives on this running loop."""
        with self._lock:
            self._bound = (bot, loop)

    def unbind(self, problem: str) -> None:
        """From now on there is no bot; `problem` is what a delivery is told."""
        with self._lock:
            self._bound, self._problem = None, problem

    def send(self, destination: Destination, delivery: Delivery) -> Receipt:
        """Deliver the alert as one message, or several. Raises `DeliveryError`."""
        chat, thread = parse_address(destination.address)
        messages = self._composed(destination, chat, delivery)
        bot, loop = self._connected()
        return self._run(self._send_all(bot, chat, thread, messages, delivery.uid), loop)

    def amend(self, destination: Destination, delivery: Delivery, reference: str) -> None:
        """Change the message of that id. Raises `DeliveryError`, permanent where Telegram will not change it."""
        chat, _ = parse_address(destination.address)
        (message,) = self._composed(destination, chat, delivery)
        bot, loop = self._connected()
        self._run(_edit(bot, chat, int(reference), message), loop)

    def _composed(self, destination: Destination, chat: int | str, delivery: Delivery) -> tuple[Message, ...]:
        return compose(
            delivery.alert,
            destination.language,
            destination.time_zone,
            buttons="one" if isinstance(chat, int) and chat > 0 else "many",
        )

    def _connected(self) -> tuple[ExtBot[Any], asyncio.AbstractEventLoop]:
        with self._lock:
            bound, problem = self._bound, self._problem
        if bound is None:
            raise DeliveryError(problem, retry_after=UNBOUND_PAUSE_SECONDS)
        return bound

    def _run(self, work: Coroutine[Any, Any, Answer], loop: asyncio.AbstractEventLoop) -> Answer:
        """What the work on the loop comes to, within the deadline. Raises `DeliveryError` and nothing else."""
        try:
            waiting = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, self._deadline), loop)
        except RuntimeError as error:
            work.close()
            raise DeliveryError("Telegram's connection is being closed") from error
        try:
            return waiting.result(self._deadline + 5)
        except DeliveryError:
            raise
        except TimeoutError as error:
            waiting.cancel()
            raise DeliveryError(f"no answer from Telegram in {self._deadline:g} s; it may have arrived") from error
        except concurrent.futures.CancelledError as error:
            raise DeliveryError("Telegram's connection was closed meanwhile; it may have arrived") from error
        except Exception as error:
            raise DeliveryError(f"unexpected: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Take no more; the bot belongs to whoever bound it."""
        self.unbind("Telegram's connection is closed")

    async def _send_all(
        self, bot: ExtBot[Any], chat: int | str, thread: int | None, messages: tuple[Message, ...], uid: str
    ) -> Receipt:
        # Only if it is still the same whole: a digest may have grown meanwhile, and better twice than never.
        whole = (uid, hash(messages))
        done = self._parts.get(whole, 0)
        reference = None
        for number, message in enumerate(messages):
            if number < done:
                continue
            try:
                reference = await _send_one(bot, chat, thread, message)
            except TelegramError as error:
                raise delivery_error(error) from error
            if len(messages) > 1:
                self._parts[whole] = number + 1
                self._parts.move_to_end(whole)
                while len(self._parts) > _REMEMBERED_PARTS:
                    self._parts.popitem(last=False)
        self._parts.pop(whole, None)
        return Receipt(200, "sent", reference)


def parse_address(address: str) -> tuple[int | str, int | None]:
    """Of "-100123/45": -100123 and 45; of "@news": "@news" and None. Raises `DeliveryError` (permanent) for others."""
    name, _, thread = address.partition("/")
    try:
        chat: int | str = name if name.startswith("@") and len(name) > 1 else int(name)
        return chat, int(thread) if thread else None
    except ValueError as error:
        raise DeliveryError(f"{address!r} is not a Telegram chat", permanent=True) from error


async def _send_one(bot: ExtBot[Any], chat: int | str, thread: int | None, message: Message) -> str:
    try:
        return await _post(bot, chat, thread, message)
    except BadRequest as error:
        if _is_gone(error) or not (message.entities or message.buttons):
            raise
    # Whatever of the formatting was refused, the words are not lost.
    return await _post(bot, chat, thread, message.plain())


async def _post(bot: ExtBot[Any], chat: int | str, thread: int | None, message: Message) -> str:
    sent = await bot.send_message(
        chat,
        message.text,
        entities=_entities(message),
        message_thread_id=thread,
        reply_markup=keyboard(message),
        link_preview_options=_link_preview(message),
        rate_limit_args=BROADCAST,
    )
    return str(sent.message_id)


async def _edit(bot: ExtBot[Any], chat: int | str, message_id: int, message: Message) -> None:
    try:
        await bot.edit_message_text(
            message.text,
            chat_id=chat,
            message_id=message_id,
            entities=_entities(message),
            reply_markup=keyboard(message),
            link_preview_options=_link_preview(message),
            rate_limit_args=BROADCAST,
        )
    except TelegramError as error:
        if not (isinstance(error, BadRequest) and "not modified" in str(error).casefold()):
            raise delivery_error(error) from error


def _entities(message: Message) -> list[MessageEntity] | None:
    return [MessageEntity(one.type, one.offset, one.length, url=one.url) for one in message.entities] or None


def _link_preview(message: Message) -> LinkPreviewOptions:
    return LinkPreviewOptions(url=message.preview) if message.preview else LinkPreviewOptions(is_disabled=True)


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """The message's buttons as the library has them."""
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one.text, url=one.url, callback_data=one.data) for one in row]
            for row in message.buttons
        ]
    )


def delivery_error(error: TelegramError) -> DeliveryError:
    """What follows from the library's error. `BadRequest` and `TimedOut` are `NetworkError`s: the order matters."""
    said = _TOKEN.sub("(token)", str(error))
    if isinstance(error, ChatMigrated):
        return DeliveryError(said, moved_to=str(error.new_chat_id), status=400)
    if isinstance(error, RetryAfter):
        return DeliveryError(said, retry_after=retry_seconds(error), status=429)
    if isinstance(error, Forbidden):
        return DeliveryError(said, gone=True, status=403)
    if isinstance(error, InvalidToken):
        return DeliveryError("Telegram refuses the bot's token: set TELEGRAM_BOT_TOKEN anew", status=401)
    if isinstance(error, BadRequest):
        gone = _is_gone(error)
        return DeliveryError(said, gone=gone, permanent=not gone, status=400)
    if isinstance(error, TimedOut):
        return DeliveryError("no answer from Telegram in time; it may have arrived")
    return DeliveryError(said or type(error).__name__)


def _is_gone(error: BadRequest) -> bool:
    said = str(error).casefold()
    return any(words in said for words in _GONE)
