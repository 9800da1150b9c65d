"""The topics that come with the program: every one can be read, and its own samples hold."""

import tomllib
from pathlib import Path

import pytest

from feeds.model import Article
from feeds.topics import Index, evaluate, matched_words, parse_all, prove

TOPICS = tomllib.loads((Path(__file__).parent.parent.parent / "config" / "topics.toml").read_text(encoding="utf-8"))[
    "topic"
]
QUERIES = parse_all({topic["slug"]: (topic["query"], topic.get("language")) for topic in TOPICS})

SEED = Article(
    url="https://example.org/t5847.html",
    title="ASEAN members promote cooperation in fighting violent extremism",
    language="en",
    text=(
        "MPS - A working group of senior ASEAN officials on transnational crime met with the US on action plans"
        " to prevent and counter violent extremism on August 5 and 6 in Surabaya.\n\n"
        "The Vietnamese delegate spoke on the national strategy on countering terrorism and violent extremism."
    ),
)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic["slug"]))
def test_samples_hold(topic):
    query = QUERIES[topic["slug"]]
    for text in topic["expect"]:
        article = Article(url="https://example.org/", text=text)
        match = evaluate(query, article)
        assert match is not None, text
        assert prove(query, article, match.spans)
    for text in topic["reject"]:
        assert evaluate(query, Article(url="https://example.org/", text=text)) is None, text


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic["slug"]))
def test_samples_of_one_topic_are_told_from_the_others(topic):
    index = Index(QUERIES.items())
    for text in topic["expect"]:
        assert topic["slug"] in [match.id for match in index.match(Article(url="https://example.org/", text=text))]


def test_no_warnings():
    assert {slug: query.warnings for slug, query in QUERIES.items() if query.warnings} == {}


def test_the_article_it_all_began_with():
    match = evaluate(QUERIES["counter-terrorism-cooperation"], SEED)
    assert match is not None
    assert matched_words(SEED, match.spans)[:2] == ["cooperation", "violent extremism"]
    others = [slug for slug, query in QUERIES.items() if evaluate(query, SEED)]
    assert others == ["counter-terrorism-cooperation"]
