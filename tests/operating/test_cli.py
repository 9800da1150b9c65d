"""The commands that look, check and try out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import Command
from conftest import Clock
from fake_site import FakeSite
from newsroom import Newsroom
from portal import Portal, stories

from feeds.alarms import Alarm
from feeds.database import Database
from feeds.store import alarms

FEED = """<rss version="2.0"><channel><title>Harbour</title><link>http://harbour.example/</link>
<item><title>Patrol at sea</title><link>{site}/patrol</link><pubDate>Mon, 23 Nov 2026 08:00:00 +0700</pubDate></item>
<item><title>A quiet day</title><link>{site}/quiet</link><pubDate>Sun, 22 Nov 2026 08:00:00 +0700</pubDate></item>
</channel></rss>"""
PAGE = "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
PATROL = "<p>The coast guards began a joint patrol in the gulf, and will meet again in spring.</p>" * 8


def test_help_is_quick_and_needs_no_configuration() -> None:
    """Whatever takes long to import is imported by the command that needs it."""
    imported = "import sys, bot.cli; print(' '.join(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", imported], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"sqlalchemy", "fastapi", "uvicorn", "telegram", "lxml", "numpy", "trafilatura", "feedgen", "rich.table"}
    assert heavy.isdisjoint(modules)


def test_wrong_use_is_one_line_and_code_2(tocsin: Command) -> None:
    found = tocsin("no-such-command")
    assert (found.code, found.out) == (2, "")
    assert "no-such-command" in found.err
    assert len(found.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [["sources"], ["topics"], ["subscribers"], ["deliveries"], ["deliveries", "--failed"]]
)
def test_empty_tables_say_so_and_are_empty_json(tocsin: Command, words: list[str]) -> None:
    assert tocsin(*words).code == 0
    assert len(tocsin(*words).out.splitlines()) == 1
    assert tocsin(*words, "--json").json == []


def test_check_counts_what_is_right(tocsin: Command) -> None:
    found = tocsin("check")
    assert (found.code, found.err) == (0, "")
    assert "1 source, 1 topic, 0 channels" in found.out


def test_check_names_every_error_with_its_line(tocsin: Command) -> None:
    tocsin.configure(sources='[[source]]\nslug = "a b"\n', topics='[[topic]]\nslug = "x"\nquery = "(sea"\n')
    found = tocsin("check")
    assert (found.code, found.out) == (2, "")
    assert "sources.toml:2:" in found.err
    assert "topics.toml:3:" in found.err
    assert "Traceback" not in found.err


def test_check_notes_what_is_doubtful_and_is_content(tocsin: Command) -> None:
    tocsin.configure(topics='[[topic]]\nslug = "terror"\nlanguage = "vi"\nquery = "khung bo"\n')
    found = tocsin("check")
    assert (found.code, "right (1 source, 1 topic, 0 channels)" in found.out) == (0, True)
    assert "topics.toml:4: note: «khung» is typed without accents" in found.err


def test_check_runs_the_samples_of_topics(tocsin: Command) -> None:
    tocsin.configure(topics='[[topic]]\nslug = "sea"\nquery = "sea"\nexpect = ["at sea", "on land"]\n')
    found = tocsin("check")
    assert found.code == 2
    assert "topics.toml:4:" in found.err
    assert "on land" in found.err


def test_a_missing_folder_is_wrong_configuration(tocsin: Command, tmp_path: Path) -> None:
    tocsin.folder = tmp_path / "nowhere"
    assert tocsin("sources").code == 2


def test_a_database_that_is_not_there_is_one_line_and_code_1(tocsin: Command) -> None:
    tocsin.database_url = "postgresql://127.0.0.1:1/none"
    found = tocsin("sources")
    assert found.code == 1
    assert found.err.startswith("the database cannot be used: ")
    assert len(found.err.splitlines()) == 1


def test_migrate_brings_a_new_database_up_to_date(tocsin: Command, tmp_path: Path) -> None:
    tocsin.database_url = f"sqlite:///{tmp_path / 'new.db'}"
    assert "is now" in tocsin("migrate").out
    assert "was already" in tocsin("migrate").out


def test_a_database_of_a_newer_program_is_one_line(tocsin: Command, sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    found = tocsin("sources")
    assert found.code == 2
    assert "9999" in found.err
    assert len(found.err.splitlines()) == 1


def test_sources_show_their_health(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.publish()
    (row,) = tocsin("sources", "--json").json
    assert (row["slug"], row["health"], row["articles"]) == ("portal", "waiting", 1)
    assert row["next_look"] == "2026-11-24T08:00:00+00:00"
    assert "portal" in tocsin("sources").out


def test_sources_show_what_is_wrong(tocsin: Command, newsroom: Newsroom) -> None:
    alarm = Alarm("empty-list", newsroom.clock(), "a list of about 10 articles", "no list", "Open the address.")
    with newsroom.database.write() as connection:
        alarms.raise_alarm(connection, newsroom.source, alarm, newsroom.clock())
    (row,) = tocsin("sources", "--json").json
    assert [(one["code"], one["expected"], one["seen"]) for one in row["alarms"]] == [
        ("empty-list", "a list of about 10 articles", "no list")
    ]
    assert "empty-list" in tocsin("sources").out


def test_topics_count_their_articles(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.publish()
    newsroom.announcer.announce_all()
    rows = {row["slug"]: row["articles"] for row in tocsin("topics", "--json").json}
    assert rows == {"violent-extremism": 1, "drugs": 0}


def test_foreign_text_cannot_command_the_terminal(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.publish(title="\x1b[2J\x1b]0;owned\x07[bold]Extremism[/bold]\nviolent extremism", text="A conference.")
    newsroom.follower("duty-room")
    newsroom.announcer.announce_all()
    found = tocsin("deliveries")
    assert "\x1b" not in found.out
    assert "\x07" not in found.out
    assert "[bold]Extremism[/bold] violent extremism" in found.out


def test_deliveries_and_subscribers(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.follower("duty-room")
    newsroom.publish()
    newsroom.announcer.announce_all()
    (row,) = tocsin("deliveries", "--json").json
    assert row["state"] == "pending"
    assert row["topics"] == ["violent-extremism"]
    assert tocsin("deliveries", "--failed", "--json").json == []
    (follower,) = tocsin("subscribers", "--json").json
    assert follower["follows"] == ["violent-extremism"]


# topics test


def test_a_query_is_asked_of_a_text(tocsin: Command, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("Patrols at sea\n\nThe coast guards met. They agreed on a patrol.", encoding="utf-8")
    found = tocsin("topics", "test", "patrol AND sea", "--text", str(file))
    assert found.code == 0
    assert "It matches." in found.out
    assert "[Patrols] at [sea]" in found.out
    assert "They agreed on a [patrol]." in found.out
    answer = tocsin("topics", "test", "patrol AND sea", "--text", str(file), "--json").json
    assert answer["matches"] is True
    assert answer["article"]["matched"] == ["Patrols", "sea", "patrol"]
    assert tocsin("topics", "test", "submarine", "--text", str(file), "--json").json["matches"] is False
    failed = tocsin("topics", "test", "patrol submarine", "--text", str(file)).out.splitlines()
    assert failed[0] == "It does not match."
    assert failed[1].startswith("  ✓ patrol: ")
    assert failed[2].startswith("  ✗ submarine: ")


def test_a_query_may_name_a_configured_topic(tocsin: Command, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("A patrol.", encoding="utf-8")
    assert tocsin("topics", "test", "@maritime-security", "--text", str(file), "--json").json["matches"] is True


def test_a_wrong_query_shows_where(tocsin: Command) -> None:
    found = tocsin("topics", "test", "sea AND (patrol")
    assert found.code == 2
    lines = found.err.splitlines()
    assert lines[1] == "sea AND (patrol"
    assert lines[2].strip() == "^"


def test_a_query_is_asked_of_what_is_stored(tocsin: Command, newsroom: Newsroom) -> None:
    for number in range(5):
        newsroom.publish(title=f"Heroin seized, number {number}", text="At the border.")
    newsroom.publish(title="Nothing", text="of interest")
    answer = tocsin("topics", "test", "heroin", "--last", "3", "--json").json
    assert (answer["asked"], len(answer["articles"])) == (3, 2)
    preview = tocsin("topics", "test", "heroin", "--json").json
    assert (preview["hits"], preview["exact"], preview["total"]) == (5, True, 6)
    assert tocsin("topics", "test", "heroin OR submarine", "--json").json["dead"] == ["submarine"]
    assert "5 of 6 stored articles match" in tocsin("topics", "test", "heroin").out


def test_a_query_is_asked_of_a_page(tocsin: Command) -> None:
    with FakeSite() as site:
        site.page("/patrol", PAGE.format(title="Patrol at sea", text=PATROL))
        assert "It matches." in tocsin("topics", "test", "gulf", "--url", site.url("/patrol")).out
        assert tocsin("topics", "test", "gulf", "--url", site.url("/none")).code == 1


def test_only_one_thing_can_be_asked(tocsin: Command) -> None:
    assert tocsin("topics", "test", "sea", "--last", "3", "--url", "http://127.0.0.1/").code == 2


# preview


def test_preview_shows_feed_article_and_topics(tocsin: Command) -> None:
    with FakeSite() as site:
        site.feed("/feed", FEED.format(site=site.origin))
        site.page("/patrol", PAGE.format(title="Patrol at sea", text=PATROL))
        found = tocsin("preview", site.url("/feed"), "--time-zone", "Asia/Ho_Chi_Minh", "--json").json
        shown = tocsin("preview", site.url("/feed")).out
    names = {"kind", "confidence", "feed_url", "options", "candidates", "items", "article", "topics", "notes"}
    assert set(found) == names
    assert found["kind"] == "feed"
    assert found["feed_url"] == site.url("/feed")
    assert found["items"][0] == {
        "url": site.url("/patrol"),
        "title": "Patrol at sea",
        "published": "2026-11-23T08:00:00+07:00",
    }
    assert set(found["article"]) == {"url", "title", "author", "published", "language", "image", "text"}
    assert found["article"]["title"] == "Patrol at sea"
    assert found["topics"] == [{"slug": "maritime-security", "matched": ["Patrol"]}]
    assert "2 items" in shown
    assert "maritime-security: Patrol" in shown


def test_preview_finds_the_list_of_a_portal(tocsin: Command) -> None:
    with FakeSite() as site:
        portal = Portal(site)
        for story in stories(12):
            portal.publish(story)
        found = tocsin("preview", portal.url, "--json").json
    assert found["kind"] == "page"
    assert len(found["items"]) == 10
    assert found["items"][0]["title"] == "Officials meet in Manila for the 12th time"
    assert found["article"]["title"] == found["items"][0]["title"]


def test_preview_of_what_is_not_there_is_one_line(tocsin: Command) -> None:
    with FakeSite() as site:
        found = tocsin("preview", site.url("/none"))
    assert (found.code, found.out) == (1, "")
    assert len(found.err.splitlines()) == 1
    assert tocsin("preview", "http://127.0.0.1/", "--time-zone", "Hanoi").code == 2


# why


def test_why_an_article_alerted(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.follower("duty-room")
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    found = tocsin("why", article.url)
    assert found.code == 0
    assert "Found by portal at 2026-11-24 08:00 UTC" in found.out
    assert "violent-extremism matches by: violent extremism, conference" in found.out
    assert "waiting to be sent" in found.out
    answer = tocsin("why", article.url, "--json").json
    assert answer["deliveries"][0]["state"] == "pending"


def test_why_one_follower_was_not_alerted(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("duty-room", "drugs")
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    clock.advance(minutes=1)
    found = tocsin("why", article.url, "--to", follower.address)
    assert "it does not follow violent-extremism" in found.out
    assert "drugs does not match: heroin OR methamphetamine: " in found.out
    assert tocsin("why", article.url, "--to", "nobody").code == 2


def test_why_a_first_look_alerts_nobody(tocsin: Command, newsroom: Newsroom) -> None:
    newsroom.follower("duty-room")
    article = newsroom.publish(baseline=True)
    newsroom.announcer.announce_all()
    found = tocsin("why", article.url)
    assert "first look" in found.out
    assert "Nothing was owed to anybody." in found.out


def test_why_an_unknown_article_says_what_is_watched_there(tocsin: Command, newsroom: Newsroom) -> None:
    assert newsroom.source
    found = tocsin("why", "https://portal.example/never")
    assert found.code == 0
    assert "No source has shown this address" in found.out
    assert "portal (https://portal.example/), not looked at yet" in found.out
    assert "No source on other.example is watched." in tocsin("why", "https://other.example/x").out
