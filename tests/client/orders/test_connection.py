"""A service that takes orders also takes the test notice of ``lineage recipient test``."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from lineage.channels.port import Answer, Delivery, Outcome
from lineage.channels.secrets import resolve_all
from lineage.channels.signing import sign
from lineage.client.orders.order import is_test
from lineage.client.orders.webhook import Response, WebhookOrders
from lineage.policy.recipients import RecipientRegistry
from lineage.service.registered import Registered

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
NOW = 1_790_000_000
ENTRY = {"channel": "webhook", "url": "https://erase.example/orders", "secret": "env:HOOK"}
REGISTRY = RecipientRegistry.model_validate(
    {"controllers": {"shop": {"recipients": {"FastParcel": ENTRY}}}}
)


class Direct:
    """A channel that hands a notice, signed, to the service itself."""

    def __init__(self, orders: WebhookOrders) -> None:
        self.orders = orders
        self.replies: list[Response] = []

    def send(self, delivery: Delivery) -> Outcome:
        headers = sign(
            resolve_all(delivery.secrets),
            message_id=delivery.notice_id,
            timestamp=NOW,
            body=delivery.body,
        )
        self.replies.append(self.orders.handle(headers, delivery.body))
        status = self.replies[-1].status
        return Outcome(kind="delivered" if status == 200 else "failed", status=status)


def _never(_order: object) -> Answer:
    raise AssertionError("a test asks for no erasure")


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 200), ("whsec_" + "B" * 44, 401)])
def test_a_test_notice(monkeypatch: pytest.MonkeyPatch, secret: str, status: int) -> None:
    """It is taken where its signature is believed, and nothing is erased or answered."""
    monkeypatch.setenv("HOOK", SECRET)
    channel = Direct(WebhookOrders(secret, _never, clock=lambda: NOW))
    found = Registered(REGISTRY).test("FastParcel", channel=channel)
    assert (found.ok, found.status) == (status == 200, status)
    if found.ok:
        assert channel.replies[0].body == b""


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", json.dumps({"type": "lineage.notice.v1"}).encode(), b"\xff"]
)
def test_what_is_no_test(body: bytes) -> None:
    """An order, and what is nothing at all, are not taken for one."""
    assert not is_test(body)
