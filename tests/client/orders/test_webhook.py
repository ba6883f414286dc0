"""An order over HTTP: whom to believe, and what each kind of trouble is answered with."""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lineage.channels.reply import read_answer
from lineage.channels.signing import sign
from lineage.client.orders import TryLater, WebhookOrders, erased
from tests.client.orders.sending import (
    NOW,
    OTHER_SECRET,
    SECRET,
    Service,
    notice,
    said,
    signed,
    written,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "standard-webhooks"
OFFICIAL = {
    case["id"]: case for case in json.loads((VECTORS / "official-values.json").read_text())["cases"]
}
CASES: list[dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text())["cases"]
BODY = written()


def test_an_order_is_carried_out_and_answered() -> None:
    """What another library signed is believed, and the tracker can read the answer."""
    service = Service(erased(["consignee_name"], evidence="ticket 7"))
    response = service.orders().handle(signed(BODY), BODY)
    answer = {"status": "erased", "categories": ["consignee_name"], "evidence": "ticket 7"}
    assert said(response) == (200, answer)
    assert read_answer(response.headers["content-type"], response.body) == erased(
        ["consignee_name"], evidence="ticket 7"
    )
    assert [order.notice_id for order in service.called] == ["ntc_1"]


@pytest.mark.parametrize("secrets", [f"{OTHER_SECRET} {SECRET}", [OTHER_SECRET, SECRET]])
def test_any_of_several_secrets_will_do(secrets: str | list[str]) -> None:
    """While a secret is replaced, what either signed is believed."""
    service = Service()
    orders = WebhookOrders(secrets, service.erase, clock=lambda: NOW)
    for secret in (SECRET, OTHER_SECRET):
        assert orders.handle(signed(BODY, secret=secret), BODY).status == 200
    assert len(service.called) == 2


def test_a_public_key_verifies_what_its_pair_signed() -> None:
    """A tracker that signs with a key pair needs no secret of the service's."""
    seed = bytes(range(32))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    pair = "whsk_" + b64encode(seed + public).decode()
    orders = WebhookOrders("whpk_" + b64encode(public).decode(), Service().erase, clock=lambda: NOW)
    headers = sign([pair], message_id="ntc_1", timestamp=NOW, body=BODY)
    assert orders.handle(headers, BODY).status == 200
    assert orders.handle(headers, BODY + b" ").status == 401


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"secret": OTHER_SECRET}, 401, "no_match"),
        ({"at": NOW - 301}, 401, "too_old"),
        ({"at": NOW + 301}, 401, "too_new"),
        ({"message_id": "ntc_2"}, 400, "another_id"),
    ],
)
def test_who_is_not_believed(change: dict[str, Any], status: int, reason: str) -> None:
    """Another's secret, a message of another time, an order under another's id."""
    service = Service()
    response = service.orders().handle(signed(BODY, **change), BODY)
    assert (said(response), service.called) == ((status, {"error": reason}), [])


@pytest.mark.parametrize("at", [NOW - 300, NOW + 300])
def test_clocks_may_differ_by_five_minutes(at: int) -> None:
    """The limit itself is still near."""
    assert Service().orders().handle(signed(BODY, at=at), BODY).status == 200


def test_the_tolerance_can_be_smaller() -> None:
    """A service may trust its clock."""
    orders = Service().orders(tolerance_seconds=5)
    assert orders.handle(signed(BODY, at=NOW - 5), BODY).status == 200
    assert orders.handle(signed(BODY, at=NOW - 6), BODY).status == 401


