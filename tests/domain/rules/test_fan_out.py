"""Tests of the judges of late shares and of facts that come after a decision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.histories import findings, told

SHARE = {
    "type": "data_shared",
    "subject": "f1",
    "recipient": "MailCo",
    "recipient_kind": "service_provider",
    "agreement": "signed",
    "categories": ["email"],
}
RECEIVED = {
    "type": "request_received",
    "at": "2026-03-02",
    "subject": "f1",
    "request_id": "r",
    "right": "deletion",
    "trigger": "no_consent",
    "channel": "email",
}
ACCEPTED = {
    "type": "request_decided",
    "at": "2026-03-04",
    "subject": "f1",
    "request_id": "r",
    "outcome": "accepted",
}
AFTER = ("default_violation", "D-15", "s")
BETWEEN = ("gap", "D-15", "s")


def late(*given: dict[str, Any], controller: str = "sesiiduo") -> list[Any]:
    """What is said of late shares and late facts."""
    found = told(findings(controller, given, at="2026-03-20"))
    return [row for row in found if row[1] in ("D-15", None)]


def share(at: str, **more: Any) -> dict[str, Any]:
    """A share at a moment."""
    return SHARE | {"ev": "s", "at": at} | more


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-01", []),
        ("2026-03-02", []),
        ("2026-03-03", [BETWEEN]),
        ("2026-03-04", [BETWEEN]),
        ("2026-03-04T00:00:01Z", [AFTER]),
        ("2026-03-05", [AFTER]),
    ],
)
@pytest.mark.parametrize("controller", ["sesiiduo", "seestar", "senro", "easydser"])
def test_a_share_is_late_by_its_place_in_time(
    controller: str, at: str, expected: list[Any]
) -> None:
    """Before the receipt it is none, up to the decision a gap, then it breaks the default."""
    assert late(share(at), RECEIVED, ACCEPTED, controller=controller) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"categories": ["aggregate_stats"]},
        {"deidentified": True, "reidentifiable": False},
        {"recipient_kind": "public_authority", "legal_basis": "legal_demand"},
    ],
)
def test_what_nobody_would_be_told_of_is_no_late_share(more: dict[str, Any]) -> None:
    """Not personal, not to be recognised, or compelled: the fan-out does not ask it back."""
    assert late(share("2026-03-05", **more), RECEIVED, ACCEPTED) == []


@pytest.mark.parametrize(
    "steps",
    [
        [RECEIVED | {"right": "access"}, ACCEPTED],
        [RECEIVED, ACCEPTED | {"outcome": "refused", "ground": "serious_harm"}],
        [
            RECEIVED,
            {"type": "request_withdrawn", "at": "2026-03-03", "subject": "f1", "request_id": "r"},
        ],
        [RECEIVED | {"categories": ["phone"]}, ACCEPTED],
    ],
)
def test_only_a_deletion_that_stands_and_asks_for_it_makes_a_share_late(
    steps: list[dict[str, Any]],
) -> None:
    """Another right, a refusal, a withdrawal or other data leave shares as they are."""
    assert late(share("2026-03-05"), *steps) == []


def test_an_enquiry_that_was_triaged_as_a_deletion_counts_as_one() -> None:
    """What was really asked for decides."""
    triaged = {
        "type": "request_triaged",
        "at": "2026-03-03",
        "subject": "f1",
        "request_id": "r",
        "right": "deletion",
    }
    enquiry = RECEIVED | {"right": "enquiry"}
    assert late(share("2026-03-05"), enquiry, triaged, ACCEPTED) == [AFTER]


def order(name: str, at: str, **more: Any) -> dict[str, Any]:
    """A step of the order."""
    return {"type": name, "at": at, "subject": "f1", "order_id": "o"} | more


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        ({"order_id": "o"}, []),
        ({"order_id": "other"}, [AFTER]),
        ({}, [AFTER]),
        ({"order_id": "o", "categories": ["browsing_history"]}, [AFTER]),
    ],
)
def test_an_open_order_may_be_served(served: dict[str, Any], expected: list[Any]) -> None:
    """For it, and with what it needs, until it is completed."""
    created = order("order_created", "2026-03-01")
    assert late(created, share("2026-03-05", **served), RECEIVED, ACCEPTED) == expected
    done = order("order_completed", "2026-03-04", categories=["order_no"])
    assert late(created, done, share("2026-03-05", **served), RECEIVED, ACCEPTED) == [AFTER]


@pytest.mark.parametrize(
    ("controller", "expected"),
    [("sesiiduo", [AFTER]), ("seestar", []), ("store-002", []), ("senro", [AFTER])],
)
def test_a_cancellation_makes_shares_late_where_it_fans_out_at_once(
    controller: str, expected: list[Any]
) -> None:
    """By the policy's own rule of cancellations."""
    asked = {
        "type": "account_cancellation_requested",
        "at": "2026-03-02",
        "subject": "f1",
        "request_id": "c",
    }
    approved = asked | {"type": "account_cancellation_approved", "at": "2026-03-04"}
    assert late(share("2026-03-05"), asked, approved, controller=controller) == expected
    pending = [BETWEEN] if controller == "senro" else []
    assert late(share("2026-03-03"), asked, approved, controller=controller) == pending


