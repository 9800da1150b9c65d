"""The whole program: one match, the same words marked in every place where people meet it, and provable from its spans.

Three articles of a real feed, a topic for each construct of the query language, and each topic's own webhook and chat.
"""

from __future__ import annotations

import html
import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from command import Command
from conftest import Clock
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from program import Program
from settings_folder import write
from webhook_receiver import WebhookReceiver

from feeds.model import Article, Span
from feeds.topics import parse_all, prove

LONG = "Nothing else was said about it on that day, and nobody asked for more. "


@dataclass(frozen=True)
class Story:
    title: str
    author: str
    language: str
    paragraphs: tuple[str, ...]


STORIES = {
    "fishing": Story("Fishing season opens", "Nobody", "en", ("Boats left in the morning, most came back by noon.",)),
    "drill": Story(
        "🚢 Navy drill off Đà Nẵng & Hải Phòng",
        "Lê Văn Tám",
        "en",
        (
            "🕊️𝒟elegates of ten countries met in Surabaya against violent extremism. The police of Việt Nam and of "
            "Indonesia asked for closer cooperation at sea & on land, and for a joint naval patrol.",
            "Terrorism, they said, is no drill: <terror> feeds on fear. " + LONG * 8,
            "At the end, an envoy from Geneva 🇨🇭 spoke of reconciliation. The US stayed silent, and told us so.",
        ),
    ),
    "talks": Story(
        unicodedata.normalize("NFD", "Hội nghị tại Hà Nội"),
        "Nguyễn Thị Bình",
        "vi",
        (
            unicodedata.normalize("NFD", "Các nước tăng cường hợp tác quốc tế 🤝 phòng, chống khủng bố tại Hà Nội."),
            "Hai bên gìn giữ hoà bình và trao đổi kinh nghiệm với nhau.",
        ),
    ),
    "accord": Story(
        "Un accord à Genève",
        "Élodie Bézier",
        "fr",
        (
            "La France renforce ses coopérations avec l’OTAN. La sécurité et la paix dans le monde sont en jeu.",
            "Le ministre des affaires étrangères a signé un accord sur l'eau.",
        ),
    ),
}
MATCHES: dict[str, tuple[str, str, list[str]]] = {
    # topic: its query, the article that it selects, the words of the article that make it do so
    "words": ("reconciliation cooperation", "drill", ["cooperation", "reconciliation"]),
    "stems": ("countries asking", "drill", ["countries", "asked"]),
    "phrase": ('"violent extremism"', "drill", ["violent extremism"]),
    "prefix": ("terror*", "drill", ["Terrorism", "terror"]),
    "prefix-phrase": ('"joint nav*"', "drill", ["joint naval"]),
    "near": ("closer NEAR/3 coop*", "drill", ["closer", "cooperation"]),
    "ordered": ("joint ONEAR/2 patrol", "drill", ["joint", "patrol"]),
    "not-near": ("drill NOT NEAR/1 naval", "drill", ["drill"]),
    "sentence": ("police NEAR/s cooperation", "drill", ["police", "cooperation"]),
    "paragraph": ("delegates NEAR/p patrol", "drill", ["𝒟elegates", "patrol"]),
    "counted": ("atleast/3 (terror* extremism)", "drill", ["extremism", "Terrorism", "terror"]),
    "weighed": ("any(3, terror*:2 extremism:1.5 submarine:-2)", "drill", ["extremism", "Terrorism", "terror"]),
    "early": ("first/12 surabaya", "drill", ["Surabaya"]),
    "title": ("title:navy", "drill", ["Navy"]),
    "body": ("body:drill", "drill", ["drill"]),
    "author": ('author:"lê văn tám"', "drill", ["Lê Văn Tám"]),
    "source": ("source:wire title:drill", "drill", ["drill", "wire"]),
    "url": ("url:drill title:navy", "drill", ["Navy", "drill"]),
    "language": ("lang:en surabaya", "drill", ["Surabaya"]),
    "only-language": ("lang:fr", "accord", []),
    "exact": ("=US silent", "drill", ["US", "silent"]),
    "naming": ("@near @phrase", "drill", ["violent extremism", "closer", "cooperation"]),
    "alternatives": ("submarine OR geneva", "drill", ["Geneva"]),
    "excluding": ("surabaya -football", "drill", ["Surabaya"]),
    "many": (
        "delegates countries police indonesia closer patrol fear envoy reconciliation", "drill",
        ["𝒟elegates", "countries", "police", "Indonesia", "closer", "patrol", "fear", "envoy", "reconciliation"],
    ),
    "accents": ('"hợp tác quốc tế"', "talks", ["hợp tác quốc tế"]),
    "bare": ('"khung bo" "hoa binh"', "talks", ["khủng bố", "hoà bình"]),
    "syllable": ("title:nghị", "talks", ["nghị"]),
    "french": ("coopération sécurité", "accord", ["coopérations", "sécurité"]),
    "apostrophe": ("\"l'OTAN\" \"l'eau\"", "accord", ["l’OTAN", "l'eau"]),
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        yield site


def show(site: FakeSite, *names: str) -> str:
    """The feed with these articles, and their pages; its address."""
    items = ""
    for name in names:
        story = STORIES[name]
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
        body = body.replace("é", "&eacute;").replace("US stayed", "<b>U</b>S stayed")
        address = site.url(f"/news/{name}.html")
        site.page(
            f"/news/{name}.html",
            f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)}</title>'
            f"</head><body><article><h1>{escape(story.title)}</h1>{body}</article></body></html>",
        )
        items += (
            f"<item><title>{escape(story.title)}</title><link>{address}</link><guid>{address}</guid>"
            f"<dc:creator>{story.author}</dc:creator></item>"
        )
    site.feed(
        "/wire.xml",
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Wire</title>'
        f"{items}</channel></rss>",
    )
    return site.url("/wire.xml")


