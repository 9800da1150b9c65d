"""Which addresses are public, and that a name cannot lead elsewhere between check and connection."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time

import pytest
import requests
from fake_site import FakeSite
from hypothesis import given
from hypothesis import strategies as st

from feeds.addresses import AddressRow, Resolve, Rule, certificate_end, check_name, is_public, origin, public_session
from feeds.errors import AddressRefused, DeadlineExceeded, FetchError
from feeds.fetch import Fetcher

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:8.8.8.8",
    "::ffff:127.0.0.1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "3ffe::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1",
    "fec0::1", "ff02::1"
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "203.119.9.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e",
    "2405:4800::1"
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_is_public(address: ipaddress.IPv6Address) -> None:
    if int(address) >> 125 != 1:
        assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.localhost",
        "printer.local",
        "nas.lan",
        "db.internal",
        "x.home.arpa",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "1.2.3",
        "0x7f.0.0.1",
        "127.0.0.0x1",
        "010.0.0.1",
        "localhost.",
        "127.1.",
        ".",
    ],
)
def test_local_names_and_disguised_addresses_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        check_name(host)


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "bộ.vn", "1und1.de", "a.b.123x", "xn--b.vn", "::1"])
def test_other_names_are_left_to_the_resolver(host: str) -> None:
    check_name(host)


def test_a_literal_private_address_is_refused_with_its_reason() -> None:
    with pytest.raises(AddressRefused, match=r"169\.254\.169\.254"):
        Rule().addresses("http", "169.254.169.254", 80, 1)


def test_the_exempt_origin_is_exact() -> None:
    rule = Rule(trusted_origins=["http://127.0.0.1:8000"])
    assert rule.addresses("http", "127.0.0.1", 8000, 1)[0][4] == ("127.0.0.1", 8000)
    for scheme, host, port in [("https", "127.0.0.1", 8000), ("http", "127.0.0.1", 80), ("http", "127.0.0.2", 8000)]:
        with pytest.raises(AddressRefused):
            rule.addresses(scheme, host, port, 1)


def test_origin_makes_the_port_explicit() -> None:
    assert origin("HTTPS://Example.ORG./x") == ("https", "example.org", 443)
    assert origin("http://example.org") == ("http", "example.org", 80)
    assert origin("http://[::1]:8000/") == ("http", "::1", 8000)


def test_a_session_posts_where_it_may_and_nowhere_else() -> None:
    with FakeSite() as site:
        site.page("/hook", "thanks")
        with public_session(trusted_origins=[site.origin], user_agent="tests/1") as session:
            assert session.post(site.url("/hook"), data=b"{}", timeout=5).text == "thanks"
            assert site.requests[0].body == b"{}"
            assert site.requests[0].headers["User-Agent"] == "tests/1"
        with public_session() as session, pytest.raises(AddressRefused):
            session.post(site.url("/hook"), data=b"{}", timeout=5)
        assert len(site.requests) == 1


def test_a_session_holds_the_total_time_while_the_body_drips() -> None:
    with FakeSite() as site, public_session(allow_private_networks=True) as session:
        site.drip("/hook", every=0.01)
        start = time.monotonic()
        with pytest.raises(requests.RequestException):
            session.post(site.url("/hook"), data=b"{}", timeout=0.3)
        assert time.monotonic() - start < 5


def test_a_redirect_carries_no_credentials() -> None:
    with FakeSite() as site, FakeSite() as other, public_session(allow_private_networks=True) as session:
        site.redirect("/a", other.url("/b"))
        other.page("/b", "here")
        session.get(site.url("/a"), auth=("user", "secret"), timeout=5)
        assert "Authorization" in site.requests[0].headers
        assert "Authorization" not in other.requests[0].headers


def rows(*addresses: str) -> Resolve:
    """A resolver that knows one answer."""

    def resolve(host: str, port: int) -> list[AddressRow]:
        return [row for address in addresses for row in socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)]

    return resolve


@pytest.mark.parametrize("answers", [("127.0.0.1",), ("93.184.216.34", "10.0.0.1"), ("10.0.0.1", "93.184.216.34")])
def test_one_private_answer_refuses_the_name(answers: tuple[str, ...]) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        Rule(resolve=rows(*answers)).addresses("https", "rebinding.example", 443, 5)


def test_public_answers_are_all_there_is_to_connect_to() -> None:
    found = Rule(resolve=rows("93.184.216.34", "2606:4700:4700::1111")).addresses("https", "fine.example", 443, 5)
    assert [row[4][0] for row in found] == ["93.184.216.34", "2606:4700:4700::1111"]


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """The name is asked once for each connection; what it says later does not matter."""
    answers = iter(["127.0.0.1", "10.255.255.1"])
    with FakeSite() as site:
        site.page("/x", "here")
        with Fetcher(
            user_agent="tests/1",
            trusted_origins=[site.url("", host="rebinding.example")],
            resolve=lambda host, port: rows(next(answers))(host, port),
        ) as fetcher:
            assert fetcher.get(site.url("/x", host="rebinding.example")).body == b"here"
        assert site.requests[0].headers["Host"] == f"rebinding.example:{site.port}"
        assert next(answers) == "10.255.255.1"


def test_a_dead_address_does_not_hide_a_living_one() -> None:
    with FakeSite() as site:
        site.page("/x", "here")
        with Fetcher(
            user_agent="tests/1", allow_private_networks=True, resolve=rows("127.0.0.2", "127.0.0.1")
        ) as fetcher:
            assert fetcher.get(site.url("/x", host="two.example")).body == b"here"


def test_a_resolver_that_hangs_is_left_at_the_deadline() -> None:
    released = threading.Event()

    def hang(host: str, port: int) -> list[AddressRow]:
        released.wait(10)
        return []

    with Fetcher(user_agent="tests/1", deadline=0.2, resolve=hang) as fetcher:
        start = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            fetcher.get("http://hanging.example/")
        assert time.monotonic() - start < 5
    released.set()


def test_a_name_that_nobody_knows_is_an_error() -> None:
    def unknown(host: str, port: int) -> list[AddressRow]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    with (
        Fetcher(user_agent="tests/1", resolve=unknown) as fetcher,
        pytest.raises(FetchError, match="name is not known"),
    ):
        fetcher.get("http://unknown.example/")


@given(st.binary(max_size=200))
def test_a_certificate_that_is_none_has_no_end(data: bytes) -> None:
    assert certificate_end(data) is None
