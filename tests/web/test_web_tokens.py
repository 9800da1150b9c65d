"""API tokens: made, shown once, accepted, limited to what they may, revoked; on the page, the API, the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from browser import ADMIN_TOKEN, Clock, fill, served, services
from command import Command
from conftest import Clock as CommandClock
from lxml import html as lxml_html

from bot.api_tokens import ApiTokens
from feeds.database import Database


@dataclass
class Site:
    """A running site and what stands behind it."""

    base: str
    database: Database
    clock: Clock

    @property
    def tokens(self) -> ApiTokens:
        return ApiTokens(self.database, self.clock)

    def ask(self, method: str, path: str, token: str = "", **sent: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=10, **sent)


def words_of(answer: requests.Response, selector: str) -> str:
    """The text of the first such element."""
    return "".join(map(str, lxml_html.document_fromstring(answer.text).cssselect(selector)[0].itertext()))


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """With an admin token, on both databases."""
    clock = Clock()
    fill(database, clock)
    with served(lambda base: services(database, clock, base, admin_token=ADMIN_TOKEN)) as base:
        yield Site(base, database, clock)


@pytest.fixture
def open_site(sqlite_database: Database) -> Iterator[Site]:
    """Without an admin token."""
    clock = Clock()
    fill(sqlite_database, clock)
    with served(lambda base: services(sqlite_database, clock, base)) as base:
        yield Site(base, sqlite_database, clock)


def test_a_token_is_let_in_until_it_is_revoked(site: Site) -> None:
    stored, text = site.tokens.add("case system", "write")
    assert site.ask("GET", "/deliveries", text).status_code == 200
    assert site.ask("POST", "/sources/harbour/look", text).status_code == 202
    assert site.tokens.revoke(stored.id)
    assert not site.tokens.revoke(stored.id)
    refused = site.ask("GET", "/deliveries", text)
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]
    assert site.ask("GET", "/deliveries", ADMIN_TOKEN).status_code == 200


def test_a_revocation_is_undone_soon_or_never(open_site: Site) -> None:
    stored, text = open_site.tokens.add("case system", "read")
    page = f"{open_site.base}/operators/tokens"
    session = requests.Session()

    def press(action: str, answer: requests.Response) -> requests.Response:
        form = next(form for form in lxml_html.document_fromstring(answer.text).forms if action in form.get("action"))
        return session.post(open_site.base + form.get("action"), data=dict(form.form_values()), timeout=10)

    revoked = press("/revoke", session.get(page, timeout=10))
    assert open_site.tokens.find(text) is None
    assert "opens again" in press("/restore", revoked).text
    assert open_site.tokens.find(text) is not None
    revoked = press("/revoke", session.get(page, timeout=10))
    open_site.clock.now += timedelta(minutes=11)
    assert "There was nothing to undo." in press("/restore", revoked).text
    assert open_site.tokens.find(text) is None
    assert not open_site.tokens.restore(stored.id)


def test_one_that_may_read_changes_nothing(site: Site) -> None:
    _, text = site.tokens.add("dashboard", "read")
    assert site.ask("GET", "/subscribers", text).status_code == 200
    for method, path in (("POST", "/sources/harbour/look"), ("DELETE", "/sources/harbour"), ("POST", "/webhooks")):
        refused = site.ask(method, path, text)
        assert refused.status_code == 403
        assert "insufficient_scope" in refused.headers["WWW-Authenticate"]


def test_only_the_hash_is_stored(site: Site) -> None:
    _, text = site.tokens.add("dashboard", "read")
    with site.database.read() as connection:
        rows = [dict(row) for row in connection.exec_driver_sql("SELECT * FROM api_tokens").mappings()]
    assert [row["digest"] for row in rows] == [hashlib.sha256(text.encode()).hexdigest()]
    assert text not in str(rows)


def test_the_last_use_is_noted_once_a_minute(site: Site) -> None:
    _, text = site.tokens.add("dashboard", "read")
    begun = site.clock.now

    def used_after(seconds: int) -> timedelta:
        site.clock.now = begun + timedelta(seconds=seconds)
        site.ask("GET", "/deliveries", text)
        [known] = site.tokens.every()
        assert known.used_at is not None
        return known.used_at - begun

    assert [used_after(seconds).seconds for seconds in (1, 30, 60, 61, 62)] == [1, 1, 1, 61, 61]


def test_guessing_is_slowed_down(site: Site) -> None:
    _, text = site.tokens.add("dashboard", "read")
    assert [site.ask("GET", "/deliveries", f"guess-{n}").status_code for n in range(6)] == [401] * 5 + [429]
    assert site.ask("GET", "/deliveries", text).status_code == 429
    site.clock.now += timedelta(minutes=1)
    assert site.ask("GET", "/deliveries", text).status_code == 200


def test_without_an_admin_token_another_machine_needs_one(open_site: Site) -> None:
    _, text = open_site.tokens.add("dashboard", "read")
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    address = f"{open_site.base}/api/v1/deliveries"
    assert requests.get(address, headers=elsewhere, timeout=10).status_code == 403
    shown = {**elsewhere, "Authorization": f"Bearer {text}"}
    assert requests.get(address, headers=shown, timeout=10).status_code == 200
    # Whoever shows a token is what the token says, at this machine too.
    assert open_site.ask("POST", "/sources/harbour/look", text).status_code == 403
    assert open_site.ask("GET", "/deliveries", "nonsense").status_code == 401
    assert open_site.ask("GET", "/deliveries").status_code == 200


def test_tokens_are_made_through_the_api_by_the_admin_alone(site: Site) -> None:
    made = site.ask("POST", "/tokens", ADMIN_TOKEN, json={"name": " case  system ", "scope": "write"})
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith("tocsin_")
    listed = site.ask("GET", "/tokens", ADMIN_TOKEN)
    assert token not in listed.text
    assert [(one["name"], one["scope"], one["used_at"]) for one in listed.json()] == [("case system", "write", None)]
    for method, path in (("GET", "/tokens"), ("POST", "/tokens"), ("DELETE", f"/tokens/{made.json()['id']}")):
        assert site.ask(method, path, token, json={"name": "another"}).status_code == 403
    assert site.ask("POST", "/tokens", ADMIN_TOKEN, json={"name": " \n "}).json()["field"] == "name"
    assert site.ask("DELETE", f"/tokens/{made.json()['id']}", ADMIN_TOKEN).status_code == 204
    assert site.ask("DELETE", f"/tokens/{made.json()['id']}", ADMIN_TOKEN).status_code == 404
    assert site.ask("GET", "/deliveries", token).status_code == 401


def test_a_token_is_made_on_the_page_and_shown_once(open_site: Site) -> None:
    browser = requests.Session()
    address = f"{open_site.base}/operators/tokens"

    def see() -> lxml_html.HtmlElement:
        answer = browser.get(address, timeout=10)
        assert answer.headers["Cache-Control"] == "no-store"
        return lxml_html.document_fromstring(answer.text)

    page = see()
    assert "None yet." in page.text_content()
    csrf = page.cssselect("input[name=csrf]")[0].get("value")
    assert browser.post(address, data={"name": "x", "scope": "read"}, timeout=10).status_code == 403
    for wrong, said in (({"name": " "}, "Give it a name"), ({"scope": "all"}, "A token may read")):
        answer = browser.post(address, data={"csrf": csrf, "name": "x", "scope": "read", **wrong}, timeout=10)
        assert answer.status_code == 422
        assert said in words_of(answer, "[role=alert]")
    answer = browser.post(address, data={"csrf": csrf, "name": "<Duty> room", "scope": "write"}, timeout=10)
    assert answer.headers["Cache-Control"] == "no-store"
    text = words_of(answer, ".secret")
    assert open_site.ask("POST", "/sources/harbour/look", text).status_code == 202
    page = see()
    assert text not in page.text_content()
    assert "<Duty> room" in page.text_content()
    [form] = [form for form in page.forms if form.get("action", "").endswith("/revoke")]
    answer = browser.post(open_site.base + form.get("action"), data={"csrf": csrf}, timeout=10)
    assert "Revoked. It opens nothing any more." in answer.text
    assert open_site.ask("GET", "/deliveries", text).status_code == 401
    assert browser.post(f"{address}/99/revoke", data={"csrf": csrf}, timeout=10).status_code == 404


def test_tokens_on_the_command_line(tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tocsin = Command(tmp_path / "config", sqlite_url, capsys, CommandClock())
    tocsin.configure()
    made = tocsin("tokens", "add", "dashboard", "--read", "--json").json
    assert made["scope"] == "read"
    said = tocsin("tokens", "add", "case system").out
    assert "Token 2 (write) is case system's" in said
    listed = tocsin("tokens", "list", "--json")
    assert [(row["id"], row["scope"]) for row in listed.json] == [(2, "write"), (1, "read")]
    assert made["token"] not in listed.out
    assert "dashboard" in tocsin("tokens", "list").out
    assert tocsin("tokens", "revoke", "1").code == 0
    assert tocsin("tokens", "revoke", "1").code == 2
    assert tocsin("tokens", "add", " ").code == 2
    assert tocsin("tokens", "list", "--json").json[1]["revoked_at"] is not None
