"""Every field of a topic, written through each surface of the whole program and read through all the others."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest
import requests
from command import Command
from conftest import Clock
from fake_bot_api import TOKEN, Chat, FakeBotApi
from fake_site import FakeSite
from lxml import html as lxml_html
from portal import Portal, stories
from program import Program, soon
from settings_folder import write
from visitor import Site, Visitor
from webhook_receiver import WebhookReceiver

from feeds.database import Database
from feeds.render import parse_opml

Fields = dict[str, Any]
"""title, description, query, language, urgent, expect, reject."""

DECLARED: Fields = {
    "title": "Khai báo <b>",
    "description": "From “the file”.",
    "query": 'conference AND "violent extremism"',
    "language": "en",
    "urgent": True,
    "expect": ["A conference on violent extremism.", "Violent extremism.\n\nThe conference"],
    "reject": ["A conference."],
}
PAGED: Fields = {
    "title": "Paged & saved",
    "description": "From the page.",
    "query": 'violent NEAR/3 extremism OR "khủng bố"',
    "language": "vi",
    "urgent": True,
    "expect": ["chống khủng bố", "Two lines:\nviolent extremism"],
    "reject": ["violent storms", "hòa bình"],
}
PUT: Fields = {
    "title": "Put 🚢",
    "description": "From a program.",
    "query": "meeting OR took",
    "language": "en",
    "urgent": True,
    "expect": ["A meeting"],
    "reject": ["Nothing", "else"],
}
PATCHED: Fields = {
    "title": "Patched",
    "description": "",
    "query": "conference OR meeting",
    "language": None,
    "urgent": False,
    "expect": [],
    "reject": ["Nothing"],
}


def declared(slug: str, fields: Fields) -> str:
    given = {name: value for name, value in fields.items() if value is not None}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items())
    return "\n".join(["[[topic]]", f'slug = "{slug}"', *lines, ""])


def configure(folder: Path, portal: Portal, receiver: WebhookReceiver) -> Path:
    folder.mkdir()
    return write(
        folder,
        tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\npace = "0.001s"\n',
        sources=f'[[source]]\nslug = "portal"\nurl = "{portal.url}"\ninterval = "1s"\nlanguage = "en"\n',
        topics=declared("filed", DECLARED),
        channels=f'[[webhook]]\nslug = "desk"\nurl = "{receiver.url()}"\nsecret = "{receiver.secret}"\n'
        'topics = ["filed"]\n',
    )


def in_api(program: Program, slug: str) -> Fields:
    answer = program.get(f"/api/v1/topics/{slug}").json()
    (listed,) = (one for one in program.get("/api/v1/topics").json() if one["slug"] == slug)
    assert listed == answer
    assert answer["declared"] is (answer["owner"] == "file") is (slug == "filed")
    return {name: answer[name] for name in DECLARED}


def in_editor(program: Program, slug: str) -> Fields:
    """The form; and the lines that are offered for the file."""
    page = lxml_html.document_fromstring(program.get(f"/operators/topics?slug={slug}").text)
    form = next(form for form in page.forms if form.get("action") == "/operators/topics")
    values = form.form_values()
    entered = dict(values)
    samples = {kind: [text for name, text in values if name == kind and text] for kind in ("expect", "reject")}
    fields = {name: entered[name] for name in ("title", "description", "query")} | {
        "language": entered["language"] or None,
        "urgent": entered.get("urgent") == "yes",
        **samples,
    }
    (lines,) = (block for block in page.cssselect("details pre code") if "[[topic]]" in block.text_content())
    (read,) = tomllib.loads(lines.text_content())["topic"]
    defaults: Fields = {"language": None, "urgent": False, "expect": [], "reject": []}
    assert defaults | read == {"slug": slug, **fields}
    verdicts = page.cssselect("#preview .verdict")
    assert len(verdicts) == len(fields["expect"]) + len(fields["reject"])
    assert all(verdict.text_content().startswith("✓") for verdict in verdicts)
    return fields


def on_pages(program: Program, slug: str) -> Fields:
    """What everybody sees: the topic's page, and its feed where that has the field."""
    page = lxml_html.document_fromstring(program.get(f"/topics/{slug}").text)
    shown = {
        "title": page.cssselect("h1")[0].text_content(),
        "description": "".join(text.text_content() for text in page.cssselect(".standfirst")),
        "query": page.cssselect("pre.query code")[0].text_content(),
        "language": next((text.text_content() for text in page.cssselect(".language")), None),
        "urgent": bool(page.cssselect(".urgent")),
    }

    def same_feed() -> bool:
        feed = feedparser.parse(program.get(f"/feeds/topics/{slug}.rss").content).feed
        told = (feed.get("title"), feed.get("description"), feed.get("language"))
        title = f"{shown['title']} · Tocsin"
        return told == (title, shown["description"] or title, shown["language"])

    soon(same_feed)
    outlines = [feed for line in parse_opml(program.get("/opml").content) for feed in line.feeds()]
    (outline,) = (one for one in outlines if one.html_url == f"{program.address}/topics/{slug}")
    assert outline.text == shown["title"]
    assert (outline.description, outline.language) == (shown["description"], shown["language"])
    return shown


