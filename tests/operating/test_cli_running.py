"""`once`, and the commands that run until they are told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from command import Command
from conftest import Clock
from fake_site import FakeSite
from settings_folder import write

TOPIC = '[[topic]]\nslug = "extremism"\nquery = "violent extremism"\n'
CONSOLE = '[[console]]\ntopics = ["*"]\n'


FEED = "/feed"


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 3)
        yield site


def publish(site: FakeSite, number: int) -> None:
    """A feed of so many articles, the whole text of each in it."""
    items = "".join(
        f"<item><title>Meeting {one}</title><link>{site.url(f'/{one}')}</link><pubDate>Mon, 23 Nov 2026 08:00:00 +0700"
        f"</pubDate><description>{f'Session {one} was about violent extremism. ' * 30}</description></item>"
        for one in range(number, 0, -1)
    )
    site.feed(FEED, f'<rss version="2.0"><channel><title>Portal</title>{items}</channel></rss>')


@pytest.fixture
def tocsin(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], clock: Clock, site: FakeSite
) -> Command:
    command = Command(tmp_path / "config", sqlite_url, capsys, clock)
    source = f'[[source]]\nslug = "portal"\nurl = "{site.url(FEED)}"\nkind = "feed"\n'
    command.configure(sources=source, topics=TOPIC, channels=CONSOLE)
    return command


def test_one_pass_looks_tells_and_ends(tocsin: Command, site: FakeSite, clock: Clock) -> None:
    first = tocsin("once")
    assert first.code == 0, first.err
    assert "1 sources looked at, 0 failing; 3 new articles; 0 alerts sent" in first.out
    clock.advance(hours=1)
    publish(site, 4)
    second = tocsin("once")
    assert "1 new articles; 1 alerts sent, 0 still owed" in second.out
    assert "Meeting 4" in second.out
    clock.advance(hours=1)
    assert "0 new articles; 0 alerts sent, 0 still owed" in tocsin("once").out


def test_a_pass_in_which_no_source_answers_has_failed(tocsin: Command, site: FakeSite) -> None:
    site.error(FEED, 500)
    found = tocsin("once")
    assert found.code == 1
    assert "1 sources looked at, 1 failing" in found.out


def test_a_failing_source_is_left_alone_until_its_pause_is_over(tocsin: Command, site: FakeSite, clock: Clock) -> None:
    site.error(FEED, 500)
    tocsin("once")
    number = len(site.requests_for(FEED))
    clock.advance(seconds=1)
    assert "0 sources looked at" in tocsin("once").out
    assert len(site.requests_for(FEED)) == number


def test_a_chat_without_a_token_is_wrong_configuration(tocsin: Command) -> None:
    found = tocsin("chat")
    assert found.code == 2
    assert "TELEGRAM_BOT_TOKEN" in found.err


def start(folder: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words, "--config", str(folder)],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'tocsin.db'}", "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, sources="", topics=TOPIC, tocsin="[site]\ntour = false\n")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_well_when_it_is_told_to(folder: Path, signal_number: int) -> None:
    with start(folder, "worker") as process:
        assert process.stderr is not None
        while "started" not in (line := process.stderr.readline()):
            assert line, "the worker has ended by itself"
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_the_web_serves_until_it_is_told_to_stop(folder: Path) -> None:
    with FakeSite() as site:  # a port that is free, once the site is closed
        port = site.port
    with start(folder, "run", PORT=str(port)) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        assert requests.get(f"http://127.0.0.1:{port}/feeds/all.atom", timeout=10).status_code == 200
        with start(folder, "web", PORT=str(port)) as second:
            _, errors = second.communicate(timeout=30)
        assert second.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}" in errors
        assert "Traceback" not in errors
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
