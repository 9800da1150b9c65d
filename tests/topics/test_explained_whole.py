"""The whole program: one match, the same words marked wherever people meet it, and provable from its spans alone.

Three articles of a real feed, a topic for each construct of the query language, and a webhook and a channel for each
topic. Beside them, what does not match: the clause that failed, and how near it came, in both languages.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html import escape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from command import Command
from conftest import Clock
from explained_samples import FISHING, MATCHES, MISSES, SCORES, STORIES, Story
from fake_bot_api import TOKEN, Chat, FakeBotApi
from fake_site import FakeSite
from lxml import html as lxml_html
from program import Program, soon
from settings_folder import write
from webhook_receiver import WebhookReceiver

from feeds.model import Article, Span
from feeds.topics import parse_all, prove


def show(site: FakeSite, stories: dict[str, Story]) -> str:
    """The feed with these articles, and their pages; returns its address."""
    items = ""
    for name, story in stories.items():
        address, title = address_of(site, name), escape(story.title)
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
        body = body.replace("é", "&eacute;").replace("US stayed", "<b>US</b> stayed")
        site.page(
            f"/news/{name}.html",
            f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><article><h1>{title}</h1>{body}</article></body></html>",
        )
        items += (
            f"<item><title>{title}</title><link>{address}</link><guid>{address}</guid>"
            f"<dc:creator>{story.author}</dc:creator></item>"
        )
    site.feed(
        "/wire.xml",
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Wire</title>'
        f"{items}</channel></rss>",
    )
    return site.url("/wire.xml")


def address_of(site: FakeSite, name: str) -> str:
    return site.url(f"/news/{name}.html")


def configure(folder: Path, feed: str, receiver: WebhookReceiver, chats: dict[str, Chat]) -> Path:
    """Each topic has a webhook and a channel of its own."""
    queries = {slug: query for slug, (query, *_) in (MATCHES | MISSES).items()}
    folder.mkdir()
    return write(
        folder,
        tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\npace = "0.001s"\n',
        sources=f'[[source]]\nslug = "wire"\ntitle = "The Wire"\nurl = "{feed}"\ninterval = "1s"\n',
        topics="".join(
            f'[[topic]]\nslug = "{slug}"\nquery = {json.dumps(query, ensure_ascii=False)}\n'
            for slug, query in queries.items()
        ),
        channels="".join(
            f'[[webhook]]\nslug = "{slug}"\nurl = "{receiver.url(f"/{slug}")}"\nsecret = "{receiver.secret}"\n'
            f'topics = ["{slug}"]\n[[telegram]]\nchat = "@{chats[slug].username}"\ntopics = ["{slug}"]\n'
            for slug in MATCHES
        ),
    )


def sliced(article: Article, spans: list[Span]) -> list[str]:
    """The words at the spans, each once, in the order in which they are given."""
    return list(dict.fromkeys(str(getattr(article, one.field))[one.start : one.end] for one in spans))


def joined(article: Article, spans: list[Span], field: str) -> list[str]:
    """The stretches of a field that are to be marked: spans that touch are one."""
    text, places = str(getattr(article, field)), [False] * len(getattr(article, field))
    for one in spans:
        if one.field == field:
            places[one.start : one.end] = [True] * (one.end - one.start)
    runs = re.finditer("1+", "".join("01"[place] for place in places))
    return [text[run.start() : run.end()] for run in runs]


def styled(message: dict[str, Any], style: str) -> list[str]:
    """The stretches of a Telegram message in one style; entities count UTF-16 units."""
    encoded = message["text"].encode("utf-16-le")
    return [
        encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in message["entities"]
        if one["type"] == style
    ]


def check_article_page(program: Program, article: Article, uid: str, topics: dict[str, list[Span]]) -> None:
    page = lxml_html.document_fromstring(program.get(f"/articles/{uid}").text)
    every = [span for spans in topics.values() for span in spans]
    for place, field in (("h1", "title"), (".author", "author"), (".body", "text")):
        assert [mark.text_content() for mark in page.cssselect(f"{place} mark")] == joined(article, every, field)
    told = {
        link.get("href", "").removeprefix("/topics/"): [mark.text_content() for mark in line.cssselect("mark")]
        for line in page.cssselect(".aside li")
        for link in line.cssselect("a[href^='/topics/']")
    }
    assert told == {slug: MATCHES[slug][2] for slug in topics}


def check_topic_page(program: Program, article: Article, uid: str, slug: str, spans: list[Span]) -> None:
    page = lxml_html.document_fromstring(program.get(f"/topics/{slug}").text)
    (card,) = (card for card in page.cssselect(".card") if card.cssselect(f"h3 a[href='/articles/{uid}']"))
    wanted = MATCHES[slug][2]
    assert [mark.text_content() for mark in card.cssselect("h3 mark")] == joined(article, spans, "title")
    in_body = [mark.text_content() for mark in card.cssselect(".summary mark")]
    assert set(in_body) <= set(wanted)
    assert bool(in_body) == any(span.field == "text" for span in spans)
    after = card.cssselect(f".tag[href='/topics/{slug}']")[0].getnext()
    told = [] if after is None or after.tag == "a" else [word.text_content() for word in after.cssselect("q")]
    assert told == wanted[:8]


def check_feeds(program: Program, address: str, slug: str) -> None:
    wanted = MATCHES[slug][2]
    for extension in ("rss", "atom"):
        found = feedparser.parse(program.get(f"/feeds/topics/{slug}.{extension}").content)
        (entry,) = (entry for entry in found.entries if entry.link == address)
        assert set(re.findall("<strong>(.*?)</strong>", entry.summary)) == set(wanted), (slug, entry.summary)
    items = program.get(f"/feeds/topics/{slug}.json").json()["items"]
    (item,) = (item for item in items if item["url"] == address)
    assert item["_tocsin"].get("matched", []) == wanted
    assert all(word in item["summary"] for word in wanted)


def check_alert(data: dict[str, Any], message: dict[str, Any], article: Article, told: dict[str, Any]) -> None:
    (topic,) = data["topics"]
    slug, spans = topic["slug"], [Span(**one) for one in topic["spans"]]
    wanted = MATCHES[slug][2]
    assert (topic["matched"], topic["score"], topic["spans"]) == (wanted, told["score"], told["spans"])
    assert data["article"]["title"] == article.title
    excerpt = data["excerpt"]
    in_excerpt = [excerpt["text"][start:end] for start, end in excerpt["marks"]]
    assert set(in_excerpt) <= set(wanted)
    assert bool(in_excerpt) == any(span.field == "text" for span in spans)
    assert styled(message, "underline") == joined(article, spans, "title")
    assert styled(message, "bold") == [article.title, *in_excerpt]
    assert styled(message, "italic") == ([", ".join(wanted)] if wanted else [])


def test_every_place_marks_the_same_words_and_the_spans_prove_them(
    tmp_path: Path, sqlite_url: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        chats = {slug: api.channel(-1001 - at, slug, username=f"chat_{at}") for at, slug in enumerate(MATCHES)}
        anna, binh = api.person(7, "Anna"), api.person(8, "Bình", language="vi")
        config = configure(tmp_path / "config", show(site, {"fishing": FISHING}), receiver, chats)
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        with Program(config, DATABASE_URL=sqlite_url, **token) as program:
            program.wait_for('"new": 1')
            show(site, {"fishing": FISHING, **STORIES})
            receiver.wait_for(len(MATCHES), timeout=20)
            queries = parse_all({slug: (query, None) for slug, (query, *_) in (MATCHES | MISSES).items()})
            by_url = {one["url"]: one["id"] for one in program.get("/api/v1/articles").json()["articles"]}
            proved = set()
            for name in STORIES:
                address = address_of(site, name)
                answer = program.get(f"/api/v1/articles/{by_url[address]}").json()
                fields = ("url", "title", "text", "summary", "author", "language", "source")
                article = Article(**{field: answer[field] for field in fields})
                assert unicodedata.is_normalized("NFC", article.title + article.text)
                topics = {one["slug"]: [Span(**span) for span in one["spans"]] for one in answer["topics"]}
                for told in answer["topics"]:
                    slug, spans = told["slug"], topics[told["slug"]]
                    _, where, wanted = MATCHES[slug]
                    assert where == name
                    assert told["matched"] == wanted == sliced(article, spans), slug
                    assert told["score"] == SCORES.get(slug, 1.0)
                    assert prove(queries[slug], article, spans), slug
                    assert not wanted or not prove(queries[slug], article, spans[:0]), slug
                    proved.add(slug)
                    (event,) = (event for event in receiver.events if event.path == f"/{slug}")
                    check_alert(event.payload["data"], api.wait_for(chats[slug], 1), article, told)
                    check_topic_page(program, article, answer["id"], slug, spans)
                    soon(lambda at=f"/feeds/topics/{slug}.json", url=address: url in program.get(at).text)
                    check_feeds(program, address, slug)
                check_article_page(program, article, answer["id"], topics)
            assert proved == MATCHES.keys()
            check_why(program, site, by_url[address_of(site, "drill")], Command(config, sqlite_url, capsys, clock))
            for person, place in ((anna, 2), (binh, 3)):
                check_why_in_the_chat(api, person, address_of(site, "drill"), place)


def check_why(program: Program, site: FakeSite, uid: str, tocsin: Command) -> None:
    """The page in both languages, and the command line."""
    address = address_of(site, "drill")
    answer = tocsin("why", address, "--json").json
    by_slug = {one["slug"]: one for one in answer["topics"]}
    pages = {language: program.get(f"/articles/{uid}?lang={language}") for language in ("en", "vi")}
    steps = {
        language: [step.text_content() for step in lxml_html.document_fromstring(page.text).cssselect("ol.plain li")]
        for language, page in pages.items()
    }
    assert steps["en"] == answer["steps"] == tocsin("why", address).out.splitlines()
    for slug, (_, where, wanted) in MATCHES.items():
        if where != "drill":
            continue
        assert by_slug[slug]["matched"] == wanted
        assert f"{slug} matches by: {', '.join(wanted)}." in steps["en"]
        assert f"{slug} khớp nhờ: {', '.join(wanted)}." in steps["vi"]
    for slug, (_, clause, english, vietnamese) in MISSES.items():
        english, vietnamese = english.replace("ADDRESS", address), vietnamese.replace("ADDRESS", address)
        assert f"{slug} does not match: {clause}: {english}" in steps["en"], slug
        assert f"{slug} không khớp: {clause}: {vietnamese}" in steps["vi"], slug
        (failed,) = by_slug[slug]["clauses"]
        assert (failed["clause"], failed["detail"]) == (clause, english)
        assert 0 <= failed["nearness"] == by_slug[slug]["nearness"] < 1


def check_why_in_the_chat(api: FakeBotApi, person: Chat, address: str, place: int) -> None:
    """Somebody's own queries: of the one two clauses fail."""
    api.say(person, "/follow delegates NEAR/3 police title:patrol surabaya")
    api.wait_for(person, 1)
    api.say(person, f"/why {address}")
    clauses = ("title:patrol", "delegates NEAR/3 police")
    said = api.wait_for(person, 2)["text"]
    for clause, slug in zip(clauses, ("no-title", "no-near"), strict=True):
        assert f"{clause}: {MISSES[slug][place]}" in said
    assert "telegram:" in said.splitlines()[-1]
