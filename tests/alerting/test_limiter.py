"""The limiter of Telegram requests, on a clock and a loop of its own, so that minutes pass in milliseconds."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.channels.telegram_limiter import BROADCAST, REPLY, TelegramRateLimiter


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which waiting takes no time: its clock jumps to the next timer."""

    def __init__(self) -> None:
        self.now = 0.0

        class Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
            def select(inner, timeout: float | None = None) -> Any:  # noqa: N805
                found = super().select(0)
                if not found and timeout is not None:
                    self.now += timeout
                return found

        super().__init__(Selector())

    def time(self) -> float:
        return self.now


def run(work: Callable[[VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work(loop))
    finally:
        loop.close()


class Server:
    """Takes requests after some delay on the way, remembers when it counted each, and can refuse."""

    def __init__(self, loop: VirtualLoop, seed: int = 0) -> None:
        self.loop = loop
        self.counted: list[tuple[float, int]] = []
        self.refusals: dict[int, list[int]] = {}
        self._random = random.Random(seed)

    async def take(self, chat: int) -> bool:
        await asyncio.sleep(self._random.uniform(0, 0.3))
        self.counted.append((self.loop.time(), chat))
        pauses = self.refusals.get(chat)
        if pauses:
            raise RetryAfter(pauses.pop(0))
        await asyncio.sleep(self._random.uniform(0, 0.3))
        return True

    def most_within(self, seconds: float, chat: int | None = None) -> int:
        times = [at for at, to in self.counted if chat in (None, to)]
        return max((sum(start <= at < start + seconds for at in times) for start in times), default=0)


async def ask(limiter: TelegramRateLimiter, server: Server, chat: int, priority: int | None = BROADCAST) -> Any:
    return await limiter.process_request(server.take, (chat,), {}, "sendMessage", {"chat_id": chat}, priority)


@pytest.mark.parametrize("seed", range(5))
def test_no_window_is_ever_exceeded_however_the_network_delays(seed: int) -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop, seed)
        limiter = TelegramRateLimiter(clock=loop.time, patience=10_000)
        chats = [*range(1, 120), *[7] * 10, *[-50] * 45]
        random.Random(seed).shuffle(chats)
        await asyncio.gather(*(ask(limiter, server, chat) for chat in chats))
        assert len(server.counted) == len(chats)
        assert server.most_within(1.0) <= 30
        assert server.most_within(1.0, 7) == 1
        assert server.most_within(60.0, -50) <= 20
        assert loop.time() < 200

    run(work)


def test_replies_go_before_broadcasts() -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop)
        limiter = TelegramRateLimiter(clock=loop.time, patience=10_000)
        broadcasts = [asyncio.create_task(ask(limiter, server, chat)) for chat in range(1, 200)]
        await asyncio.sleep(0.5)
        asked = loop.time()
        await ask(limiter, server, 1000, REPLY)
        assert loop.time() - asked < 2.5
        assert not all(task.done() for task in broadcasts)
        await asyncio.gather(*broadcasts)

    run(work)


def test_a_chat_that_must_pause_stops_no_other() -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop)
        server.refusals[1] = [40]
        limiter = TelegramRateLimiter(clock=loop.time)
        with pytest.raises(RetryAfter):
            await ask(limiter, server, 1)
        await ask(limiter, server, 2)
        assert loop.time() < 3
        with pytest.raises(RetryAfter):  # at once, without asking the server
            await ask(limiter, server, 1)
        assert sum(chat == 1 for _, chat in server.counted) == 1
        await asyncio.sleep(40)
        assert await ask(limiter, server, 1) is True

    run(work)


def test_a_reply_waits_for_the_pause_and_is_sent() -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop)
        server.refusals[1] = [3]
        limiter = TelegramRateLimiter(clock=loop.time)
        assert await ask(limiter, server, 1, None) is True
        first, second = (at for at, _ in server.counted)
        assert second - first >= 3

    run(work)


def test_a_full_group_gives_the_broadcast_back_with_the_true_wait() -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop)
        limiter = TelegramRateLimiter(clock=loop.time)
        for _ in range(20):
            await ask(limiter, server, -5)
        with pytest.raises(RetryAfter) as refused:
            await ask(limiter, server, -5)
        await asyncio.sleep(refused.value._retry_after.total_seconds())
        assert await ask(limiter, server, -5) is True
        assert server.most_within(60.0, -5) <= 20

    run(work)


def test_one_that_gives_up_waiting_leaves_no_trace() -> None:
    async def work(loop: VirtualLoop) -> None:
        server = Server(loop)
        limiter = TelegramRateLimiter(clock=loop.time)
        await ask(limiter, server, 1)
        waiting = [asyncio.create_task(ask(limiter, server, 1)) for _ in range(3)]
        await asyncio.sleep(0.1)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await asyncio.wait_for(ask(limiter, server, 1), 5) is True
        assert len(server.counted) == 2

    run(work)


def test_what_goes_to_no_chat_is_not_held_up() -> None:
    async def work(loop: VirtualLoop) -> None:
        limiter = TelegramRateLimiter(clock=loop.time)

        async def answer() -> bool:
            return True

        for _ in range(100):
            await limiter.process_request(answer, (), {}, "answerCallbackQuery", {}, None)
        assert loop.time() == 0

    run(work)
