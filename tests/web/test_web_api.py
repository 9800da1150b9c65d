"""The API: shapes, pages, who is let in, and its description of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from browser import ADMIN_TOKEN, Clock, fill, new_database, served, services
from markupsafe import escape

from bot.web.api.reference import reference
from bot.web.pages import words

SEED = "a" * 32


class Client:
    """A program with the admin token."""

    def __init__(self, base: str, token: str = ADMIN_TOKEN) -> None:
        self.base = f"{base}/api"
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = requests.request(method, self.base + path, json=body, headers=self.headers, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    database = new_database(tmp_path)
    clock = Clock()
    fill(database, clock)
    with served(lambda url: services(database, clock, url, admin_token=ADMIN_TOKEN)) as url:
        yield url
    database.close()


@pytest.fixture
def client(base: str) -> Client:
    return Client(base)


def test_reading_needs_no_token_and_all_else_does(base: str) -> None:
    for path in ("sources", "sources/ministry", "articles", f"articles/{SEED}", "articles/search?q=asean", "topics"):
        assert requests.get(f"{base}/api/v1/{path}", timeout=10).status_code == 200
    document = requests.get(f"{base}/api/openapi.json", timeout=10).json()
    closed = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not operation.get("security"):
                assert method == "get"
                continue
            closed += 1
            address = f"{base}/api{path}".format(slug="archive", id="1")
            answer = requests.request(method, address, timeout=10)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert closed > 15
    Client(base, "wrong").ask("GET", "/v1/deliveries", status=401)


def test_articles_come_in_pages(base: str, client: Client) -> None:
    seen: list[str] = []
    address: str | None = f"{base}/api/v1/articles?source=ministry&limit=10"
    while address:
        page = requests.get(address, timeout=10).json()
        seen += [article["id"] for article in page["articles"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 35
    assert seen[0] == SEED


def test_an_article_says_what_matched(client: Client) -> None:
    article = client.ask("GET", f"/v1/articles/{SEED}")
    (topic,) = article["topics"]
    spans = topic.pop("spans")
    assert topic == {
        "slug": "counter-terrorism-cooperation",
        "title": "Counter-terrorism cooperation",
        "matched": ["violent extremism", "cooperation"],
        "score": 3.0,
    }
    for span in spans:
        assert article[span["field"]][span["start"] : span["end"]] in span["clause"]
    assert {span["field"] for span in spans} == {"title", "text"}
    assert article["published"] == "2019-08-06T17:00:00Z"
    assert article["source"] == "ministry"
    assert article["text"].startswith("MPS - ")
    found = client.ask("GET", "/v1/articles?topic=counter-terrorism-cooperation")
    assert [one["id"] for one in found["articles"]] == ["b" * 32, SEED]


def test_a_search_is_walked_by_its_pages(base: str, client: Client) -> None:
    query = "extremism OR guard OR police"
    whole = [one["id"] for one in client.ask("GET", f"/v1/articles/search?q={query}")["articles"]]
    assert len(whole) > 1
    walked = []
    address: str | None = f"{base}/api/v1/articles/search?q={query}&limit=1"
    while address:
        page = requests.get(address, timeout=10).json()
        walked += [one["id"] for one in page["articles"]]
        address = page["next"]
    assert walked == whole


def test_a_search_that_is_none_says_where(client: Client) -> None:
    problem = client.ask("GET", "/v1/articles/search?q=(x", status=422)
    assert problem["field"] == "query"
    assert "character" in problem["detail"]


def test_a_webhook_lives_and_its_secret_is_told_once(client: Client) -> None:
    draft = {"url": "https://hooks.example.org/in", "title": "Desk", "topics": ["maritime-security"]}
    made = client.ask("POST", "/v1/webhooks", draft, 201)
    assert made["slug"] == "desk"
    assert made["secret"].startswith("whsec_")
    assert "secret" not in client.ask("GET", "/v1/webhooks/desk")
    assert client.ask("POST", "/v1/webhooks/desk/rotate")["secret"] != made["secret"]
    changed = client.ask("PATCH", "/v1/webhooks/desk", {"topics": ["counter-terrorism-cooperation"]})
    assert changed["topics"] == ["counter-terrorism-cooperation"]
    client.ask("POST", "/v1/webhooks/desk/test", status=202)
    client.ask("POST", "/v1/webhooks/desk/verify", status=202)
    log = client.ask("GET", "/v1/webhooks/desk/deliveries")
    assert [(one["type"], one["state"]) for one in log] == [("endpoint.verify", "pending"), ("ping", "pending")]
    assert client.ask("POST", "/v1/webhooks/desk/pause")["paused_at"]
    assert client.ask("POST", "/v1/webhooks/desk/resume")["paused_at"] is None
    client.ask("DELETE", "/v1/webhooks/desk", status=204)
    client.ask("GET", "/v1/webhooks/desk", status=404)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"url": "nothing", "topics": ["maritime-security"]}, "url"),
        ({"url": "https://a.example.org/", "topics": ["nothing"]}, "topics"),
        ({"url": "https://a.example.org/", "topics": []}, "topics"),
        ({"url": "https://a.example.org/", "topics": ["maritime-security"], "format": "x"}, "format"),
        ({"url": "https://a.example.org/", "topics": ["maritime-security"], "extra": 1}, "extra"),
        ([], None),
    ],
)
def test_a_problem_names_its_field(client: Client, draft: Any, field: str | None) -> None:
    problem = client.ask("POST", "/v1/webhooks", draft, 422)
    assert problem["status"] == 422
    assert problem.get("field") == field


def test_the_samples_of_a_topic_are_told_to_operators_alone(client: Client, base: str) -> None:
    draft = {"query": "patrols", "expect": ["Two patrols"], "reject": ["A patrolman", "Patrols"]}
    saved = client.ask("PUT", "/v1/topics/patrols", draft)
    assert saved["expect"] == ["Two patrols"]
    assert [(one["wanted"], one["sample"]) for one in saved["broken"]] == [("reject", "Patrols")]
    assert client.ask("GET", "/v1/topics/patrols")["reject"] == draft["reject"]
    for token in ({}, {"Authorization": "Bearer nothing"}, {"Authorization": "Basic x"}):
        answer = requests.get(f"{base}/api/v1/topics/patrols", headers=token, timeout=10).json()
        assert (answer["query"], answer["expect"], answer["reject"]) == ("patrols", None, None)
        listed = requests.get(f"{base}/api/v1/topics", headers=token, timeout=10).json()
        assert all(one["expect"] is None for one in listed)


def test_topics_are_written_and_removed(client: Client) -> None:
    saved = client.ask("PUT", "/v1/topics/patrols", {"query": "patrols", "title": "Patrols"})
    assert (saved["query"], saved["declared"]) == ("patrols", False)
    assert client.ask("GET", "/v1/topics/maritime-security")["declared"]
    assert client.ask("PUT", "/v1/topics/patrols", {"query": "(patrols"}, 422)["field"] == "query"
    assert client.ask("PUT", "/v1/topics/Not_One", {"query": "x"}, 422)["field"] == "slug"
    client.ask("DELETE", "/v1/topics/patrols", status=204)
    client.ask("DELETE", "/v1/topics/patrols", status=404)


def test_sources_are_added_looked_at_and_stopped(client: Client) -> None:
    made = client.ask("POST", "/v1/sources", {"url": "https://new.example.org/", "title": "New"}, 201)
    assert (made["slug"], made["health"]) == ("new", "waiting")
    client.ask("POST", "/v1/sources/new/look", status=202)
    client.ask("DELETE", "/v1/sources/new", status=204)
    assert client.ask("GET", "/v1/sources/new")["health"] == "inactive"
    client.ask("POST", "/v1/sources/new/look", status=404)


def test_deliveries_and_subscribers(client: Client) -> None:
    [failed] = client.ask("GET", "/v1/deliveries?state=failed")
    assert failed["error"] == "503 Service Unavailable"
    client.ask("POST", f"/v1/deliveries/{failed['id']}/retry", status=202)
    client.ask("POST", f"/v1/deliveries/{failed['id']}/retry", status=404)
    client.ask("GET", "/v1/deliveries?state=lost", status=422)
    [chat] = client.ask("GET", "/v1/subscribers?kind=telegram")
    assert chat["topics"] == ["counter-terrorism-cooperation"]
    assert client.ask("GET", f"/v1/subscribers/{chat['id']}") == chat
    client.ask("GET", "/v1/subscribers/9999", status=404)
    client.ask("GET", "/v1/nothing", status=404)


def test_without_a_token_only_programs_here_are_let_in(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    with served(lambda url: services(database, Clock(), url)) as base:
        address = f"{base}/api/v1/deliveries"
        assert requests.get(address, timeout=10).status_code == 200
        for headers in (
            {"Origin": "https://evil.example.org"},
            {"Host": "evil.example.org"},
            {"X-Forwarded-For": "203.0.113.9"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            assert requests.get(address, headers=headers, timeout=10).status_code == 403
    database.close()


def test_the_reference_lists_every_operation(base: str) -> None:
    document = requests.get(f"{base}/api/openapi.json", timeout=10).json()
    shown = requests.get(f"{base}/api/docs", timeout=10).text
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()}</span> /api{path}" in shown
    assert document["servers"] == [{"url": f"{base}/api"}]


def test_every_operation_is_documented(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    from bot.web.api.building import build_api
    from bot.web.operations import Operations
    from bot.web.routes.desk import Desk
    from feeds.database import Database

    offered = services(Database(f"sqlite:///{tmp_path / 'empty.db'}"), Clock(), "http://127.0.0.1:8000")
    api = build_api(Desk(offered), Operations(offered))
    for path, methods in api.openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} /api{path}`" in text, (method, path)


def test_its_document_tells_of_errors_as_they_are_sent(base: str) -> None:
    document = requests.get(f"{base}/api/openapi.json", timeout=10).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            errors = {status: told["content"] for status, told in operation["responses"].items() if status > "3"}
            assert errors == {
                "4XX": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            }, (
                method,
                path,
            )


@pytest.mark.parametrize(
    ("path", "methods"), [("sources", "GET, POST"), ("sources/ministry", "DELETE, GET, PATCH"), ("articles", "GET")]
)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(base: str, path: str, methods: str) -> None:
    answer = requests.request("QUERY", f"{base}/api/v1/{path}", timeout=10)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == methods
    assert answer.json()["title"] == "Method Not Allowed"


def test_the_reference_is_said_in_every_language(base: str) -> None:
    told = reference(requests.get(f"{base}/api/openapi.json", timeout=10).json())
    sentences = {told["description"]}
    sentences |= {one.summary for operations in told["groups"].values() for one in operations}
    sentences |= {field.description for group in told["groups"].values() for one in group for field in one.fields}
    sentences |= {shape.description for shape in told["shapes"]}
    sentences |= {field.description for shape in told["shapes"] for field in shape.fields}
    for language in words.LANGUAGES:
        assert [one for one in sentences if one and words.described(language, one) is None] == []
        page = requests.get(f"{base}/api/docs?lang={language}", timeout=10).text
        assert str(escape(words.described(language, "Everything that is watched."))) in page
