"""What the full-text expressions find holds everything that the query selects; SQLite's own FTS5 is asked."""

import random
import sqlite3

import pytest
from topic_samples import article, query

from feeds.model import Article
from feeds.topics import evaluate, parse
from feeds.topics.fulltext import fts5_expression, tsquery_expressions
from feeds.topics.text import fold


def candidates(expression, articles):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE search USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')")
    for number, one in enumerate(articles):
        values = (number, fold(one.title), fold(one.text if one.text.strip() else one.summary))
        connection.execute("INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)", values)
    found = {number for (number,) in connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression,))}
    connection.close()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_matches_is_missed(seed):
    rng = random.Random(seed)
    articles = [article(rng) for _ in range(25)]
    narrowed = matched = 0
    for _ in range(120):
        each = parse(query(rng))
        expression = fts5_expression(each)
        assert (tsquery_expressions(each) is None) == (expression is None)
        if expression is None:
            continue
        narrowed += 1
        wanted = {number for number, one in enumerate(articles) if evaluate(each, one)}
        matched += len(wanted)
        assert wanted <= candidates(expression, articles), each.text
    assert narrowed > 40
    assert matched > 100


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("en", "policy policies"),
        ("en", "agree agreed agreeing agreement agreements"),
        ("en", "hop hopping hopped hops"),
        ("en", "die dying dies died"),
        ("en", "terrorist terrorists terrorist's"),
        ("en", "cooperate cooperation cooperates cooperating cooperative"),
        ("fr", "coopération coopérations coopérer coopère"),
        ("fr", "national nationale nationaux nationales"),
        ("fr", "arrêté arrêter arrêtés arrête"),
        ("de", "Haus Häuser Hauses"),
        ("es", "cooperación cooperaciones"),
        ("vi", "kỹ kĩ"),
    ],
)
def test_all_forms_of_a_word_are_found(language, family):
    words = family.split()
    articles = [Article(url="", text=word, language=language) for word in words]
    for word in words:
        each = parse(word)
        wanted = {number for number, one in enumerate(articles) if evaluate(each, one)}
        expression = fts5_expression(each)
        assert expression is not None
        assert wanted <= candidates(expression, articles)


def test_it_narrows():
    articles = [Article(url="", text=text) for text in ("violent extremism and terror", "fine weather", "extremism")]
    expression = fts5_expression(parse('"violent extremism" (terror* OR attack) -drill'))
    assert expression is not None
    assert candidates(expression, articles) == {0}


def test_expressions():
    each = parse('"ab cd" xyz*')
    assert fts5_expression(each) == '((("ab" OR "a b") AND ("cd" OR "c d")) AND "xyz"*)'
    assert tsquery_expressions(each) == ("((('ab' | ('a' <-> 'b')) & ('cd' | ('c' <-> 'd'))) & 'xyz':*)",)


def test_what_begins_with_two_letters_is_asked_for_only_where_nothing_else_is():
    assert fts5_expression(parse("xy*")) == '"xy"*'
    assert fts5_expression(parse("xyz* xy*")) == '"xyz"*'
    assert fts5_expression(parse("xyz* (xy* OR vw*)")) == '"xyz"*'


def test_postgresql_is_asked_of_alternatives_one_by_one():
    parts = tsquery_expressions(parse("xyz* OR (uvw* rst*)"))
    assert parts == ("'xyz':*", "('uvw':* & 'rst':*)")


def test_words_longer_than_any_ask_nothing_of_an_index():
    assert fts5_expression(parse("a" * 5_000)) is None
    assert len(fts5_expression(parse("a" * 60)) or "") < 10_000
    assert fts5_expression(parse("sea " + "a" * 5_000)) == fts5_expression(parse("sea"))


@pytest.mark.parametrize("text", ["lang:en", "author:anh", "反恐", "lang:en OR terror", "any(1, lang:en terror)"])
def test_what_an_index_cannot_narrow(text):
    assert fts5_expression(parse(text)) is None
    assert tsquery_expressions(parse(text)) is None
