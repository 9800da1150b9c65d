"""Webhooks: what arrives at a real receiver, and what every kind of failure is said to mean."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webhook_receiver import Fault, WebhookReceiver

from bot.channels.signature import new_secret
from bot.channels.webhook import MAXIMUM_ANSWER, WebhookChannel, standard_body
from bot.errors import DeliveryError
from bot.model import Alert, AlertType, Delivery, Destination

DATA: dict[str, Any] = {
    "article": {
        "id": "5f4dcc3b5aa765d61d8327deb882cf99",
        "url": "https://en.example.org/article/asean-2019080701",
        "title": "ASEAN & partners <meet> — “Hội nghị”",
        "summary": "Officials met in Surabaya.",
        "author": "Giang Anh",
        "published": "2019-08-07T00:00:00Z",
        "updated": None,
        "language": "en",
        "image": None,
    },
    "source": {"slug": "mps-en", "title": "Ministry"},
    "topics": [{"slug": "counter-terrorism-cooperation", "title": "Counter-terrorism", "matched": ["cooperation"]}],
    "story": {"id": "7", "also": []},
    "sequence": 42,
}


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
def channel() -> Iterator[WebhookChannel]:
    opened = WebhookChannel(allow_private_networks=True, timeout=5.0)
    yield opened
    opened.close()


def alert(type: AlertType = "article.published", data: dict[str, Any] | None = None) -> Alert:
    return Alert(type, datetime(2019, 8, 7, 9, 0, tzinfo=UTC), DATA if data is None else data)


def delivery(of: Alert | None = None, uid: str = "msg_1") -> Delivery:
    return Delivery(uid, of or alert())


def endpoint(receiver: WebhookReceiver, path: str = "/hook", **options: Any) -> Destination:
    return Destination(1, "webhook", "test", options={"url": receiver.url(path), "secret": receiver.secret, **options})


def refused(channel: WebhookChannel, destination: Destination, of: Delivery | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(destination, of or delivery())
    return caught.value


# What arrives


def test_the_payload_and_headers_are_those_of_the_documentation(
    channel: WebhookChannel, receiver: WebhookReceiver
) -> None:
    receipt = channel.send(endpoint(receiver), delivery())
    assert receipt.status == 200
    [event] = receiver.events
    assert event.id == "msg_1"
    assert event.payload == {"type": "article.published", "timestamp": "2019-08-07T09:00:00Z", "data": DATA}
    assert event.headers["content-type"] == "application/json"
    assert event.headers["webhook-timestamp"].isdigit()
    assert event.headers["user-agent"].startswith("Tocsin")


def test_a_repeat_has_the_same_id_and_the_same_bytes(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(500))
    refused(channel, endpoint(receiver))
    channel.send(endpoint(receiver), delivery())
    (_, first_headers, first_body), (_, second_headers, second_body) = receiver.requests
    assert first_body == second_body
    assert first_headers["webhook-id"] == second_headers["webhook-id"]


def test_while_secrets_are_rotated_a_receiver_with_either_of_them_is_content(channel: WebhookChannel) -> None:
    new, old = new_secret(), new_secret()
    for known in (new, old):
        with WebhookReceiver(secret=known) as receiver:
            channel.send(endpoint(receiver, secret=[new, old]), delivery())
            assert receiver.ids() == ["msg_1"]


def test_a_receiver_with_another_secret_refuses_and_the_delivery_is_kept(
    channel: WebhookChannel, receiver: WebhookReceiver
) -> None:
    error = refused(channel, endpoint(receiver, secret=new_secret()))
    assert error.status == 401
    assert (error.permanent, error.gone) == (False, False)
    assert "bad signature" in str(error)
    assert not receiver.events


def test_an_endpoint_is_verified_by_its_challenge(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    asked = delivery(alert("endpoint.verify", {"challenge": "c-8412"}))
    assert channel.send(endpoint(receiver), asked).status == 200
    receiver.fail(Fault(200, body=b"c-8412\n"))
    assert channel.send(endpoint(receiver), asked).status == 200


@pytest.mark.parametrize("body", [b"", b"ok", b'{"challenge": "other"}', b"[" * 4000, b'"c-8412"x', b"\xff\xfe"])
def test_an_endpoint_that_answers_anything_else_is_not_verified(
    channel: WebhookChannel, receiver: WebhookReceiver, body: bytes
) -> None:
    receiver.fail(Fault(200, body=body))
    error = refused(channel, endpoint(receiver), delivery(alert("endpoint.verify", {"challenge": "c-8412"})))
    assert error.permanent
    assert "challenge" in str(error)


@pytest.mark.parametrize("type_", ["article.updated", "digest", "ping", "endpoint.disabled"])
def test_every_type_of_event_arrives_as_what_it_is(
    channel: WebhookChannel, receiver: WebhookReceiver, type_: AlertType
) -> None:
    channel.send(endpoint(receiver), delivery(alert(type_, {"reason": "test"})))
    assert receiver.events[0].payload["type"] == type_


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def reordered(value: Any) -> Any:
    """The same value with the keys of every object the other way round, as another database may give it back."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return [reordered(one) for one in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_the_bytes_depend_on_the_alert_alone(data: dict[str, Any]) -> None:
    body = standard_body(alert(data=data))
    assert body == standard_body(alert(data=reordered(data)))
    assert json.loads(body)["data"] == json.loads(json.dumps(data))


