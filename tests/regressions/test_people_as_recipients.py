"""A natural person who got data is a recipient like any other: named by id, told of once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.regressions.asking import asked, decided, held, listed, record, rounds
from tests.storage.shop import CONTROLLER, Clock, erased, share

FRIEND = "person:p2"


def _planned(tracker: Tracker) -> int:
    what = sa.select(sa.func.count()).where(t.events.c.type == "lineage.notice_planned.v1")
    with tracker.store.reading() as conn:
        return int(conn.execute(what).scalar_one())


def test_a_person_as_recipient_is_shown_by_id_everywhere(tracker: Tracker) -> None:
    """Holders, the reverse question, what is left out, plan and status show ``person:p2``; the
    store verifies and no person is made up by the plan.
    """
    record(tracker, share(FRIEND, kind="other_third_party"), asked())
    assert held(tracker) == {(FRIEND, "email")}
    assert listed(tracker, FRIEND) == [("m1", "email")]
    before = tracker.plan("r1", controller=CONTROLLER)
    assert [(row.recipient, row.reason) for row in before.exclude] == [
        (FRIEND, "request_undecided")
    ]
    subjects = sa.select(sa.func.count()).select_from(t.subjects)
    with tracker.store.reading() as conn:
        people = conn.execute(subjects).scalar_one()
    record(tracker, decided())
    with tracker.store.reading() as conn:
        assert conn.execute(subjects).scalar_one() == people
    (row,) = tracker.plan("r1", controller=CONTROLLER).notify
    assert (row.recipient, row.recipient_kind) == (FRIEND, "other_third_party")
    assert row.path[-1] == FRIEND
    assert rounds(tracker) == [(FRIEND, 1, "planned")]
    assert tracker.verify().faults == []
    record(tracker, erased(FRIEND, at="2026-04-01"))
    after = tracker.plan("r1", controller=CONTROLLER)
    assert [(row.recipient, row.reason) for row in after.exclude] == [(FRIEND, "already_erased")]


def test_a_person_as_recipient_is_planned_once(tracker: Tracker, clock: Clock) -> None:
    """Shares with others on later days make their own notices and none for the person again."""
    record(tracker, share(FRIEND, kind="other_third_party"), asked(), decided())
    assert _planned(tracker) == 1
    for count, other in enumerate(("FastParcel", "PayWay"), start=2):
        clock.now += timedelta(days=1)
        record(tracker, share(other))
        assert _planned(tracker) == count


def test_a_person_as_recipient_waits_for_an_officer(tracker: Tracker) -> None:
    """There is no endpoint of a person: dispatch escalates the notice, and the store verifies."""
    record(tracker, share(FRIEND, kind="other_third_party"), asked(), decided())
    report = tracker.dispatch()
    assert (report.awaiting_person, report.left) == (1, 0)
    (notice,) = tracker.request_status("r1", controller=CONTROLLER).notices
    assert (notice.recipient, notice.state) == (FRIEND, "awaiting_person")
    assert notice.last_error == "no_endpoint"
    assert tracker.verify().faults == []
