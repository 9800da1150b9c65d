"""The exported site: complete by its own links, valid feeds, and a state from which the next run goes on."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import feed_validity
import pytest
import settings_folder
from conftest import Clock
from lxml import etree
from newsroom import Newsroom
from served_site import served_folder, walk
from stored import numbered, same_story, store_articles, store_match, store_source, store_topic

from bot.app import App, build
from bot.export import STATE, OutsideError, export_site, resume
from bot.settings import load
from bot.web.wiring import TELEGRAM_USERNAME
from feeds.database import Database
from feeds.store import articles, facts

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: Clock) -> Iterator[App]:
    yield from opened(tmp_path / "config", sqlite_url, clock)


def opened(folder: Path, url: str, clock: Clock, base: str = "https://news.example.org/watch") -> Iterator[App]:
    folder.mkdir(exist_ok=True)
    settings_folder.write(folder, sources="", topics="")
    app = build(load(folder, {"DATABASE_URL": url, "TOCSIN_PUBLIC_URL": base}), roles=(), clock=clock)
    yield app
    app.database.close()


def fill(app: App, clock: Clock, number: int = 3) -> list[int]:
    source = store_source(app.database, clock(), "ministry", "Ministry")
    topic = store_topic(app.database, clock(), "maritime", "sea")
    ids = store_articles(app.database, source, numbered(source, 1, number), clock())
    store_match(app.database, topic, ids[-1])
    return ids


def links(directory: Path) -> set[str]:
    """The paths that any exported page links within the site, below its root."""
    found = set()
    for file in directory.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"]*)"', file.read_text(encoding="utf-8")):
            address = unescape(link).removeprefix("https://news.example.org")
            if address.startswith("/"):
                assert address.startswith("/watch/"), f"{file}: {address} leaves the site's path"
                found.add(address.removeprefix("/watch"))
    return found


def test_every_link_leads_to_a_file(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock)
    number = export_site(app, tmp_path / "site")
    files = [one for one in (tmp_path / "site").rglob("*") if one.is_file()]
    assert len(files) == number + 1, "all files, and the list of them"
    found = links(tmp_path / "site")
    assert {"/", "/sources/ministry", "/topics/maritime", "/feeds/all.atom", "/opml"} <= found
    assert len([link for link in found if link.startswith("/articles/")]) == 3
    dead = {
        link
        for link in found
        if not (tmp_path / "site" / link.strip("/")).is_file()
        and not (tmp_path / "site" / link.strip("/") / "index.html").is_file()
    }
    assert dead == set()


@pytest.mark.parametrize("base", ["https://news.example.org", "https://news.example.org/watch"])
def test_any_file_server_answers_every_address(sqlite_url: str, clock: Clock, tmp_path: Path, base: str) -> None:
    for app in opened(tmp_path / "config", sqlite_url, clock, base):
        fill(app, clock, 120)
        export_site(app, tmp_path / "site")
    with served_folder(tmp_path / "site", base) as address:
        walked = walk(address, base)
    assert {path: status for path, status in walked.items() if status != 200} == {}
    assert {"/opml", "/feeds/all.rss", "/feeds/topics/maritime.json", "/sources/ministry/"} <= set(walked)
    assert any("/feeds/all/before/" in path for path in walked)


def test_a_page_that_is_read_later_tells_moments_and_no_distances(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock)
    clock.advance(minutes=5)
    export_site(app, tmp_path / "site")
    shown = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "site").rglob("*.html"))
    assert "24 November 2026, 08:00 UTC</time>" in shown
    for sign in (" ago<", "just now", "TELEGRAM_BOT_TOKEN", "Follow on Telegram"):
        assert sign not in shown


def test_where_there_is_a_bot_the_pages_lead_to_it(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock)
    with app.database.write() as connection:
        facts.put(connection, TELEGRAM_USERNAME, "TocsinBot")
    app.settings = replace(app.settings, telegram_token="1:x")
    export_site(app, tmp_path / "site")
    page = (tmp_path / "site/follow/index.html").read_text(encoding="utf-8")
    assert 'href="https://t.me/TocsinBot"' in page
    assert 'href="https://t.me/TocsinBot?start=topic_maritime"' in page
    assert "?topic=" not in page


def test_a_story_that_several_tell_has_a_page_and_a_feed(app: App, clock: Clock, tmp_path: Path) -> None:
    first, *_ = fill(app, clock)
    agency = store_source(app.database, clock(), "agency", "Agency")
    (copy,) = store_articles(app.database, agency, numbered(agency, 1, 1), clock())
    same_story(app.database, first, copy)
    export_site(app, tmp_path / "site")
    (page,) = (tmp_path / "site" / "stories").iterdir()
    announced = re.findall(r'type="application/feed\+json"[^>]* href="([^"]*)"', (page / "index.html").read_text())
    assert announced[0].startswith("https://news.example.org/watch/feeds/stories/")
    feed = json.loads((tmp_path / "site" / announced[0].partition("/watch/")[2]).read_bytes())
    assert feed["feed_url"] == announced[0]
    assert [item["url"] for item in feed["items"]] == [
        "https://agency.example/news/1",
        "https://ministry.example/news/1",
    ]


def test_no_page_offers_what_needs_a_server(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock, 60)
    export_site(app, tmp_path / "site")
    for file in (tmp_path / "site").rglob("*.html"):
        html = file.read_text(encoding="utf-8")
        for sign in ("<form", "<script", "?before=", "?lang=", "/search", "/operators", "/api/", "/webhooks"):
            assert sign not in html, f"{file}: {sign}"


def test_the_feeds_are_valid_and_their_archive_is_files(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock, 300)
    export_site(app, tmp_path / "site")
    for name in ("all", "sources/ministry", "topics/maritime"):
        assert feed_validity.rss_problems((tmp_path / f"site/feeds/{name}.rss").read_bytes()) == []
        assert feed_validity.atom_problems((tmp_path / f"site/feeds/{name}.atom").read_bytes()) == []
        assert feed_validity.json_problems((tmp_path / f"site/feeds/{name}.json").read_bytes()) == []
    address: str | None = "https://news.example.org/watch/feeds/all.atom"
    found: set[str] = set()
    pages = 0
    while address is not None:
        root = etree.fromstring((tmp_path / "site" / address.partition("/watch/")[2]).read_bytes())
        own = root.find(f"{ATOM}link[@rel='self']")
        assert own is not None
        assert own.get("href") == address
        assert root.find(f"{ATOM}link[@rel='hub']") is None
        found |= {str(title.text) for title in root.iter(f"{ATOM}title")}
        before = root.find(f"{ATOM}link[@rel='prev-archive']")
        address = None if before is None else str(before.get("href"))
        pages += 1
    assert pages > 2
    assert {f"Article {number}" for number in range(1, 301)} <= found


def test_opml_lists_the_feeds(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock)
    export_site(app, tmp_path / "site")
    body = (tmp_path / "site" / "opml").read_bytes()
    assert feed_validity.opml_problems(body) == []
    assert b"https://news.example.org/watch/feeds/topics/maritime" in body


def test_a_second_export_touches_only_what_changed(app: App, clock: Clock, tmp_path: Path) -> None:
    ids = fill(app, clock)
    site = tmp_path / "site"
    export_site(app, site)
    (site / "CNAME").write_text("news.example.org", encoding="utf-8")
    before = {file: file.stat().st_mtime_ns for file in site.rglob("*.html")}
    with app.database.read() as connection:
        gone = site / "articles" / articles.by_ids(connection, ids[:1])[0].uid / "index.html"
    with app.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM articles WHERE id = {ids[0]}")
    export_site(app, site)
    assert not gone.parent.exists()
    assert (site / "CNAME").exists(), "what is not of the export was removed"
    kept = site / "topics" / "maritime" / "index.html"
    assert kept.stat().st_mtime_ns == before[kept]
    assert (site / "index.html").stat().st_mtime_ns != before[site / "index.html"]
    assert [one for one in site.rglob("*") if one.name.endswith(".unfinished")] == []


def test_a_list_of_files_that_was_tampered_with_removes_nothing_outside(app: App, clock: Clock, tmp_path: Path) -> None:
    fill(app, clock)
    site = tmp_path / "site"
    export_site(app, site)
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    manifest = site / "state" / "files.txt"
    manifest.write_text(f"{manifest.read_text()}../precious\n{precious}\narticles/../../precious\n", encoding="utf-8")
    export_site(app, site)
    assert precious.exists()


def test_a_hostile_name_leads_nowhere(app: App, clock: Clock, tmp_path: Path) -> None:
    store_source(app.database, clock(), "../../../precious", "Hostile")
    with pytest.raises(OutsideError):
        export_site(app, tmp_path / "a" / "b" / "site")
    assert [one.name for one in tmp_path.rglob("*precious*")] == []


def test_the_next_run_goes_on_from_the_export(app: App, clock: Clock, tmp_path: Path) -> None:
    newsroom = Newsroom(app.database, clock)
    newsroom.follower("duty-room")
    newsroom.publish()
    newsroom.announcer.announce_all()
    export_site(app, tmp_path / "site")
    state = gzip.decompress((tmp_path / "site" / STATE).read_bytes()).decode()
    assert "duty-room" not in state
    assert not resume(app, tmp_path / "site"), "a database that holds something was replaced"
    for other in opened(tmp_path / "config", f"sqlite:///{tmp_path / 'next.db'}", clock):
        assert resume(other, tmp_path / "site")
        with other.database.read() as connection:
            assert articles.count(connection) == 1
            assert articles.unannounced(connection, 10) == []
        assert not resume(other, tmp_path / "nowhere")


def test_a_person_s_own_query_is_not_exported(app: App, clock: Clock, tmp_path: Path) -> None:
    source = store_source(app.database, clock(), "ministry", "Ministry")
    own = store_topic(app.database, clock(), "own-1", "submarine", owner="telegram:1")
    (article,) = store_articles(app.database, source, numbered(source, 1, 1), clock())
    store_match(app.database, own, article)
    export_site(app, tmp_path / "site")
    for file in (tmp_path / "site").rglob("*"):
        if file.is_file():
            body = gzip.decompress(file.read_bytes()) if file.name == STATE.name else file.read_bytes()
            assert b"own-1" not in body, file
            assert b"submarine" not in body, file


def test_the_site_may_stand_at_the_root(
    tmp_path: Path, sqlite_url: str, clock: Clock, sqlite_database: Database
) -> None:
    assert sqlite_database.is_sqlite
    for app in opened(tmp_path / "config", sqlite_url, clock, base="https://news.example.org"):
        fill(app, clock)
        export_site(app, tmp_path / "site")
        document = json.loads((tmp_path / "site" / "feeds" / "all.json").read_text(encoding="utf-8"))
        assert document["feed_url"] == "https://news.example.org/feeds/all.json"
        assert 'href="/sources/ministry"' in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
