"""The other side of an order: a notice as a tracker writes it, signed by the reference library."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from lineage.client.orders import (
    Answer,
    AnswerStore,
    ErasureOrder,
    Response,
    WebhookOrders,
    erased,
)

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + b64encode(bytes(range(1, 33))).decode()
NOW = 1_790_000_000


def notice(**changed: Any) -> dict[str, Any]:
    """What the tracker says, with some of its data changed; None leaves a field out."""
    data = {
        "notice_id": "ntc_1",
        "request_id": "r1",
        "controller": "senro",
        "recipient": "FastParcel",
        "action": "erase",
        "person": [{"type": "subject", "value": "m1"}],
        "categories": ["consignee_address", "consignee_name"],
        "erase_by": "2026-12-07",
        "duty": "default",
        "round": 1,
        "answer": "Answer with JSON",
        **changed,
    }
    given = {name: value for name, value in data.items() if value is not None}
    return {"type": "lineage.notice.v1", "timestamp": "2026-11-23T10:00:00Z", "data": given}


def written(**changed: Any) -> bytes:
    """The body of a notice."""
    return json.dumps(notice(**changed)).encode()


def signed(
    body: bytes, *, message_id: str = "ntc_1", at: int = NOW, secret: str = SECRET
) -> dict[str, str]:
    """The headers of a sender that has nothing of ours."""
    moment = datetime.fromtimestamp(at, UTC)
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": Webhook(secret).sign(message_id, moment, body.decode()),
    }


class Service:
    """A service that counts what it is told to do, and does as it is told to."""

    def __init__(self, *says: Answer | Exception) -> None:
        self.called: list[ErasureOrder] = []
        self._says = list(says)

    def erase(self, order: ErasureOrder) -> Answer:
        self.called.append(order)
        say = self._says.pop(0) if self._says else erased()
        if isinstance(say, Exception):
            raise say
        return say

    def orders(self, *, answers: AnswerStore | None = None, **settings: Any) -> WebhookOrders:
        """Its endpoint, at a time that stands still."""
        settings = {"clock": lambda: float(NOW), **settings}
        return WebhookOrders(SECRET, self.erase, answers=answers, **settings)


def said(response: Response) -> tuple[int, Any]:
    """Status and body of a response, which is JSON and says so."""
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(response.body))
    return response.status, json.loads(response.body)
