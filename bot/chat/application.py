"""The chat process: one event loop in a thread of its own, on which Telegram is polled, answered and written to.

    waiting ──(holds the lease)──→ connecting ──(getMe)──→ serving ──→ stopped
       ↑                              │ wrong token, no network, another poller
       └──────────────────────────────┘ a clear sentence, a pause, again

Whatever is wrong with the token or the network, the process stays: deliveries wait, nothing is lost, and `problem`
says what is the matter. Polling is our own ten lines: the library's `Updater` ends in silence when a token is revoked,
and does not say that somebody else polls.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram import PUBLIC_API, TelegramChannel, new_bot
from bot.channels.telegram_limiter import TelegramRateLimiter, retry_seconds
from bot.chat.handlers import ALLOWED_UPDATES, Handlers
from bot.chat.lanes import Lanes
from bot.chat.services import ChatServices
from bot.subscriptions import Subscriptions

log = logging.getLogger(__name__)

POLL_SECONDS = 25
HOLD_SECONDS = 5.0
"""How often the lease on the token is renewed."""
FINISH_SECONDS = 5.0

REFUSED = "Telegram refuses the bot's token: set TELEGRAM_BOT_TOKEN to the one that @BotFather shows, and restart"
OTHER_POLLER = "another program polls Telegram with the same token; this one stands by"
STANDING_BY = "another process of this installation serves Telegram; this one stands by"


class ChatProcess:
    """Everything of Telegram in this process. Start it once, stop it once; the channel may be used in between."""

    def __init__(
        self,
        *,
        token: str,
        subscriptions: Subscriptions,
        clock: Callable[[], datetime],
        api_url: str = PUBLIC_API,
        services: ChatServices | None = None,
        hold: Callable[[], bool] | None = None,
        release: Callable[[], None] | None = None,
        on_problem: Callable[[str | None], None] | None = None,
        limiter: Callable[[], TelegramRateLimiter] = TelegramRateLimiter,
        pause: float = 2.0,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        """`hold` takes or renews the lease on the token and says whether we have it; None: there is nobody else. It is
        called every `hold_seconds`, which are a third of the lease or less.

        `on_problem` is called from the loop's thread when what is the matter changes, with None when all is well.
        `pause` is the first wait after a failure, in seconds; it doubles up to five minutes.
        """
        self.channel = TelegramChannel()
        self._token, self._api_url, self._limiter = token, api_url, limiter
        self._hold, self._release, self._on_problem = hold, release, on_problem
        self._pause = pause
        self._hold_seconds = hold_seconds
        self._handlers = Handlers(subscriptions, services or ChatServices(), clock)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._problem: str | None = "not started"
        self._started = threading.Event()
        self._settled = threading.Event()
        self._announced = False
        self._lease_trouble = ""
        self._username: str | None = None
        self._offset: int | None = None

    @property
    def ready(self) -> bool:
        """Whether messages can be sent now."""
        return self._problem is None

    @property
    def problem(self) -> str | None:
        """What is the matter, as a sentence for the operator; None if nothing is."""
        return self._problem

    @property
    def username(self) -> str | None:
        """The bot's own name without "@", once Telegram has said it."""
        return self._username

    def start(self) -> None:
        """Begin, in a thread. A wrong token or a missing network does not raise; it shows in `problem`."""
        if self._thread is not None:
            raise RuntimeError("the chat process was started already")
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="telegram", daemon=True)
        self._thread.start()
        self._started.wait()

    def wait(self, seconds: float) -> bool:
        """Wait until it is known whether messages can be sent now, at most `seconds`; whether they can."""
        self._settled.wait(seconds)
        return self.ready

    def stop(self, timeout: float = 15.0) -> None:
        """Finish what is being answered, confirm what was read, and end; within `timeout` seconds."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout)
        self.channel.close()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        pause = self._pause
        while not self._stop.is_set():
            if not await self._may_hold():
                self._is(STANDING_BY)
                await self._wait(self._hold_seconds)
                continue
            if await self._serve():
                pause = self._pause
            if not self._stop.is_set():
                await self._wait(pause)
                pause = min(pause * 2, 300.0)
        if self._release is not None:
            with suppress(Exception):
                await asyncio.to_thread(self._release)
        self._is("stopped")

    async def _serve(self) -> bool:
        """Connect and serve until something is wrong or we are stopped; whether it was connected at all."""
        assert self._loop is not None
        connected = False
        bot: ExtBot[int] | None = None
        try:
            bot = new_bot(self._token, self._api_url, limiter=self._limiter())
            await bot.initialize()
            # A webhook that was set earlier would keep every update from us.
            await bot.delete_webhook()
            self._username = bot.username
            self.channel.bind(bot, self._loop)
            self._is(None)
            connected = True
            await self._announce_commands(bot)
            await self._poll(bot)
        except InvalidToken:
            self._is(REFUSED)
        except Conflict:
            self._is(OTHER_POLLER)
            connected = False  # the other one is at work: come back ever more rarely
        except _LeaseLost:
            self._is(STANDING_BY)
        except TelegramError as error:
            self._is(self._unreachable(error))
        except Exception:
            log.exception("the chat process failed, and begins anew")
            self._is("an internal error, see the log; beginning anew")
        finally:
            self.channel.unbind(self._problem or "Telegram is being stopped")
            if bot is not None:
                await bot.shutdown()
                await bot.request.shutdown()
        return connected

    async def _poll(self, bot: ExtBot[int]) -> None:
        """Read updates and hand them on, until stopped. Raises what only a new beginning can mend."""
        assert self._stop is not None
        lanes = Lanes(lambda update: self._handlers.handle(update, bot))
        stopped = asyncio.create_task(self._stop.wait())
        lost = asyncio.create_task(self._lease_lost())
        pause = self._pause
        try:
            while not self._stop.is_set():
                asked = asyncio.create_task(
                    bot.get_updates(
                        self._offset, timeout=timedelta(seconds=POLL_SECONDS), allowed_updates=list(ALLOWED_UPDATES)
                    )
                )
                await asyncio.wait({asked, stopped, lost}, return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():
                    asked.cancel()
                    await asyncio.gather(asked, return_exceptions=True)
                    if lost.done():
                        raise _LeaseLost
                    break
                try:
                    updates: tuple[Update, ...] = asked.result()
                except (InvalidToken, Conflict):
                    raise
                except TelegramError as error:
                    seconds = retry_seconds(error) if isinstance(error, RetryAfter) else pause
                    self._is(self._unreachable(error))
                    await self._wait(seconds)
                    pause = min(pause * 2, 60.0)
                    continue
                self._is(None)
                pause = self._pause
                for update in updates:
                    lanes.put(update)
                    self._offset = update.update_id + 1
        finally:
            stopped.cancel()
            lost.cancel()
            await asyncio.gather(stopped, lost, return_exceptions=True)
            await lanes.finish(FINISH_SECONDS)
        if self._offset is not None:
            # What was answered is not to be read again by the next one.
            with suppress(TelegramError):
                await asyncio.wait_for(bot.get_updates(self._offset, limit=1, timeout=timedelta(0)), FINISH_SECONDS)

    def _unreachable(self, error: TelegramError) -> str:
        # Of the error only its kind: its words may hold the token.
        return f"Telegram can't be reached at {self._api_url} ({type(error).__name__}); trying again"

    async def _announce_commands(self, bot: ExtBot[int]) -> None:
        if self._announced:
            return
        try:
            await self._handlers.announce_commands(bot)
            self._announced = True
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("the list of commands could not be set", extra={"error": str(error)})

    async def _lease_lost(self) -> None:
        """Return when the lease on the token is no longer ours."""
        while await self._may_hold():
            await asyncio.sleep(self._hold_seconds)

    async def _may_hold(self) -> bool:
        if self._hold is None:
            return True
        try:
            held = await asyncio.to_thread(self._hold)
            self._lease_trouble = ""
            return held
        except Exception as error:
            said = type(error).__name__
            if said != self._lease_trouble:
                log.exception("the lease on the token could not be asked for")
            self._lease_trouble = said
            return False

    async def _wait(self, seconds: float) -> None:
        """Sleep, unless stopped."""
        assert self._stop is not None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _is(self, problem: str | None) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        self._settled.set()
        if problem is None:
            log.info("Telegram is connected")
        elif problem in (STANDING_BY, "stopped"):
            log.info(problem)
        else:
            log.error(problem)
        if self._on_problem is not None:
            self._on_problem(problem)


class _LeaseLost(Exception):
    """Somebody else holds the token now."""
