"""The webhook commands, against a real receiver."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import Command
from conftest import Clock
from newsroom import Newsroom
from webhook_receiver import Fault, WebhookReceiver

from feeds.database import Database

TOPICS = '[[topic]]\nslug = "maritime-security"\nquery = "patrol"\n[[topic]]\nslug = "drugs"\nquery = "heroin"\n'


@pytest.fixture
def tocsin(tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], clock: Clock) -> Command:
    command = Command(tmp_path / "config", sqlite_url, capsys, clock)
    command.configure(topics=TOPICS)
    return command


def test_a_webhook_is_added_tested_and_rotated(tocsin: Command, clock: Clock) -> None:
    clock.now = datetime.now(UTC)  # a receiver refuses signatures that are older than some minutes
    with WebhookReceiver() as receiver:
        made = tocsin("webhooks", "add", receiver.url(), "--topic", "drugs", "--title", "Duty room", "--json")
        assert made.code == 0, made.err
        assert made.json["slug"] == "duty-room"
        receiver.secret = made.json["secret"]
        tested = tocsin("webhooks", "test", "duty-room")
        assert (tested.code, tested.out) == (0, "duty-room took it.\n")
        rotated = tocsin("webhooks", "rotate", "duty-room").out.split()[-1]
        assert rotated.startswith("whsec_")
        assert rotated != receiver.secret
        clock.advance(seconds=20)
        assert tocsin("webhooks", "test", "duty-room").code == 0, "the old secret signs too"
        receiver.secret = rotated
        clock.advance(seconds=20)
        assert tocsin("webhooks", "test", "duty-room").code == 0
        assert [json.loads(event.body)["type"] for event in receiver.events] == ["ping"] * 3
        receiver.fail(Fault(500))
        clock.advance(seconds=20)
        failed = tocsin("webhooks", "test", "duty-room")
        assert failed.code == 1
        assert "500" in failed.out
    log = tocsin("webhooks", "log", "duty-room", "--json").json
    assert [row["state"] for row in log] == ["pending", "sent", "sent", "sent"]


def test_a_secret_is_shown_only_once(tocsin: Command) -> None:
    secret = tocsin("webhooks", "add", "https://hooks.example/x", "--topic", "drugs", "--json").json["secret"]
    listed = tocsin("webhooks", "list", "--json")
    assert [(row["slug"], row["follows"]) for row in listed.json] == [("hooks-example", ["drugs"])]
    for words in (["webhooks", "list"], ["webhooks", "list", "--json"], ["subscribers", "--json"]):
        assert secret not in tocsin(*words).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["webhooks", "add", "ftp://x.example/", "--topic", "drugs"], "This is not a web address"),
        (["webhooks", "add", "https://x.example/", "--topic", "nothing"], "There is no topic “nothing”."),
        (["webhooks", "add", "https://x.example/", "--topic", "drugs", "--format", "fax"], "There is no such format"),
        (["webhooks", "test", "nobody"], "there is no webhook 'nobody'"),
        (["webhooks", "log", "nobody"], "there is no webhook 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_one_line(tocsin: Command, words: list[str], said: str) -> None:
    found = tocsin(*words)
    assert found.code == 2
    assert said in found.err
    assert len(found.err.splitlines()) == 1


def test_pause_resume_and_remove(tocsin: Command) -> None:
    tocsin("webhooks", "add", "https://hooks.example/x", "--topic", "drugs")
    tocsin("webhooks", "pause", "hooks-example")
    assert tocsin("webhooks", "list", "--json").json[0]["pause_reason"] == "paused by an operator"
    tocsin("webhooks", "resume", "hooks-example")
    assert tocsin("webhooks", "list", "--json").json[0]["paused_at"] is None
    tocsin("webhooks", "remove", "hooks-example")
    assert tocsin("webhooks", "list", "--json").json == []


def test_a_declared_webhook_is_changed_in_its_file(tocsin: Command) -> None:
    channel = '[[webhook]]\nslug = "case-system"\nurl = "https://hooks.example/x"\nformat = "slack"\ntopics = ["*"]\n'
    tocsin.configure(topics=TOPICS, channels=channel)
    tocsin("webhooks", "add", "https://hooks.example/y", "--topic", "drugs")
    for words in (["remove", "case-system"], ["rotate", "case-system"]):
        found = tocsin("webhooks", *words)
        assert found.code == 2
        assert "channels.toml" in found.err


def test_failed_deliveries_are_owed_again(tocsin: Command, sqlite_database: Database, clock: Clock) -> None:
    newsroom = Newsroom(sqlite_database, clock)
    newsroom.follower("duty-room")
    newsroom.publish()
    newsroom.publish(title="A second conference on violent extremism")
    newsroom.announcer.announce_all()
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'failed', error = 'gone'")
    one = tocsin("webhooks", "log", "duty-room", "--json").json[0]["id"]
    assert tocsin("webhooks", "replay", "duty-room", "msg_none").code == 2
    assert "1 deliveries are owed again" in tocsin("webhooks", "replay", "duty-room", one).out
    assert "1 deliveries are owed again" in tocsin("webhooks", "replay", "duty-room").out
    assert [row["state"] for row in tocsin("webhooks", "log", "duty-room", "--json").json] == ["pending", "pending"]
