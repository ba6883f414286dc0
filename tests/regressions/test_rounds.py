"""What becomes of notices: declined, answered in part, come again, taken back, and sent later."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.properties.stores import raw_dump
from tests.regressions.asking import asked, decided, declined, record, rounds
from tests.service.propagation import Endpoints, Shop
from tests.storage.shop import CONTROLLER, Clock, erased, event, share
from tests.support.places import StorePlace


def test_a_notice_without_an_endpoint_is_delivered_once_there_is_one(
    tmp_path: Path, store_place: StorePlace
) -> None:
    """Dispatched without a registry, the notice waits for a person; with one that has the
    endpoint the recipient gets it, under the same id.
    """
    with Endpoints() as endpoints:
        shop = Shop(tmp_path, store_place, endpoints)
        with store_place.open(clock=lambda: shop.now) as bare:
            record(bare, share("PayWay", kind="payment", at="2026-03-01"))
            record(bare, asked(at="2026-03-01"), decided(at="2026-03-02"))
            assert bare.dispatch().awaiting_person == 1
            (waiting,) = bare.request_status("r1").notices
            assert (waiting.state, waiting.last_error) == ("awaiting_person", "no_endpoint")
        with shop.open_trackers:
            shop.register("PayWay")
            shop.move(minutes=1)
            assert shop.tracker.dispatch().delivered == 1
            assert [told.notice_id for told in endpoints.to("PayWay")] == [waiting.notice_id]
            assert shop.notice("PayWay").state == "sent"
            assert shop.tracker.verify().faults == []


@pytest.mark.parametrize("earlier", ["law", "other"])
def test_a_ground_that_closes_counts_in_either_order(tracker: Tracker, earlier: str) -> None:
    """Declined for another reason and by law, in either order of time: kept by law."""
    later = "law" if earlier == "other" else "other"
    record(tracker, share(), asked(), decided())
    record(tracker, declined(earlier, at="2026-03-08"))
    record(tracker, declined(later, at="2026-03-09"))
    assert rounds(tracker) == [("FastParcel", 1, "kept_by_law")]


@pytest.mark.parametrize(
    ("reason", "state"), [("independent_authorisation", "refused"), ("law", "kept_by_law")]
)
def test_what_comes_after_a_refusal_gets_a_new_round(
    tracker: Tracker, clock: Clock, reason: str, state: str
) -> None:
    """A recipient that declined for good and then gets the category again is told again; a share
    from before its refusal that arrives late calls for nothing.
    """
    record(tracker, share(), asked(), decided())
    record(tracker, declined(reason, at="2026-03-08"))
    record(tracker, share(at="2026-03-07"))
    assert rounds(tracker) == [("FastParcel", 1, state)]
    assert tracker.request_status("r1").state == "fulfilled"
    clock.set("2026-04-02")
    record(tracker, share(at="2026-03-10"))
    assert rounds(tracker) == [("FastParcel", 1, state), ("FastParcel", 2, "planned")]
    assert tracker.request_status("r1").state == "in_progress"


def test_what_was_declined_is_no_duty_any_more(tracker: Tracker) -> None:
    """Of two categories one is kept by law: the plan asks for the other alone."""
    record(tracker, share("FastParcel", "email", "phone"), asked(), decided())
    record(tracker, declined("law", "email", at="2026-03-08"))
    (row,) = tracker.plan("r1").notify
    assert (row.recipient, row.categories) == ("FastParcel", ["phone"])


def test_nobody_is_told_and_left_out_for_the_same_category(tracker: Tracker) -> None:
    """A fact after the fan-out makes a holder exempt: it stays a duty and is not left out too."""
    record(tracker, share("FastParcel", "email", "phone"), asked(), decided())
    data = {"holder": "FastParcel", "categories": ["email"], "reversible": False}
    record(tracker, event("data_deidentified", data, at="2026-03-08"))
    record(tracker, erased("FastParcel", "phone", at="2026-04-01"))
    plan = tracker.plan("r1")
    told = {(row.recipient, category) for row in plan.notify for category in row.categories}
    left = {(row.recipient, category) for row in plan.exclude for category in row.categories}
    assert told == {("FastParcel", "email")}
    assert left == {("FastParcel", "phone")}


def test_what_the_tracker_did_cannot_be_retracted(tracker: Tracker) -> None:
    """A retraction that names a planned notice is recorded and changes nothing: not the facts, not
    the status, and dispatch works on.
    """
    record(tracker, share(), share("PayWay", kind="payment"), asked(), decided())
    acts = _acts(tracker, "notice_planned")
    assert len(acts) == 2
    before, facts = tracker.request_status("r1"), raw_dump(tracker)
    for source, id in acts:
        data = {"retracted_source": source, "retracted_id": id, "reason": "a bug"}
        record(tracker, event("event_retracted", data))
    after = tracker.request_status("r1")
    assert (after.notices, after.state) == (before.notices, before.state)
    now = raw_dump(tracker)
    assert {name: now[name] for name in ("edges", "requests", "notices")} == {
        name: facts[name] for name in ("edges", "requests", "notices")
    }
    assert tracker.dispatch().awaiting_person == 2


def _acts(tracker: Tracker, name: str) -> list[tuple[str, str]]:
    """(source, id) of what the tracker itself wrote under this name."""
    with tracker.store.reading() as conn:
        people = sa.select(t.subjects.c.subject_ref).where(t.subjects.c.kind == "person")
        refs = list(conn.execute(people).scalars())
        found = tracker.store.folder.read(conn, CONTROLLER, refs, known_at=None)
    return [(event.source, event.id) for event in found if event.data.event_name == name]
