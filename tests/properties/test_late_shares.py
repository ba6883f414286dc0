"""What surfaces after a decision is asked back too, however it surfaces."""

from __future__ import annotations

from typing import Any

from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.tracker import Tracker
from tests.properties.stores import opened, raw_dump
from tests.properties.streams import CONTROLLER
from tests.support.places import StorePlace

WORDS = sorted(CANONICAL_CATEGORIES - {"aggregate_stats"})


def share(number: int, categories: list[str]) -> dict[str, Any]:
    """A share with one recipient."""
    return {
        "specversion": "1.0",
        "id": f"s{number}",
        "source": "/services/shop",
        "type": "lineage.data_shared.v1",
        "time": f"2026-03-{number + 1:02}T10:00:00Z",
        "controller": CONTROLLER,
        "subject": "late",
        "data": {"recipient": "Cart", "recipient_kind": "logistics", "categories": categories},
    }


def asked_back(tracker: Tracker) -> set[str]:
    """All categories that notices of the request cover."""
    notices = tracker.request_status("q", controller=CONTROLLER).notices
    return {category for notice in notices for category in notice.categories}


def test_every_category_that_surfaces_later_is_asked_back(store_place: StorePlace) -> None:
    """Shared one by one after the decision, each category joins the notice that waits, whatever
    their names and number; recorded again, or folded anew, nothing changes.
    """
    with opened(store_place) as tracker:
        tracker.record([share(0, WORDS[:1])])
        tracker.open_request("late", controller=CONTROLLER, request_id="q")
        tracker.decide_request("q", outcome="accepted", controller=CONTROLLER)
        for number, word in enumerate(WORDS[1:28], start=1):
            tracker.record([share(number, [word])])
            assert asked_back(tracker) == set(WORDS[: number + 1])
        before = raw_dump(tracker)
        assert tracker.record([share(1, WORDS[1:2])]).duplicates == 1
        tracker.rebuild()
        assert raw_dump(tracker) == before
