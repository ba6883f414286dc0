"""Reading an order: what it must say, what it may say, and what is said of a bad one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from lineage.client.orders import ErasureOrder, KnownBy, OrderRefused, parse_order
from tests.client.orders.sending import notice, written


def test_an_order_says_all_that_the_notice_says() -> None:
    """Whom, what, until when, and where it belongs."""
    order = parse_order(written(round=2))
    assert order == ErasureOrder(
        notice_id="ntc_1",
        request_id="r1",
        controller="senro",
        recipient="FastParcel",
        action="erase",
        person=(KnownBy(type="subject", value="m1"),),
        categories=("consignee_address", "consignee_name"),
        erase_by=date(2026, 12, 7),
        duty="default",
        round=2,
    )
    with pytest.raises(ValidationError):
        order.round = 1  # type: ignore[misc]


def test_a_person_is_looked_up_by_kind() -> None:
    """Each identifier under its type; the first subject is the subject."""
    person = [
        {"type": "email", "value": "ada@shop.example"},
        {"type": "email", "value": "lovelace@shop.example"},
        {"type": "subject", "value": "m1"},
    ]
    order = parse_order(written(person=person))
    assert order.named("email") == ("ada@shop.example", "lovelace@shop.example")
    assert (order.named("phone"), order.subject) == ((), "m1")
    assert parse_order(written(person=person[:1])).subject is None


def test_an_order_shows_nobody() -> None:
    """An order in a log line names no person."""
    order = parse_order(written(person=[{"type": "email", "value": "ada@shop.example"}]))
    assert "ada" not in f"{order} {order!r} {order.person!r}"


def test_an_order_can_be_put_aside() -> None:
    """A service may keep it as text until its job has run."""
    order = parse_order(written())
    assert ErasureOrder.model_validate_json(order.model_dump_json()) == order


def test_unknown_fields_are_passed_over() -> None:
    """A newer tracker may say more, anywhere, and breaks no service."""
    newer = notice(forward=True)
    newer["more"] = {"x": 1}
    newer["data"]["person"][0]["verified"] = True
    assert parse_order(json.dumps(newer).encode()) == parse_order(written())


def test_what_an_older_tracker_left_out() -> None:
    """No request, no date, no duty, no round: the order stands."""
    order = parse_order(written(request_id=None, erase_by=None, duty=None, round=None))
    assert (order.request_id, order.erase_by, order.duty, order.round) == (None, None, None, 1)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"NaN", b'{"type": NaN}', b"[" * 100_000, b"<html>"]
)
def test_what_is_not_json(body: bytes) -> None:
    """It is refused as such, however deep it goes."""
    with pytest.raises(OrderRefused, match=r"^not_json$") as refused:
        parse_order(body)
    assert refused.value.status == 400


@pytest.mark.parametrize("body", [b"null", b"[]", b'"erase"', b"7"])
def test_what_is_no_object(body: bytes) -> None:
    """JSON of another shape is no order."""
    with pytest.raises(OrderRefused, match=r"^not_an_order$"):
        parse_order(body)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"notice_id": None}, "data.notice_id: expected a value (missing_field)"),
        ({"controller": "No Such"}, "data.controller: expected a controller id"),
        ({"action": "copy"}, "data.action: expected erase (wrong_value)"),
        ({"person": []}, "data.person: expected"),
        ({"person": [{"type": "email"}]}, "data.person[0].value: expected a value"),
        ({"person": [{"type": "email", "value": 7}]}, "data.person[0].value: expected a string"),
        ({"categories": []}, "data.categories: expected"),
        ({"categories": ["email", "email"]}, "data.categories[1]: expected distinct items"),
        ({"erase_by": "07.12.2026"}, "data.erase_by: expected a date of the form YYYY-MM-DD"),
        ({"round": -1}, "data.round: expected"),
    ],
)
def test_a_bad_order_is_refused_by_field(changed: dict[str, Any], problem: str) -> None:
    """The field and what was expected are named, the value is not."""
    with pytest.raises(OrderRefused) as refused:
        parse_order(written(**changed))
    assert (refused.value.status, refused.value.reason) == (400, "not_an_order")
    assert str(refused.value.problems[0]).startswith(problem)


def test_another_kind_of_message_is_no_order() -> None:
    """What may mean something else one day is not carried out as an erasure."""
    other = {**notice(), "type": "lineage.notice.v2"}
    with pytest.raises(OrderRefused, match=r"type: expected lineage\.notice\.v1"):
        parse_order(json.dumps(other).encode())


def test_a_refusal_quotes_nothing() -> None:
    """A bad identifier of somebody is not in what is logged."""
    bad = written(
        person=[{"type": "E mail", "value": "ada@shop.example"}], round="ada@shop.example"
    )
    with pytest.raises(OrderRefused) as refused:
        parse_order(bad)
    assert "ada" not in f"{refused.value} {refused.value.problems}"
