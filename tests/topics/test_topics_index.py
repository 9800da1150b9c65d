"""The index returns exactly what the plain evaluator returns: ids, spans and scores."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from topic_samples import article, query

from feeds.model import Article
from feeds.topics import Index, evaluate, evaluate_each, parse, prove
from feeds.topics.document import Document
from feeds.topics.evaluate import match_document


def plain(queries, one):
    document = Document(one)
    found = (match_document(identifier, each.root, document) for identifier, each in queries.items())
    return [match for match in found if match is not None]


def generated(seed, count):
    rng = random.Random(seed)
    return {number: parse(query(rng)) for number in range(count)}, rng


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_queries_agree_with_the_plain_evaluator(seed):
    queries, rng = generated(seed, 1500)
    sample = [article(rng) for _ in range(20)] if seed % 2 else []
    index = Index(queries.items(), sample)
    matches = 0
    for _ in range(40):
        one = article(rng)
        expected = plain(queries, one)
        assert index.match(one) == expected
        matches += len(expected)
    assert matches > 1000


@given(st.integers(0, 2**32), st.text(max_size=60), st.text(max_size=200), st.sampled_from(["en", "vi", "fr", None]))
@settings(max_examples=80)
def test_any_text_at_all(seed, title, text, language):
    queries, rng = generated(seed, 30)
    mixed = f"{text} {article(rng).text} {text}"
    one = Article(url="", title=title, text=mixed, language=language)
    assert Index(queries.items()).match(one) == plain(queries, one)


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_adding_replacing_and_removing_is_live(seed):
    queries, rng = generated(seed, 60)
    index = Index(list(queries.items())[:20])
    stored = dict(list(queries.items())[:20])
    for step in range(60):
        number = rng.randrange(60)
        if number in stored and rng.random() < 0.5:
            index.remove(number)
            del stored[number]
        else:
            each = parse(query(rng))
            index.add(number, each)
            stored.pop(number, None)
            stored[number] = each
        if step % 20 == 19:
            index.rebuild()
        one = article(rng)
        assert index.match(one) == plain(stored, one)
    assert len(index) == len(stored)


def test_the_delta_is_merged_and_gaps_are_closed():
    queries, rng = generated(7, 400)
    index = Index()
    for _ in range(8):
        for number, each in queries.items():
            index.add(number, each)
    assert len(index._packed) < 8 * len(queries)
    articles = [article(rng) for _ in range(10)]
    for one in articles:
        assert index.match(one) == plain(queries, one)


def test_one_query_and_many_articles():
    rng = random.Random(11)
    articles = [article(rng) for _ in range(60)]
    for _ in range(40):
        each = parse(query(rng))
        assert list(evaluate_each(each, articles)) == [evaluate(each, one) for one in articles]


def test_removing_what_is_not_there():
    index = Index([("a", parse("terror"))])
    index.remove("a")
    with pytest.raises(KeyError):
        index.remove("a")
    assert "a" not in index
    assert index.match(Article(url="", text="terror")) == []


def test_of_two_queries_with_one_id_the_later_counts():
    index = Index([("a", parse("terror")), ("a", parse("police"))])
    assert len(index) == 1
    assert index.match(Article(url="", text="terror")) == []
    assert [match.id for match in index.match(Article(url="", text="police"))] == ["a"]


@pytest.mark.parametrize("seed", range(3))
def test_every_match_can_be_proved_from_its_spans(seed):
    rng = random.Random(seed)
    proved = 0
    while proved < 150:
        each, one = parse(query(rng)), article(rng)
        match = evaluate(each, one)
        if match is None:
            continue
        assert prove(each, one, match.spans), each.text
        for span in match.spans:
            assert getattr(one, span.field)[span.start : span.end].strip()
        proved += 1


def test_a_false_span_proves_nothing():
    one = Article(url="", text="terror and cooperation")
    each = parse("terror cooperation")
    match = evaluate(each, one)
    assert match is not None
    assert prove(each, one, match.spans)
    assert not prove(each, one, match.spans[:1])
    assert not prove(each, one, [match.spans[0]._replace(start=1), *match.spans[1:]])
    assert not prove(parse("terror cooperation -and"), one, match.spans)
