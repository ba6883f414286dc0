"""The answer to the person: all that is held, all that was given on, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.service.errors import UnknownSubject
from tests.service.propagation import Shop, running_shop, says, share_data
from tests.support.places import StorePlace


@pytest.fixture
def shop(tmp_path: Path, store_place: StorePlace) -> Iterator[Shop]:
    """A shop with three recipients that can be told."""
    with running_shop(tmp_path, store_place) as found:
        yield found


def collected(*categories: str, **more: str) -> dict[str, object]:
    """The data of a collection from the person."""
    return {"categories": list(categories), "source_kind": "direct", **more}


def test_it_says_what_is_held_who_got_it_and_who_was_told(shop: Shop) -> None:
    """From the first collection to the answer of the recipient, and it agrees with the questions
    that ask for the parts.
    """
    shop.record("data_collected", collected("email", "phone", purpose="account"))
    shop.record("data_collected", collected("email", purpose="order"))
    shop.share("FastParcel", "email", "phone")
    shop.record(
        "data_shared",
        share_data("FastParcel", "email") | {"region": "DE", "legal_basis": "contract"},
    )
    shop.record(
        "data_onward_shared",
        {"sender": "FastParcel", **share_data("Van", "phone")},
    )
    shop.endpoints.replies["FastParcel"] = [says("erased")]
    shop.accept()
    shop.move(hours=1)
    shop.tracker.dispatch()

    report = shop.tracker.report("m1")
    own = {row.category: row for row in report.categories}
    assert own["email"].sources == ["direct"]
    assert own["email"].purposes == ["account", "order"]
    assert own["phone"].purposes == ["account"]
    assert {c: row.state for c, row in own.items()} == shop.tracker.status("m1").data

    by_name = {row.recipient: row for row in report.recipients}
    assert sorted(by_name) == ["FastParcel", "Van"]
    carrier = by_name["FastParcel"]
    assert carrier.categories == ["email", "phone"]
    assert (carrier.region, carrier.legal_bases) == ("DE", ["contract"])
    (notice,) = carrier.notices
    assert (notice.request, notice.state, notice.strength) == ("r1", "erased", "authenticated")
    assert notice.sent is not None
    assert notice.answered is not None
    assert [n.state for n in by_name["Van"].notices] == ["awaiting_person"]
    holders = {row.holder for row in shop.tracker.holders("m1").holders}
    assert holders - {"/services/checkout"} == set(by_name)

    (request,) = report.requests
    assert (request.request, request.right, request.outcome) == ("r1", "deletion", "accepted")
    assert request.state == shop.status().state


def test_it_can_be_asked_of_an_earlier_day(shop: Shop) -> None:
    """As of then, nothing of what came later is in it."""
    shop.record("data_collected", collected("email"))
    before = shop.now
    shop.move(days=1)
    shop.share("FastParcel", "email")
    shop.accept()
    report = shop.tracker.report("m1", as_of=before)
    assert [row.category for row in report.categories] == ["email"]
    assert (report.recipients, report.requests) == ([], [])


def test_of_nobody_there_is_no_report(shop: Shop) -> None:
    """Who is on record nowhere is unknown, and nothing on record is said to be unknown too."""
    with pytest.raises(UnknownSubject):
        shop.tracker.report("nobody")
    shop.share("FastParcel", "email")
    report = shop.tracker.report("nobody", controller="sesiiduo")
    assert (report.categories, report.recipients, report.requests) == ([], [], [])