def test_half_a_character_from_a_broken_page_does_not_stop_a_delivery(
    channel: WebhookChannel, receiver: WebhookReceiver
) -> None:
    channel.send(endpoint(receiver), delivery(alert(data={"article": {"title": "\ud83d broken"}})))
    assert receiver.events[0].payload["data"]["article"]["title"] == "? broken"


# What failures mean


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 415, 422, 425, 429, 500, 501, 502, 503, 504])
def test_most_refusals_may_be_mended_and_are_tried_again(
    channel: WebhookChannel, receiver: WebhookReceiver, status: int
) -> None:
    receiver.fail(Fault(status, body=b"<h1>No</h1>\nnot now"))
    error = refused(channel, endpoint(receiver))
    assert (error.status, error.permanent, error.gone) == (status, False, False)
    assert f"HTTP {status}" in str(error)
    assert "not now" in str(error)


def test_410_means_that_the_endpoint_is_no_more(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(410))
    error = refused(channel, endpoint(receiver))
    assert error.gone
    assert not error.permanent


def test_413_means_that_this_delivery_will_never_be_taken(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(413))
    assert refused(channel, endpoint(receiver)).permanent


@pytest.mark.parametrize(
    ("status", "permanent", "gone"),
    [(400, True, False), (413, True, False), (422, True, False), (404, False, True), (410, False, True),
     (403, False, False), (429, False, False), (500, False, False)],
)  # fmt: skip
def test_of_a_chat_a_refused_message_is_given_up_and_a_deleted_webhook_is_gone(
    channel: WebhookChannel, status: int, permanent: bool, gone: bool
) -> None:
    with WebhookReceiver(secret=None) as receiver:
        receiver.fail(Fault(status))
        error = refused(channel, Destination(1, "webhook", "room", options={"url": receiver.url(), "format": "slack"}))
    assert (error.permanent, error.gone) == (permanent, gone)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_passed_on(receiver: WebhookReceiver, status: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    channel = WebhookChannel(allow_private_networks=True, clock=lambda: now)
    receiver.fail(
        Fault(status, {"Retry-After": "17"}),
        Fault(status, {"Retry-After": format_datetime(now + timedelta(minutes=2), usegmt=True)}),
        Fault(status, {"Retry-After": "99999999999999"}),
        Fault(status, {"Retry-After": "soon"}),
    )
    pauses = [refused(channel, endpoint(receiver)).retry_after for _ in range(4)]
    assert pauses == [17.0, 120.0, 86400.0, None]
    channel.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed_and_the_hint_says_where_they_lead(
    channel: WebhookChannel, receiver: WebhookReceiver, status: int
) -> None:
    receiver.fail(Fault(status, {"Location": "https://new.example.org/hook"}))
    error = refused(channel, endpoint(receiver))
    assert not error.permanent
    assert "https://new.example.org/hook" in str(error)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("fault", [Fault(drip=0.02), Fault(silent=True)], ids=["drip", "silence"])
def test_the_deadline_is_for_the_whole_exchange(receiver: WebhookReceiver, fault: Fault) -> None:
    channel = WebhookChannel(allow_private_networks=True, timeout=0.3)
    receiver.fail(fault)
    begun = time.monotonic()
    error = refused(channel, endpoint(receiver))
    assert time.monotonic() - begun < 2.0
    assert not error.permanent
    assert "0.3 seconds" in str(error)
    channel.close()


def test_a_torn_connection_is_tried_again(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(reset=True, accept=True))
    error = refused(channel, endpoint(receiver))
    assert (error.permanent, error.gone) == (False, False)
    channel.send(endpoint(receiver), delivery())
    assert [event.id for event in receiver.events] == ["msg_1", "msg_1"]


def test_nobody_listening_is_tried_again_and_the_message_keeps_the_token_in_the_url_secret(
    channel: WebhookChannel,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/services/T0KEN"
        error = refused(channel, Destination(1, "webhook", "x", options={"url": url, "secret": new_secret()}))
    assert not error.permanent
    assert "refused" in str(error)
    assert "T0KEN" not in str(error)


def test_broken_tls_is_tried_again(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    url = receiver.url().replace("http://", "https://")
    error = refused(channel, endpoint(receiver, url=url))
    assert not error.permanent
    assert "TLS" in str(error)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "[::ffff:127.0.0.1]"]
)
def test_addresses_that_are_not_public_are_never_posted_to(receiver: WebhookReceiver, host: str) -> None:
    channel = WebhookChannel(timeout=5.0)
    error = refused(channel, endpoint(receiver, url=f"http://{host}:{receiver.port}/hook"))
    assert error.permanent
    assert not receiver.requests
    channel.close()


@pytest.mark.parametrize(
    "url", ["", "/hook", "ftp://example.org/", "file:///etc/passwd", "http://", "http://[", "http://a b/"]
)
def test_what_is_no_web_address_is_given_up(channel: WebhookChannel, url: str) -> None:
    error = refused(channel, Destination(1, "webhook", "x", options={"url": url, "secret": new_secret()}))
    assert error.permanent


@pytest.mark.parametrize("secret", [None, "", [], "whsec_", "whsec_€uro", ["whsec_no base64"]])
def test_nothing_is_sent_unsigned(channel: WebhookChannel, receiver: WebhookReceiver, secret: Any) -> None:
    assert refused(channel, endpoint(receiver, secret=secret)).permanent
    assert not receiver.requests


def test_an_unknown_format_is_given_up(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    assert refused(channel, endpoint(receiver, format="telex")).permanent


def test_a_huge_answer_is_not_read(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(200, body=b"x" * 20_000_000), Fault(500, body=b"y" * 20_000_000))
    assert len(channel.send(endpoint(receiver), delivery()).detail) <= MAXIMUM_ANSWER
    assert len(str(refused(channel, endpoint(receiver)))) <= MAXIMUM_ANSWER


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ],
)
def test_a_success_whose_body_is_broken_is_a_success(
    channel: WebhookChannel, receiver: WebhookReceiver, raw: bytes
) -> None:
    receiver.fail(Fault(raw=raw))
    assert channel.send(endpoint(receiver), delivery()).status in (200, 204)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 999 \xff\x1b[31m\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_http_is_tried_again(
    channel: WebhookChannel, receiver: WebhookReceiver, raw: bytes
) -> None:
    receiver.fail(Fault(raw=raw))
    error = refused(channel, endpoint(receiver))
    assert (error.permanent, error.gone) == (False, False)
    assert "\x1b" not in str(error)


def test_cookies_are_not_kept(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    receiver.fail(Fault(200, {"Set-Cookie": "session=1; Path=/"}))
    channel.send(endpoint(receiver), delivery())
    channel.send(endpoint(receiver), delivery(uid="msg_2"))
    assert all("cookie" not in headers for _, headers, _ in receiver.requests)


def test_threads_share_connections_and_lose_nothing(channel: WebhookChannel, receiver: WebhookReceiver) -> None:
    def work(worker: int) -> None:
        for number in range(25):
            channel.send(endpoint(receiver, f"/{worker}"), delivery(uid=f"msg_{worker}_{number}"))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.ids()) == 200
    assert receiver.ids("/3") == [f"msg_3_{number}" for number in range(25)]
    assert receiver.connections <= 16
