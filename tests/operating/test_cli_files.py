"""opml, backup and restore as they are typed."""

from __future__ import annotations

from pathlib import Path

import feed_validity
import pytest
import settings_folder
from command import Command
from conftest import Clock
from newsroom import Newsroom

from bot.subscription_list import unused_slug
from feeds.database import Database
from feeds.render import parse_opml
from feeds.store import shelf

OPML = """<opml version="2.0"><head><title>Mine</title></head><body><outline text="Security">
<outline text="Bộ Công an" type="rss" xmlUrl="https://one.example/rss" htmlUrl="https://one.example/" language="vi"/>
<outline text="Bộ Công an" type="rss" xmlUrl="https://two.example/rss"/></outline>
<outline text="no feed" htmlUrl="https://three.example/"/>
<outline text="bad" xmlUrl="javascript:alert(1)"/></body></opml>"""


def test_an_opml_file_is_watched_beside_what_is_declared(
    tocsin: Command, tmp_path: Path, sqlite_database: Database
) -> None:
    (tmp_path / "mine.opml").write_text(OPML, encoding="utf-8")
    found = tocsin("opml", "import", str(tmp_path / "mine.opml"))
    assert found.code == 0
    assert found.out.splitlines() == [
        "bo-cong-an\thttps://one.example/rss",
        "bo-cong-an-2\thttps://two.example/rss",
        "2 added, 0 watched already",
    ]
    assert "0 added, 2 watched already" in tocsin("opml", "import", str(tmp_path / "mine.opml")).out
    rows = {row["slug"]: row["kind"] for row in tocsin("sources", "--json").json}
    assert rows == {"example": "auto", "bo-cong-an": "feed", "bo-cong-an-2": "feed"}
    with sqlite_database.read() as connection:
        assert "sources/bo-cong-an" in {one.path for one in shelf.stale(connection, 100)}


def test_what_is_no_opml_is_one_line(tocsin: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.opml").write_text("<html>no</html>", encoding="utf-8")
    found = tocsin("opml", "import", str(tmp_path / "mine.opml"))
    assert found.code == 1
    assert len(found.err.splitlines()) == 1
    assert tocsin("opml", "import", str(tmp_path / "nowhere.opml")).code == 1


def test_exported_sources_are_feeds_that_any_reader_can_follow(tocsin: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.opml").write_text(OPML, encoding="utf-8")
    tocsin.environment["TOCSIN_PUBLIC_URL"] = "https://news.example.org"
    tocsin("opml", "import", str(tmp_path / "mine.opml"))
    assert tocsin("opml", "export", str(tmp_path / "out.opml")).code == 0
    body = (tmp_path / "out.opml").read_bytes()
    assert feed_validity.opml_problems(body) == []
    assert [feed.xml_url for line in parse_opml(body) for feed in line.feeds()] == [
        "https://news.example.org/feeds/sources/example.atom",
        "https://one.example/rss",
        "https://two.example/rss",
    ]
    assert tocsin("opml", "export", "-").out.encode() == body


@pytest.mark.parametrize(
    ("title", "url", "taken", "slug"),
    [
        ("Bộ Công an", "https://x.example/", (), "bo-cong-an"),
        ("Đà Nẵng", "https://x.example/", (), "da-nang"),
        ("東京", "https://tokyo.example/rss", (), "tokyo-example"),
        ("", "https://x.example/", ("x-example", "x-example-2"), "x-example-3"),
        ("a" * 200, "https://x.example/", (), "a" * 60),
        ("…", "", (), "source"),
    ],
)
def test_slugs(title: str, url: str, taken: tuple[str, ...], slug: str) -> None:
    assert unused_slug(title, url, taken) == slug


def test_backup_and_restore(tocsin: Command, tmp_path: Path, sqlite_database: Database, clock: Clock) -> None:
    Newsroom(sqlite_database, clock).publish()
    file = str(tmp_path / "tocsin.backup")
    assert tocsin("backup", file).code == 0
    refused = tocsin("restore", file)
    assert refused.code == 2
    assert "--force" in refused.err
    assert tocsin("restore", file, "--force").code == 0
    tocsin.database_url = f"sqlite:///{tmp_path / 'new.db'}"
    assert tocsin("restore", file).code == 0
    assert [row["slug"] for row in tocsin("sources", "--json").json] == ["portal"]


def test_restoring_what_is_no_backup_is_one_line(tocsin: Command, tmp_path: Path) -> None:
    (tmp_path / "tocsin.backup").write_text(settings_folder.SOURCE, encoding="utf-8")
    found = tocsin("restore", str(tmp_path / "tocsin.backup"))
    assert found.code == 1
    assert len(found.err.splitlines()) == 1
    assert tocsin("restore", str(tmp_path / "nowhere")).code == 1
