"""Updates side by side for many chats, in order for each: one chat's slow command keeps no other waiting."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from telegram import Update

log = logging.getLogger(__name__)

MAXIMUM_WAITING = 20
"""Of one chat; what somebody floods us with beyond that is dropped."""


class Lanes:
    """Lives on one event loop."""

    def __init__(self, handle: Callable[[Update], Awaitable[None]]) -> None:
        """`handle` must not raise."""
        self._handle = handle
        self._lanes: dict[int, deque[Update]] = {}
        self._full: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, update: Update) -> None:
        """Handle it as soon as all earlier ones of its chat are done."""
        key = update.effective_chat.id if update.effective_chat is not None else 0
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = deque()
            task = asyncio.get_running_loop().create_task(self._walk(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(lane) >= MAXIMUM_WAITING:
            if key not in self._full:
                self._full.add(key)
                log.warning("a chat writes faster than it can be answered", extra={"chat": key})
            return
        lane.append(update)

    async def _walk(self, key: int, lane: deque[Update]) -> None:
        try:
            while lane:
                await self._handle(lane.popleft())
        finally:
            del self._lanes[key]
            self._full.discard(key)

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way, no longer than `seconds`; then break it off."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
