"""WebSub's messages: what is signed and checked, what is refused, and that nothing hostile gets any further."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import websub
from feeds.websub import MessageError, Question, SubscriptionRequest, Verifier

# RFC 2202 and RFC 4231, test case 2.
KEY, BODY = "Jefe", b"what do ya want for nothing?"
SIGNED = {
    "sha1": "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "sha256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "sha384": "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "sha512": "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
}
ASKED = {
    "hub.mode": "subscribe",
    "hub.topic": "https://news.example/feeds/all.atom",
    "hub.callback": "https://reader.example/push?id=7",
}


def test_every_method_of_the_recommendation_is_understood() -> None:
    assert set(SIGNED) == set(websub.SIGNATURE_METHODS)
    for method, digest in SIGNED.items():
        assert websub.is_signed(KEY, f"{method}={digest}", BODY)
        assert websub.is_signed(KEY, f" {method.upper()}={digest.upper()} ", BODY)
        assert not websub.is_signed(KEY, f"{method}={digest}", BODY + b"!")
        assert not websub.is_signed("Jeff", f"{method}={digest}", BODY)


def test_ours_is_sha256() -> None:
    assert websub.signature(KEY, BODY) == f"sha256={SIGNED['sha256']}"


@pytest.mark.parametrize(
    "header", [None, "", "sha256", "sha256=", f"md5={'0' * 32}", SIGNED["sha256"], "sha256=é", "="]
)
def test_what_is_no_signature_makes_a_body_invalid(header: str | None) -> None:
    assert not websub.is_signed(KEY, header, BODY)


@given(st.text(), st.binary(max_size=100))
def test_no_header_that_a_stranger_writes_is_a_signature(header: str, body: bytes) -> None:
    assert not websub.is_signed("a secret that the stranger does not know", header, body)


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_a_body_may_come_in_pieces(pieces: list[bytes]) -> None:
    verifier = Verifier(KEY, websub.signature(KEY, b"".join(pieces)))
    for piece in pieces:
        verifier.update(piece)
    assert verifier.is_valid()


def test_a_request_is_read() -> None:
    more = {"hub.lease_seconds": "86400", "hub.secret": "s3cret", "hub.verify": "async"}
    assert websub.read_request(urlencode(ASKED | more).encode()) == SubscriptionRequest(
        "subscribe", ASKED["hub.topic"], ASKED["hub.callback"], timedelta(days=1), "s3cret"
    )
    assert websub.read_request(urlencode(ASKED).encode()).secret is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hub.mode": "publish"}, "its own feeds only"),
        ({"hub.mode": ""}, "hub.mode must be"),
        ({"hub.topic": ""}, "hub.topic is missing"),
        ({"hub.callback": ""}, "hub.callback is missing"),
        ({"hub.callback": "ftp://reader.example/"}, "http or https"),
        ({"hub.callback": "https:///push"}, "http or https"),
        ({"hub.callback": "https://reader.example:port/"}, "http or https"),
        ({"hub.callback": "https://[::1/"}, "http or https"),
        ({"hub.callback": "https://name:word@reader.example/"}, "neither a user name"),
        ({"hub.callback": "https://reader.example/#part"}, "fragment"),
        ({"hub.callback": "https://reader.example/" + "a" * 2000}, "2000 ASCII"),
        ({"hub.callback": "https://reader.example/tin-tức"}, "ASCII"),
        ({"hub.callback": "https://reader.example/a\r\nHost: b"}, "control characters"),
        ({"hub.secret": "s" * 200}, "shorter than 200 bytes"),
        ({"hub.secret": "ế" * 67}, "shorter than 200 bytes"),
        ({"hub.secret": "a\0b"}, "control characters"),
        ({"hub.lease_seconds": "-1"}, "positive whole number"),
        ({"hub.lease_seconds": "0"}, "positive whole number"),
        ({"hub.lease_seconds": "ten days"}, "positive whole number"),
        ({"hub.lease_seconds": "１０"}, "positive whole number"),
        ({f"field{number}": "x" for number in range(20)}, "few"),
    ],
)
def test_a_request_that_cannot_be_taken_is_told_why(changed: dict[str, str], said: str) -> None:
    with pytest.raises(MessageError, match=said):
        websub.read_request(urlencode(ASKED | changed).encode())


@given(
    st.one_of(
        st.binary(max_size=300),
        st.fixed_dictionaries(
            {name: st.text(max_size=40) for name in (*ASKED, "hub.challenge", "hub.lease_seconds")}
        ).map(lambda fields: urlencode(fields, errors="replace").encode()),
    )
)
def test_what_is_read_of_hostile_bytes_is_whole_or_refused(sent: bytes) -> None:
    for read in (websub.read_request, websub.read_question):
        try:
            message = read(sent)
        except MessageError as error:
            assert str(error)  # noqa: PT017 - a refusal always says why
        else:
            assert message.topic
            assert message.mode in ("subscribe", "unsubscribe", "denied")


def test_a_question_travels_and_the_callbacks_own_query_stays() -> None:
    asked = Question("subscribe", "https://news.example/feeds/all.atom?a=b&c", "ch/all+enge", timedelta(days=2))
    address = websub.question_address("https://reader.example/push?id=7", asked)
    assert parse_qs(urlsplit(address).query)["id"] == ["7"]
    assert websub.read_question(urlsplit(address).query.encode()) == asked
    plain = websub.question_address(
        "https://reader.example/push", Question("denied", "https://a.example/", reason="no")
    )
    assert plain == "https://reader.example/push?hub.mode=denied&hub.topic=https%3A%2F%2Fa.example%2F&hub.reason=no"


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"hub.mode=subscribe&hub.topic=https://a.example/",
        b"hub.mode=unsubscribe&hub.challenge=c",
        b"hub.mode=publish&hub.topic=https://a.example/&hub.challenge=c",
        b"hub.mode=subscribe&hub.topic=https://a.example/&hub.challenge=" + b"c" * 1001,
        b"hub.mode=subscribe&hub.topic=https://a.example/&hub.challenge=c&hub.lease_seconds=1e9",
    ],
)
def test_a_question_that_is_none_is_refused(query: bytes) -> None:
    with pytest.raises(MessageError):
        websub.read_question(query)


def test_leases_are_bounded() -> None:
    assert websub.granted(None) == timedelta(days=10)
    assert websub.granted(timedelta(seconds=1)) == timedelta(hours=1)
    assert websub.granted(timedelta(days=7)) == timedelta(days=7)
    assert websub.granted(timedelta(days=4000)) == timedelta(days=30)
    asked = websub.read_request(urlencode(ASKED | {"hub.lease_seconds": "9" * 500}).encode())
    assert websub.granted(asked.lease) == timedelta(days=30)


def test_content_says_where_it_comes_from() -> None:
    headers = websub.distribution_headers(
        "application/atom+xml", "https://n.example/hub", "https://n.example/f", KEY, BODY
    )
    assert headers == {
        "Content-Type": "application/atom+xml",
        "Link": '<https://n.example/hub>; rel="hub", <https://n.example/f>; rel="self"',
        "X-Hub-Signature": f"sha256={SIGNED['sha256']}",
    }
    assert "X-Hub-Signature" not in websub.distribution_headers("text/xml", "h", "t", None, BODY)
