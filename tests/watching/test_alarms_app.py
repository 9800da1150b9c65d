"""The whole program's alarms: who is told by which settings, and what a first start without a network has to say."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import Clock
from settings_folder import write

from bot.app import App, build
from bot.channels.console import ConsoleChannel
from bot.chat.wiring import health_lines
from bot.settings import load
from feeds.alarms import Alarm
from feeds.store import alarms, sources

TOKEN = "123456:" + "A" * 35
SOURCES = "".join(
    f'[[source]]\nslug = "site-{number}"\nurl = "http://127.0.0.{number + 2}:1/news"\n' for number in range(4)
)
CONSOLE = '[[console]]\ntopics = ["*"]\n'


@contextmanager
def program(folder: Path, url: str, clock: Clock, *, token: str = "", **files: str) -> Iterator[App]:
    write(folder, **{"sources": SOURCES, "channels": CONSOLE, **files})
    environment = {"DATABASE_URL": url, "TELEGRAM_BOT_TOKEN": token, "TOCSIN_ALLOW_PRIVATE_NETWORKS": "yes"}
    app = build(load(folder, environment), roles=("worker",), clock=clock, jitter=lambda: 0.0)
    app.prepare()
    yield app
    app.stop()


def told(app: App) -> list[tuple[str, str]]:
    with app.database.read() as connection:
        return [(one.kind, one.address) for one in app.operators.destinations(connection)]


def test_a_first_start_without_a_network_says_one_thing_once(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    out = io.StringIO()
    with program(tmp_path, sqlite_url, clock) as app:
        app.channels["console"] = ConsoleChannel(out)
        for minutes in (0, 6, 20, 60, 90):
            app.watching.drain()
            clock.advance(minutes=minutes)
            app.check_alarms()
            for engine in app.sending:
                engine.drain()
        assert app.retention.sweep_daily().articles == 0
    said = [line for line in out.getvalue().splitlines() if line]
    assert said[:2] == ["⚠️ For the operator", "Many sources cannot be reached."]
    assert said[3].startswith("Seen: 4 of 4 sources cannot be reached since 2026-11-24 08:00 UTC")
    assert out.getvalue().count("For the operator") == 1


def test_the_console_is_told_where_there_is_no_token(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    with program(tmp_path, sqlite_url, clock) as app:
        assert told(app) == [("console", "console")]


def test_a_console_that_does_not_want_alarms(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    with program(tmp_path, sqlite_url, clock, channels=CONSOLE + "alarms = false\n") as app:
        assert told(app) == []


def test_with_a_token_operators_and_channels_that_want_them(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    channels = CONSOLE + (
        '[[telegram]]\nchat = "@duty_room"\ntopics = ["*"]\nalarms = true\n'
        '[[telegram]]\nchat = "@readers"\ntopics = ["*"]\n'
        '[[webhook]]\nslug = "desk"\nurl = "https://example.org/x"\nformat = "slack"\ntopics = ["*"]\nalarms = true\n'
    )
    operators = "[operators]\ntelegram = [4711, 4712]\n"
    with program(tmp_path, sqlite_url, clock, token=TOKEN, channels=channels, tocsin=operators) as app:
        assert sorted(told(app)) == [
            ("telegram", "4711"),
            ("telegram", "4712"),
            ("telegram", "@duty_room"),
            ("webhook", "desk"),
        ]


def test_health_in_the_chat_says_what_is_wrong_first(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    with program(tmp_path, sqlite_url, clock) as app, app.database.write() as connection:
        state = sources.state_by_slug(connection, "site-2")
        assert state is not None
        alarm = Alarm("empty-list", clock(), "a list of about 10 articles", "no list", "Open the address.")
        alarms.raise_alarm(connection, state.source.id, alarm, clock())
        alarms.raise_alarm(connection, None, Alarm("disk", clock(), "at least 200 MB free", "no", "Room!"), clock())
        english, vietnamese = (
            health_lines(language, alarms.open_alarms(connection), sources.states(connection))
            for language in ("en", "vi")
        )
    assert [line.title for line in english] == ["site-2", "The disk is almost full", "site-0", "site-1", "site-3"]
    assert english[0].remark == "⚠️ The list became empty. Expected: a list of about 10 articles. Seen: no list."
    assert vietnamese[1].title == "Ổ đĩa sắp đầy"
    assert vietnamese[1].remark.startswith("⚠️ Ổ đĩa sắp đầy. Mong đợi: còn trống ít nhất 200 MB.")
