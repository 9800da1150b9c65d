"""What tests of the chat have in common."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.channels.telegram_limiter import TelegramRateLimiter

HURRY = 20


async def hurried_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)


def hurried_limiter() -> TelegramRateLimiter:
    return TelegramRateLimiter(clock=lambda: time.monotonic() * HURRY, sleep=hurried_sleep)


def labels(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]
