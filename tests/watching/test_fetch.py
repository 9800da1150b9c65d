"""GETs against a real server that behaves as badly as servers do."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_site import Answer, FakeSite, Request

from feeds.addresses import AddressRow
from feeds.errors import AddressRefused, CertificateRefused, DeadlineExceeded, FetchError, TooLarge
from feeds.fetch import Fetcher, retry_after

CERTIFICATES = Path(__file__).parent.parent / "data" / "feeds" / "certificates"


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(user_agent="tests/1", allow_private_networks=True, deadline=5) as fetcher:
        yield fetcher


@pytest.fixture
def hasty() -> Iterator[Fetcher]:
    with Fetcher(user_agent="tests/1", allow_private_networks=True, deadline=0.3) as fetcher:
        yield fetcher


def test_a_page_comes_with_its_headers_and_validators(site: FakeSite, fetcher: Fetcher) -> None:
    site.page("/x", "Bộ Công an", etag='"1"', last_modified="Wed, 07 Aug 2019 02:00:00 GMT", gzip=True)
    response = fetcher.get(site.url("/x?a=b#c"))
    assert response.body.decode() == "Bộ Công an"
    assert response.url == site.url("/x?a=b")
    assert response.status == 200
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["content-TYPE"] == response.content_type
    assert response.etag == '"1"'
    assert response.last_modified == "Wed, 07 Aug 2019 02:00:00 GMT"
    assert response.moved_to is None
    assert 0 < response.fetched_bytes != len(response.body)
    sent = site.requests[0].headers
    assert sent["User-Agent"] == "tests/1"
    assert "Cookie" not in sent
    assert "Authorization" not in sent


def test_validators_are_sent_back_and_304_is_no_error(site: FakeSite, fetcher: Fetcher) -> None:
    site.page("/x", "text", etag='W/"1"')
    first = fetcher.get(site.url("/x"))
    second = fetcher.get(site.url("/x"), etag=first.etag, last_modified=first.last_modified)
    assert second.not_modified
    assert second.body == b""
    assert second.etag == 'W/"1"'
    assert not first.not_modified


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 500, 503])
def test_an_error_status_says_what_to_do_next(site: FakeSite, fetcher: Fetcher, status: int) -> None:
    site.error("/x", status, retry_after=120)
    with pytest.raises(FetchError, match=str(status)) as caught:
        fetcher.get(site.url("/x"))
    assert caught.value.status == status
    assert caught.value.retry_after == 120
    assert caught.value.url == site.url("/x")


def test_a_resolver_without_a_network_is_no_slow_site() -> None:
    def offline(host: str, port: int) -> list[AddressRow]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with Fetcher(user_agent="tests/1", resolve=offline) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.get("https://portal.example/news")
    said = "portal.example cannot be found: no DNS answer (Temporary failure in name resolution)."
    assert str(caught.value) == said
    assert not isinstance(caught.value, DeadlineExceeded)


def test_a_resolver_that_says_nothing_is_named_too() -> None:
    released = threading.Event()

    def silent(host: str, port: int) -> list[AddressRow]:
        released.wait()
        return []

    with Fetcher(user_agent="tests/1", deadline=0.2, resolve=silent) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.get("https://portal.example/news")
    released.set()
    assert str(caught.value) == "portal.example cannot be found: no DNS answer within 0.2 s."


def test_retry_after_has_two_forms() -> None:
    now = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    assert retry_after("90", now) == 90
    assert retry_after("Thu, 01 Jan 2026 12:01:00 GMT", now) == 60
    assert retry_after("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0
    assert retry_after("99999999999999999999999", now) == 366 * 86400
    for nonsense in (None, "", "soon", "-5", "1.5", "²", "Mon, 99 Foo 2026"):
        assert retry_after(nonsense, now) is None


def test_permanent_redirects_are_reported_up_to_the_first_temporary_one(site: FakeSite, fetcher: Fetcher) -> None:
    site.redirect("/a", "/b", 301)
    site.redirect("/b", site.url("/c"), 308)
    site.redirect("/c", "d?x=1", 302)
    site.page("/d", "here")
    response = fetcher.get(site.url("/a"))
    assert response.body == b"here"
    assert response.url == site.url("/d?x=1")
    assert response.moved_to == site.url("/c")
    assert fetcher.get(site.url("/b")).moved_to == site.url("/c")
    assert fetcher.get(site.url("/c")).moved_to is None


def test_a_permanent_redirect_behind_a_temporary_one_moves_nothing(site: FakeSite, fetcher: Fetcher) -> None:
    site.redirect("/a", "/b", 307)
    site.redirect("/b", "/c", 301)
    site.page("/c", "here")
    assert fetcher.get(site.url("/a")).moved_to is None


def test_redirects_end(site: FakeSite, fetcher: Fetcher) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    with pytest.raises(FetchError, match="circle"):
        fetcher.get(site.url("/a"))
    site.on("/n", lambda request: Answer(status=302, headers={"Location": f"/n?{request.target[-20:]}x"}))
    with pytest.raises(FetchError, match="redirects"):
        fetcher.get(site.url("/n"))


def test_a_redirect_may_be_written_in_utf8(site: FakeSite, fetcher: Fetcher) -> None:
    site.on("/a", lambda _: Answer(status=302, headers={"Location": "/chuyên-mục".encode().decode("latin-1")}))
    site.page("/chuy%C3%AAn-m%E1%BB%A5c", "here")
    assert fetcher.get(site.url("/a")).body == b"here"


@pytest.mark.parametrize("target", ["http://[", "http://a:port/", "file:///etc/passwd", "http://", "ftp://a/b"])
def test_a_redirect_to_nonsense_is_an_error(site: FakeSite, fetcher: Fetcher, target: str) -> None:
    site.redirect("/a", target)
    with pytest.raises(FetchError):
        fetcher.get(site.url("/a"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "gopher://x/", "data:,x"])
def test_only_http_is_fetched(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(AddressRefused):
        fetcher.get(url)


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://[::1", "http://h:99999/", "http://a b/", "https://" + "a" * 9000]
)
def test_what_is_no_url_is_an_error(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchError):
        fetcher.get(url)


def test_the_loopback_is_refused_by_default(site: FakeSite) -> None:
    site.page("/x", "secret")
    with Fetcher(user_agent="tests/1") as fetcher:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"):
            with pytest.raises(AddressRefused):
                fetcher.get(site.url("/x", host=host))
    assert site.requests == []


def test_a_trusted_origin_is_exempt_and_nobody_else_may_redirect_there(site: FakeSite) -> None:
    site.page("/x", "tour")
    site.redirect("/there", "/x")
    with FakeSite() as stranger:
        stranger.redirect("/x", site.url("/x"))
        both = [site.origin, stranger.origin]
        with Fetcher(user_agent="tests/1", trusted_origins=[site.origin]) as fetcher:
            assert fetcher.get(site.url("/x")).body == b"tour"
            assert fetcher.get(site.url("/there")).body == b"tour"
            with pytest.raises(AddressRefused):
                fetcher.get(stranger.url("/x"))
        with (
            Fetcher(user_agent="tests/1", trusted_origins=both) as fetcher,
            pytest.raises(AddressRefused, match="own addresses"),
        ):
            fetcher.get(stranger.url("/x"))


@pytest.mark.parametrize("headers", [True, False])
def test_a_dripping_server_is_left_at_the_deadline(site: FakeSite, hasty: Fetcher, headers: bool) -> None:
    site.drip("/x", every=0.01, headers=headers)
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        hasty.get(site.url("/x"))
    assert 0.25 < time.monotonic() - start < 5


def test_a_silent_server_is_left_at_the_deadline(site: FakeSite, hasty: Fetcher) -> None:
    site.silent("/x")
    with pytest.raises(DeadlineExceeded):
        hasty.get(site.url("/x"))


def test_redirects_share_the_deadline(site: FakeSite, hasty: Fetcher) -> None:
    def slowly(request: Request) -> Answer:
        site.closing.wait(0.12)
        return Answer(status=302, headers={"Location": f"{request.target}x"})

    for number in range(9):
        site.on(f"/x{'x' * number}", slowly)
    with pytest.raises(DeadlineExceeded):
        hasty.get(site.url("/x"))
    assert len(site.requests) <= 4


def test_size_is_capped_announced_or_not(site: FakeSite, fetcher: Fetcher) -> None:
    site.page("/x", b"x" * 5000)
    with pytest.raises(TooLarge):
        fetcher.get(site.url("/x"), max_bytes=4999)
    assert len(fetcher.get(site.url("/x"), max_bytes=5000).body) == 5000
    site.page("/z", b"x" * 5000, gzip=True)
    with pytest.raises(TooLarge):
        fetcher.get(site.url("/z"), max_bytes=4999)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_compression_bomb_is_refused_early(site: FakeSite, fetcher: Fetcher, coding: str) -> None:
    bomb = b"\0" * (9 << 20)
    for layer in coding.split(", "):
        bomb = gzip.compress(bomb) if layer == "gzip" else zlib.compress(bomb)
    site.page("/x", bomb, headers={"Content-Encoding": coding})
    with pytest.raises(TooLarge):
        fetcher.get(site.url("/x"))


def test_an_answer_that_breaks_off_is_an_error(site: FakeSite, fetcher: Fetcher) -> None:
    site.truncated("/x", "<rss>" * 100)
    with pytest.raises(FetchError, match="broke off"):
        fetcher.get(site.url("/x"))


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", b"plain"), ("br", b"\x0b\x02\x80x\x03"), ("zstd", b"(\xb5/\xfd")]
)
def test_bytes_that_cannot_be_decoded_are_an_error(site: FakeSite, fetcher: Fetcher, coding: str, body: bytes) -> None:
    site.page("/x", body, headers={"Content-Encoding": coding})
    with pytest.raises(FetchError, match="compress"):
        fetcher.get(site.url("/x"))


def test_nobody_listening_is_an_error_without_the_password(fetcher: Fetcher) -> None:
    with FakeSite() as site:
        url = site.url("/x").replace("://", "://user:hunter2@")
    with pytest.raises(FetchError, match="Connection refused") as caught:
        fetcher.get(url)
    assert not isinstance(caught.value, DeadlineExceeded)
    assert "hunter2" not in f"{caught.value} {caught.value.url}"
    assert caught.value.status is None


def test_credentials_go_to_their_own_origin_only(site: FakeSite, fetcher: Fetcher) -> None:
    with FakeSite() as other:
        site.redirect("/a", "/b", 301)
        site.redirect("/b", other.url("/c"), 302)
        other.page("/c", "here")
        response = fetcher.get(site.url("/a").replace("://", "://user:hunter2@"))
        assert [("Authorization" in request.headers) for request in site.requests] == [True, True]
        assert "Authorization" not in other.requests[0].headers
        assert "hunter2" not in response.url
        assert response.moved_to == site.url("/b").replace("://", "://user:hunter2@")


def test_cookies_are_not_kept(site: FakeSite, fetcher: Fetcher) -> None:
    site.page("/x", "text", headers={"Set-Cookie": "id=1; Path=/"})
    fetcher.get(site.url("/x"))
    fetcher.get(site.url("/x"))
    assert "Cookie" not in site.requests[1].headers


def test_a_cookie_lives_for_one_exchange_and_its_own_host(site: FakeSite, fetcher: Fetcher) -> None:
    with FakeSite() as other:

        def answer(request: Request) -> Answer:
            if "id=1" in request.headers.get("Cookie", ""):
                return Answer(status=302, headers={"Location": other.url("/y", host="localhost")})
            return Answer(status=302, headers={"Location": "/x", "Set-Cookie": "id=1; Path=/"})

        site.on("/x", answer)
        other.page("/y", "here")
        for _ in range(2):
            assert fetcher.get(site.url("/x")).body == b"here"
        assert [("Cookie" in request.headers) for request in site.requests] == [False, True, False, True]
        assert not any("Cookie" in request.headers for request in other.requests)


def test_a_connection_closed_while_idle_is_opened_again(site: FakeSite, fetcher: Fetcher) -> None:
    site.on("/x", lambda _: Answer(b"ok", hang_up=len(site.requests) == 2))
    assert fetcher.get(site.url("/x")).body == b"ok"
    assert fetcher.get(site.url("/x")).body == b"ok"
    assert len(site.requests) == 3


def test_a_server_that_always_hangs_up_is_an_error(site: FakeSite, fetcher: Fetcher) -> None:
    site.on("/x", lambda _: Answer(hang_up=True))
    with pytest.raises(FetchError):
        fetcher.get(site.url("/x"))
    assert len(site.requests) == 2


def test_many_threads_share_one_fetcher(site: FakeSite, fetcher: Fetcher) -> None:
    for number in range(40):
        site.page(f"/{number}", f"page {number}")
    bodies: dict[int, bytes] = {}

    def look(first: int) -> None:
        for number in range(first, 40, 8):
            bodies[number] = fetcher.get(site.url(f"/{number}")).body

    threads = [threading.Thread(target=look, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == {number: f"page {number}".encode() for number in range(40)}
    assert len(site.requests) == 40


def secured_site(name: str) -> FakeSite:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    return FakeSite(tls=context)


def trusting_fetcher() -> Fetcher:
    return Fetcher(
        user_agent="tests/1", allow_private_networks=True, deadline=5, ca_bundle=str(CERTIFICATES / "authority.pem")
    )


def test_tls_is_verified() -> None:
    with secured_site("valid") as site, trusting_fetcher() as fetcher:
        site.page("/x", "secured")
        response = fetcher.get(site.url("/x"))
        assert response.body == b"secured"
        assert fetcher.get(site.url("/x")).certificate_end == response.certificate_end
        assert response.certificate_end is not None
        assert response.certificate_end > datetime.now(UTC)
        with (
            Fetcher(user_agent="tests/1", allow_private_networks=True) as doubting,
            pytest.raises(FetchError, match="certificate"),
        ):
            doubting.get(site.url("/x"))
        assert len(site.requests) == 2


def test_an_expired_certificate_is_named_with_its_day() -> None:
    with (
        secured_site("expired") as site,
        trusting_fetcher() as fetcher,
        pytest.raises(CertificateRefused, match="certificate expired on 2020-02-02"),
    ):
        fetcher.get(site.url("/x"))


def test_a_certificate_for_another_name_is_refused() -> None:
    with (
        secured_site("valid") as site,
        trusting_fetcher() as fetcher,
        pytest.raises(FetchError, match=r"(?i)hostname mismatch"),
    ):
        fetcher.get(site.url("/x", host="localhost"))
