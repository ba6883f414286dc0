"""What is said of refusals, fees and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.histories import findings, told

Event = Mapping[str, Any]


def event(name: str, at: str = "2026-03-05", **data: Any) -> Event:
    """A step of the request, labelled x."""
    head = {"type": name, "at": at, "ev": "x", "subject": "p", "request_id": "r"}
    return head | data


def request(at: str = "2026-03-02", name: str = "r", right: str = "deletion", **data: Any) -> Event:
    """A request of the person."""
    head = {"type": "request_received", "at": at, "subject": "p", "request_id": name}
    return head | {"right": right, "trigger": "no_consent"} | data


def found(controller: str, *given: Event) -> list[tuple[str, str | None]]:
    """(kind, rule) of the findings on the event x."""
    rows = told(findings(controller, given, at="2027-01-01"))
    return [(kind, rule) for kind, rule, name in rows if name == "x"]


HOLD = {
    "type": "retention_hold_placed",
    "at": "2026-02-01",
    "subject": "p",
    "law": "tax",
    "categories": ["order_info"],
}
OURS = {"type": "data_collected", "at": "2026-02-01", "subject": "p", "categories": ["order_info"]}


@pytest.mark.parametrize(
    ("controller", "ground", "said"),
    [
        ("sesiiduo", "trade_secret", []),
        ("sesiiduo", "repetitive", [("violation", "000.F.1")]),
        ("sesiiduo", None, [("violation", "000.F.1")]),
        ("seestar", "impractical", []),
        ("seestar", "repetitive", [("violation", "001.I.9")]),
        ("seestar", None, [("violation", "001.F.1")]),
        ("store-002", "trade_secret", [("default_violation", "D-10")]),
        ("store-002", "legal_obligation", [("default_violation", "D-10")]),
        ("store-002", None, [("default_violation", "D-10")]),
        ("senro", "vital_interest", [("default_violation", "D-10")]),
        ("easydser", "repetitive", [("violation", "004.I.9")]),
        ("easydser", "excessive_technical", []),
    ],
)
def test_a_refusal_on_no_ground(
    controller: str, ground: str | None, said: list[tuple[str, str]]
) -> None:
    """It breaks what lists the ground, what lets no other count, or the right itself."""
    refused = event("request_decided", outcome="refused", ground=ground)
    assert found(controller, request(), refused) == said


def test_a_refusal_that_a_hold_or_a_repetition_carries() -> None:
    """What the rule asks for is on record."""
    refused = event("request_decided", outcome="refused", ground="legal_obligation")
    assert found("store-002", OURS, HOLD, request(), refused) == []
    again = [request("2026-02-20", "a"), request("2026-02-21", "b")]
    refused = event("request_decided", outcome="refused", ground="repetitive")
    assert found("seestar", *again, request(), refused) == []
    assert found("easydser", *again, request(), refused) == [("violation", "004.I.9")]


def test_whoever_has_no_right_by_the_text_may_be_refused() -> None:
    """Without a listed reason nothing of the text is broken (D-08 fills in, and finds nothing)."""
    refused = event("request_decided", outcome="refused")
    assert found("sesiiduo", request(trigger="other"), refused) == []
    assert found("seestar", request(right="copy"), refused) == []
    assert found("seestar", request(right="access"), refused) == [("violation", "001.K.1")]


def test_what_is_held_back_on_no_ground_is_named() -> None:
    """Of a part that was held back, the categories that nothing keeps."""
    partly = event("request_decided", outcome="partly", held=["order_info", "email"])
    (said,) = findings("store-002", [HOLD, request(), partly], at="2027-01-01")
    assert (said.rule, said.categories) == ("D-10", ("email",))


def test_only_the_decision_that_counts_is_judged() -> None:
    """A second decision changes nothing, and one without its request cannot be judged."""
    accepted = event("request_decided", "2026-03-03", ev="first", outcome="accepted")
    refused = event("request_decided", outcome="refused")
    assert found("store-002", request(), accepted, refused) == []
    assert found("store-002", refused) == []


@pytest.mark.parametrize(
    ("controller", "said"),
    [
        ("sesiiduo", []),
        ("seestar", [("violation", "001.I.10")]),
        ("store-002", []),
        ("senro", []),
        ("easydser", [("violation", "004.I.10")]),
    ],
)
def test_a_fee(controller: str, said: list[tuple[str, str]]) -> None:
    """Requests are free but for repeated ones, where a text speaks of fees; a count that is only
    stated is no repetition on record (D-63).
    """
    fee = event("fee_charged", amount="5 EUR", repeat_count=4)
    assert found(controller, request(), fee) == said
    again = [request("2026-02-20", "a"), request("2026-02-21", "b")]
    assert found(controller, *again, request(), fee) == []
    assert found(controller, fee) == []


@pytest.mark.parametrize("step", ["request_responded", "request_completed"])
@pytest.mark.parametrize(
    ("controller", "right", "channel", "said"),
    [
        ("sesiiduo", "copy", "letter", [("violation", "000.K.3")]),
        ("sesiiduo", "copy", "email", []),
        ("sesiiduo", "copy", None, []),
        ("sesiiduo", "access", "letter", []),
        ("seestar", "copy", "letter", []),
    ],
)
def test_a_copy_comes_by_email(
    step: str, controller: str, right: str, channel: str | None, said: list[tuple[str, str]]
) -> None:
    """One text says so; what is not stated breaks nothing."""
    assert found(controller, request(right=right), event(step, channel=channel)) == said


def test_a_refusal_may_come_by_letter() -> None:
    """What is not delivered has no channel."""
    refused = event(
        "request_decided", "2026-03-03", ev="no", outcome="refused", ground="trade_secret"
    )
    answer = event("request_responded", channel="letter")
    assert found("sesiiduo", request(right="copy"), refused, answer) == []