def test_explore(site: FakeSite, tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    address = show(site, "fishing")
    topics = "".join(
        f"[[topic]]\nslug = {json.dumps(slug)}\nquery = {json.dumps(query, ensure_ascii=False)}\n"
        for slug, (query, *_) in MATCHES.items()
    )
    with WebhookReceiver() as receiver, FakeBotApi() as api:
        chats = {slug: api.channel(-1000 - n, slug, username=f"chat_{n}") for n, slug in enumerate(MATCHES)}
        channels = "".join(
            f'[[webhook]]\nslug = "{slug}"\nurl = "{receiver.url("/" + slug)}"\nsecret = "{receiver.secret}"\ntopics = ["{slug}"]\n'
            f'[[telegram]]\nchat = "@{chats[slug].username}"\ntopics = ["{slug}"]\n'
            for slug in MATCHES
        )
        folder = tmp_path / "config"
        folder.mkdir()
        write(
            folder,
            tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\npace = "0.001s"\n',
            sources=f'[[source]]\nslug = "wire"\ntitle = "The Wire"\nurl = "{address}"\ninterval = "1s"\n',
            topics=topics, channels=channels,
        )
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        with Program(folder, DATABASE_URL=sqlite_url, **token) as program:
            program.wait_for("Telegram is connected"); program.wait_for("\"new\": 1")
            show(site, *STORIES)
            import time
            t0=time.monotonic()
            try:
                receiver.wait_for(len(MATCHES), timeout=20)
            except TimeoutError as e:
                print("MISSING", e)
            print("webhooks", time.monotonic()-t0)
            for slug, chat in chats.items():
                try: api.wait_for(chat, 1, 5)
                except AssertionError as e: print("NOCHAT", slug)
            print("chats", time.monotonic()-t0)
            listing = program.get("/api/v1/articles").json()["articles"]
            print(len(listing))
            queries = parse_all({slug: (q, None) for slug, (q, *_) in MATCHES.items()})
            for short in listing:
                full = program.get(f"/api/v1/articles/{short['id']}").json()
                print("=====", full["url"], full["title"], full["author"], full["language"], ascii(full["title"])[:90])
                print(full["text"][:400]); print(full["html"][:600])
                fields = {k: full[k] for k in ("url","title","text","summary","author","language","source")}
                article = Article(**fields)
                page = program.get(f"/articles/{short['id']}").text
                pagemarks = re.findall(r"<mark>(.*?)</mark>", page.split('class="aside"')[0], re.S)
                print("PAGE", pagemarks)
                for one in full["topics"]:
                    slug = one["slug"]
                    spans = [Span(**s) for s in one["spans"]]
                    exp = MATCHES[slug][2]
                    words = [getattr(article, s.field)[s.start:s.end] for s in spans]
                    print("---", slug, MATCHES[slug][0], "prove", prove(queries[slug], article, spans), "score", one["score"])
                    if one["matched"] != exp: print("   API", one["matched"], "expected", exp)
                    if list(dict.fromkeys(words)) != exp: print("   spans", words)
                    ev = [e for e in receiver.events if e.path == "/" + slug][0].payload["data"]
                    if ev["topics"][0]["matched"] != exp: print("   webhook", ev["topics"][0]["matched"])
                    ex = ev["excerpt"]
                    print("   excerpt", [ex["text"][a:b] for a, b in ex["marks"]], ex["text"][:80])
                    if chats[slug].messages:
                        m = chats[slug].messages[0]
                        enc = m["text"].encode("utf-16-le")
                        print("   chat", [(e["type"], enc[e["offset"]*2:(e["offset"]+e["length"])*2].decode("utf-16-le")[:60]) for e in m["entities"] if e["type"] in ("bold", "italic")])
                    tp = program.get(f"/topics/{slug}").text
                    card = tp.split('class="card"')[1].split("</article>")[0]
                    print("   card marks", re.findall(r"<mark>(.*?)</mark>", card), )
                    for fmt in ("rss", "atom", "json"):
                        f = program.get(f"/feeds/topics/{slug}.{fmt}")
                        if fmt == "json":
                            it = f.json()["items"][0]
                            print("   json", it["_tocsin"].get("matched"), it["summary"][:100])
                        else:
                            e = feedparser.parse(f.content).entries[0]
                            print("   ", fmt, re.findall(r"<strong>(.*?)</strong>", e.summary), e.summary[:60])
    with capsys.disabled():
        print(capsys.readouterr().out)
