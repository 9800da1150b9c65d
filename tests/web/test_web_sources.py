"""Adding a source by what a preview shows, or by a selector; correcting it; the same through the API. Real pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from browser import Clock, fill, served, services
from lxml import html as lxml_html
from small_web import FEED, NEWS, Web

from bot.preview import preview_source
from bot.web.services import WebServices
from feeds.database import Database
from feeds.errors import AddressRefused, BotProtection, FetchError, RobotsRefused
from feeds.sources import KINDS
from feeds.store import leases, sources


@dataclass
class Site:
    """A running site and what stands behind it."""

    base: str
    database: Database
    clock: Clock
    web: Web
    session: requests.Session

    def see(self, path: str) -> lxml_html.HtmlElement:
        answer = self.session.get(self.base + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return lxml_html.document_fromstring(answer.text)

    def post(self, path: str, **fields: str) -> tuple[int, lxml_html.HtmlElement]:
        csrf = self.see("/sources/add").cssselect("input[name=csrf]")[0].get("value")
        answer = self.session.post(self.base + path, data={"csrf": csrf, **fields}, timeout=10)
        return answer.status_code, lxml_html.document_fromstring(answer.text)

    def stored(self, slug: str) -> sources.SourceState:
        with self.database.read() as connection:
            found = sources.state_by_slug(connection, slug)
        assert found is not None
        return found

    def tomorrow(self, slug: str) -> list[str]:
        """What the stored source brings at its next look, by the reader of its kind."""
        source = self.stored(slug).source
        response = self.web.get(source.url)
        entries = KINDS[source.kind].read(response.body, response.url, response.content_type, source)
        return [entry.url for entry in entries]


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """On both databases."""
    yield from _site(database)


@pytest.fixture
def one_site(sqlite_database: Database) -> Iterator[Site]:
    """On SQLite alone, for what stores nothing."""
    yield from _site(sqlite_database)


def _site(database: Database) -> Iterator[Site]:
    clock, web = Clock(), Web()
    fill(database, clock)

    def look(url: str, **asked: Any) -> dict[str, Any]:
        return preview_source(url, web.get, {}, **asked)

    def made(base: str) -> WebServices:
        return replace(services(database, clock, base), preview_source=look)

    with served(made) as base:
        yield Site(base, database, clock, web, requests.Session())


def words(page: lxml_html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


def ways(page: lxml_html.HtmlElement) -> list[dict[str, Any]]:
    return [json.loads(one.get("value")) for one in page.cssselect("input[name=way]")]


def test_what_was_found_why_how_sure_and_what_else(one_site: Site) -> None:
    status, page = one_site.post("/sources/add/preview", url=NEWS)
    assert status == 200
    found = ways(page)
    assert found[0] == {"for": NEWS, "kind": "feed", "url": FEED, "options": {}}
    [listed] = [one for one in found if one["kind"] == "page"]
    assert listed["options"]["pattern"]
    assert "a feed announced in the page" in words(page)
    assert "95 %" in words(page)
    assert page.cssselect("input[name=way][checked]")[0].get("id") == "way-1"
    assert all(one.label is not None for one in page.cssselect("input[name=way]"))


def test_another_way_is_chosen_seen_and_stored(site: Site) -> None:
    _, page = site.post("/sources/add/preview", url=NEWS)
    listed = next(one for one in ways(page) if one["kind"] == "page")
    _, page = site.post("/sources/add/preview", url=NEWS, way=json.dumps(listed))
    assert "Chosen by hand" in words(page)
    assert ways(page)[0] == listed, "what was chosen stands first"
    assert FEED in [one["url"] for one in ways(page)], "and the others are still offered"
    site.post("/sources/add", url=NEWS, way=json.dumps(listed), title="Press", slug="press-list", language="en")
    source = site.stored("press-list").source
    assert (source.kind, source.url, dict(source.options)) == ("page", NEWS, listed["options"])
    assert source.language == "en"
    assert len(site.tomorrow("press-list")) == 10


def test_what_was_found_is_stored_as_it_was_found(site: Site) -> None:
    _, page = site.post("/sources/add/preview", url=NEWS)
    site.post("/sources/add", url=NEWS, title="Press", way=json.dumps(ways(page)[0]))
    assert site.stored("press").source.kind == "feed"
    assert len(site.tomorrow("press")) == 10


def test_a_selector_wins(site: Site) -> None:
    given = {"url": NEWS, "selector": "aside p.most > a", "title": "Most read", "time_zone": "Asia/Ho_Chi_Minh"}
    _, page = site.post("/sources/add/preview", **given)
    assert "Most read number 3" in words(page)
    assert "Headline number 1 of" not in words(page)
    site.post("/sources/add", way=json.dumps(ways(page)[0]), **given)
    source = site.stored("most-read").source
    assert (source.kind, dict(source.options)) == ("page", {"selector": "aside p.most > a"})
    assert source.time_zone == "Asia/Ho_Chi_Minh"
    assert len(site.tomorrow("most-read")) == 4


def test_a_way_of_another_address_counts_for_nothing(site: Site) -> None:
    _, page = site.post("/sources/add/preview", url=NEWS)
    site.post("/sources/add", url="https://other.example.org/", title="Other", way=json.dumps(ways(page)[0]))
    assert site.stored("other").source.kind == "auto"
    for number, strange in enumerate(("{", "[]", "7", "{}", "[" * 40_000, json.dumps({"for": "x", "options": []}))):
        status, _ = site.post(
            "/sources/add", url=f"https://strange.example.org/{number}", slug=f"s{number}", way=strange
        )
        assert status == 200
        assert site.stored(f"s{number}").source.kind == "auto"
    bad = {"for": NEWS, "kind": "page", "url": NEWS, "options": {"pattern": [1]}}
    assert site.post("/sources/add", url=NEWS, way=json.dumps(bad))[0] == 422
    assert site.post("/sources/add", url=NEWS, way=json.dumps({**bad, "kind": "fax"}))[0] == 422
    assert site.post("/sources/add", url=NEWS, way=json.dumps({**bad, "options": {}, "url": "file:///etc"}))[0] == 422


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RobotsRefused("forbidden", url=NEWS), "asks programs to stay away. Ask the site"),
        (BotProtection("a challenge", url=NEWS), "Perhaps it has a feed"),
        (AddressRefused("10.0.0.1", url=NEWS), "Only public addresses are watched."),
        (FetchError("no route", url=NEWS), "The site does not answer."),
    ],
)
def test_what_keeps_a_look_from_bringing_anything(one_site: Site, error: Exception, said: str) -> None:
    one_site.web.errors[NEWS] = error
    _, page = one_site.post("/sources/add/preview", url=NEWS)
    [alert] = page.cssselect("[role=alert]")
    assert said in words(alert)
    assert str(error) in words(alert)


@pytest.mark.parametrize("selector", ["main >", "//a[", ".nothing-here", "x" * 1001])
def test_a_selector_that_selects_nothing_is_what_is_wrong(one_site: Site, selector: str) -> None:
    _, page = one_site.post("/sources/add/preview", url=NEWS, selector=selector)
    assert page.cssselect("#selector")[0].get("aria-invalid") == "true"
    assert page.cssselect("[role=alert]")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slug": "Not A Slug"}, "Small letters"),
        ({"slug": "ministry"}, "Another source has the name"),
        ({"language": "Vietnamese!"}, "not a language tag"),
        ({"time_zone": "Mars/Base"}, "no time zone of this name"),
        ({"url": "https://portal.example.org/news.html"}, "watched already"),
    ],
)
def test_what_cannot_be_saved_says_why(one_site: Site, fields: dict[str, str], said: str) -> None:
    status, page = one_site.post("/sources/add", **{"url": NEWS, "title": "Kept", **fields})
    assert status == 422
    assert said in " ".join(words(one) for one in page.cssselect("[role=alert]"))
    assert page.cssselect("#title")[0].get("value") == "Kept"


def test_a_stored_source_is_corrected_and_stopped(site: Site) -> None:
    with site.database.write() as connection:
        source_id = site.stored("agency").source.id
        assert source_id is not None
        sources.record_look(connection, source_id, site.clock.now, learned={"kind": "feed"}, etag='"x"')
    page = site.see("/sources/agency")
    action = "/operators/sources/agency/change"
    form = next(form for form in page.forms if form.get("action") == action)
    entered = {name: value for name, value in form.form_values() if isinstance(value, str)}
    status, _ = site.post(action, **{**entered, "url": NEWS, "selector": "main a", "title": "Agency, by hand"})
    assert status == 200
    state = site.stored("agency")
    assert (state.source.kind, state.source.title, state.learned, state.etag) == ("page", "Agency, by hand", {}, None)
    assert state.next_look == site.clock.now
    assert state.source.language == "vi"
    assert len(site.tomorrow("agency")) == 10
    status, page = site.post(action, **{**entered, "url": "ftp://x"})
    assert status == 422
    assert page.cssselect("#change-url")[0].get("aria-invalid") == "true"
    site.post("/operators/sources/agency/stop")
    assert not site.stored("agency").active
    assert "/operators/sources/agency/start" in [form.get("action") for form in site.see("/sources/agency").forms]


def test_a_declared_source_is_changed_in_its_file(site: Site) -> None:
    actions = [form.get("action") for form in site.see("/sources/ministry").forms]
    assert "/operators/sources/ministry/change" not in actions
    assert site.post("/operators/sources/ministry/change", url=NEWS)[0] == 422
    assert site.post("/operators/sources/nobody/change", url=NEWS)[0] == 404
    assert site.stored("ministry").source.url != NEWS


def test_a_correction_keeps_what_finds_the_list_while_the_list_is_the_same(site: Site) -> None:
    _, page = site.post("/sources/add/preview", url=NEWS)
    listed = next(one for one in ways(page) if one["kind"] == "page")
    site.post("/sources/add", url=NEWS, title="Press", way=json.dumps(listed))
    site.post("/operators/sources/press/change", url=NEWS, kind="page", title="The Press")
    assert site.stored("press").source.options == listed["options"]
    site.post("/operators/sources/press/change", url=NEWS, kind="auto", title="The Press")
    assert site.stored("press").source.options == {}


def test_the_same_through_the_api(site: Site) -> None:
    address = f"{site.base}/api/v1/sources"
    found = requests.post(f"{address}/preview", json={"url": NEWS}, timeout=10).json()
    assert (found["kind"], found["feed_url"], len(found["items"])) == ("feed", FEED, 10)
    listed = next(one for one in found["candidates"] if one["kind"] == "page")
    draft = {"url": listed["url"], "kind": "page", "pattern": listed["options"]["pattern"], "slug": "press"}
    again = requests.post(f"{address}/preview", json=draft, timeout=10).json()
    assert again["kind"] == "page"
    added = requests.post(address, json=draft, timeout=10)
    assert added.status_code == 201, added.text
    assert len(site.tomorrow("press")) == 10
    changed = requests.patch(f"{address}/press", json={"selector": "aside a"}, timeout=10)
    assert changed.status_code == 200, changed.text
    assert len(site.tomorrow("press")) == 4
    assert requests.patch(f"{address}/press", json={"kind": "fax"}, timeout=10).json()["field"] == "kind"
    assert requests.patch(f"{address}/press", json={"url": FEED, "kind": "feed"}, timeout=10).json()["kind"] == "feed"
    assert site.stored("press").source.options == {}
    assert requests.patch(f"{address}/ministry", json={"title": "x"}, timeout=10).json()["field"] == "url"
    assert requests.patch(f"{address}/nobody", json={"title": "x"}, timeout=10).status_code == 404
    site.web.errors[NEWS] = RobotsRefused("robots.txt forbids it", url=NEWS)
    refused = requests.post(f"{address}/preview", json={"url": NEWS}, timeout=10)
    assert (refused.status_code, refused.json()["field"]) == (422, "url")
    assert "robots.txt forbids it" in refused.json()["detail"]


def test_operators_see_the_lease_at_its_hub(site: Site) -> None:
    source_id = site.stored("agency").source.id
    assert source_id is not None
    now = site.clock.now
    with site.database.write() as connection:
        made = leases.create(connection, leases.Announced(source_id, "https://hub.example/", FEED), now)
    assert "asked, not confirmed yet" in words(site.see("/sources/agency"))
    with site.database.write() as connection:
        lease = leases.by_id(connection, made)
        assert lease is not None
        leases.confirm(connection, lease, now + timedelta(days=5), now)
    assert "in force; has not proved itself yet" in words(site.see("/sources/agency"))
    with site.database.write() as connection:
        leases.push(connection, lease, now)
    page = words(site.see("/sources/agency"))
    assert "tells us; looks are rare" in page
    assert "https://hub.example/" in page
    visitor = requests.get(f"{site.base}/sources/agency", headers={"Via": "1.1 proxy"}, timeout=10)
    assert "hub.example" not in visitor.text


POSTS = [
    {
        "name": f"Headline number {n} of the ministry",
        "href": f"/news/{n}-a-long-headline-of-the-day",
        "on": f"2026-11-{n:02}",
    }
    for n in range(1, 11)
]


def test_a_list_for_programs_is_stored_with_the_meaning_of_its_fields(site: Site) -> None:
    address = "https://press.example.org/api/posts"
    site.web.pages[address] = json.dumps(POSTS)
    fields = {"items": "", "title": "name", "url": "href", "published": "on"}
    added = requests.post(
        f"{site.base}/api/v1/sources",
        json={"url": address, "kind": "api", "fields": fields, "slug": "posts"},
        timeout=10,
    )
    assert added.status_code == 201, added.text
    assert site.stored("posts").source.options["fields"] == fields
    assert site.tomorrow("posts")[0] == "https://press.example.org/news/1-a-long-headline-of-the-day"
    for wrong in ({"nonsense": "x"}, {"title": "x" * 1001}):
        answer = requests.post(
            f"{site.base}/api/v1/sources", json={"url": f"{address}/2", "kind": "api", "fields": wrong}, timeout=10
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "fields")


def test_a_list_for_programs_is_previewed_with_its_fields(one_site: Site) -> None:
    address = "https://press.example.org/api/posts"
    named = [{"title": post["name"], "link": post["href"], "published_at": post["on"]} for post in POSTS]
    one_site.web.pages[address] = json.dumps(named)
    answer = requests.post(f"{one_site.base}/api/v1/sources/preview", json={"url": address}, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.json()["kind"] == "api"
    assert answer.json()["options"]["fields"]["title"] == "title"
    status, page = one_site.post("/sources/add/preview", url=address)
    assert status == 200
    assert ways(page)[0]["options"]["fields"]["title"] == "title"
