"""The webhook channel against a real recipient on loopback, well-behaved and not."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lineage.channels.keys import public_key_of
from lineage.channels.port import Answer, Channel, Delivery, Outcome
from lineage.channels.signing import verify
from lineage.channels.webhook import WebhookChannel
from tests.channels.recipient import Recipient, running

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
OLD_SECRET = "whsec_" + b64encode(bytes(range(1, 33))).decode()
STRANGE_SECRET = "whsec_" + b64encode(bytes(range(2, 34))).decode()
PAIR = next(
    case["key"]
    for case in json.loads(
        (Path(__file__).parents[1] / "vectors/standard-webhooks/asymmetric-values.json").read_text()
    )["cases"]
    if case["id"] == "sign-v1a"
)
BODY = b'{"type":"erasure.requested","data":{"subject":"m-4711"}}'
OUTCOMES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors/standard-webhooks/delivery-outcomes.json").read_text()
)["cases"]
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
def recipient() -> Iterator[Recipient]:
    """Run a recipient for one test."""
    with running() as started:
        yield started


def delivery(url: str, **changed: Any) -> Delivery:
    """Make a notice on its way to this URL."""
    fields = {
        "notice_id": "ntc_1",
        "recipient": "FastParcel",
        "body": BODY,
        "url": url,
        "secrets": ("env:HOOK_SECRET",),
        "allow_loopback_http": True,
    }
    return Delivery(**{**fields, **changed})


def send(recipient: Recipient, *, timeout_seconds: float = 5.0, path: str = "/notices") -> Outcome:
    """Make one attempt."""
    channel: Channel = WebhookChannel(timeout_seconds=timeout_seconds)
    return channel.send(delivery(recipient.url(path)))


def test_a_recipient_with_the_reference_library_accepts(recipient: Recipient) -> None:
    """The frozen body arrives byte for byte under a signature the recipient can check."""
    assert send(recipient, path="/hooks?shop=7") == Outcome(kind="delivered", status=200)
    (got,) = recipient.received
    assert (got.path, got.body) == ("/hooks?shop=7", BODY)
    assert Webhook(SECRET).verify(got.body, got.headers) == json.loads(BODY)
    sent = {name.lower(): value for name, value in got.headers.items()}
    assert sent["webhook-id"] == "ntc_1"
    assert sent["host"] == f"127.0.0.1:{recipient.port}"
    assert sent["content-type"] == "application/json"


def test_attempts_share_id_and_body_but_not_the_time(recipient: Recipient) -> None:
    """A repeated notice is recognised by its id; its time and signature are fresh."""
    moments = iter([datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(2026, 3, 5, 10, tzinfo=UTC)])
    channel = WebhookChannel(clock=lambda: next(moments))
    for _ in range(2):
        channel.send(delivery(recipient.url()))
    first, second = (
        {name.lower(): value for name, value in got.headers.items()} for got in recipient.received
    )
    assert first["webhook-id"] == second["webhook-id"]
    assert recipient.received[0].body == recipient.received[1].body
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 86400
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize(
    ("values", "references"),
    [
        ({"HOOK_SECRET": f"{SECRET} {OLD_SECRET}"}, ("env:HOOK_SECRET",)),
        ({"NEW_HOOK": SECRET, "OLD_HOOK": OLD_SECRET}, ("env:NEW_HOOK", "env:OLD_HOOK")),
    ],
    ids=["two in one reference", "two references"],
)
def test_rotation(
    recipient: Recipient,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    references: tuple[str, ...],
) -> None:
    """While two secrets live, a recipient with either can check the notice, another's cannot."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    WebhookChannel().send(delivery(recipient.url(), secrets=references))
    (got,) = recipient.received
    signatures = {name.lower(): value for name, value in got.headers.items()}["webhook-signature"]
    assert [one.partition(",")[0] for one in signatures.split(" ")] == ["v1", "v1"]
    for secret in (SECRET, OLD_SECRET):
        assert Webhook(secret).verify(BODY, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(STRANGE_SECRET).verify(BODY, got.headers)


def test_from_a_shared_secret_to_a_key_pair(
    recipient: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One notice serves who checks with the old secret and who checks with the new public key."""
    monkeypatch.setenv("PAIR", PAIR)
    WebhookChannel().send(delivery(recipient.url(), secrets=("env:PAIR", "env:HOOK_SECRET")))
    (got,) = recipient.received
    assert Webhook(SECRET).verify(BODY, got.headers)
    public = public_key_of(PAIR)
    assert public is not None
    verify([public], headers=got.headers, body=BODY, now=int(time.time()))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"status": "acknowledged"}, Answer(status="acknowledged")),
        ({"status": "working", "evidence": "job 9"}, Answer(status="working", evidence="job 9")),
        (
            {"status": "erased", "categories": ["email", "phone"]},
            Answer(status="erased", categories=("email", "phone")),
        ),
        ({"status": "refused"}, Answer(status="refused", reason="other")),
        (
            {"status": "refused", "reason": "independent_authorisation"},
            Answer(status="refused", reason="independent_authorisation"),
        ),
        (
            {"status": "kept_by_law", "until": "2031-12-31"},
            Answer(status="kept_by_law", reason="law", until=date(2031, 12, 31)),
        ),
    ],
)
def test_answers(recipient: Recipient, said: dict[str, Any], answer: Answer) -> None:
    """What the recipient says in its reply is what is recorded as its answer."""
    recipient.headers, recipient.body = JSON, json.dumps(said).encode()
    assert send(recipient) == Outcome(kind="delivered", status=200, answer=answer)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_without_a_word(recipient: Recipient, status: int) -> None:
    """Any 2xx without a body is a notice delivered and no answer yet."""
    recipient.status = status
    assert send(recipient) == Outcome(kind="delivered", status=status)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, b'{"status":"erased"}'),
        ({}, b'{"status":"erased"}'),
        ({**JSON, "Content-Encoding": "gzip"}, b"\x1f\x8b"),
        (JSON, b"ok"),
        (JSON, b'{"status":"erased"'),
        (JSON, b'["erased"]'),
        (JSON, b'{"status":"deleted"}'),
        (JSON, b'{"status":"refused","status":"erased"}'),
        (JSON, b'{"status":"erased","when":"now"}'),
        (JSON, b'{"status":"erased","categories":[]}'),
        (JSON, b'{"status":"erased","categories":["E-Mail"]}'),
        (JSON, b'{"status":"erased","categories":"email"}'),
        (JSON, b'{"status":"erased","reason":"law"}'),
        (JSON, b'{"status":"refused","reason":"law"}'),
        (JSON, b'{"status":"kept_by_law","reason":"other"}'),
        (JSON, b'{"status":"refused","reason":"unreachable"}'),
        (JSON, b'{"status":"kept_by_law","until":20311231}'),
        (JSON, b'{"status":"acknowledged","evidence":"a\\u0000b"}'),
        (JSON, b'{"status":"acknowledged","evidence":"' + b"x" * 501 + b'"}'),
        (JSON, b'{"status":"\xff"}'),
        (JSON, b"[" * 60_000),
        (JSON, b'{"status":"erased"}' + b" " * 70_000),
    ],
)
def test_replies_that_are_no_answer(
    recipient: Recipient, headers: dict[str, str], body: bytes
) -> None:
    """Delivered is delivered; what cannot be read for certain is never taken for an answer."""
    recipient.headers, recipient.body = headers, body
    expected = Outcome(kind="delivered", status=200, error="answer_unreadable")
    assert send(recipient) == expected


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 422, 500, 502, 503])
def test_failures(recipient: Recipient, status: int) -> None:
    """Whatever is not a success has to be tried again, whatever its body says."""
    recipient.status, recipient.headers, recipient.body = status, JSON, b'{"status":"erased"}'
    assert send(recipient) == Outcome(kind="failed", status=status, error="http_error")


@pytest.mark.parametrize("case", OUTCOMES, ids=lambda case: str(case["status"]))
def test_outcomes_of_the_specification(recipient: Recipient, case: dict[str, Any]) -> None:
    """Success, failure and the end of an endpoint are told apart as the format says."""
    recipient.status, recipient.headers = case["status"], case.get("headers", {})
    kinds = {"delivered": "delivered", "disable_endpoint": "gone"}
    assert send(recipient).kind == kinds.get(case["expect"], "failed")


def test_gone(recipient: Recipient) -> None:
    """410 is told apart from every other failure: a person has to find another way."""
    recipient.status = 410
    assert send(recipient) == Outcome(kind="gone", status=410, error="endpoint_gone")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(recipient: Recipient, status: int) -> None:
    """A redirect is a failure, and the address it names is never called."""
    recipient.status, recipient.headers = status, {"Location": recipient.url("/elsewhere")}
    assert send(recipient) == Outcome(kind="failed", status=status, error="redirect")
    assert [got.path for got in recipient.received] == ["/notices"]


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (429, "120", 120.0),
        (503, "0", 0.0),
        (429, "Wed, 04 Mar 2026 10:01:30 GMT", 90.0),
        (503, "Wed, 04 Mar 2026 09:00:00 GMT", 0.0),
        (429, "9" * 400, 1e9),
        (429, "soon", None),
        (429, "-5", None),
        (429, "\u00b2", None),
        (500, "120", None),
    ],
)
def test_retry_after(recipient: Recipient, status: int, value: str, seconds: float | None) -> None:
    """A throttled answer says how long to wait, in seconds or as a date; nonsense says nothing."""
    recipient.status, recipient.headers = status, {"Retry-After": value}
    channel = WebhookChannel(clock=lambda: datetime(2026, 3, 4, 10, tzinfo=UTC))
    outcome = channel.send(delivery(recipient.url()))
    assert (outcome.kind, outcome.status, outcome.retry_after_seconds) == (
        "failed",
        status,
        seconds,
    )


def _hang(_: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
    stopped.wait(10)


def _drip(start: bytes) -> Callable[[BaseHTTPRequestHandler, threading.Event], None]:
    def misbehave(handler: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        handler.wfile.write(start)
        while not stopped.wait(0.05):
            handler.wfile.write(b"x")

    return misbehave


def _hang_up(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _no_http(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")


def _half_a_body(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"status":"erased"}')
    handler.connection.shutdown(socket.SHUT_RDWR)


def _endless_body(handler: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not stopped.is_set():
        handler.wfile.write(b" " * 65536)


UNREADABLE = Outcome(kind="delivered", status=200, error="answer_unreadable")


@pytest.mark.parametrize(
    ("misbehave", "expected"),
    [
        (_hang, Outcome(kind="failed", error="timeout")),
        (_drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), Outcome(kind="failed", error="timeout")),
        (_drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), UNREADABLE),
        (_endless_body, UNREADABLE),
        (_half_a_body, UNREADABLE),
        (_hang_up, Outcome(kind="failed", error="connection_broken")),
        (_no_http, Outcome(kind="failed", error="connection_broken")),
    ],
    ids=["hang", "drip headers", "drip body", "endless", "half a body", "hang up", "no HTTP"],
)
def test_recipients_that_misbehave(
    recipient: Recipient,
    misbehave: Callable[[BaseHTTPRequestHandler, threading.Event], None],
    expected: Outcome,
) -> None:
    """An attempt ends in its time and its size, however the other side drags it out."""
    recipient.misbehave = misbehave
    began = time.monotonic()
    assert send(recipient, timeout_seconds=0.4) == expected
    assert time.monotonic() - began < 2


def test_nobody_listens() -> None:
    """A closed port is a failure with its own code."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        outcome = WebhookChannel().send(delivery(url))
    assert outcome == Outcome(kind="failed", error="connection_refused")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"allow_loopback_http": False}, "not_https"),
        ({"url": "https://10.0.0.1/"}, "address_not_public"),
        ({"url": "https://x:y@carrier.example/"}, "credentials_in_url"),
        ({"secrets": ("env:NO_SUCH_SECRET",)}, "secret_unavailable"),
        ({"secrets": ("env:HOOK_SECRET", "env:NO_SUCH_SECRET")}, "secret_unavailable"),
    ],
)
def test_what_is_never_sent(recipient: Recipient, changed: dict[str, Any], error: str) -> None:
    """Without a safe endpoint or a secret nothing leaves, and the outcome says why."""
    outcome = WebhookChannel().send(delivery(**{"url": recipient.url(), **changed}))
    assert outcome == Outcome(kind="failed", error=error)
    assert recipient.received == []


def test_an_unusable_secret(recipient: Recipient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of the wrong form is told from one that is not there."""
    monkeypatch.setenv("HOOK_SECRET", "hunter2")
    assert send(recipient) == Outcome(kind="failed", error="secret_unusable")
    assert recipient.received == []


def test_nothing_of_a_person_reaches_a_log(
    recipient: Recipient, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at its loudest, neither body, query, secret nor reply is written."""
    caplog.set_level(logging.DEBUG)
    recipient.headers, recipient.body = JSON, b'{"status":"erased","evidence":"proof-77"}'
    notice = delivery(recipient.url("/hooks?subject=m-4711"))
    outcome = WebhookChannel().send(notice)
    assert outcome.answer is not None
    assert caplog.records, "httpcore says something at this level, so the test sees something"
    for word in ("m-4711", "proof-77", SECRET[6:]):
        assert word not in caplog.text
        assert word not in repr(notice)


def test_a_notice_id_no_header_could_carry() -> None:
    """A notice id is checked before anything is tried."""
    with pytest.raises(ValueError, match="notice id"):
        delivery("https://carrier.example/", notice_id="a.b")
