"""Everybody who is told, at the desk and through the API; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import requests
from browser import Clock, fill, served, services
from lxml import html as lxml_html

from bot.store import private_feeds
from bot.store import subscribers as store
from bot.subscriptions import Subscriptions
from feeds import targets
from feeds.database import Database
from feeds.store import hub_subscriptions

HERE = "/operators/subscribers"


@dataclass
class Site:
    """A running site and what stands behind it, as one browser without scripts sees it."""

    base: str
    database: Database
    clock: Clock
    session: requests.Session

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.database, self.clock)

    def see(self, path: str = HERE) -> lxml_html.HtmlElement:
        answer = self.session.get(self.base + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return lxml_html.document_fromstring(answer.text)

    def press(self, page: lxml_html.HtmlElement, action: str) -> lxml_html.HtmlElement:
        form = next(form for form in page.forms if form.get("action") == action)
        answer = self.session.post(self.base + action, data=dict(form.form_values()), timeout=10)
        assert answer.status_code == 200, answer.text
        return lxml_html.document_fromstring(answer.text)


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    clock = Clock()
    fill(database, clock)
    with served(lambda base: services(database, clock, base)) as base:
        yield Site(base, database, clock, requests.Session())


def words(page: lxml_html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


def names(page: lxml_html.HtmlElement) -> list[str]:
    """Who stands in the list, without what is told of them."""
    return [str(head.xpath("string(text() | a)")) for head in page.cssselect("tbody th")]


def test_what_each_follows_and_how_it_goes(site: Site) -> None:
    chat = site.subscriptions.find("telegram", "-1001")
    assert chat is not None
    site.subscriptions.set_digest(chat, "daily 08:00")
    site.subscriptions.set_quiet(chat, "22:00-07:00")
    archive = site.subscriptions.find("webhook", "archive")
    assert archive is not None
    site.subscriptions.pause(archive, "took nothing for a week")
    page = site.see()
    rows = dict(zip(names(page), map(words, page.cssselect("tbody tr")), strict=True))
    assert list(rows) == ["Archive", "Security desk"]
    for told in (
        "Counter-terrorism cooperation",
        "English",
        "once a day, at 08:00",
        "quiet from 22:00-07:00",
        "active",
    ):
        assert told in rows["Security desk"]
    assert "took nothing for a week" in rows["Archive"]
    assert "never" in rows["Archive"], "it has taken nothing yet"
    # On the desk the paused one stands first.
    assert "All 2 subscribers" in words(site.see("/operators"))


def test_pause_and_resume(site: Site) -> None:
    chat = site.subscriptions.find("telegram", "-1001")
    assert chat is not None
    page = site.press(site.see(), f"{HERE}/{chat.id}/pause")
    assert "by an operator" in words(page)
    page = site.press(page, f"{HERE}/{chat.id}/resume")
    assert "by an operator" not in words(page)


def test_removing_can_be_undone_with_all_that_was_followed(site: Site) -> None:
    def reader_of(token: str) -> int | None:
        with site.database.read() as connection:
            return private_feeds.holder(connection, token)

    chat = site.subscriptions.find("telegram", "-1001")
    assert chat is not None
    site.subscriptions.set_quiet(chat, "22:00-07:00")
    site.subscriptions.follow(chat, "piracy AND patrol")
    before = [topic.slug for topic in site.subscriptions.following(chat)]
    with site.database.write() as connection:
        private_feeds.give(connection, chat.id, "secret", site.clock.now)
    page = site.press(site.see(), f"{HERE}/{chat.id}/remove")
    assert "Security desk" not in words(page)
    assert site.subscriptions.find("telegram", "-1001") is None
    assert reader_of("secret") is None
    page = site.press(page, f"{HERE}/{chat.id}/restore")
    assert "It is back" in words(page)
    back = site.subscriptions.find("telegram", "-1001")
    assert back is not None
    assert (back.id, back.quiet) == (chat.id, "22:00-07:00")
    assert [topic.slug for topic in site.subscriptions.following(back)] == before
    with site.database.read() as connection:
        due = connection.execute(
            targets.targets.select().where(targets.targets.c.kind == "chat", targets.targets.c.ref == chat.id)
        ).one()
    assert due.due == site.clock.now
    assert reader_of("secret") == chat.id
    # One that comes back by itself begins anew.
    site.subscriptions.remove(back)
    assert site.subscriptions.destination("telegram", "-1001").id == chat.id
    assert reader_of("secret") is None


def test_an_undo_gives_nobody_the_query_of_another(site: Site) -> None:
    chat, other = (site.subscriptions.destination("telegram", name) for name in ("-5", "-6"))
    secret = site.subscriptions.follow(other, "heroin AND patrol").topic
    site.subscriptions.remove(chat)
    back = site.subscriptions.restore(chat.id, [secret.id or 0, 999_999])
    assert back is not None
    assert site.subscriptions.following(back) == []
    assert site.subscriptions.restore(chat.id, []) is None


def test_many_come_in_pages(site: Site) -> None:
    for number in range(60):
        site.subscriptions.destination("telegram", f"-20{number}", title=f"Chat {number}")
    seen: list[str] = []
    path = HERE
    while path:
        page = site.see(path)
        seen += names(page)
        following = page.cssselect("a[rel=next]")
        path = following[0].get("href") if following else ""
    assert len(seen) == len(set(seen)) == 62
    assert seen[0] == "Chat 59"
    with site.database.read() as connection:
        assert store.count(connection) == 62
        assert len(store.needing_a_hand(connection, 20)) == 20


def test_none_at_all(database: Database) -> None:
    clock = Clock()
    with served(lambda base: services(database, clock, base)) as base:
        site = Site(base, database, clock, requests.Session())
        assert "Nobody is told yet." in words(site.see())
        for undo in ("subscriber:7:1,x", "x", "subscriber:7:1.", "é.é"):
            assert requests.get(f"{base}{HERE}", {"notice": "removed", "undo": undo}, timeout=10).status_code == 200


def test_what_is_declared_is_removed_in_its_file(site: Site) -> None:
    made = site.subscriptions.destination("webhook", "fixed", options={"url": "https://x.example/"}, declared=True)
    assert f"{HERE}/{made.id}/remove" not in [form.get("action") for form in site.see().forms]
    assert requests.delete(f"{site.base}/api/v1/subscribers/{made.id}", timeout=10).status_code == 409


def test_the_same_through_the_api(site: Site) -> None:
    address = f"{site.base}/api/v1/subscribers"
    archive, chat = requests.get(address, timeout=10).json()
    assert (archive["kind"], archive["last_sent"], chat["kind"]) == ("webhook", None, "telegram")
    assert chat["last_sent"] is not None
    assert requests.get(f"{address}?limit=1&before={archive['id']}", timeout=10).json() == [chat]
    paused = requests.post(f"{address}/{chat['id']}/pause", timeout=10).json()
    assert paused["pause_reason"] == "paused by an operator"
    assert requests.post(f"{address}/{chat['id']}/resume", timeout=10).json() == chat
    assert requests.delete(f"{address}/{chat['id']}", timeout=10).status_code == 204
    assert requests.delete(f"{address}/{chat['id']}", timeout=10).status_code == 404


def test_the_desk_counts_the_hubs_subscribers(site: Site) -> None:
    assert "The hub tells" not in words(site.see("/operators"))
    now = site.clock.now
    wish = hub_subscriptions.Wish(
        "subscribe",
        "/feeds/all.atom",
        f"{site.base}/feeds/all.atom",
        "https://reader.example/a",
        "reader.example",
        timedelta(days=1),
        None,
    )
    with site.database.write() as connection:
        hub_subscriptions.ask(connection, wish, now)
        hub_subscriptions.ask(connection, replace(wish, callback="https://reader.example/b"), now)
        [first, _] = hub_subscriptions.every(connection)
        hub_subscriptions.confirm(connection, first, 0, now)
    assert "The hub tells one reader of new items." in words(site.see("/operators"))
    site.clock.now += timedelta(days=2)
    assert "The hub tells" not in words(site.see("/operators"))
