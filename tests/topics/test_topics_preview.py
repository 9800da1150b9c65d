"""What a query would have brought, measured on samples."""

from feeds.model import Article
from feeds.topics import parse
from feeds.topics.preview import preview

ARTICLES = [
    Article(url=f"https://example.org/{n}", text=text, language="en")
    for n, text in enumerate(["Police seize drugs"] * 6 + ["Police find weapons"] + ["Fair weather"] * 3)
]


def test_alerts_a_day():
    found = preview(parse("police (drugs OR weapons)"), ARTICLES, days=3.5)
    assert (found.total, len(found.hits), found.alerts_per_day) == (10, 7, 2.0)
    assert [article.url for article, _ in found.hits] == [one.url for one in ARTICLES[:7]]
    assert all(match.spans for _, match in found.hits)


def test_dead_clauses():
    found = preview(parse("police (drugs OR weapons OR cocain*) -narcotics"), ARTICLES, days=1)
    assert found.dead == ("cocain*",)


def test_the_alternative_that_brings_nearly_all():
    found = preview(parse("police (drugs OR weapons)"), ARTICLES, days=1)
    assert found.dominant == (("drugs", 6 / 7),)
    assert preview(parse("police"), ARTICLES, days=1).dominant == ()
    assert preview(parse("any(1, drugs:2 police)"), ARTICLES, days=1).dominant == ()


def test_nothing_to_go_by():
    found = preview(parse("police"), [], days=1)
    assert (found.total, found.hits, found.alerts_per_day, found.dead) == (0, (), 0.0, ("police",))
