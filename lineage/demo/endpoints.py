"""The recipients of the demo: a real HTTP server on the loopback address that answers notices.

It believes nothing unsigned, keeps a book of what it was told, and answers as each recipient does.
It knows nothing of the tracker but the Standard Webhooks headers and the body of a notice.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import quote, unquote

from lineage.channels.signing import SignatureRefused, verify

BODY_BYTES_MAX = 65_536
SLOW_SECONDS = 1.0
KEPT_BY_LAW_UNTIL = "2036-12-31"

SLOW = "StarClub"
FAILS_FIRST = "MailWing"
KEEPS_BY_LAW = "PayWay"
HOLDS_A_GRANT = ("seestar", "AdVista")

Behaviour = Literal["erased", "slow", "fails_first", "kept_by_law", "refused"]


def behaviour(controller: str, recipient: str) -> Behaviour:
    """How a recipient behaves; most erase at once."""
    if (controller, recipient) == HOLDS_A_GRANT:
        return "refused"
    by_name: dict[str, Behaviour] = {
        SLOW: "slow",
        FAILS_FIRST: "fails_first",
        KEEPS_BY_LAW: "kept_by_law",
    }
    return by_name.get(recipient, "erased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice in the book of its recipient: the first time it came, and how often it did."""

    notice_id: str
    controller: str
    recipient: str
    person: frozenset[str] = field(repr=False)
    categories: frozenset[str]
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Book:
    """What all recipients were told. One lock: the server answers from many threads."""

    notices: dict[str, Told] = field(default_factory=dict)
    attempts: int = 0
    unsigned: int = 0
    failures: int = 0
    changed_bodies: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, told: Told) -> None:
        """Write a notice down under its id; the same id with another body is a fault."""
        with self.lock:
            first = self.notices.setdefault(told.notice_id, told)
            if first.body != told.body:
                self.changed_bodies += 1

    def fail_once(self) -> bool:
        """True for the very first notice of the recipient that fails first."""
        with self.lock:
            if self.failures:
                return False
            self.failures += 1
            return True


class Endpoints:
    """The server, as a context manager; ``secrets`` are by (controller, recipient)."""

    def __init__(self, secrets: Mapping[tuple[str, str], str]) -> None:
        """Bind a free port; nothing is answered before ``with``."""
        self.book = Book()
        self._secrets = dict(secrets)
        endpoints = self

        class Handler(BaseHTTPRequestHandler):
            """One request; the server makes one of these for each."""

            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_POST(self) -> None:
                """Take a notice."""
                length = min(int(self.headers.get("content-length") or 0), BODY_BYTES_MAX)
                body = self.rfile.read(length)
                status, answer = endpoints.take(self.path, dict(self.headers.items()), body)
                written = json.dumps(answer).encode() if answer else b""
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(written)))
                self.send_header("connection", "close")
                self.end_headers()
                self.wfile.write(written)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the book is what counts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, controller: str, recipient: str) -> str:
        """Where a notice to this recipient of this controller goes."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/{quote(controller)}/{quote(recipient)}"

    def take(
        self, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | None]:
        """Verify one notice, write it down, and return status and answer."""
        controller, _, recipient = unquote(path).strip("/").partition("/")
        with self.book.lock:
            self.book.attempts += 1
        secret = self._secrets.get((controller, recipient))
        if secret is None:
            return 404, None
        try:
            verify([secret], headers=headers, body=body, now=int(time.time()))
        except SignatureRefused:
            with self.book.lock:
                self.book.unsigned += 1
            return 401, None
        kind = behaviour(controller, recipient)
        if kind == "fails_first" and self.book.fail_once():
            return 500, None
        told = read_notice(
            body, notice_id=_header(headers, "webhook-id"), place=(controller, recipient)
        )
        if told is None:
            return 400, None
        self.book.enter(told)
        if kind == "slow":
            time.sleep(SLOW_SECONDS)
        return 200, answer_of(kind)


def answer_of(kind: Behaviour) -> dict[str, Any]:
    """The JSON object that a recipient answers with."""
    match kind:
        case "kept_by_law":
            return {
                "status": "kept_by_law",
                "reason": "law",
                "until": KEPT_BY_LAW_UNTIL,
                "evidence": "bookkeeping law: payment records",
            }
        case "refused":
            return {
                "status": "refused",
                "reason": "independent_authorisation",
                "evidence": "own terms, accepted by the person",
            }
        case _:
            return {"status": "erased", "evidence": "erasure log of the recipient"}


def read_notice(body: bytes, *, notice_id: str, place: tuple[str, str]) -> Told | None:
    """Read the body of a notice as a recipient would; none if it is no notice for this one."""
    try:
        data = json.loads(body)["data"]
        named = (data["notice_id"], data["controller"], data["recipient"], data["action"])
        if named != (notice_id, *place, "erase"):
            return None
        return Told(
            notice_id=notice_id,
            controller=place[0],
            recipient=place[1],
            person=frozenset(entry["value"] for entry in data["person"]),
            categories=frozenset(data["categories"]),
            body=body,
        )
    except (ValueError, KeyError, TypeError):
        return None


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
