"""Every match can be shown and proved, in the store, the alert, the chat, the page, the feed; and why there is none."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from conftest import Clock
from newsroom import Newsroom

from bot.languages.explanations import explained_in
from bot.message import compose
from bot.model import Alert
from bot.store import deliveries
from bot.web.pages import marking
from bot.why import why
from feeds import publish
from feeds.database import Database
from feeds.model import Article, Topic
from feeds.store import articles, shelf, topics
from feeds.topics import parse, parse_all, prove, why_not

TEXT = (
    "Delegates of ten countries met in Surabaya against violent extremism. The police of Việt Nam and Indonesia asked "
    "for closer cooperation, and for a joint naval patrol.\n\nTerrorism, they said, is no drill. Hợp tác quốc tế."
)
QUERIES = {
    "phrase": '"violent extremism" AND cooperation',
    "wild": "terror* -football",
    "near": "joint NEAR/3 patrol",
    "ordered": "closer ONEAR/1 cooperation",
    "sentence": "police NEAR/s cooperation",
    "counted": "atleast/3 (terror* extremism delegates police)",
    "weighed": "any(3, terror*:2 extremis*:2 drill:-1)",
    "titled": "title:meeting body:surabaya",
    "early": "first/12 delegates",
    "exact": "=Surabaya",
    "accents": '"hợp tác quốc tế"',
    "naming": "@near AND @phrase",
    "language": "lang:en extremism",
    "excluding": "extremism NOT NEAR/2 fight",
}


@pytest.fixture
def newsroom(database: Database, clock: Clock) -> Newsroom:
    made = Newsroom(database, clock)
    with database.write() as connection:
        for slug, query in QUERIES.items():
            topics.save_topic(connection, Topic(slug, query, slug), clock())
    return made


def stored_matches(database: Database, article: Article) -> dict[str, topics.StoredMatch]:
    with database.read() as connection:
        found = topics.matches_of(connection, [article.id or 0])[article.id or 0]
        named = topics.by_ids(connection, [one.topic_id for one in found])
    return {named[one.topic_id].slug: one for one in found}


def test_from_the_stored_spans_alone_each_match_is_proved(newsroom: Newsroom, database: Database) -> None:
    announced = newsroom.publish("A meeting in Surabaya", TEXT)
    newsroom.announcer.announce_all()
    with database.read() as connection:
        (article,) = articles.by_ids(connection, [announced.id or 0])
    queries = parse_all({slug: (query, None) for slug, query in QUERIES.items()})
    stored = stored_matches(database, article)
    assert QUERIES.keys() <= stored.keys()
    for slug, query in queries.items():
        spans = stored[slug].spans
        assert prove(query, article, spans), slug
        for one in spans:
            assert 0 <= one.start < one.end <= len(getattr(article, one.field))
        if slug != "language":
            assert not prove(query, article, spans[:0]), f"{slug} would hold without any of its words"


def marked_in(text: str, tag: str = "mark") -> set[str]:
    return {html.unescape(found) for found in re.findall(rf"<{tag}>(.*?)</{tag}>", text)}


def test_the_words_are_marked_in_the_alert_the_chat_the_page_and_the_feed(
    newsroom: Newsroom, database: Database, clock: Clock
) -> None:
    newsroom.follower("duty", "phrase")
    announced = newsroom.publish("A meeting", TEXT)
    newsroom.announcer.announce_all()
    words = {"violent extremism", "cooperation"}
    with database.read() as connection:
        destination = newsroom.subscriptions.find("webhook", "duty")
        assert destination is not None
        (delivery,) = deliveries.pending(connection, destination.id, clock(), 10)
    data: dict[str, Any] = dict(delivery.alert.data)

    # The webhook's payload.
    (topic,) = data["topics"]
    assert set(topic["matched"]) == words
    excerpt = data["excerpt"]
    marked = [excerpt["text"][start:end] for start, end in excerpt["marks"]]
    assert marked
    assert set(marked) <= words

    # The chat.
    (message,) = compose(Alert("article.published", clock(), data))
    encoded = message.text.encode("utf-16-le")
    bold = [
        encoded[one.offset * 2 : (one.offset + one.length) * 2].decode("utf-16-le")
        for one in message.entities
        if one.type == "bold" and one.offset > 0
    ]
    assert bold == marked

    # The page.
    spans = stored_matches(database, announced)["phrase"].spans
    assert marked_in(str(marking.body(announced, spans))) == words

    # The feed.
    with database.write() as connection:
        shelf.mark_stale(connection, ["topics/phrase"], clock())
    publish.publish_stale(database, publish.Site("https://news.example.org", "News", "news.example.org,2026"), clock())
    with database.read() as connection:
        document = shelf.lookup(connection, "topics/phrase.atom")
    assert document is not None
    summary = re.search(r"<summary[^>]*>(.*?)</summary>", document.body.decode(), re.DOTALL)
    assert summary is not None
    assert marked_in(html.unescape(summary[1]), "strong") == words


def test_why_not_names_the_clause_and_how_near_it_came_in_the_readers_language(
    newsroom: Newsroom, database: Database, clock: Clock
) -> None:
    chat = newsroom.subscriptions.destination("telegram", "100", language="vi")
    newsroom.subscriptions.follow(chat, "near")
    newsroom.subscriptions.follow(chat, '"naval drill" cooperation')
    article = newsroom.publish("A meeting", "A joint plan for one more and yet another naval patrol and a drill.")
    newsroom.announcer.announce_all()
    with database.read() as connection:
        english = why(connection, article.url, clock(), chat)
        vietnamese = why(connection, article.url, clock(), chat, "vi")
        unknown = why(connection, "https://elsewhere.example/1", clock(), chat, "vi")
    said = "joint NEAR/3 patrol: at the nearest 9 words apart; at most 3 are allowed"
    assert f"near does not match: {said}" in english.steps
    by_slug = {one.slug: one for one in english.topics}
    assert by_slug["near"].nearness == pytest.approx(0.4 + 0.5 / 3)
    assert english.as_json()["topics"][0].keys() >= {"failed", "nearness"}
    assert "near không khớp: joint NEAR/3 patrol: gần nhất cách nhau 9 từ; chỉ được nhiều nhất 3" in vietnamese.steps
    assert any(
        step.startswith('"naval drill" cooperation không khớp: "naval drill": mọi từ') for step in vietnamese.steps
    )
    assert vietnamese.steps[0].startswith("portal tìm thấy lúc 2026-11-24 08:00 UTC")
    assert vietnamese.steps[-1].startswith("Không phải báo cho telegram:100")
    assert unknown.steps[1] == "Không theo dõi nguồn nào trên elsewhere.example."


REFUSED = Article(
    "https://a.example/1",
    title="On drills",
    text="The police met in Hà Nội. A patrol began.\n\nDrugs were absent, drills too. A plan of action.",
    language="en",
)


@pytest.mark.parametrize(
    "query",
    [
        "submarine", "polices*", "=Police", "=the", "Hà-Nọi", "sécurité", "pólice", '"action plan"', '"plan action"',
        '"plan of peace"', "patrol NEAR/2 police", "patrol ONEAR/3 police", "police NEAR/s drugs",
        "police ONEAR/s drugs", "police NEAR/p drugs", "title:patrol", "first/3 patrol", "first/3 title:patrol",
        "lang:vi", "patrol -police", "patrol -lang:en", "atleast/3 (police patrol)", "any(3, police patrol ship:2)",
        "submarine OR frigate", "submarine OR (police frigate)", "(police frigate) OR (patrol submarine)",
        "police NOT NEAR/9 met", "submarine NEAR/3 police", "title:drills NEAR/3 police", "any(1, ship)",
        "source:bbc", "url:nothing", "author:nobody",
    ],
)  # fmt: skip
def test_each_explanation_is_said_in_vietnamese(query: str) -> None:
    explanation = why_not(parse(query, "en"), REFUSED)
    assert not explanation.matched, query
    for clause in explanation.clauses:
        said = explained_in("vi", clause.detail)
        assert said != clause.detail, clause
        assert not re.search(r"\{|\b(the|not|of|words?|article|in)\b", re.sub("«.*?»", "", said)), said
        assert explained_in("en", clause.detail) == clause.detail


def test_words_of_the_reader_are_kept_and_long_sentences_are_harmless() -> None:
    assert explained_in("vi", "the article has «found {} a», not exactly «found: b»") == (
        "bài có «found {} a», không đúng hệt «found: b»"
    )
    assert (
        explained_in("vi", "1 of 2 words are in the article; missing: found")
        == "1 trong 2 từ có trong bài; thiếu: found"
    )
    assert explained_in("vi", "nearest is x: " * 500) == "nearest is x: " * 500
    assert explained_in("vi", "never heard of") == "never heard of"
