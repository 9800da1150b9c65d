"""Who is let in to the operators' pages and who is kept out: tokens, cookies, forms, guessing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import requests
import sqlalchemy as sa
from browser import ADMIN_TOKEN, Clock, new_database, served, services
from visitor import Site, Visitor, text_of

from bot.web.services import WebServices
from feeds.store import tables


def test_without_a_token_the_desk_is_open_on_this_machine_alone(open_site: Site) -> None:
    assert Visitor(open_site).see("/operators").cssselect("h1")[0].text_content() == "Operators' desk"
    elsewhere = (
        {"Host": "news.example.org"},
        {"Host": "rebound.example.org:8000"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
    )
    for headers in elsewhere:
        for path in ("/operators", "/operators/topics", "/webhooks/archive", "/sources/add"):
            assert requests.get(open_site.base + path, headers=headers, timeout=10).status_code == 403
        assert requests.get(f"{open_site.base}/api/v1/deliveries", headers=headers, timeout=10).status_code == 403
        # The page that all may see says how to open it.
        told = requests.get(f"{open_site.base}/webhooks", headers=headers, timeout=10).text
        assert "TOCSIN_ADMIN_TOKEN" in told
        assert "archive.example.org" not in told


def test_with_a_token_everybody_is_asked_for_it(closed_site: Site) -> None:
    answer = requests.get(f"{closed_site.base}/operators", timeout=10, allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in?next=/operators"
    assert requests.post(f"{closed_site.base}/operators/deliveries/retry", timeout=10).status_code == 403


def test_signing_in_and_out(closed_site: Site) -> None:
    visitor = Visitor(closed_site)
    assert visitor.sign_in("wrong").status_code == 403
    answer = visitor.sign_in()
    assert "You are signed in." in text_of(answer)
    cookie = next(cookie for cookie in visitor.cookies if cookie.name == "tocsin_session")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    visitor.submit(visitor.see("/operators"), "/sign-out")
    assert visitor.get(f"{closed_site.base}/operators", timeout=10, allow_redirects=False).status_code == 303


def signed_in_cookie(site: Site) -> tuple[Visitor, dict[str, str]]:
    """Who has signed in, and a copy of the cookie."""
    visitor = Visitor(site)
    visitor.sign_in()
    (cookie,) = (cookie for cookie in visitor.cookies if cookie.name == "tocsin_session")
    return visitor, {"Cookie": f"tocsin_session={cookie.value}"}


def status_with(cookie: dict[str, str], base: str) -> int:
    return requests.get(f"{base}/operators", headers=cookie, timeout=10, allow_redirects=False).status_code


def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_signed_out(closed_site: Site) -> None:
    visitor, copied = signed_in_cookie(closed_site)
    _, of_another = signed_in_cookie(closed_site)
    assert status_with(copied, closed_site.base) == 200
    visitor.submit(visitor.see("/operators"), "/sign-out")
    assert status_with(copied, closed_site.base) == 303
    assert status_with(of_another, closed_site.base) == 200


def test_who_has_signed_out_is_remembered_no_longer_than_the_cookie_would_have_lived(closed_site: Site) -> None:
    def remembered() -> int:
        with closed_site.database.read() as connection:
            count = sa.select(sa.func.count()).where(tables.facts.c.name.startswith("web.signed_out."))
            return int(connection.execute(count).scalar_one())

    for _ in range(2):
        visitor, _ = signed_in_cookie(closed_site)
        visitor.submit(visitor.see("/operators"), "/sign-out")
    assert remembered() == 2
    closed_site.clock.now += timedelta(days=15)
    visitor, _ = signed_in_cookie(closed_site)
    visitor.submit(visitor.see("/operators"), "/sign-out")
    assert remembered() == 1


def test_another_admin_token_signs_everybody_out(closed_site: Site) -> None:
    _, copied = signed_in_cookie(closed_site)

    def guarded_by(token: str) -> Callable[[str], WebServices]:
        return lambda base: services(closed_site.database, closed_site.clock, base, admin_token=token)

    for token, status in ((ADMIN_TOKEN, 200), ("another-token-of-the-operators", 303)):
        with served(guarded_by(token)) as base:
            assert status_with(copied, base) == status


def test_signing_in_leads_back_but_never_elsewhere(closed_site: Site) -> None:
    visitor = Visitor(closed_site)
    for target, landed in (
        ("/webhooks", "/webhooks"),
        ("//evil.example.org", "/operators"),
        ("https://x.y", "/operators"),
    ):
        page = visitor.see("/sign-in")
        answer = visitor.submit(page, "/sign-in", token=ADMIN_TOKEN, next=target)
        assert answer.url.startswith(f"{closed_site.base}{landed}?")


def test_guessing_is_slowed_down_and_forgotten(closed_site: Site) -> None:
    visitor = Visitor(closed_site)
    assert [visitor.sign_in("guess").status_code for _ in range(6)] == [403] * 5 + [429]
    assert visitor.sign_in().status_code == 429
    bearer = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    assert visitor.get(f"{closed_site.base}/api/v1/deliveries", headers=bearer, timeout=10).status_code == 429
    closed_site.clock.now += timedelta(minutes=1)
    assert visitor.sign_in().status_code == 200


def test_a_cookie_cannot_be_made_up_changed_or_kept_for_ever(closed_site: Site) -> None:
    visitor = Visitor(closed_site)
    visitor.sign_in()
    good = visitor.cookies["tocsin_session"]
    payload, _, signature = good.partition(".")
    for bad in ("", "x", ".", f"{payload}.", f"{payload}x.{signature}", f".{signature}", "a.b.c", f"é.{signature}"):
        headers = {"Cookie": f"tocsin_session={bad}".encode("utf-8", "replace").decode("latin-1")}
        answer = requests.get(f"{closed_site.base}/operators", headers=headers, timeout=10, allow_redirects=False)
        assert answer.status_code == 303, bad
    closed_site.clock.now += timedelta(days=15)
    assert visitor.get(f"{closed_site.base}/operators", timeout=10, allow_redirects=False).status_code == 303


def test_a_form_from_elsewhere_is_refused(closed_site: Site) -> None:
    visitor = Visitor(closed_site)
    visitor.sign_in()
    address = f"{closed_site.base}/operators/sources/ministry/look"
    page = visitor.see("/operators")
    token = page.cssselect("main form")[0].form_values()[0][1]
    assert visitor.post(address, timeout=10).status_code == 403
    assert visitor.post(address, data={"csrf": "x"}, timeout=10).status_code == 403
    for header in ({"Origin": "https://evil.example.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.post(address, data={"csrf": token}, headers=header, timeout=10).status_code == 403
    assert (
        visitor.post(address, data={"csrf": token}, headers={"Origin": closed_site.base}, timeout=10).status_code == 200
    )
    # Somebody else's token is worth nothing.
    other = Visitor(closed_site)
    other.sign_in()
    assert other.post(address, data={"csrf": token}, timeout=10).status_code == 403


def test_cookies_are_kept_to_tls_where_there_is_tls(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    with served(lambda _: services(database, Clock(), "https://news.example.org", admin_token=ADMIN_TOKEN)) as base:
        answer = requests.get(f"{base}/sign-in", timeout=10)
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"]
    database.close()


def test_pages_with_secrets_are_kept_nowhere(open_site: Site) -> None:
    for path in ("/operators", "/webhooks", "/webhooks/archive", "/operators/topics", "/sources/add"):
        assert requests.get(open_site.base + path, timeout=10).headers["Cache-Control"] == "no-store"
