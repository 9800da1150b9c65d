"""👍 and 👎 on the page, what votes suggest there, and taking a suggestion up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from browser import Clock
from stored import store_articles, store_match
from visitor import Site, Visitor, text_of

from bot.tuning import OPERATORS, tuning
from feeds.model import DESK, Article, Topic
from feeds.store import articles, sources, topics

DECLARED = "counter-terrorism-cooperation"


@pytest.fixture
def site(closed_site: Site) -> Site:
    return closed_site


@pytest.fixture
def operator(site: Site) -> Visitor:
    visitor = Visitor(site)
    visitor.sign_in()
    return visitor


def matched_article(site: Site) -> str:
    with site.database.read() as connection:
        (article,) = articles.newest(connection, topic=DECLARED, limit=1)
        return article.uid


def desk_votes(site: Site, slug: str) -> list[bool]:
    with site.database.read() as connection:
        topic = topics.topic_by_slug(connection, slug)
        assert topic is not None
        return [good for _, good in topics.votes_on(connection, topic.id or 0)]


def with_votes(site: Site, owner: str | None) -> Topic:
    """A topic on oil, 30 articles wanted and 15 on olives not."""
    clock = Clock(site.clock() - timedelta(days=1))
    with site.database.write() as connection:
        topic = topics.save_topic(connection, Topic("oil", "oil", "Oil", owner=owner), clock())
        state = sources.state_by_slug(connection, "ministry")
    assert state is not None
    wanted = [
        Article(
            f"https://portal.example.org/oil/{number}",
            title=f"Story {number}",
            text=f"olive oil recipe {number}" if number % 3 == 0 else f"oil market price {number}",
            language="en",
        )
        for number in range(45)
    ]
    for number, stored in enumerate(store_articles(site.database, state.source, wanted, clock())):
        store_match(site.database, topic, stored)
        with site.database.write() as connection:
            topics.vote(connection, topic.id or 0, stored, "telegram:1", number % 3 != 0, clock())
    return topic


def test_an_operator_votes_on_an_article(site: Site, operator: Visitor) -> None:
    uid = matched_article(site)
    path = f"/operators/topics/{DECLARED}/votes"
    page = operator.see(f"/articles/{uid}")
    buttons = [form.cssselect("button")[0].text_content() for form in page.forms if form.get("action") == path]
    assert [button.split(":")[0] for button in buttons] == ["Belongs here", "Does not"]
    answer = operator.submit(page, path)
    assert "Noted." in text_of(answer)
    assert "✓ Belongs here" in text_of(answer)
    answer = operator.submit(operator.see(f"/articles/{uid}"), path, good="no")
    assert "✓ Does not" in text_of(answer)
    assert desk_votes(site, DECLARED) == [False]


def test_nobody_else_votes_there(site: Site) -> None:
    uid = matched_article(site)
    assert "Belongs here" not in Visitor(site).get(f"{site.base}/articles/{uid}", timeout=10).text
    path = f"{site.base}/operators/topics/{DECLARED}/votes"
    assert requests.post(path, data={"article": uid, "good": "yes"}, timeout=10).status_code == 403
    assert desk_votes(site, DECLARED) == []


def test_a_vote_on_what_was_not_selected_is_refused(site: Site, operator: Visitor) -> None:
    uid = matched_article(site)
    page = operator.see(f"/articles/{uid}")
    path = f"/operators/topics/{DECLARED}/votes"
    assert operator.submit(page, path, article="0" * 32).status_code == 404
    csrf = next(form for form in page.forms if form.get("action") == path).fields["csrf"]
    for slug in ("maritime-security", "nothing"):
        elsewhere = f"{site.base}/operators/topics/{slug}/votes"
        assert operator.post(elsewhere, data={"article": uid, "csrf": csrf}, timeout=10).status_code == 404
    assert desk_votes(site, DECLARED) == []


def test_a_suggestion_is_shown_with_its_measure_and_taken_with_one_click(site: Site, operator: Visitor) -> None:
    with_votes(site, DESK)
    page = operator.see("/operators/topics?slug=oil")
    text = " ".join(page.text_content().split())
    assert "30 said “belongs here”, 15 “does not”." in text
    assert "Of what it selects, 67 % → 100 % is wanted; 100 % of what is wanted is still selected." in text
    answer = operator.submit(page, "/operators/topics/oil/improve")
    assert "Saved, and live for the next article." in text_of(answer)
    with site.database.read() as connection:
        topic = topics.topic_by_slug(connection, "oil")
        assert topic is not None
        assert topic.query.startswith("(oil) ")
        assert topic.owner == DESK
        assert tuning(connection, topic).votes == 45
    # The button of a page that is older than the change does nothing.
    assert "The votes suggest something else by now" in text_of(operator.submit(page, "/operators/topics/oil/improve"))


def test_for_a_declared_topic_there_is_a_line_to_paste(site: Site, operator: Visitor) -> None:
    with_votes(site, None)
    page = operator.see("/operators/topics?slug=oil")
    assert not [form for form in page.forms if form.get("action") == "/operators/topics/oil/improve"]
    assert page.cssselect(".suggestion details code")[0].text_content().startswith('query = "(oil) ')


def test_a_query_that_is_typed_is_tried_for_everybody(site: Site) -> None:
    visitor = Visitor(site)

    def tried(query: str) -> str:
        answer = visitor.get(f"{site.base}/search/preview", params={"q": query}, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
        return answer.text

    assert "<mark>delegation</mark>" in tried("delegation").replace("Delegation", "delegation")
    assert "34 stored articles" in tried("delegation AND border")
    assert "Stands in no stored article: <code>submarine</code>" in tried("delegation OR submarine")
    assert "not closed" in tried("(delegation")
    assert "would have selected appears here" in tried(" ")


def test_few_votes_say_how_many_are_missing(site: Site, operator: Visitor) -> None:
    operator.submit(operator.see(f"/articles/{matched_article(site)}"), f"/operators/topics/{DECLARED}/votes")
    assert OPERATORS == "desk"
    text = operator.see(f"/operators/topics?slug={DECLARED}").text_content()
    assert "1 said “belongs here”, 0 “does not”. With 19 more, changes can be suggested." in " ".join(text.split())
