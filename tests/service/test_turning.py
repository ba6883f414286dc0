"""What the calendar brings though nothing is reported: whoever dispatches looks at it first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.service.propagation import MONDAY, Shop, running_shop, says, share_data
from tests.support.places import StorePlace


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


def rounds(shop: Shop) -> list[tuple[str, int, str]]:
    """Recipient, round and state of each notice."""
    return [(n.recipient, n.round, n.state) for n in shop.status().notices]


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_duty_comes_back_after_the_last_day_of_a_law(shop: Shop, by_hand: bool) -> None:
    """Whoever keeps data by law is told again on the day after, as what the law said it would be;
    not before, and once.
    """
    shop.share("PayWay", "email")
    if not by_hand:
        shop.endpoints.replies["PayWay"] = [
            says("kept_by_law", reason="law", until="2026-06-30"),
            says("erased"),
        ]
    shop.accept()
    shop.move(hours=1)
    shop.tracker.dispatch()
    if by_hand:
        last = (MONDAY + timedelta(days=120)).date()
        shop.endpoints.replies["PayWay"] = [says("erased")]
        shop.tracker.officer.answer(
            "r1", recipient="PayWay", answer="kept_by_law", until=last, evidence="letter"
        )
    assert rounds(shop) == [("PayWay", 1, "kept_by_law")]
    assert shop.status().state == "fulfilled"

    shop.now = MONDAY + timedelta(days=120)
    assert shop.tracker.dispatch().claimed == 0
    shop.move(days=1)
    report = shop.tracker.dispatch()
    assert (report.claimed, report.delivered) == (1, 1)
    assert rounds(shop) == [("PayWay", 1, "kept_by_law"), ("PayWay", 2, "erased")]
    assert shop.rows("timers") == []
    shop.move(days=1000)
    assert shop.tracker.dispatch().claimed == 0


def test_whom_a_hold_kept_out_is_told_when_it_ends(shop: Shop) -> None:
    """A hold that names a recipient leaves it out of the plan up to its last day."""
    shop.share("PayWay", "email")
    hold = {"law": "tax", "categories": ["email"], "holder": "PayWay", "until": "2026-04-30"}
    shop.record("retention_hold_placed", hold)
    shop.move(hours=1)
    assert shop.accept().notify == []
    shop.now = MONDAY.replace(month=4, day=30)
    assert shop.tracker.dispatch().claimed == 0
    shop.move(days=1)
    assert shop.tracker.dispatch().delivered == 1
    assert [told.recipient for told in shop.endpoints.told] == ["PayWay"]


def test_what_is_dated_ahead_comes_to_pass(shop: Shop) -> None:
    """A decision recorded before its day fans out on it."""
    shop.share("PayWay", "email")
    shop.record_file(shop.event("request_received", {"request_id": "r1", "right": "deletion"}))
    decision = {"request_id": "r1", "outcome": "accepted"}
    shop.record_file(shop.event("request_decided", decision, at=shop.now + timedelta(days=7)))
    assert shop.tracker.dispatch().claimed == 0
    shop.move(days=8)
    assert shop.tracker.dispatch().delivered == 1


def test_a_timer_moves_with_what_is_reported(shop: Shop) -> None:
    """A hold that is released needs none; there is one for each person, and none for the rest."""
    shop.share("PayWay", "email")
    shop.share("PayWay", "email", subject="m2")
    hold = {"hold_id": "h1", "law": "tax", "categories": ["email"], "holder": "PayWay"}
    shop.record("retention_hold_placed", hold | {"until": "2026-04-30"})
    assert shop.rows("timers") == [], "nobody has asked for anything"
    shop.move(hours=1)
    shop.accept()
    assert len(shop.rows("timers")) == 1
    shop.move(hours=1)
    shop.record("retention_hold_released", {"hold_id": "h1"})
    assert shop.tracker.dispatch().delivered == 1


def test_two_that_dispatch_at_once_plan_once(shop: Shop) -> None:
    """Who comes second finds nothing left to do."""
    shop.share("PayWay", "email")
    hold = {"law": "tax", "categories": ["email"], "holder": "PayWay", "until": "2026-04-30"}
    shop.record("retention_hold_placed", hold)
    shop.move(hours=1)
    shop.accept()
    shop.now = MONDAY.replace(month=5, day=1)
    other = shop.another_tracker()
    assert shop.tracker.dispatch().delivered + other.dispatch().delivered == 1
    assert rounds(shop)[0][:2] == ("PayWay", 1)
    assert len(rounds(shop)) == 1


def test_many_are_looked_at_in_chunks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait for the same day, each chunk is a transaction of its own."""
    monkeypatch.setattr("lineage.service.turning.AT_ONCE", 3)
    hold = {"law": "tax", "categories": ["email"], "holder": "PayWay", "until": "2026-04-30"}
    for number in range(7):
        subject = f"p{number}"
        shop.share("PayWay", "email", subject=subject)
        shop.record("retention_hold_placed", hold, subject=subject)
        shop.move(hours=1)
        shop.accept(subject=subject, request=f"r{number}")
    shop.now = MONDAY.replace(month=5, day=1)
    assert shop.tracker.dispatch().delivered == 7


def test_linked_ids_have_one_timer(shop: Shop) -> None:
    """A person of two ids is looked at once."""
    shop.record("data_shared", share_data("PayWay", "email"))
    shop.record("data_shared", share_data("PayWay", "email"), subject="guest@mail.example")
    hold = {"law": "tax", "categories": ["email"], "holder": "PayWay", "until": "2026-04-30"}
    shop.record("retention_hold_placed", hold)
    shop.move(hours=1)
    shop.accept()
    shop.accept(subject="guest@mail.example", request="r2")
    link = {"identifier": {"type": "email", "value": "guest@mail.example"}}
    shop.record("identity_linked", link)
    assert len(shop.rows("timers")) == 1
    shop.now = MONDAY.replace(month=5, day=1)
    shop.tracker.dispatch()
    assert {n.state for n in shop.status().notices} <= {"sent", "planned"}
