"""What machines ask: probes, metrics, files, robots; and the raw applications beside the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
from browser import NOW, Clock, fill, new_database, served, services
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.web.pages.frame import STATIC_DIRECTORY, static_files
from feeds.alarms import CODES, Alarm
from feeds.database import Database
from feeds.store import alarms


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = new_database(tmp_path)
    yield made
    made.close()


def test_alive_and_ready(database: Database) -> None:
    with served(lambda base: services(database, Clock(), base)) as base:
        assert requests.get(f"{base}/healthz", timeout=10).text == "ok\n"
        assert requests.get(f"{base}/readyz", timeout=10).json() == {
            "ready": True,
            "checks": {"database": "ok", "migrations": "ok", "writes": "ok"},
        }


def test_not_ready_before_the_migrations(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with served(lambda base: services(empty, Clock(), base)) as base:
        answer = requests.get(f"{base}/readyz", timeout=10)
        assert answer.status_code == 503
        assert "is needed" in answer.json()["checks"]["migrations"]
        # And the pages say so in words.
        broken = requests.get(base, timeout=10)
        assert broken.status_code == 500
        assert "Something went wrong on our side" in broken.text
    empty.close()


def test_not_ready_without_a_database() -> None:
    away = Database("postgresql://127.0.0.1:1/nothing?connect_timeout=1")
    with served(lambda base: services(away, Clock(), base)) as base:
        assert requests.get(f"{base}/healthz", timeout=10).status_code == 200
        answer = requests.get(f"{base}/readyz", timeout=10)
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "unreachable"
    away.close()


def test_metrics_tell_what_the_database_says(database: Database) -> None:
    clock = Clock()
    fill(database, clock)
    with database.write() as connection:
        alarm = Alarm("network", clock(), "answers", "none", "Check this machine's network.")
        alarms.raise_alarm(connection, None, alarm, clock())
    with served(lambda base: services(database, clock, base)) as base:
        families = text_string_to_metric_families(requests.get(f"{base}/metrics", timeout=10).text)
        values = {
            (sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples
        }
    assert values["tocsin_sources", "ok"] == 1
    assert values["tocsin_sources", "failing"] == 1
    assert values["tocsin_sources", "waiting"] == 1
    assert {code: values["tocsin_alarms", code] for code in CODES} == dict.fromkeys(CODES, 0) | {"network": 1}
    assert values["tocsin_deliveries", "failed"] == 1
    assert values["tocsin_deliveries", "pending"] == 0
    assert values[("tocsin_articles",)] == 37
    assert values["tocsin_destinations", "webhook"] == 1
    assert values[("tocsin_oldest_pending_delivery_seconds",)] == 0
    assert (values.get(("tocsin_disk_free_bytes",), 0) > 0) is database.is_sqlite


def test_files_are_kept_for_ever_under_names_that_change(database: Database) -> None:
    with served(lambda base: services(database, Clock(), base)) as base:
        for name, public in static_files().items():
            answer = requests.get(f"{base}/static/{public}", timeout=10)
            assert answer.content == (STATIC_DIRECTORY / name).read_bytes()
            assert "immutable" in answer.headers["Cache-Control"]
        for name in ("style.css", "..%2f__init__.py", "nothing.js"):
            assert requests.get(f"{base}/static/{name}", timeout=10).status_code == 404
        assert requests.get(f"{base}/favicon.ico", timeout=10).headers["Content-Type"] == "image/svg+xml"
        assert "Disallow: /operators" in requests.get(f"{base}/robots.txt", timeout=10).text


def test_the_stylesheet_is_small() -> None:
    assert (STATIC_DIRECTORY / "style.css").stat().st_size < 20_000


class FakeTour:
    """A portal that publishes its second article after a minute."""

    def list_page(self, now: datetime, started: datetime) -> bytes:
        return b"<h1>Portal</h1>"

    def article_page(self, slug: str, now: datetime, started: datetime) -> bytes | None:
        published = {"first-t1": started, "second-t2": started + timedelta(minutes=1)}
        return slug.encode() if slug in published and published[slug] <= now else None

    def picture(self, name: str) -> bytes | None:
        return b"<svg/>" if name == "hills.svg" else None


def test_the_tour_is_served_as_a_site_of_its_own(database: Database) -> None:
    clock = Clock()
    with served(
        lambda base: replace(services(database, clock, base), tour=FakeTour(), tour_started=lambda: NOW)
    ) as base:
        assert requests.get(f"{base}/tour/", timeout=10).text == "<h1>Portal</h1>"
        assert requests.get(f"{base}/tour/news/first-t1.html", timeout=10).text == "first-t1"
        assert requests.get(f"{base}/tour/news/second-t2.html", timeout=10).status_code == 404
        clock.now += timedelta(minutes=2)
        assert requests.get(f"{base}/tour/news/second-t2.html", timeout=10).status_code == 200
        assert requests.get(f"{base}/tour/pictures/hills.svg", timeout=10).headers["Content-Type"] == "image/svg+xml"
        assert requests.get(f"{base}/tour/pictures/other.svg", timeout=10).status_code == 404


def test_raw_applications_get_their_paths_untouched(database: Database) -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"{scope['path']} {scope['query_string'].decode()}")(scope, receive, send)

    with served(
        lambda base: replace(
            services(database, Clock(), base), feed_app=echo, mounts={"/hub": echo, "/telegram/": echo}
        )
    ) as base:
        assert requests.get(f"{base}/feeds/all.atom?full=0", timeout=10).text == "/feeds/all.atom full=0"
        assert requests.get(f"{base}/hub", timeout=10).text == "/hub "
        assert requests.post(f"{base}/telegram/secret", timeout=10).text == "/telegram/secret "
        assert requests.get(f"{base}/hubbub", timeout=10).status_code == 404


def test_too_large_a_body_is_refused(database: Database) -> None:
    with served(lambda base: services(database, Clock(), base)) as base:
        answer = requests.post(f"{base}/webhooks", data=b"x" * 1_100_000, timeout=10)
        assert answer.status_code in (400, 403, 413)


def test_every_figure_is_documented(database: Database) -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "operators.md").read_text(encoding="utf-8")
    with served(lambda base: services(database, Clock(), base)) as base:
        families = list(text_string_to_metric_families(requests.get(f"{base}/metrics", timeout=10).text))
    assert len(families) > 5
    assert not [family.name for family in families if f"`{family.name}" not in text]
