"""How far a cancellation is, and what it does to the data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from lineage.domain.questions.cancellation import Cancellation, cancellation
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]


def event(type_: str, at: str, **data: object) -> Event:
    """An event of the one person."""
    return {"type": type_, "at": at, "subject": "s1", **data}


def asked(controller: str, *given: Event, at: str = "2026-05-08") -> Cancellation:
    """The answer at a moment."""
    return cancellation(policy_at(controller), history(controller, given, at=at))


EMAIL = event("data_collected", "2026-01-02", categories=["email"])
REQUESTED = event("account_cancellation_requested", "2026-05-04", request_id="c1")
APPROVED = event("account_cancellation_approved", "2026-05-05", request_id="c1")
CANCELLED = event("account_cancelled", "2026-05-06", request_id="c1")
ERASED = event("data_deleted", "2026-05-07", categories=["email"], store="live", method="erase")


@pytest.mark.parametrize(
    ("controller", "state", "erase_by", "anonymise"),
    [
        ("sesiiduo", "erasing", date(2026, 5, 5), False),
        ("seestar", "awaiting_deletion_request", None, True),
        ("store-002", "erasing", date(2026, 6, 5), True),
        ("senro", "erasing", date(2026, 5, 18), False),
        ("easydser", "awaiting_deletion_request", None, True),
    ],
)
def test_each_policy_has_its_own_day(
    controller: str, state: str, erase_by: date | None, anonymise: bool
) -> None:
    """From the approval, from the cancellation, from the request, or never by itself (D-07)."""
    found = asked(controller, EMAIL, REQUESTED, APPROVED, CANCELLED)
    assert (found.state, found.erase_by, found.anonymise_allowed) == (state, erase_by, anonymise)


@pytest.mark.parametrize("controller", ["sesiiduo", "store-002", "senro"])
def test_it_is_erased_once_all_that_nothing_keeps_is_gone(controller: str) -> None:
    """What a hold keeps does not count as left over."""
    held = event("data_collected", "2026-01-02", categories=["phone"])
    hold = event("retention_hold_placed", "2026-01-03", law="tax", categories=["phone"])
    given = [EMAIL, REQUESTED, APPROVED, CANCELLED]
    assert asked(controller, *given, ERASED).state == "erased"
    assert asked(controller, *given, held, ERASED).state == "erasing"
    assert asked(controller, *given, held, hold, ERASED).state == "erased"


@pytest.mark.parametrize("controller", ["sesiiduo", "seestar", "store-002", "senro", "easydser"])
def test_a_request_alone_is_only_requested(controller: str) -> None:
    """None without one; one that was withdrawn is none."""
    assert asked(controller, EMAIL).state == "none"
    assert asked(controller, EMAIL, REQUESTED).state == "requested"
    withdrawn = event("request_withdrawn", "2026-05-05", request_id="c1")
    assert asked(controller, EMAIL, REQUESTED, withdrawn).state == "none"


def test_a_deletion_request_that_is_accepted_ends_the_waiting() -> None:
    """In 001 and 004 the person has to ask (D-07); then what goes is erased (D-58)."""
    given = [
        EMAIL,
        CANCELLED,
        event("request_received", "2026-05-06", request_id="r1", right="deletion"),
        event("request_decided", "2026-05-07", request_id="r1", outcome="accepted"),
    ]
    assert asked("easydser", *given[:3]).state == "awaiting_deletion_request"
    assert asked("easydser", *given).state == "erasing"
    assert asked("easydser", *given, ERASED).state == "erased"
    assert not asked("easydser", *given).anonymise_allowed
    assert asked("seestar", *given).anonymise_allowed


def test_who_registers_again_has_a_new_account() -> None:
    """The old cancellation is over."""
    again = event("user_registered", "2026-05-07")
    assert asked("store-002", CANCELLED, again).state == "none"
