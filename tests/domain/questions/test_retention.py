"""What of our own data must go, what must be kept, by when and by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from lineage.domain.questions.retention import Due, retention
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]


def due(controller: str, at: str, *given: Event, category: str, order: str | None = None) -> Due:
    """The row of a category in the answer at a moment."""
    rows = retention(policy_at(controller), history(controller, given, at=at))
    (row,) = (r for r in rows if (r.category, r.order_id) == (category, order))
    return row


def event(type_: str, at: str, **data: object) -> Event:
    """An event of the one person."""
    return {"type": type_, "at": at, "subject": "s1", **data}


EMAIL = event("data_collected", "2026-01-02", categories=["email", "browsing_history"])
REQUEST = event("request_received", "2026-03-02", request_id="r1", right="deletion")
CANCELLED = event("account_cancelled", "2026-10-10")


def order(order_id: str, at: str) -> Event:
    """A completed order."""
    categories = ["order_info", "consignee_phone"]
    return event("order_completed", at, order_id=order_id, categories=categories)


@pytest.mark.parametrize(("at", "overdue"), [("2026-05-02", False), ("2026-05-03", True)])
def test_a_log_is_counted_from_the_day_it_was_made(at: str, overdue: bool) -> None:
    """90 days from 1 February are 2 May; the last day itself is no breach (002.J.1, D-45, D-57)."""
    log = event("log_recorded", "2026-02-01", categories=["ip_address"])
    later = event("log_recorded", "2026-04-01", categories=["ip_address"])
    row = due("store-002", at, log, later, category="ip_address")
    assert (row.action, row.erase_by, row.overdue, row.rule) == (
        "erase",
        date(2026, 5, 2),
        overdue,
        "002.J.1",
    )


def test_a_new_log_counts_after_the_old_one_was_erased() -> None:
    """What is gone has no clock any more."""
    given = [
        event("log_recorded", "2026-02-01", categories=["ip_address"]),
        event(
            "data_deleted", "2026-05-02", categories=["ip_address"], store="live", method="erase"
        ),
        event("log_recorded", "2026-05-10", categories=["ip_address"]),
    ]
    assert due("store-002", "2026-05-03", *given, category="ip_address").there is False
    row = due("store-002", "2026-05-11", *given, category="ip_address")
    assert (row.there, row.erase_by, row.overdue) == (True, date(2026, 8, 8), False)


@pytest.mark.parametrize(
    ("controller", "action", "erase_by", "rule"),
    [
        ("sesiiduo", "erase", date(2026, 10, 10), "000.G.2"),
        ("seestar", "review", None, "001.J.1"),
        ("store-002", "erase", date(2026, 11, 9), "002.J.2"),
        ("senro", "erase", date(2026, 10, 23), "D-07"),
        ("easydser", "review", None, "004.J.1"),
    ],
)
def test_a_cancellation_erases_where_the_policy_says_so(
    controller: str, action: str, erase_by: date | None, rule: str
) -> None:
    """At once, after 30 days, as a deletion request, or not by itself (D-07)."""
    row = due(controller, "2026-10-10", EMAIL, CANCELLED, category="email")
    assert (row.action, row.erase_by, row.rule) == (action, erase_by, rule)
    account = due(controller, "2026-10-10", CANCELLED, category="account_information")
    assert (account.action, account.erase_by) == (action, erase_by)


def test_only_what_the_account_consists_of_goes_with_it_where_the_policy_tells_it_apart() -> None:
    """002.J.2 is about account information; browsing history stays as long as needed (002.J.4)."""
    row = due("store-002", "2026-12-01", EMAIL, CANCELLED, category="browsing_history")
    assert (row.action, row.erase_by, row.rule) == ("review", None, "002.J.4")


@pytest.mark.parametrize(
    ("controller", "erase_by", "rule"),
    [
        ("sesiiduo", date(2026, 3, 11), "000.F.6"),
        ("seestar", date(2026, 3, 23), "001.F.5"),
        ("store-002", date(2026, 4, 13), "002.F.3"),
        ("senro", date(2026, 3, 16), "D-09"),
        ("easydser", date(2026, 3, 17), "004.F.5"),
    ],
)
@pytest.mark.parametrize("decided", [None, "accepted"])
def test_a_deletion_request_is_due_when_its_outcome_or_else_its_reply_is(
    controller: str, erase_by: date, rule: str, decided: str | None
) -> None:
    """The outcome has a limit in 002 and 003; the decision falls by the reply elsewhere (D-39)."""
    given = [EMAIL, REQUEST]
    if decided is not None:
        given += [event("request_decided", "2026-03-03", request_id="r1", outcome=decided)]
    row = due(controller, "2026-03-04", *given, category="email")
    assert (row.action, row.erase_by, row.rule) == ("erase", erase_by, rule)


@pytest.mark.parametrize(
    "end",
    [
        event("request_decided", "2026-03-03", request_id="r1", outcome="refused"),
        event("request_withdrawn", "2026-03-03", request_id="r1"),
    ],
)
def test_a_request_that_is_refused_or_withdrawn_asks_for_nothing(end: Event) -> None:
    """What nothing asks for is kept as long as its purpose needs."""
    row = due("sesiiduo", "2026-03-04", EMAIL, REQUEST, end, category="email")
    assert (row.action, row.erase_by, row.rule) == ("review", None, "000.J.1")


def test_what_came_after_an_accepted_request_is_not_meant_by_it() -> None:
    """A request asks for what there is; a new relation begins anew."""
    given = [
        EMAIL,
        REQUEST,
        event("request_decided", "2026-03-03", request_id="r1", outcome="accepted"),
        event("data_deleted", "2026-03-03", categories=["email"], store="live", method="erase"),
        event("data_collected", "2026-06-01", categories=["email"]),
    ]
    assert due("sesiiduo", "2026-06-02", *given, category="email").action == "review"


@pytest.mark.parametrize(
    ("at", "action"), [("2029-02-28", "hold"), ("2029-03-01", "erase"), ("2026-03-01", "hold")]
)
def test_the_minimum_of_three_years_ends_with_its_last_day(at: str, action: str) -> None:
    """Completed on 28 February 2026, held through 28 February 2029 (004.J.2, D-13)."""
    row = due("easydser", at, order("o1", "2026-02-28"), category="order_info", order="o1")
    assert (row.action, row.hold_until, row.rule) == (action, date(2029, 2, 28), "004.J.2")
    phone = due("easydser", at, order("o1", "2026-02-28"), category="consignee_phone", order="o1")
    assert (phone.action, phone.hold_until) == ("review", None)


def test_each_order_has_its_own_clock() -> None:
    """29 February 2024 plus two years is 28 February 2026 (002.J.3, D-01)."""
    given = [order("o1", "2024-02-29"), order("o2", "2024-05-20")]
    first = due("store-002", "2026-03-01", *given, category="order_info", order="o1")
    second = due("store-002", "2026-03-01", *given, category="order_info", order="o2")
    assert (first.erase_by, first.overdue) == (date(2026, 2, 28), True)
    assert (second.erase_by, second.overdue) == (date(2026, 5, 20), False)


@pytest.mark.parametrize(
    ("controller", "action", "erase_by", "hold_until"),
    [
        ("store-002", "erase", date(2026, 5, 20), None),
        ("easydser", "hold", None, date(2027, 5, 20)),
        ("seestar", "review", None, None),
    ],
)
def test_order_data_that_names_no_order_may_be_of_the_last_one(
    controller: str, action: str, erase_by: date | None, hold_until: date | None
) -> None:
    """Neither erased too early nor, without need, later than what is known of the orders."""
    given = [
        event("data_collected", "2024-01-01", categories=["order_no", "order_info"]),
        order("o1", "2024-02-29"),
        order("o2", "2024-05-20"),
    ]
    row = due(controller, "2026-03-01", *given, category="order_no")
    assert (row.action, row.erase_by, row.hold_until) == (action, erase_by, hold_until)
    rows = retention(policy_at(controller), history(controller, given, at="2026-03-01"))
    assert [r.order_id for r in rows if r.category == "order_info"] == ["o1", "o2"]


HOLD = event(
    "retention_hold_placed",
    "2026-03-01",
    hold_id="h1",
    law="tax",
    categories=["email"],
    until="2026-12-31",
)


@pytest.mark.parametrize(
    ("at", "action", "overdue"),
    [("2026-12-31", "hold", False), ("2027-01-01", "erase", True)],
)
def test_a_hold_stops_a_request_until_its_last_day(at: str, action: str, overdue: bool) -> None:
    """A deletion request wins over a period but not over a recorded hold (D-11, D-12)."""
    row = due("store-002", at, EMAIL, HOLD, REQUEST, category="email")
    assert (row.action, row.hold_until, row.overdue) == (action, date(2026, 12, 31), overdue)
    assert row.erase_by == date(2026, 4, 13)


def test_a_released_hold_ended_on_the_day_of_the_release() -> None:
    """Past holds show too; the end of one asks for erasure."""
    release = event("retention_hold_released", "2026-05-05", hold_id="h1")
    row = due("seestar", "2026-06-01", EMAIL, HOLD, release, category="email")
    assert (row.action, row.hold_until, row.rule) == ("erase", date(2026, 5, 5), "001.J.2")


def test_the_hold_of_somebody_else_keeps_nothing_of_ours() -> None:
    """A hold that names a recipient is about its copy."""
    theirs = {**HOLD, "holder": "ParcelX"}
    assert due("seestar", "2026-06-01", EMAIL, theirs, category="email").action == "review"


@pytest.mark.parametrize(
    ("controller", "action"), [("sesiiduo", "erase"), ("seestar", "review"), ("easydser", "erase")]
)
def test_the_end_of_the_service_asks_for_everything_where_the_text_says_so(
    controller: str, action: str
) -> None:
    """000.H.1 and 004.H.1, without a day of their own."""
    ceased: Event = {"type": "service_ceased", "at": "2026-06-30"}
    row = due(controller, "2026-07-05", EMAIL, ceased, category="browsing_history")
    assert (row.action, row.erase_by) == (action, None)


def test_what_was_combined_goes_three_working_days_after_the_end() -> None:
    """Ended on Friday 6 March, gone by Wednesday 11 March (003.R.2, D-35)."""
    given = [
        event("data_collected", "2026-03-01", categories=["device_info"]),
        event(
            "data_combined",
            "2026-03-03",
            categories=["device_info"],
            combined_with=["email"],
            identifies=True,
        ),
        event("combination_ended", "2026-03-06", categories=["device_info"]),
    ]
    row = due("senro", "2026-03-12", *given, category="device_info")
    assert (row.erase_by, row.overdue, row.rule) == (date(2026, 3, 11), True, "003.R.2")
    gone = event("data_deidentified", "2026-03-10", categories=["device_info"], reversible=False)
    assert not due("senro", "2026-03-12", *given, gone, category="device_info").overdue
    assert due("easydser", "2026-03-12", *given, category="device_info").action == "review"
