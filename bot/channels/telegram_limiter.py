"""How fast Telegram lets a bot write, kept strictly: sliding windows, a pause for one chat only, replies first.

Telegram's rates: one message a second in a chat, twenty a minute in a group or channel, thirty a second in all. The
server counts a request somewhere between its start and its answer, so a request takes its place in each window from its
start until one window's length after its end: however the network delays it, the server never sees more.

Of what is written, and of retrying over hours, this module knows nothing.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

# Telegram's pauses as `timedelta`, as the library's next major version has them; the old way warns at each.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

OVERALL = (30, 1.0)
PER_CHAT = (1, 1.0)
PER_GROUP = (20, 60.0)
BROADCAST = 1
"""Given as `rate_limit_args` by what nobody is waiting for; it yields to replies."""
REPLY = 0
PATIENCE_SECONDS = 5.0
"""A broadcast that would wait longer for its chat is handed back as `RetryAfter`, so that it holds no thread."""
MAXIMUM_REPLY_RETRIES = 2
MARGIN_SECONDS = 0.01

_UNLIMITED = frozenset(
    {"getMe", "getUpdates", "answerCallbackQuery", "getChat", "getChatMember", "getChatAdministrators", "setMyCommands"}
    | {"deleteWebhook", "setWebhook", "getWebhookInfo", "close", "logOut"}
)


class _Window:
    """At most `most` requests within any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._running = 0
        self._ended: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until a request may start; infinity while only the end of a running one can tell."""
        self._forget(now)
        over = self._running + len(self._ended) - self._most
        if over < 0:
            return 0.0
        if over >= len(self._ended):
            return float("inf")
        return max(0.0, self._ended[over] + self._seconds - now)

    def begin(self) -> None:
        self._running += 1

    def end(self, now: float) -> None:
        self._running -= 1
        self._ended.append(now)

    def idle(self, now: float) -> bool:
        self._forget(now)
        return not self._running and not self._ended

    def _forget(self, now: float) -> None:
        while self._ended and self._ended[0] + self._seconds <= now:
            self._ended.popleft()


@dataclass
class _Chat:
    windows: list[_Window]
    silent_until: float = 0.0

    def wait(self, now: float) -> float:
        return max(self.silent_until - now, *(window.wait(now) for window in self.windows))

    def idle(self, now: float) -> bool:
        return self.silent_until <= now and all(window.idle(now) for window in self.windows)


@dataclass(order=True)
class _Waiter:
    priority: int
    number: int
    chat: _Chat = field(compare=False)
    admitted: asyncio.Future[None] = field(compare=False)


class TelegramRateLimiter(BaseRateLimiter[int]):
    """The library asks it before each request. Lives on one event loop; `rate_limit_args` is `REPLY` or `BROADCAST`."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """`clock` counts seconds that never go back."""
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._overall = _Window(*OVERALL)
        self._chats: dict[str, _Chat] = {}
        self._waiting: list[_Waiter] = []
        self._number = 0
        self._alarm: asyncio.Task[None] | None = None

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Let nothing wait any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        for waiter in self._waiting:
            waiter.admitted.cancel()
        self._waiting.clear()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make the request when it may be made. Raises `RetryAfter` for a broadcast that would wait too long."""
        chat_id = data.get("chat_id")
        if endpoint in _UNLIMITED or chat_id is None:
            return await callback(*args, **kwargs)
        priority = BROADCAST if rate_limit_args == BROADCAST else REPLY
        retries = 0
        while True:
            chat = self._chat(str(chat_id))
            await self._admission(chat, priority)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = retry_seconds(error)
                chat.silent_until = max(chat.silent_until, self._clock() + seconds)
                if priority == BROADCAST or retries >= MAXIMUM_REPLY_RETRIES:
                    raise
                retries += 1
            finally:
                self._ended(chat)

    def _chat(self, chat_id: str) -> _Chat:
        known = self._chats.get(chat_id)
        if known is None:
            if len(self._chats) >= 1000:
                now = self._clock()
                busy = {id(waiter.chat) for waiter in self._waiting}
                self._chats = {key: chat for key, chat in self._chats.items() if id(chat) in busy or not chat.idle(now)}
            windows = [_Window(*PER_CHAT)]
            if chat_id.startswith(("-", "@")):
                windows.append(_Window(*PER_GROUP))
            known = self._chats[chat_id] = _Chat(windows)
        return known

    async def _admission(self, chat: _Chat, priority: int) -> None:
        """Return when a request to the chat may start, its place in the windows taken."""
        wait = chat.wait(self._clock())
        if priority == BROADCAST and self._patience < wait < float("inf"):
            raise RetryAfter(round(wait + 0.5))
        self._number += 1
        waiter = _Waiter(priority, self._number, chat, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._waiting.sort()
        self._admit()
        try:
            await waiter.admitted
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif waiter.admitted.done() and not waiter.admitted.cancelled():
                self._ended(chat)
            raise

    def _ended(self, chat: _Chat) -> None:
        now = self._clock()
        self._overall.end(now)
        for window in chat.windows:
            window.end(now)
        self._admit()

    def _admit(self) -> None:
        """Let go whoever may, in order; and come back when the next one may."""
        now = self._clock()
        soonest = float("inf")
        for waiter in list(self._waiting):
            overall = self._overall.wait(now)
            if overall > 0:
                soonest = min(soonest, overall)
                break
            wait = waiter.chat.wait(now)
            if wait > 0:
                soonest = min(soonest, wait)
                continue
            self._waiting.remove(waiter)
            if waiter.admitted.done():
                continue
            self._overall.begin()
            for window in waiter.chat.windows:
                window.begin()
            waiter.admitted.set_result(None)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if soonest < float("inf"):
            self._alarm = asyncio.get_running_loop().create_task(self._admit_in(soonest + MARGIN_SECONDS))

    async def _admit_in(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._alarm = None
        self._admit()


def retry_seconds(error: RetryAfter) -> float:
    """The pause that Telegram asked for, in seconds, whichever form the library gives it."""
    pause = error.retry_after
    return float(pause) if isinstance(pause, int | float) else pause.total_seconds()