GRANT = {
    "type": "consent_granted",
    "ev": "g",
    "at": "2026-03-01",
    "rec": "2026-03-06",
    "subject": "f1",
    "granted_to": "MailCo",
}
CONFIRMED = {
    "type": "fact_confirmed",
    "at": "2026-03-07",
    "subject": "f1",
    "confirmed_source": "/scenario",
    "confirmed_id": "g",
}


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ([GRANT], True),
        ([GRANT | {"rec": "2026-03-01"}], False),
        ([GRANT, CONFIRMED], False),
        ([GRANT | {"granted_to": "controller"}], False),
    ],
)
def test_a_late_grant_waits_for_an_officer(given: list[dict[str, Any]], waits: bool) -> None:
    """It is a finding of the process, without a rule, until it is confirmed."""
    found = late(share("2026-03-01"), RECEIVED, ACCEPTED, *given)
    assert found == ([("process", None, "g")] if waits else [])


@pytest.mark.parametrize(("withdrawn", "waits"), [("2026-03-03", False), ("2026-03-05", True)])
def test_what_was_accepted_after_it_was_withdrawn_keeps_no_fact_waiting(
    withdrawn: str, waits: bool
) -> None:
    """The plan of such a request tells nobody, so that no fact can take anybody out of it."""
    back = {"type": "request_withdrawn", "at": withdrawn, "subject": "f1", "request_id": "r"}
    found = late(share("2026-03-01"), RECEIVED, back, ACCEPTED, GRANT)
    assert (("process", None, "g") in found) is waits


def test_a_late_grant_is_none_where_grants_let_nobody_off() -> None:
    """The text of this policy has no such exception."""
    assert late(share("2026-03-01"), RECEIVED, ACCEPTED, GRANT, controller="senro") == []


@pytest.mark.parametrize(
    ("controller", "at", "asked", "expected"),
    [
        ("sesiiduo", "2026-03-03", True, [BETWEEN]),
        ("senro", "2026-03-03", True, [BETWEEN]),
        ("sesiiduo", "2026-03-05", True, [AFTER]),
        ("sesiiduo", "2026-03-03", False, [AFTER]),
        ("store-002", "2026-03-03", False, []),
    ],
)
def test_a_cancelled_account_does_not_decide_the_request_beside_it(
    controller: str, at: str, asked: bool, expected: list[Any]
) -> None:
    """Of a deletion that was asked for its own decision accepts, not the end of the account."""
    cancelled = {"type": "account_cancelled", "at": "2026-03-02", "subject": "f1"}
    request = (RECEIVED, ACCEPTED) if asked else ()
    assert [
        row
        for row in late(cancelled, *request, share(at), controller=controller)
        if row[1] == "D-15"
    ] == expected
