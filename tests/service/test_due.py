"""What is due across all requests: which limits are shown, when, in which order, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from lineage.service.due import ALL, Of
from lineage.service.errors import InvalidInput
from lineage.service.request_answers import LimitRow
from tests.service.propagation import Shop, running_shop
from tests.support.places import StorePlace

Shown = tuple[str, date | datetime, str | None, str | None]


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told; it is Monday, 2 March."""
    with running_shop(tmp_path, store_place) as found:
        yield found


def shown(rows: list[LimitRow]) -> list[Shown]:
    """What a row is about, by when, of which request, and for which recipient."""
    return [(row.what, row.by, row.request, row.recipient) for row in rows]


def due(shop: Shop, days: int = 60, **options: object) -> list[LimitRow]:
    """What is due in so many days, of requests and notices."""
    about = {"of": ("requests", "notices"), **options}
    return shop.tracker.due(within=timedelta(days=days), **about).due  # type: ignore[arg-type]


def test_a_request_is_due_until_it_is_decided(shop: Shop) -> None:
    """Then its notices are, until each has answered, and last of all nobody."""
    shop.share("FastParcel", "email")
    shop.share("PayWay", "email")
    shop.tracker.open_request("m1", request_id="r1")
    assert shown(due(shop)) == [("reply_by", date(2026, 3, 11), "r1", None)]

    shop.tracker.decide_request("r1", outcome="accepted")
    assert shown(due(shop)) == [
        ("send_by", date(2026, 3, 2), "r1", "FastParcel"),
        ("send_by", date(2026, 3, 2), "r1", "PayWay"),
        ("erase_by", date(2026, 3, 5), "r1", "FastParcel"),
        ("erase_by", date(2026, 3, 5), "r1", "PayWay"),
    ]
    assert {row.subject for row in due(shop)} == {"m1"}
    assert {row.rule for row in due(shop)} == {"000.F.3"}

    shop.tracker.dispatch()
    assert {row.what for row in due(shop)} == {"erase_by"}
    shop.move(hours=1)
    shop.tracker.officer.answer("r1", recipient="PayWay", answer="erased", evidence="call 1")
    assert [row.recipient for row in due(shop)] == ["FastParcel"]
    shop.tracker.officer.answer("r1", recipient="FastParcel", answer="refused", evidence="call 2")
    assert due(shop) == []


def test_it_is_overdue_the_day_after(shop: Shop) -> None:
    """On its last day it is due, on the next it is overdue, and it is shown as long as it is."""
    shop.share("FastParcel", "email")
    shop.accept()
    shop.tracker.dispatch()
    assert due(shop, days=2) == []
    (row,) = due(shop, days=3)
    assert not row.overdue
    shop.move(days=3)
    assert [one.overdue for one in due(shop, days=0)] == [False]
    shop.move(days=1)
    assert [one.overdue for one in due(shop, days=0)] == [True]
    shop.move(days=400)
    assert [one.by for one in due(shop, days=0)] == [row.by]


def test_the_past_is_asked_as_it_was(shop: Shop) -> None:
    """By a day that has passed, what was open then is shown."""
    shop.share("FastParcel", "email")
    shop.tracker.open_request("m1", request_id="r1")
    asked_at = shop.now + timedelta(hours=1)
    shop.move(days=1)
    shop.tracker.officer.withdraw("r1")
    assert due(shop) == []
    assert [row.what for row in due(shop, as_of=asked_at)] == ["reply_by"]


def test_whom_the_plan_leaves_out_is_waited_for_no_longer(shop: Shop) -> None:
    """Nor whoever an officer has said to be unreachable."""
    shop.share("FastParcel", "email")
    shop.share("PayWay", "email")
    shop.accept()
    shop.move(hours=1)
    hold = {"law": "tax", "categories": ["email"], "holder": "PayWay"}
    shop.record("retention_hold_placed", hold)
    held = {row.recipient for row in shop.tracker.plan("r1").exclude}
    assert ("PayWay" in held) == ("PayWay" not in {row.recipient for row in due(shop)})
    shop.tracker.officer.answer(
        "r1", recipient="FastParcel", answer="unreachable", evidence="returned letter"
    )
    assert "FastParcel" not in {row.recipient for row in due(shop)}


def test_own_data_and_breaches_are_due_too(shop: Shop) -> None:
    """Own data by the policy's periods, a breach as long as somebody was not told."""
    tracker, controller = shop.tracker, "easydser"
    shop.record("data_collected", {"categories": ["email"]}, controller=controller)
    shop.record(
        "request_received",
        {"request_id": "r1", "right": "deletion", "trigger": "stopped_using"},
        controller=controller,
    )
    found = tracker.due(controller=controller, within=timedelta(days=400), of=("data",))
    assert {row.what for row in found.due} <= {"erase_by"}
    assert {(row.request, row.recipient) for row in found.due} <= {(None, None)}
    expected = [
        (row.category, row.erase_by)
        for row in tracker.retention("m1", controller=controller).due
        if row.action == "erase" and row.erase_by is not None
    ]
    assert sorted((row.categories or [""])[0] for row in found.due) == sorted(
        category for category, _ in expected
    )
    assert found.due, "the request asks for it"

    breach = shop.event(
        "breach_detected", {"subjects": ["m1"], "categories": ["email"]}, controller="seestar"
    )
    del breach["subject"]
    shop.record_file(breach)
    (row,) = tracker.due(controller="seestar", within=timedelta(days=400), of=("breaches",)).due
    assert (row.what, row.subject, row.request) == ("notify_by", None, None)


def test_pages_give_every_row_once_in_order(shop: Shop) -> None:
    """However many rows a page has; the earliest come first, and the last page names no other."""
    for number in range(7):
        subject = f"p{number}"
        shop.share("FastParcel", "email", subject=subject)
        shop.share("PayWay", "email", subject=subject)
        shop.accept(subject=subject, request=f"r{number}")
        shop.move(days=1)
    whole = due(shop, limit=1000)
    assert len(whole) == 28
    assert [row.by for row in whole] == sorted(row.by for row in whole)
    for limit in (1, 3, 14, 28):
        found: list[LimitRow] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = shop.tracker.due(
                within=timedelta(days=60), of=("requests", "notices"), limit=limit, cursor=cursor
            )
            found += page.due
            cursor, pages = page.next, pages + 1
        assert found == whole
        assert pages == -(-28 // limit)


@pytest.mark.parametrize("cursor", ["", "!!", "e30", "WzFd"])
def test_a_cursor_is_one_of_ours(shop: Shop, cursor: str) -> None:
    """Anything else is wrong input."""
    shop.share("FastParcel", "email")
    with pytest.raises(InvalidInput, match="no cursor"):
        shop.tracker.due(cursor=cursor)


def test_all_are_all() -> None:
    """What is asked without saying of what is everything there is."""
    assert set(get_args(Of)) == set(ALL)


def test_an_hour_comes_before_the_end_of_its_day(shop: Shop) -> None:
    """A limit in hours is a moment; one in days lasts to the end of its day."""
    tracker = shop.tracker
    shop.share("FastParcel", "email", controller="easydser")
    tracker.open_request("m1", controller="easydser", request_id="r1", right="complaint")
    rows = tracker.due(controller="easydser", within=timedelta(days=400), of=("requests",)).due
    moments = [
        row.by if isinstance(row.by, datetime) else datetime.max.replace(tzinfo=UTC) for row in rows
    ]
    assert moments == sorted(moments)
