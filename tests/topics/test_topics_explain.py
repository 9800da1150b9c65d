"""Why an article does not match, and how a match is shown."""

import pytest

from feeds.model import Article, Span
from feeds.topics import best_sentence, evaluate, marked, matched_words, parse, why_not

ARTICLE = Article(
    url="https://example.org/1",
    title="ASEAN on violent extremism",
    text="Ministers met in Surabaya. They spoke of violent extremism, and of women.\n\nWork on a draft plan went on.",
    language="en",
)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("drill", "not in the article"),
        ("surabya", "the nearest word is «Surabaya»"),
        ("=asean", "the article has «ASEAN», not exactly «asean»"),
        ("wömen", "the article has «women», with other accents than «wömen»"),
        ('"violent plan"', "not next to each other"),
        ('"violent extremism plan"', "at most 2 of 3 follow each other"),
        ('"violent clash"', "1 of 2 words are in the article; missing: clash"),
        ("title:women", "found at word 12 of the body, not in the title"),
        ("first/3 women", "not in the first 3 words of title and body"),
        ("ministers NEAR/2 women", "at the nearest 11 words apart; at most 2 are allowed"),
        ("women ONEAR/20 ministers", "only in the other order"),
        ("asean NEAR/9 women", "never in one field"),
        ("ministers NEAR/s women", "not in one sentence"),
        ("women NEAR/p draft", "not in one paragraph"),
        ("women NEAR/5 drill", "drill: not in the article"),
        ("violent NOT NEAR/2 extremism", "every violent has extremism near it"),
        ("atleast/5 violent", "2 of 5 places found"),
        ("any(5, women:2 drill:4)", "2 of 5 reached (women +2)"),
        ("lang:vi", "the article is in «en», not «vi»"),
        ("drill OR surabya", "nearest is surabya"),
        ("drill OR patrol", "none of its 2 alternatives"),
        ("asean (drill OR (women navy))", "fails at navy"),
    ],
)
def test_the_clause_that_failed(query, detail):
    explanation = why_not(parse(query), ARTICLE)
    assert not explanation.matched
    assert detail in explanation.failed[0].detail
    assert 0 <= explanation.failed[0].nearness < 1
    assert explanation.failed[0].text in str(explanation)


def test_an_exclusion_says_where():
    explanation = why_not(parse("asean -women"), ARTICLE)
    assert [clause.holds for clause in explanation.clauses] == [True, False]
    assert explanation.failed[0].detail == "excludes the article: «women» stands in the body"


def test_nearer_is_nearer():
    def nearness(query):
        return why_not(parse(query), ARTICLE).nearness

    assert nearness("drill") < nearness("ministers NEAR/2 women") < nearness("ministers NEAR/10 women") < 1
    assert nearness('"clash here"') < nearness('"violent clash"') < nearness('"violent plan"') < 1


def test_a_match_is_explained_too():
    explanation = why_not(parse('"violent extremism" women'), ARTICLE)
    assert explanation.matched
    assert explanation.failed == ()
    assert explanation.nearness == 1


def test_matched_words_in_order_of_appearance():
    match = evaluate(parse('women minister* "violent extremism"'), ARTICLE)
    assert matched_words(ARTICLE, match.spans) == ["violent extremism", "Ministers", "women"]


def test_segments_are_the_whole_field():
    match = evaluate(parse('violent "violent extremism" women'), ARTICLE)
    segments = marked(ARTICLE, match.spans)
    assert "".join(text for text, _ in segments) == ARTICLE.text
    assert [text for text, matched in segments if matched] == ["violent extremism", "women"]
    assert marked(ARTICLE, match.spans, "title") == [("ASEAN on ", False), ("violent extremism", True)]
    assert marked(ARTICLE, (), "title") == [(ARTICLE.title, False)]


def test_spans_of_another_text_do_no_harm():
    stray = (Span("text", 5, 10_000, "x"), Span("text", 9_000, 10_000, "x"), Span("nothing", 0, 3, "x"))
    assert "".join(text for text, _ in marked(ARTICLE, stray)) == ARTICLE.text
    assert marked(ARTICLE, stray, "nothing") == [("", False)]
    assert matched_words(ARTICLE, stray) == []


def test_the_best_sentence():
    match = evaluate(parse("violent women ministers"), ARTICLE)
    assert best_sentence(ARTICLE, match.spans) == [
        ("They spoke of ", False),
        ("violent", True),
        (" extremism, and of ", False),
        ("women", True),
        (".", False),
    ]


def test_without_a_match_in_the_body_the_first_sentence():
    assert best_sentence(ARTICLE, ()) == [("Ministers met in Surabaya.", False)]
    assert best_sentence(Article(url="", title="Only a title"), ()) == []


def test_a_long_sentence_is_cut_around_its_match():
    long = Article(url="", text="word " * 200 + "terror strikes " + "word " * 200)
    match = evaluate(parse("terror"), long)
    segments = best_sentence(long, match.spans, longest=100)
    text = "".join(part for part, _ in segments)
    assert len(text) <= 102
    assert ("terror", True) in segments
    assert text.startswith("…")
    assert text.endswith("…")