def check_everywhere(program: Program, tocsin: Command, slug: str, fields: Fields) -> None:
    assert in_api(program, slug) == fields
    assert in_editor(program, slug) == fields
    shown = on_pages(program, slug)
    assert shown == {name: fields[name] for name in shown}
    assert in_command_line(tocsin, slug) == fields


def in_command_line(tocsin: Command, slug: str) -> Fields:
    (listed,) = (one for one in tocsin("topics", "--all", "--json").json if one["slug"] == slug)
    return {name: listed[name] for name in DECLARED}


def write_on_the_page(program: Program, slug: str, fields: Fields, **more: str) -> requests.Response:
    visitor = Visitor(Site(program.address, None, None))  # type: ignore[arg-type]
    entered = {name: value.replace("\n", "\r\n") for name, value in fields.items() if isinstance(value, str)}
    samples = {kind: [text.replace("\n", "\r\n") for text in fields[kind]] for kind in ("expect", "reject")}
    urgent = {"urgent": "yes"} if fields["urgent"] else {}
    page = visitor.see("/operators/topics")
    return visitor.submit(page, "/operators/topics", slug=slug, **entered, **samples, **urgent, **more)


def ask(program: Program, method: str, slug: str, body: Fields) -> Any:
    answer = requests.request(method, f"{program.address}/api/v1/topics/{slug}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def talker(api: FakeBotApi, person: Chat) -> Callable[[str], str]:
    def say(text: str) -> str:
        before = len(person.messages)
        api.say(person, text)
        return str(api.wait_for(person, before + 1)["text"])

    return say


def test_every_field_is_the_same_everywhere(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        portal = Portal(site)
        *old, new = stories(7)
        for story in old:
            portal.publish(story)
        config = configure(tmp_path / "config", portal, receiver)
        tocsin = Command(config, sqlite_url, capsys, clock)
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        with Program(config, DATABASE_URL=sqlite_url, **token) as program:
            program.wait_for('"new": 6')
            check_everywhere(program, tocsin, "filed", DECLARED)

            assert write_on_the_page(program, "paged", PAGED).status_code == 200
            check_everywhere(program, tocsin, "paged", PAGED)

            assert ask(program, "PUT", "put", PUT)["broken"] == []
            check_everywhere(program, tocsin, "put", PUT)
            for name, value in PATCHED.items():
                ask(program, "PATCH", "put", {name: value})
                assert in_api(program, "put")[name] == value
            check_everywhere(program, tocsin, "put", PATCHED)
            # A program that knows nothing of samples leaves them alone.
            ask(program, "PUT", "put", {"query": "meeting", "title": "Put again"})
            assert in_api(program, "put")["reject"] == PATCHED["reject"]

            own = check_own_query(program, api, tocsin)
            portal.publish(new)
            receiver.wait_for(1)
            (topic,) = receiver.events[0].payload["data"]["topics"]
            told = {"slug": "filed", "title": DECLARED["title"], "urgent": True}
            assert {name: topic[name] for name in told} == told
        check_backup(tocsin, tmp_path, own)


def check_own_query(program: Program, api: FakeBotApi, tocsin: Command) -> Fields:
    """Somebody's own: written by chat, read by chat, command line and API; returns its fields."""
    anna = api.person(7, "Anna")
    say = talker(api, anna)
    assert DECLARED["description"] in say("/follow filed")
    say("/follow conference AND tea")
    assert "Changed" in say("/edit 1 title Tea & talks <b>")
    assert "urgent: on" in say("/edit 1 urgent on")
    assert "language: vi" in say("/edit 1 language vi")
    assert "✓ matches: “tea at the conference”" in say("/edit 1 expect tea at the conference")
    assert "✓ does not match: “tea”" in say("/edit 1 reject tea")
    said = say("/edit 1 query conference AND took")
    assert "should match, and does not: “tea at the conference”" in said
    assert "took: not in the article" in said
    fields = {
        "title": "Tea & talks <b>",
        "query": "conference AND took",
        "language": "vi",
        "urgent": True,
        "expect": ["tea at the conference"],
        "reject": ["tea"],
    }
    shown = say("/edit 1")
    for text in (fields["title"], fields["query"], "language: vi", "urgent: on", "“tea at the conference”", "“tea”"):
        assert text in shown
    (subscriber,) = program.get("/api/v1/subscribers?kind=telegram").json()
    (in_api_shape,) = subscriber["queries"]
    slug = in_api_shape.pop("slug")
    assert in_api_shape == fields
    assert in_command_line(tocsin, slug) == {**fields, "description": ""}
    checked = tocsin("check")
    assert checked.code == 2
    assert f"database: topic \"{slug}\" does not match its sample 'tea at the conference'" in checked.err
    # What was said of it outlives its being dropped and taken up again.
    say("/unfollow Tea & talks <b>")
    api.answer_to(api.press(anna, anna.messages[-1], "Undo"))
    assert in_command_line(tocsin, slug)["title"] == fields["title"]
    say("/edit 1 expect off")
    assert tocsin("check").code == 0
    return fields | {"slug": slug, "expect": [], "description": ""}


def check_backup(tocsin: Command, folder: Path, own: Fields) -> None:
    """Another database, made of a backup, says the same of all topics."""
    before = tocsin("topics", "--all", "--json").json
    assert own.items() <= next(one for one in before if one["slug"] == own["slug"]).items()
    assert tocsin("backup", str(folder / "backup")).code == 0
    other = Command(tocsin.folder, f"sqlite:///{folder / 'other.db'}", tocsin.capture, tocsin.clock)
    assert other("restore", str(folder / "backup")).code == 0
    assert other("topics", "--all", "--json").json == before


@pytest.fixture
def program_less_site(open_site: Site) -> Visitor:
    return Visitor(open_site)


BROKEN = {"query": "patrol", "title": "P", "slug": "p", "expect": ["A patrol", "A march"], "reject": ["Patrols"]}


def test_saving_asks_where_the_query_gets_a_sample_wrong(program_less_site: Visitor, open_site: Site) -> None:
    visitor = program_less_site
    asked = visitor.submit(visitor.see("/operators/topics"), "/operators/topics", **BROKEN)  # type: ignore[arg-type]
    assert asked.status_code == 422
    page = lxml_html.document_fromstring(asked.text)
    assert "2 of its tests are not as wanted" in page.cssselect("form [role=alert]")[0].text_content()
    said = [line.text_content() for line in page.cssselect(".tried li")]
    assert said[0] == "✓ matches, as wantedA patrol"
    assert said[1] == "✗ should match, and does notA marchpatrol: not in the article"
    assert said[2] == "✗ should not match, and doesPatrols"
    assert [mark.text_content() for mark in page.cssselect(".tried mark")] == ["patrol", "Patrols"]
    assert open_site.base
    assert visitor.get(f"{open_site.base}/topics/p", timeout=10).status_code == 404
    forced = visitor.submit(page, "/operators/topics", **BROKEN, anyway="yes")  # type: ignore[arg-type]
    assert "live for the next article" in forced.text
    assert visitor.get(f"{open_site.base}/topics/p", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expect": ["x"] * 21}, "At most 20 texts of each kind."),
        ({"reject": ["x" * 2001]}, "At most 2000 characters."),
        ({"language": "english"}, "This is not a language tag."),
        ({"slug": "own-thing"}, "Names that begin with “own-” are kept"),
    ],
)
def test_what_a_topic_cannot_be_is_said_beside_its_field(
    program_less_site: Visitor, fields: dict[str, Any], said: str
) -> None:
    entered = {"query": "patrol", "title": "P", "slug": "p", **fields}
    answer = program_less_site.submit(program_less_site.see("/operators/topics"), "/operators/topics", **entered)
    assert answer.status_code == 422
    (problem,) = lxml_html.document_fromstring(answer.text).cssselect("form .problem")
    assert said in problem.text_content()


def test_check_tries_the_topics_of_the_desk(
    database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    from feeds.model import DESK, Topic
    from feeds.store import topics

    tocsin = Command(tmp_path / "config", database_url, capsys, clock)
    tocsin.configure()
    with database.write() as connection:
        for slug, query, reject in (("sea", "@maritime-security", "A patrol."), ("land", "road", "At sea")):
            topics.save_topic(connection, Topic(slug, query, owner=DESK, reject=(reject,)), clock())
    found = tocsin("check")
    assert found.code == 2
    assert found.err.count("\n") == 1
    assert "database: topic \"sea\" matches its sample 'A patrol.', change the query or the sample" in found.err


def test_check_leaves_a_database_alone_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    tocsin = Command(tmp_path / "config", f"sqlite:///{tmp_path / 'none.db'}", capsys, clock)
    tocsin.configure()
    assert tocsin("check").code == 0
    assert not (tmp_path / "none.db").exists()
