"""Every page, the API and the figures over both databases; and what no address or form may make of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import settings_folder
from browser import Clock, fill, served, services

from bot.app import build
from bot.settings import load
from bot.web import secret
from feeds.database import Database
from feeds.store import facts

PATHS = (
    "/",
    "/fragments/home",
    "/sources",
    "/sources/ministry",
    "/topics",
    "/topics/counter-terrorism-cooperation",
    "/articles/" + "a" * 32,
    "/stories/35",
    "/search?q=extremism",
    "/follow",
    "/opml",
    "/webhooks",
    "/webhooks/archive",
    "/operators",
    "/operators/subscribers",
    "/operators/tokens",
    "/operators/topics?slug=maritime-security",
    "/sources/add",
    "/readyz",
    "/metrics",
    "/api/v1/sources",
    "/api/v1/articles?topic=counter-terrorism-cooperation",
    "/api/v1/articles/search?q=extremism",
    "/api/v1/topics",
    "/api/v1/webhooks",
    "/api/v1/deliveries",
    "/api/v1/subscribers",
    "/api/v1/tokens",
)


HOSTILE = ("%00", "a%00b", "%ff%fe", "%F0%9F%94%94", "..%2f..%2f", "a" * 5000, "%22%3E%3Cscript%3E", "'--", "%e2%80%ae")


@pytest.fixture
def site(database: Database) -> Iterator[str]:
    clock = Clock()
    fill(database, clock)
    with served(lambda base: services(database, clock, base)) as base:
        yield base


def test_readers_are_shown_their_pages_without_anything_being_written(site: str, database: Database) -> None:
    for path in PATHS[: PATHS.index("/webhooks")]:
        # From afar: who sits at this machine is an operator, and gets forms.
        answer = requests.get(site + path, headers={"X-Forwarded-For": "203.0.113.5"}, timeout=20)
        assert answer.status_code == 200
    with database.read() as connection:
        assert facts.get(connection, secret.FACT) is None


def test_what_forms_are_signed_with_is_there_before_the_first_visit(tmp_path: Path, sqlite_url: str) -> None:
    settings_folder.write(tmp_path)
    app = build(load(tmp_path, {"DATABASE_URL": sqlite_url}), roles=("web",))
    app.prepare()
    with app.database.read() as connection:
        assert facts.get(connection, secret.FACT) is not None
    app.stop()


def test_everything_is_shown(site: str) -> None:
    for path in PATHS:
        answer = requests.get(site + path, timeout=20)
        assert answer.status_code == 200, (path, answer.text[:500])


def test_nothing_strange_breaks_a_page(site: str) -> None:
    hostile = (
        "%00",
        "a%00b",
        "%ff%fe",
        "%F0%9F%94%94",
        "..%2f..%2fetc",
        "a" * 5000,
        "%22%3E%3Cscript%3E",
        "'--",
        "%e2%80%ae",
    )
    for text in hostile:
        for path in ("/sources/{}", "/topics/{}", "/articles/{}", "/webhooks/{}", "/api/v1/articles/{}", "/static/{}"):
            answer = requests.get(site + path.format(text), timeout=20)
            assert answer.status_code in (400, 404, 422), (path, text[:40])
            assert answer.headers["X-Content-Type-Options"] == "nosniff", (path, text[:40])
        for path in ("/search?q={}", "/?lang={}", "/follow?topic={}", "/sources/ministry?before={}", "/?notice={}"):
            answer = requests.get(site + path.format(text), timeout=20)
            assert answer.status_code in (200, 400), (path, text[:40])
            assert '"><script' not in answer.text
    for host in ("[", "[::1", "a b", ""):
        assert requests.get(f"{site}/operators", headers={"Host": host}, timeout=20).status_code in (400, 403)


def test_a_nul_is_refused_before_it_reaches_the_database(site: str) -> None:
    visitor = requests.Session()
    page = visitor.get(f"{site}/webhooks", timeout=20).text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": token, "url": "https://hooks.example.org/", "title": "a\0b", "topics": "maritime-security"}
    assert visitor.post(f"{site}/webhooks", data=form, timeout=20).status_code == 400
    draft = {"url": "https://hooks.example.org/", "title": "a\0b", "topics": ["maritime-security"]}
    answer = requests.post(f"{site}/api/v1/webhooks", json=draft, timeout=20)
    assert answer.status_code == 422
    assert answer.json()["field"] == "title"
