"""On which grounds a request may be refused, was refused rightly, and when it costs something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from lineage.domain.questions.refusal import Refusal, refusal
from lineage.events.enums import Ground
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]
POLICIES = {
    "sesiiduo": "000",
    "seestar": "001",
    "store-002": "002",
    "senro": "003",
    "easydser": "004",
}
EIGHT = get_args(Ground)[:8]


def request(at: str = "2026-03-02", name: str = "r", right: str = "deletion", **data: Any) -> Event:
    """A request of the person."""
    head = {"type": "request_received", "at": at, "subject": "p", "request_id": name}
    return head | {"right": right, "trigger": "no_consent"} | data


def decided(outcome: str = "refused", at: str = "2026-03-05", **data: Any) -> Event:
    """The decision on it."""
    head = {"type": "request_decided", "at": at, "subject": "p", "request_id": "r"}
    return head | {"outcome": outcome} | data


def hold(*categories: str, **data: Any) -> Event:
    """Something must be kept."""
    head = {"type": "retention_hold_placed", "at": "2026-02-01", "subject": "p", "law": "tax"}
    return head | {"categories": list(categories)} | data


def ours(*categories: str, at: str = "2026-01-05") -> Event:
    """Data of ours."""
    return {"type": "data_collected", "at": at, "subject": "p", "categories": list(categories)}


def order(at: str) -> Event:
    """An order, completed."""
    head = {"type": "order_completed", "at": at, "subject": "p", "order_id": at}
    return head | {"categories": ["order_info"]}


def asked(
    controller: str, *given: Event, grounds: tuple[str, ...] = (), at: str = "2026-03-10"
) -> Refusal:
    """What is answered on a day after all this."""
    return refusal(policy_at(controller), history(controller, given, at=at), "r", grounds)


@pytest.mark.parametrize("controller", POLICIES)
def test_grounds_of_each_policy(controller: str) -> None:
    """Three texts list the eight legal ones, two of them practical ones, two texts none."""
    prefix = POLICIES[controller]
    legal = controller in ("sesiiduo", "seestar", "easydser")
    expected: dict[str, str | None] = dict.fromkeys(get_args(Ground))
    if legal:
        expected |= {ground: f"{prefix}.I.{n}" for n, ground in enumerate(EIGHT, 1)}
    if controller in ("seestar", "easydser"):
        practical = ("excessive_technical", "risk_to_others", "impractical")
        expected |= dict.fromkeys(practical, f"{prefix}.I.9")
    found = asked(controller, request(), grounds=get_args(Ground))
    assert found == Refusal(valid=None, rule=None, grounds=expected, fee=None)


@pytest.mark.parametrize(
    ("days", "repeated"),
    [
        (["2026-02-10", "2026-02-20"], True),
        (["2026-01-31", "2026-02-20"], True),
        (["2026-01-30", "2026-02-20"], False),
        (["2026-02-20"], False),
        (["2026-02-20", "2026-03-03"], False),
        (["2026-02-20", "2026-02-20", "2026-02-20"], True),
    ],
)
def test_the_third_like_request_within_thirty_days(days: list[str], *, repeated: bool) -> None:
    """Counted back from this one; the thirtieth day counts, what comes later does not (D-63)."""
    given = [request(day, f"r{n}") for n, day in enumerate(days)]
    one = asked("seestar", *given, request(), grounds=("repetitive",))
    assert (one.grounds["repetitive"], one.fee) == (
        ("001.I.9", "001.I.10") if repeated else (None, None)
    )
    four = asked("easydser", *given, request(), grounds=("repetitive",))
    assert (four.grounds["repetitive"], four.fee) == (None, "004.I.10" if repeated else None)
    for controller in ("sesiiduo", "store-002", "senro"):
        none = asked(controller, *given, request(), grounds=("repetitive",))
        assert (none.grounds["repetitive"], none.fee) == (None, None)


def test_only_like_requests_are_repetitions() -> None:
    """Two requests for access do not make one for deletion repeated."""
    given = [request("2026-02-20", "a", "access"), request("2026-02-21", "b", "access")]
    assert asked("seestar", *given, request()).fee is None


@pytest.mark.parametrize(
    ("controller", "ground", "valid", "rule"),
    [
        ("sesiiduo", "criminal_justice", True, "000.I.4"),
        ("sesiiduo", "impractical", False, None),
        ("sesiiduo", None, False, None),
        ("seestar", "impractical", True, "001.I.9"),
        ("seestar", "repetitive", False, None),
        ("easydser", "repetitive", False, None),
        ("easydser", "serious_harm", True, "004.I.7"),
        ("store-002", "trade_secret", False, "D-10"),
        ("store-002", "legal_obligation", False, "D-10"),
        ("senro", "legal_obligation", False, "D-10"),
        ("senro", None, False, "D-10"),
    ],
)
def test_a_recorded_refusal(
    controller: str, ground: str | None, *, valid: bool, rule: str | None
) -> None:
    """It stands on a listed ground; two texts list none, and a law needs a hold there."""
    found = asked(controller, ours("email"), request(), decided(ground=ground))
    assert (found.valid, found.rule) == (valid, rule)


@pytest.mark.parametrize(
    ("held", "valid"),
    [
        (hold("email"), True),
        (hold("email", until="2026-03-05"), True),
        (hold("email", until="2026-03-04"), False),
        (hold("email", holder="FastParcel"), False),
        (hold("phone"), False),
    ],
)
def test_a_hold_carries_what_it_keeps(held: Event, *, valid: bool) -> None:
    """Only a hold of our own, in force on the day, over all that was to be erased (D-10, D-11)."""
    for ground in ("legal_obligation", None):
        found = asked("store-002", ours("email"), held, request(), decided(ground=ground))
        assert (found.valid, found.rule) == (valid, "D-10")


@pytest.mark.parametrize(
    ("controller", "ground", "valid", "rule"),
    [
        ("seestar", "trade_secret", True, "001.I.8"),
        ("seestar", "repetitive", False, None),
        ("store-002", "trade_secret", False, "D-10"),
        ("senro", "impractical", False, "D-10"),
    ],
)
def test_a_hold_does_not_stand_in_for_the_ground_that_was_named(
    controller: str, ground: str, *, valid: bool, rule: str | None
) -> None:
    """A refusal on another ground is another refusal, even where a law could have carried it."""
    found = asked(controller, ours("email"), hold("email"), request(), decided(ground=ground))
    assert (found.valid, found.rule) == (valid, rule)


def test_a_hold_over_a_part_does_not_carry_the_rest() -> None:
    """What the request names counts, else all of ours that is there when it is decided."""
    given = [ours("email", "phone"), hold("email")]
    everything = decided(ground="legal_obligation")
    assert asked("store-002", *given, request(), everything).valid is False
    assert asked("store-002", *given, request(categories=["email"]), everything).valid is True
    gone = {
        "type": "data_deleted",
        "at": "2026-03-04",
        "subject": "p",
        "categories": ["phone"],
        "store": "live",
        "method": "erase",
    }
    assert asked("store-002", *given, gone, request(), everything).valid is True
    assert asked("store-002", hold("email"), request(), everything).valid is True
    assert asked(
        "store-002", *given, ours("name", at="2026-03-07"), gone, request(), everything
    ).valid


@pytest.mark.parametrize(
    ("grounds", "named", "expected"),
    [(hold("email"), None, "D-10"), (hold("email"), ["phone"], None), (ours("email"), None, None)],
)
def test_a_hold_asked_about(grounds: Event, named: list[str] | None, expected: str | None) -> None:
    """A legal obligation would carry a refusal as soon as some of what is asked for is on hold."""
    found = asked("senro", grounds, request(categories=named), grounds=("legal_obligation",))
    assert found.grounds["legal_obligation"] == expected
    cancellation = {
        "type": "account_cancellation_requested",
        "at": "2026-03-02",
        "subject": "p",
        "request_id": "r",
    }
    found = asked("senro", hold("email"), cancellation, grounds=("legal_obligation",))
    assert found.grounds["legal_obligation"] == "D-10"


def test_access_is_refused_by_law_only() -> None:
    """003 gives access except as laws provide; a hold stops a deletion, no access (D-10)."""
    refused = decided(ground="legal_obligation")
    found = asked("senro", request(right="access"), refused)
    assert (found.valid, found.rule) == (True, "003.I.1")
    found = asked("store-002", ours("email"), hold("email"), request(right="access"), refused)
    assert (found.valid, found.rule) == (False, "D-10")


@pytest.mark.parametrize(
    ("controller", "given", "data", "valid", "rule"),
    [
        ("store-002", [hold("order_info")], {"held": ["order_info"]}, True, "D-10"),
        ("store-002", [hold("order_info")], {"held": ["order_info", "email"]}, False, "D-10"),
        ("store-002", [], {"held": ["order_info"]}, False, "D-10"),
        ("easydser", [order("2024-03-01")], {"held": ["order_info"]}, True, "004.I.1"),
        ("easydser", [order("2023-03-05")], {"held": ["order_info"]}, True, "004.I.1"),
        ("easydser", [order("2023-03-04")], {"held": ["order_info"]}, False, None),
        ("easydser", [order("2024-03-01")], {"held": ["email"]}, False, None),
        ("seestar", [hold("email")], {"held": ["email"]}, True, "001.I.1"),
        ("seestar", [hold("email")], {"held": ["email"], "ground": "impractical"}, True, "001.I.1"),
        ("seestar", [], {"held": ["email"], "ground": "impractical"}, True, "001.I.9"),
        ("seestar", [], {"ground": "impractical"}, True, "001.I.9"),
        ("seestar", [], {"ground": "repetitive"}, False, None),
        ("seestar", [], {}, None, None),
    ],
)
def test_what_is_held_back(
    controller: str,
    given: list[Event],
    data: dict[str, Any],
    *,
    valid: bool | None,
    rule: str | None,
) -> None:
    """Under a hold or a legal minimum it counts as refused on a legal obligation."""
    found = asked(controller, *given, request(), decided("partly", **data))
    assert (found.valid, found.rule) == (valid, rule)


def test_nothing_is_refused() -> None:
    """Neither before a decision, nor by one that accepts, nor where nothing is on record."""
    assert asked("sesiiduo", request()).valid is None
    assert asked("sesiiduo", request(), decided("accepted")).valid is None
    assert asked("sesiiduo", grounds=("trade_secret",)) == Refusal(grounds={"trade_secret": None})
