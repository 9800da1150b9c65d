"""Our signatures against the package that receivers use."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from bot.channels.signature import headers, new_secret, signature
from bot.settings.values import read_webhook_secret


def now() -> int:
    """This second: the package refuses what is older than five minutes, and so may a long run of tests be."""
    return int(time.time())


@given(st.text(), st.integers(min_value=24, max_value=64))
def test_the_reference_implementation_accepts_every_body(text: str, size: int) -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(size))).decode()
    body = text.encode("utf-8", "replace")
    assert Webhook(secret).verify(body, headers([secret], "msg_1", now(), body), json_parse=False) is None


def test_it_agrees_byte_for_byte_with_the_reference_implementation() -> None:
    secret, moment = new_secret(), datetime.fromtimestamp(1_800_000_000, UTC)
    assert signature(secret, "msg_1", 1_800_000_000, b'{"a":1}') == Webhook(secret).sign("msg_1", moment, '{"a":1}')


@pytest.mark.parametrize(
    ("message_id", "later", "body"), [("msg_2", 0, b"{}"), ("msg_1", 1, b"{}"), ("msg_1", 0, b"{ }")]
)
def test_id_time_and_body_are_all_signed(message_id: str, later: int, body: bytes) -> None:
    secret, moment = new_secret(), now()
    sent = headers([secret], "msg_1", moment, b"{}")
    sent |= {"webhook-id": message_id, "webhook-timestamp": str(moment + later)}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, sent)


def test_each_of_several_secrets_signs() -> None:
    secrets = [new_secret(), new_secret(), new_secret()]
    sent = headers(secrets, "msg_1", now(), b"{}")
    assert len(sent["webhook-signature"].split(" ")) == 3
    for secret in secrets:
        assert Webhook(secret).verify(b"{}", sent) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(b"{}", sent)


def test_a_new_secret_is_one_that_the_settings_take() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(read_webhook_secret(secret) == [secret] for secret in secrets)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_?", "whsec_Zm9v YmFy", "whsec_é"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        signature(secret, "msg_1", now(), b"{}")
