"""Findings as they are recorded: found, gone, and behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER, Clock, event, open_shop, share
from tests.support.judging import judged_by_this
from tests.support.places import StorePlace

DAY = timedelta(days=1)


@pytest.fixture
def tracker(store_place: StorePlace, clock: Clock) -> Iterator[Tracker]:
    """A shop with a small judge in the place of the policies'."""
    with open_shop(store_place, clock) as shop:
        yield judged_by_this(shop)


def found(tracker: Tracker, subject: str | None = None) -> list[tuple[str | None, str, bool]]:
    """(rule, event, stands) of the findings on record."""
    history = tracker.finding_history(subject, controller=CONTROLLER)
    return [(row.rule, row.event, row.gone is None) for row in history.findings]


def test_a_finding_keeps_its_history(tracker: Tracker, clock: Clock) -> None:
    """A consent that comes late takes the finding away, from its own time of recording on; asked
    for one person or for all, it is the same.
    """
    unasked = share("FastParcel", "email")
    start = clock.now
    tracker.record([unasked])
    assert found(tracker) == [("D-59", unasked["id"], True)]
    clock.now += DAY
    tracker.record([event("consent_granted", at="2026-03-01")])
    [row] = tracker.finding_history("m1", controller=CONTROLLER).findings
    assert (row.found, row.gone) == (start, start + DAY)
    assert row.categories == ["email"]
    assert row.subject == "m1"
    assert found(tracker) == found(tracker, "m1") == [("D-59", unasked["id"], False)]


def test_a_consent_that_turns_out_to_be_later_is_no_excuse(tracker: Tracker) -> None:
    """A consent that nobody recorded is taken on the word of the event that names it; recorded,
    however much later, it counts from its own time on.
    """
    early = share("FastParcel", "email")
    early["data"]["consent_id"] = "c1"
    tracker.record([early])
    assert found(tracker) == []
    tracker.record([event("consent_granted", {"consent_id": "c1"}, at="2026-03-20")])
    assert found(tracker) == [("D-59", early["id"], True)]
    tracker.rebuild()
    assert found(tracker) == [("D-59", early["id"], True)]


def test_a_finding_comes_back_with_what_was_taken_back(tracker: Tracker, clock: Clock) -> None:
    """The consent is retracted: the same finding stands again, as a row of its own."""
    unasked, consent = share("FastParcel"), event("consent_granted", at="2026-03-01")
    for batch in ([unasked], [consent]):
        tracker.record(batch)
        clock.now += DAY
    data = {"retracted_source": consent["source"], "retracted_id": consent["id"], "reason": "x"}
    tracker.record([event("event_retracted", data)])
    assert found(tracker) == [("D-59", unasked["id"], False), ("D-59", unasked["id"], True)]


def test_what_the_controller_does_late_is_judged_by_when_asked(
    tracker: Tracker, clock: Clock
) -> None:
    """Until everybody concerned is judged anew the answer says how far it goes, and so does the
    doctor; people whom it does not concern are left alone.
    """
    paid, other = share("PayCo", kind="payment"), share("FastParcel", subject="m2")
    tracker.record([paid, other])
    assert tracker.finding_history(controller=CONTROLLER).judged_up_to == clock.now
    clock.now += DAY
    data = {"recipient": "PayCo", "agreement_kind": "confidentiality"}
    tracker.record([event("agreement_signed", data, subject=None, at="2026-03-01")])
    behind = clock.now
    clock.now += DAY
    assert tracker.finding_history(controller=CONTROLLER).judged_up_to == behind
    assert [c.name for c in tracker.doctor().checks if not c.ok] == ["findings"]
    assert tracker.rejudge().people == 1
    assert tracker.rejudge().people == 0
    assert tracker.finding_history(controller=CONTROLLER).judged_up_to == clock.now
    assert dict.fromkeys(found(tracker)) == dict.fromkeys(
        [("D-68", paid["id"], False), ("D-59", other["id"], True)]
    )
    assert tracker.doctor().ok


def test_nothing_is_judged_where_nobody_judges(store_place: StorePlace) -> None:
    """A tracker without judging records the same and finds nothing; a rebuild with it does."""
    with open_shop(store_place, lambda: datetime(2026, 4, 1, tzinfo=UTC), judging=False) as quiet:
        quiet.record([share("FastParcel")])
        assert found(quiet) == []
    with judged_by_this(open_shop(store_place)) as tracker:
        tracker.rebuild()
        assert [rule for rule, _, _ in found(tracker)] == ["D-59"]
