"""The webhook channel with a real HTTP server on loopback as its recipient."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from lineage.channels.port import Answer, Channel, Delivery
from lineage.channels.webhook import TIMEOUT_SECONDS, WebhookChannel
from tests.channels.promises import HASTY_SECONDS, PERSON, Got
from tests.channels.recipient import Recipient, running

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()


class WebhookBench:
    """A `Bench` of promises.py."""

    def __init__(self, make: Callable[..., Channel], recipient: Recipient, secret: Path) -> None:
        self.channel = make(timeout_seconds=TIMEOUT_SECONDS)
        self.hasty = make(timeout_seconds=HASTY_SECONDS)
        self._recipient = recipient
        self._secret = secret
        self._url = recipient.url(f"/hooks?of={PERSON}")  # a query is of the recipient's making
        secret.write_text(SECRET)

    def delivery(self, notice_id: str, body: bytes, **changed: Any) -> Delivery:
        fields = {
            "notice_id": notice_id,
            "recipient": "FastParcel",
            "body": body,
            "url": self._url,
            "secrets": (f"file:{self._secret}",),
            "allow_loopback_http": True,
        }
        return Delivery(**{**fields, **changed})

    def got(self) -> list[Got]:
        return [
            Got({k.lower(): v for k, v in one.headers.items()}["webhook-id"], one.body)
            for one in self._recipient.received
        ]

    def answers(self) -> Answer:
        said = {"status": "kept_by_law", "until": "2031-12-31", "categories": ["email"]}
        self._replies(json.dumps(said).encode())
        return Answer(
            status="kept_by_law", reason="law", until=date(2031, 12, 31), categories=("email",)
        )

    def mumbles(self) -> None:
        self._replies(b'{"status":"deleted"}')

    def fails(self) -> None:
        self._recipient.status = 500

    def closes(self) -> None:
        self._recipient.status = 410

    def hangs(self) -> None:
        def wait(_: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
            stopped.wait(10)

        self._recipient.misbehave = wait

    def leaves(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._url = f"http://127.0.0.1:{probe.getsockname()[1]}/hooks?of={PERSON}"

    def hides_secret(self) -> None:
        self._secret.unlink()

    def _replies(self, body: bytes) -> None:
        self._recipient.headers = {"Content-Type": "application/json"}
        self._recipient.body = body


@contextmanager
def webhook_bench(
    folder: Path, make: Callable[..., Channel] = WebhookChannel
) -> Iterator[WebhookBench]:
    """A bench with the webhook channel, or with another that speaks its protocol."""
    with running() as recipient:
        yield WebhookBench(make, recipient, folder / "secret")
