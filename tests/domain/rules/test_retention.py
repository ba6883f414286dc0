"""Judging erasures, backups and the end of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.histories import findings, told

Event = Mapping[str, Any]
POLICIES = ["sesiiduo", "seestar", "store-002", "senro", "easydser"]


def event(type_: str, at: str, **data: object) -> Event:
    """An event of the one person."""
    return {"type": type_, "at": at, "subject": "s1", **data}


def found(controller: str, *given: Event) -> list[tuple[str | None, str | None]]:
    """(rule, event) of the violations of this topic."""
    rows = told(findings(controller, given, at="2031-01-01"))
    topics = {"F", "G", "H", "J"}
    return [
        (r, e) for kind, r, e in rows if kind == "violation" and r and r.split(".")[1] in topics
    ]


def deleted(at: str, *categories: str, method: str = "erase", store: str = "live") -> Event:
    """An erasure, labelled x."""
    data = {"categories": list(categories), "method": method, "store": store}
    return event("data_deleted", at, ev="x", **data)


APPROVED = event("account_cancellation_approved", "2026-03-04", request_id="c1")


@pytest.mark.parametrize("controller", POLICIES)
def test_anonymising_after_a_cancellation_breaks_only_the_text_that_does_not_offer_it(
    controller: str,
) -> None:
    """000.G.2; others let data be anonymised, or are silent."""
    given = [APPROVED, deleted("2026-03-05", "email", method="anonymise")]
    assert found(controller, *given) == ([("000.G.2", "x")] if controller == "sesiiduo" else [])


@pytest.mark.parametrize(
    "given",
    [
        [APPROVED, deleted("2026-03-05", "email")],
        [APPROVED, deleted("2026-03-05", "email", method="anonymise", store="backup")],
        [APPROVED, deleted("2026-03-03", "email", method="anonymise")],
        [deleted("2026-03-05", "email", method="anonymise")],
    ],
)
def test_what_the_text_offers_is_no_finding(given: list[Event]) -> None:
    """Erased, in a backup, before the approval, at the end of the retention (000.J.2)."""
    assert found("sesiiduo", *given) == []


@pytest.mark.parametrize(("reversible", "expected"), [(True, [("000.J.2", "x")]), (False, [])])
def test_what_is_kept_after_its_purpose_must_identify_nobody(
    reversible: bool, expected: list[object]
) -> None:
    """000.J.2: a form that can be undone still identifies."""
    given = event(
        "data_deidentified",
        "2026-03-05",
        ev="x",
        categories=["email"],
        reason="purpose_ended",
        reversible=reversible,
    )
    assert found("sesiiduo", given) == expected


@pytest.mark.parametrize(
    ("day", "expected"), [("2029-02-28", [("004.J.2", "x")]), ("2029-03-01", [])]
)
def test_transaction_data_may_not_go_within_three_years(day: str, expected: list[object]) -> None:
    """The last day of the minimum is still one of it; other data of the order may go."""
    order = event(
        "order_completed", "2026-02-28", order_id="o1", categories=["order_info", "alt_phone"]
    )
    assert found("easydser", order, deleted(day, "order_info", "alt_phone")) == expected
    assert found("easydser", order, deleted(day, "alt_phone")) == []
    assert found("store-002", order, deleted(day, "order_info")) == []


def test_an_erasure_that_may_be_about_an_older_order_is_no_finding() -> None:
    """It does not say which order it is about."""
    old = event("order_completed", "2020-01-01", order_id="o1", categories=["order_info"])
    new = event("order_completed", "2026-01-01", order_id="o2", categories=["order_info"])
    assert found("easydser", old, new, deleted("2026-02-01", "order_info")) == []


USED = event(
    "data_processed",
    "2026-05-10",
    ev="x",
    categories=["email"],
    purpose="statistics",
    store="backup",
)
ISOLATED = event("backup_isolated", "2026-05-04", backup_id="b1")
RESTORED = event("backup_restored", "2026-05-10", ev="x", backup_id="b1", processing_resumed=True)


@pytest.mark.parametrize("controller", POLICIES)
@pytest.mark.parametrize("used", [USED, RESTORED])
def test_only_the_text_that_isolates_is_broken_by_using_a_backup(
    controller: str, used: Event
) -> None:
    """004.F.6 isolates; 001.F.6 only keeps secure; elsewhere a default fills in how we treat it."""
    given = [{**deleted("2026-05-04", "email"), "ev": "d"}, ISOLATED, used]
    assert found(controller, *given) == ([("004.F.6", "x")] if controller == "easydser" else [])


@pytest.mark.parametrize(
    "given",
    [
        [USED],
        [{**deleted("2026-05-04", "phone"), "ev": "d"}, USED],
        [ISOLATED, {**USED, "store": "live"}],
        [ISOLATED, {**RESTORED, "processing_resumed": False}],
        [{**RESTORED, "backup_id": "b9"}],
    ],
)
def test_a_backup_of_what_was_never_erased_may_be_used(given: list[Event]) -> None:
    """The rule is about copies of what was erased."""
    assert found("easydser", *given) == []


def test_a_whole_backup_that_is_in_use_again_is_about_everybody_erased() -> None:
    """Who was erased since it was made is in it; that it was only tried out says nothing."""
    whole = {name: value for name, value in RESTORED.items() if name != "subject"}
    assert found("easydser", whole) == [("004.F.6", "x")]
    assert found("easydser", {**whole, "processing_resumed": False}) == []


ANNOUNCED: Event = {
    "type": "service_shutdown_announced",
    "at": "2026-06-01",
    "ev": "a",
    "notice_form": "announcement",
    "permanent": True,
}
CEASED: Event = {"type": "service_ceased", "at": "2026-06-30", "ev": "c"}


@pytest.mark.parametrize("controller", ["sesiiduo", "easydser"])
def test_the_end_of_the_service_is_announced_so_that_people_hear_of_it(controller: str) -> None:
    """000.H.1 and 004.H.1; a new line on the policy page tells nobody."""
    rule = "000.H.1" if controller == "sesiiduo" else "004.H.1"
    assert found(controller, ANNOUNCED, CEASED) == []
    assert found(controller, CEASED) == [(rule, "c")]
    silent = {**ANNOUNCED, "notice_form": "page_only"}
    assert found(controller, silent, CEASED) == [(rule, "a")]
    assert found("seestar", silent, CEASED) == []


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-07-03", []), ("2026-07-06", [("004.H.1", "x")])]
)
def test_collecting_stops_within_three_working_days(day: str, expected: list[object]) -> None:
    """Ended on Tuesday 30 June, so Friday 3 July is the last day (D-04)."""
    collected = event("data_collected", day, ev="x", categories=["email"])
    assert found("easydser", ANNOUNCED, CEASED, collected) == expected
    assert found("sesiiduo", ANNOUNCED, CEASED, collected) == []
    pause = {**ANNOUNCED, "permanent": False}
    assert found("easydser", pause, CEASED, collected) == []
