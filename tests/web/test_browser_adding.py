"""Adding a source by a selector and by another way, in a real browser; and what operators' new pages are for axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from accessible import violations
from browser import Clock, fill, new_database, served, services
from small_web import NEWS, Web

from bot.preview import preview_source
from bot.web.services import WebServices
from feeds.database import Database
from feeds.store import sources

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path)
    fill(opened, Clock())
    yield opened
    opened.close()


@pytest.fixture
def site(database: Database) -> Iterator[str]:
    web = Web()

    def look(url: str, **asked: Any) -> dict[str, Any]:
        return preview_source(url, web.get, {}, **asked)

    def made(base: str) -> WebServices:
        return replace(services(database, Clock(), base), preview_source=look)

    with served(made) as base:
        yield base


def options_of(database: Database, slug: str) -> tuple[str, dict[str, Any]]:
    with database.read() as connection:
        state = sources.state_by_slug(connection, slug)
    assert state is not None
    return state.source.kind, dict(state.source.options)


def fit_for_everybody(page: Page) -> None:
    assert violations(page) == []


def test_a_source_is_added_by_selector(site: str, database: Database, page: Page) -> None:
    page.goto(f"{site}/sources/add")
    page.get_by_label("Address of the site").fill(NEWS)
    page.get_by_text("Headline number 10 of the ministry").wait_for()
    page.get_by_text("By hand: selector").click()
    page.get_by_label("Selector of the list's links").fill("aside p.most > a")
    page.get_by_label("Name in addresses").fill("most-read")
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("Most read number 3").wait_for()
    assert page.get_by_text("Headline number 10 of the ministry").count() == 0
    fit_for_everybody(page)
    page.get_by_role("button", name="Watch it").click()
    page.wait_for_url(f"{site}/sources/most-read?*")
    assert options_of(database, "most-read") == ("page", {"selector": "aside p.most > a"})
    page.get_by_text("Address, name, how it is read").click()
    fit_for_everybody(page)


def test_another_way_is_chosen(site: str, database: Database, page: Page) -> None:
    page.goto(f"{site}/sources/add")
    page.get_by_label("Address of the site").fill(NEWS)
    page.get_by_label("a page with a list").check()
    page.get_by_role("button", name="Look in the chosen way").click()
    page.get_by_text("Chosen by hand").wait_for()
    fit_for_everybody(page)
    page.get_by_label("Name", exact=True).fill("Press")
    page.get_by_role("button", name="Watch it").click()
    page.wait_for_url(f"{site}/sources/press?*")
    kind, options = options_of(database, "press")
    assert kind == "page"
    assert options["pattern"]


def test_tokens_and_subscribers_are_fit_for_everybody(site: str, page: Page) -> None:
    page.goto(f"{site}/operators/tokens")
    fit_for_everybody(page)
    page.get_by_label("Name").fill("dashboard")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_text("Copy it now").wait_for()
    fit_for_everybody(page)
    page.goto(f"{site}/operators/subscribers")
    page.get_by_role("button", name=re.compile("Remove.*Security desk")).click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("rowheader", name="Security desk").wait_for()
    fit_for_everybody(page)