def test_a_changed_body_is_not_believed() -> None:
    """One more category, the same signature."""
    service = Service()
    changed = written(categories=["consignee_name", "email"])
    response = service.orders().handle(signed(BODY), changed)
    assert (said(response), service.called) == ((401, {"error": "no_match"}), [])


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_an_unsigned_body_is_refused(missing: str) -> None:
    """Without any of the three headers nothing can be checked."""
    headers = signed(BODY)
    del headers[missing]
    assert said(Service().orders().handle(headers, BODY)) == (400, {"error": "missing_header"})
    headers["Webhook-Timestamp"] = "yesterday"
    headers.setdefault(missing, "x")
    if missing != "Webhook-Timestamp":
        response = Service().orders().handle(headers, BODY)
        assert said(response) == (400, {"error": "bad_timestamp"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cases_of_the_format(case: dict[str, Any]) -> None:
    """Each is judged as the format says; what is accepted is then read, and is no order."""
    orders = WebhookOrders(
        case["keys"],
        Service().erase,
        clock=lambda: case["now"],
        tolerance_seconds=case["tolerance_seconds"],
    )
    _, body = said(orders.handle(case["headers"], b64decode(case["body_base64"])))
    believed = body["error"] in {"not_json", "not_an_order"}
    assert believed == (case["expect"] == "accept")


@pytest.mark.parametrize(
    ("name", "error"), [("official-sign-v1", "not_an_order"), ("official-bad-v1", "no_match")]
)
def test_official_values(name: str, error: str) -> None:
    """The published signature is believed, the published wrong one is not."""
    case = OFFICIAL[name]
    headers = {
        "webhook-id": str(case["webhook-id"]),
        "webhook-timestamp": str(case["webhook-timestamp"]),
        "webhook-signature": case.get("expect_signature") or case["webhook-signature"],
    }
    clock = int(case["webhook-timestamp"])
    orders = WebhookOrders(case["key"], Service().erase, clock=lambda: clock)
    assert said(orders.handle(headers, case["body"].encode()))[1] == {"error": error}


def test_an_oversized_body_is_not_even_verified() -> None:
    """One byte too many is refused, the limit itself is not."""
    service = Service()
    assert service.orders(body_bytes_max=len(BODY)).handle(signed(BODY), BODY).status == 200
    response = service.orders(body_bytes_max=len(BODY) - 1).handle({}, BODY)
    assert said(response) == (413, {"error": "too_large"})
    assert len(service.called) == 1


@pytest.mark.parametrize(
    ("body", "error"), [(b"erase m1", "not_json"), (b'{"data": {}}', "not_an_order")]
)
def test_a_signed_body_that_is_no_order(
    body: bytes, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused, and the log says by which field."""
    service = Service()
    assert said(service.orders().handle(signed(body), body)) == (400, {"error": error})
    assert (service.called, len(caplog.records)) == ([], 1)
    assert error in caplog.text
    assert ("data.notice_id" in caplog.text) == (error == "not_an_order")


def test_unknown_fields_break_no_service() -> None:
    """A newer tracker is answered like an older one."""
    newer = notice(forward={"days": 3})
    body = json.dumps(newer).encode()
    assert said(Service().orders().handle(signed(body), body)) == (200, {"status": "erased"})


def test_a_function_that_raises_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """The tracker gets a 500 and comes again; the words of the error are only for who debugs."""
    service = Service(RuntimeError("no row for ada@shop.example"))
    orders = service.orders()
    with caplog.at_level(logging.INFO):
        response = orders.handle(signed(BODY), BODY)
    assert said(response) == (500, {"error": "failed"})
    assert "RuntimeError" in caplog.text
    assert "ada" not in caplog.text
    assert orders.handle(signed(BODY), BODY).status == 200
    assert len(service.called) == 2


def test_the_error_is_there_for_who_debugs(caplog: pytest.LogCaptureFixture) -> None:
    """With its place in the code."""
    with caplog.at_level(logging.DEBUG):
        Service(RuntimeError("no row")).orders().handle(signed(BODY), BODY)
    assert "RuntimeError: no row" in caplog.text


def test_a_function_that_answers_nothing_has_failed() -> None:
    """A forgotten ``return`` is no answer, and never an erasure."""
    orders = WebhookOrders(SECRET, lambda _: None, clock=lambda: NOW)  # type: ignore[arg-type, return-value]
    assert orders.handle(signed(BODY), BODY).status == 500


def test_a_service_that_cannot_now_says_when() -> None:
    """The tracker waits as long as Retry-After asks for."""
    response = Service(TryLater(120)).orders().handle(signed(BODY), BODY)
    assert said(response) == (503, {"error": "try_later"})
    assert response.headers["retry-after"] == "120"


@pytest.mark.parametrize("secrets", ["", [], "whsec_c2hvcnQ=", "secret", [SECRET, "whsec_*"]])
def test_a_secret_that_verifies_nothing_is_refused_at_the_start(secrets: str | list[str]) -> None:
    """Not with the first order."""
    with pytest.raises(ValueError, match=r"secret|verifies"):
        WebhookOrders(secrets, Service().erase)


def test_a_response_shows_no_body() -> None:
    """An answer may carry a reference that is nobody's business in a log."""
    response = Service(erased(evidence="case 77")).orders().handle(signed(BODY), BODY)
    assert "77" not in repr(response)
