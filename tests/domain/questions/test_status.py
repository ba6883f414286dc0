"""What has become of our own copies, live and in backups, and what was personal when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from lineage.domain.questions.status import Backup, OwnCopies, PersonalPeriod, own_copies
from tests.support.histories import history, policy_at

Event = Mapping[str, Any]


def event(type_: str, at: str, **data: object) -> Event:
    """An event of the one person."""
    return {"type": type_, "at": at, "subject": "s1", **data}


def asked(controller: str, *given: Event, at: str = "2026-06-01") -> OwnCopies:
    """The answer at a moment."""
    return own_copies(policy_at(controller), history(controller, given, at=at))


ERASED = event("data_deleted", "2026-05-04", categories=["email"], store="live", method="erase")
ISOLATED = event("backup_isolated", "2026-05-04", backup_id="b1")


def test_each_copy_is_present_erased_or_anonymised() -> None:
    """The last way out says which; a backup that was cleaned says nothing of the live copy."""
    given = [
        event("data_collected", "2026-01-02", categories=["email", "phone", "name", "country"]),
        ERASED,
        {**ERASED, "categories": ["phone"], "method": "anonymise"},
        event("data_deleted", "2026-05-04", categories=["name"], store="backup", method="erase"),
        {**ERASED, "categories": ["nickname"]},
    ]
    assert asked("sesiiduo", *given).data == {
        "country": "present",
        "email": "erased",
        "name": "present",
        "nickname": "erased",
        "phone": "anonymised",
    }


def test_what_comes_back_is_present() -> None:
    """An erasure is about what there was."""
    again = event("data_collected", "2026-05-05", categories=["email"])
    assert asked("sesiiduo", ERASED, again).data == {"email": "present"}


@pytest.mark.parametrize(
    ("controller", "expected"), [("easydser", "hidden"), ("seestar", "erased")]
)
def test_order_records_are_hidden_while_they_must_be_kept(controller: str, expected: str) -> None:
    """004.J.2 keeps them for three years (D-55); without a hold clearing erases."""
    order = event("order_completed", "2026-01-02", order_id="o1", categories=["order_info"])
    cleared = event("self_service_cleared", "2026-02-02", what="order_records")
    assert asked(controller, order, cleared).data == {"order_info": expected}
    assert asked(controller, order, cleared, at="2030-01-01").data == {"order_info": expected}


def test_order_records_are_gone_when_cleared_after_the_minimum() -> None:
    """Three years after 2 January 2022 nothing keeps them."""
    order = event("order_completed", "2022-01-02", order_id="o1", categories=["order_info"])
    cleared = event("self_service_cleared", "2026-02-02", what="order_records")
    assert asked("easydser", order, cleared).data == {"order_info": "erased"}


@pytest.mark.parametrize(
    ("controller", "alert"), [("seestar", date(2026, 8, 2)), ("easydser", date(2026, 8, 2))]
)
def test_a_backup_wants_a_look_90_days_after_the_erasure(controller: str, alert: date) -> None:
    """D-34 is for the two policies that name no longest time; purged means over."""
    assert asked(controller, ERASED, ISOLATED).backups == {"b1": Backup("pending_purge", alert)}
    purged = event("backup_purged", "2026-05-20", backup_id="b1")
    assert asked(controller, ERASED, ISOLATED, purged).backups == {"b1": Backup("purged", None)}
    restored = event("backup_restored", "2026-05-20", backup_id="b1")
    assert asked(controller, ERASED, ISOLATED, restored).backups["b1"].state == "restored"
    assert asked("senro", ERASED, ISOLATED).backups == {"b1": Backup("pending_purge", None)}


def test_a_backup_that_names_nobody_is_about_everybody_on_record() -> None:
    """The contract says so; who comes later is not in it."""
    wide: Event = {"type": "backup_isolated", "at": "2026-05-05", "backup_id": "b2"}
    assert set(asked("seestar", ERASED, wide).backups) == {"b2"}
    late = event("data_collected", "2026-05-06", categories=["email"])
    assert asked("seestar", late, wide).backups == {}


def test_the_periods_of_a_combination_are_told_by_day() -> None:
    """Both days belong to the period; where it never ends the second is open."""
    given = [
        event(
            "data_combined",
            "2026-03-03",
            categories=["search_query"],
            combined_with=["email"],
            identifies=True,
        ),
        event("combination_ended", "2026-03-06", categories=["search_query"]),
    ]
    start, end = date(2026, 3, 3), date(2026, 3, 6)
    assert asked("easydser", *given).personal == (PersonalPeriod("search_query", start, end),)
    assert asked("store-002", *given).personal == (PersonalPeriod("search_query", start, None),)
