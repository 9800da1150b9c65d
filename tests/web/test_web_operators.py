"""What operators do at their desk: deliveries, sources, webhooks, the topic editor, adding a source."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import html as lxml_html
from standardwebhooks import Webhook
from visitor import Site, Visitor, text_of

from bot.store import deliveries
from bot.subscriptions import Subscriptions
from bot.web.pages.operators import TopicEditor
from feeds import targets
from feeds.alarms import Alarm
from feeds.model import Topic
from feeds.store import alarms, shelf, sources, topics


def test_a_failed_delivery_is_tried_again_with_one_click(open_site: Site) -> None:
    visitor = Visitor(open_site)
    with open_site.database.read() as connection:
        [failed] = deliveries.listing(connection, state="failed")
    page = visitor.see("/operators")
    assert "503 Service Unavailable" in page.text_content()
    answer = visitor.submit(page, f"/operators/deliveries/{failed.uid}/retry")
    assert "It will be tried again now." in text_of(answer)
    with open_site.database.read() as connection:
        assert [row.uid for row in deliveries.listing(connection, state="pending")] == [failed.uid]
        waiting, _ = targets.waiting(connection, ["endpoint"], open_site.clock.now)
    assert waiting == 1
    again = visitor.see("/operators")
    assert not again.cssselect("#failed-title")


def test_what_failed_at_one_webhook_is_replayed(open_site: Site) -> None:
    visitor = Visitor(open_site)
    visitor.submit(visitor.see("/webhooks/archive"), "/webhooks/archive/replay")
    assert "waiting" in visitor.see("/webhooks/archive").cssselect("#live-log .number")[0].text_content()
    assert not visitor.see("/webhooks/archive").cssselect("form[action$='/replay']")


def test_what_is_wrong_with_a_source_is_said_with_what_to_do(open_site: Site) -> None:
    for path in ("/operators", "/sources/agency"):
        [alarm] = Visitor(open_site).see(path).cssselect(".alarm")
        assert alarm.cssselect("summary")[0].text_content() == "A check for robots answers in place of the site"
        assert "What to do" in alarm.text_content()


def test_that_our_own_network_is_down_is_said_once_and_first(open_site: Site) -> None:
    now = open_site.clock()
    alarm = Alarm("network", now, "answers", "20 of 20 sources cannot be reached", "Check this machine's network.")
    with open_site.database.write() as connection:
        alarms.raise_alarm(connection, None, alarm, now)
    [shown] = Visitor(open_site).see("/operators").cssselect(".problem .alarm")
    assert shown.cssselect("summary")[0].text_content() == "Many sources cannot be reached"
    assert "20 of 20 sources" in shown.text_content()


def test_looking_now_and_watching_no_more(open_site: Site) -> None:
    visitor = Visitor(open_site)
    visitor.submit(visitor.see("/sources/ministry"), "/operators/sources/ministry/look")

    def look_up(slug: str) -> sources.SourceState:
        with open_site.database.read() as connection:
            found = sources.state_by_slug(connection, slug)
        assert found is not None
        return found

    assert look_up("ministry").next_look == open_site.clock.now
    stopped = visitor.submit(visitor.see("/sources/harbour"), "/operators/sources/harbour/stop")
    assert look_up("harbour").health == "inactive"
    restarted = visitor.undo(stopped)
    assert restarted.url == f"{open_site.base}/sources/harbour?notice=started"
    assert look_up("harbour").active
    visitor.submit(lxml_html.document_fromstring(restarted.text), "/operators/sources/harbour/stop")
    visitor.submit(visitor.see("/operators"), "/operators/sources/harbour/start")
    assert look_up("harbour").active


def test_a_webhook_is_added_tested_rotated_paused_and_removed(open_site: Site) -> None:
    visitor = Visitor(open_site)
    answer = visitor.submit(
        visitor.see("/webhooks"),
        "/webhooks",
        url="https://hooks.example.org/in",
        title="Đội trực",
        topics=["maritime-security"],
    )
    assert answer.url.startswith(f"{open_site.base}/webhooks/doi-truc?")
    page = lxml_html.document_fromstring(answer.text)
    [secret] = [element.text_content() for element in page.cssselect(".secret")]
    Webhook(secret)
    subscriptions = Subscriptions(open_site.database, open_site.clock)

    def stored() -> tuple[list[str], list[str]]:
        found = subscriptions.find("webhook", "doi-truc")
        assert found is not None
        return [topic.slug for topic in subscriptions.following(found)], list(found.options["secret"])

    assert stored() == (["maritime-security"], [secret])
    with open_site.database.read() as connection:
        # A test goes out at once; its log line is on the page.
        assert [row.type for row in deliveries.listing(connection, limit=1)] == ["ping"]
    assert "Test message" in text_of(answer)

    visitor.submit(page, "/webhooks/doi-truc/verify")
    visitor.submit(visitor.see("/webhooks/doi-truc"), "/webhooks/doi-truc/rotate")
    assert stored()[1][1:] == [secret]
    visitor.submit(visitor.see("/webhooks/doi-truc"), "/webhooks/doi-truc/pause")
    resumed = visitor.submit(visitor.see("/webhooks/doi-truc"), "/webhooks/doi-truc/resume")
    assert "Resumed." in text_of(resumed)
    fragment = visitor.get(f"{open_site.base}/fragments/webhooks/doi-truc", timeout=10)
    assert "endpoint.verify" in fragment.text
    secrets = stored()
    removed = visitor.submit(visitor.see("/webhooks/doi-truc"), "/webhooks/doi-truc/remove")
    assert visitor.get(f"{open_site.base}/webhooks/doi-truc", timeout=10).status_code == 404
    assert "It is back" in text_of(visitor.undo(removed))
    assert stored() == secrets
    assert "There was nothing to undo." in text_of(visitor.undo(removed))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "ftp://example.org/"}, "not a web address"),
        ({"url": "https://"}, "not a web address"),
        ({"url": "https://[::1"}, "not a web address"),
        ({"url": "https://example.org:99999/"}, "not a web address"),
        ({"topics": []}, "Choose at least one topic"),
        ({"topics": ["nothing"]}, "There is no topic “nothing”"),
        ({"format": "carrier-pigeon"}, "There is no such format"),
    ],
)
def test_a_webhook_that_cannot_be_says_which_field_is_wrong(
    open_site: Site, fields: dict[str, str | list[str]], said: str
) -> None:
    visitor = Visitor(open_site)
    entered = {"url": "https://hooks.example.org/in", "title": "Kept <b>", "topics": ["maritime-security"]}
    answer = visitor.submit(visitor.see("/webhooks"), "/webhooks", **{**entered, **fields})
    assert answer.status_code == 422
    page = lxml_html.document_fromstring(answer.text)
    assert said in page.cssselect("[role=alert]")[0].text_content()
    # What was entered isn't lost.
    assert page.cssselect("#title")[0].get("value") == "Kept <b>"


def test_a_topic_is_tried_then_saved_then_removed(open_site: Site) -> None:
    visitor = Visitor(open_site)
    page = visitor.see("/operators/topics")
    fields = {"query": "delegation AND patrols", "title": "Patrols", "slug": "patrols", "description": 'A "quoted" one'}
    tried = visitor.submit(page, "/operators/topics", **fields, csrf="")
    assert tried.status_code == 403
    token = next(value for name, value in page.cssselect("main form")[0].form_values() if name == "csrf")
    fragment = visitor.post(
        f"{open_site.base}/operators/topics/preview",
        data={**fields, "csrf": token},
        headers={"X-Fragment": "1"},
        timeout=10,
    )
    assert "<html" not in fragment.text
    marks = re.findall("<mark>(.*?)</mark>", fragment.text)
    assert set(marks) == {"delegation", "patrols"}
    saved = visitor.submit(page, "/operators/topics", **fields)
    assert "live for the next article" in text_of(saved)
    assert '[[topic]] slug = "patrols"' in text_of(saved)
    with open_site.database.read() as connection:
        stored = topics.topic_by_slug(connection, "patrols")
    assert stored is not None
    assert stored.query == "delegation AND patrols"


def test_a_removed_topic_comes_back_with_its_followers_and_matches(open_site: Site) -> None:
    visitor = Visitor(open_site)
    slug = "counter-terrorism-cooperation"
    subscriptions = Subscriptions(open_site.database, open_site.clock)
    chat = subscriptions.find("telegram", "-1001")
    assert chat is not None

    def known() -> tuple[Topic | None, list[str], int]:
        with open_site.database.read() as connection:
            found, counts = topics.topic_by_slug(connection, slug), topics.match_counts(connection)
        return found, [topic.slug for topic in subscriptions.following(chat)], counts.get(slug, 0)

    before = known()
    assert before[1:] == ([slug], 2)
    removed = visitor.submit(visitor.see(f"/operators/topics?slug={slug}"), f"/operators/topics/{slug}/remove")
    assert known() == (None, [], 0)
    with open_site.database.read() as connection:
        assert [mark.path for mark in shelf.stale(connection, 9)] == [f"topics/{slug}"], "its feed is to be taken away"
    assert visitor.get(f"{open_site.base}/topics/{slug}", timeout=10).status_code == 404
    assert "It is back" in text_of(visitor.undo(removed))
    topic, *others = known()
    # The file of this site does not declare it, so the desk keeps it from now on.
    assert (topic, *others) == (replace(before[0], owner="desk"), *before[1:])
    assert visitor.get(f"{open_site.base}/topics/{slug}", timeout=10).status_code == 200
    # Later it can still be brought back, from the list of those that were removed.
    visitor.submit(visitor.see(f"/operators/topics?slug={slug}"), f"/operators/topics/{slug}/remove")
    visitor.submit(visitor.see("/operators/topics"), f"/operators/topics/{slug}/restore")
    assert known()[1:] == before[1:]


def test_an_undo_is_offered_to_who_removed_alone(open_site: Site) -> None:
    visitor, other = Visitor(open_site), Visitor(open_site)
    removed = visitor.submit(visitor.see("/webhooks/archive"), "/webhooks/archive/remove")
    path = removed.url.removeprefix(open_site.base)
    assert visitor.see(path).cssselect(".notice button")
    assert not other.see(path).cssselect(".notice button")
    assert not visitor.see(f"{path.partition('undo=')[0]}undo=subscriber:1:").cssselect(".notice button")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"query": "(patrols"}, "^"),
        ({"query": "  "}, "Write what the topic asks for"),
        ({"slug": "Not A Slug"}, "Small letters"),
        ({"slug": "x" * 57}, "at most 56"),
    ],
)
def test_a_topic_that_cannot_be_says_why(open_site: Site, fields: dict[str, str], said: str) -> None:
    visitor = Visitor(open_site)
    entered = {"query": "patrols", "title": "Patrols", "slug": "patrols", **fields}
    answer = visitor.submit(visitor.see("/operators/topics"), "/operators/topics", **entered)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_saved_topic_is_written_as_toml_that_reads_back() -> None:
    import tomllib

    topic = Topic("a-b", '"sea \\ lane"\nOR đảo\x7f', 'T "q"', "D", "vi", urgent=True)
    [read] = tomllib.loads(TopicEditor(topic, (), is_new=False).toml)["topic"]
    assert (read["query"], read["title"], read["urgent"], read["language"]) == (topic.query, topic.title, True, "vi")


def test_a_source_is_looked_at_then_watched(open_site: Site) -> None:
    visitor = Visitor(open_site)
    page = visitor.see("/sources/add")
    form = {name: value for name, value in page.cssselect("main form")[0].form_values() if isinstance(value, str)}
    looked = visitor.post(
        f"{open_site.base}/sources/add/preview", data={**form, "url": "https://new.example.org/news"}, timeout=10
    )
    assert "Headline 9" in looked.text
    assert "Giang Anh · 24 November 2026" in looked.text
    broken = visitor.post(
        f"{open_site.base}/sources/add/preview",
        data={**form, "url": "https://broken.example.org/"},
        headers={"X-Fragment": "1"},
        timeout=10,
    )
    assert "The host does not answer." in broken.text
    added = visitor.submit(
        page, "/sources/add", url="https://new.example.org/news", title="Báo Mới", time_zone="Asia/Ho_Chi_Minh"
    )
    assert added.url.startswith(f"{open_site.base}/sources/bao-moi?")
    twice = visitor.submit(page, "/sources/add", url="https://new.example.org/news")
    assert twice.status_code == 422
    assert "watched already" in twice.text
    zone = visitor.submit(page, "/sources/add", url="https://other.example.org/", time_zone="Mars/Base")
    assert zone.status_code == 422
    assert "no time zone of this name" in zone.text
