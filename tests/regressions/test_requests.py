"""Requests: which count, when one is fulfilled, and what a plan for a person rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lineage.service.errors import Ambiguous
from lineage.tracker import Tracker
from tests.regressions.asking import asked, decided, held, record, rounds
from tests.storage.shop import CONTROLLER, Clock, collected, erased, event, moment, share


@pytest.mark.parametrize("right", ["access", "correction", "complaint"])
def test_a_request_of_another_right_makes_nobody_erase(tracker: Tracker, right: str) -> None:
    """Accepted, it plans no notice and no erasure, now or on later shares, and is not fulfilled."""
    record(tracker, collected(), share(), asked(right=right))
    preview = tracker.plan("r1", if_accepted=True)
    assert (preview.notify, preview.erase) == ([], [])
    record(tracker, decided())
    record(tracker, share("PayWay", kind="payment"))
    record(tracker, erased("FastParcel", at="2026-03-07"))
    plan, status = tracker.plan("r1"), tracker.request_status("r1")
    assert (plan.notify, plan.exclude, plan.erase) == ([], [], [])
    assert (status.state, status.notices) == ("accepted", [])


def test_an_erasure_from_before_the_plan_does_not_fulfil_it(tracker: Tracker) -> None:
    """The recipient erased at 00:05, got the data again at 00:10, and both were on record before
    the decision: the notice is open, and so is the request.
    """
    answer = erased("FastParcel", at="2026-03-05T00:05:00Z")
    answer["data"]["request_id"] = "r1"
    record(tracker, share(), asked(at="2026-03-05"), answer)
    record(tracker, share(at="2026-03-05T00:10:00Z"))
    record(tracker, decided(at="2026-03-05T00:01:00Z"))
    assert held(tracker) == {("FastParcel", "email")}
    assert rounds(tracker) == [("FastParcel", 1, "planned")]
    assert tracker.request_status("r1").state != "fulfilled"


@pytest.mark.parametrize("share_first", [True, False])
def test_no_request_is_fulfilled_while_a_recipient_holds(
    tracker: Tracker, clock: Clock, share_first: bool
) -> None:
    """An answer at 00:05 and a share at 00:10 after the fan-out, in either order of recording:
    the recipient holds, and the request is not fulfilled until it has erased that too.
    """
    record(tracker, share(), asked(), decided())
    answer = erased("FastParcel", at="2026-03-08T00:05:00Z")
    answer["data"]["request_id"] = "r1"
    again = share(at="2026-03-08T00:10:00Z")
    for message in (again, answer) if share_first else (answer, again):
        clock.now += timedelta(minutes=1)
        record(tracker, message)
    assert held(tracker) == {("FastParcel", "email")}
    assert tracker.request_status("r1").state != "fulfilled"
    clock.now += timedelta(minutes=1)
    record(tracker, erased("FastParcel", at="2026-04-01T00:02:30Z"))
    assert held(tracker) == set()
    assert tracker.request_status("r1").state == "fulfilled"


def test_a_plan_for_a_person_joins_all_accepted_requests(tracker: Tracker) -> None:
    """Two accepted requests about different categories: recipients, paths, kinds, who is left out
    and what is to be erased are those of both, whichever came first.
    """
    onward = {
        "sender": "FastParcel",
        "recipient": "LastMile",
        "recipient_kind": "affiliate",
        "categories": ["email"],
    }
    record(
        tracker,
        collected("email", "phone", "name"),
        share("FastParcel", "email"),
        event("data_onward_shared", onward),
        share("PayWay", "phone", kind="payment"),
        share("Gone", "email", kind="payment"),
        share("Gone2", "phone", kind="payment"),
        share("Cart", "name"),
        erased("Gone", "email", at="2026-03-04T10:00:00Z"),
        erased("Gone2", "phone", at="2026-03-04T10:00:00Z"),
        asked("b", categories=["phone"], at="2026-03-05"),
        asked("a", categories=["email"], at="2026-03-06"),
    )
    record(tracker, decided("a", at="2026-03-07"), decided("b", at="2026-03-07"))
    plan = tracker.plan(subject="m1", controller=CONTROLLER)
    assert [(r.recipient, r.recipient_kind, r.path, r.categories) for r in plan.notify] == [
        ("FastParcel", "logistics", [CONTROLLER, "FastParcel"], ["email"]),
        ("LastMile", "affiliate", [CONTROLLER, "FastParcel", "LastMile"], ["email"]),
        ("PayWay", "payment", [CONTROLLER, "PayWay"], ["phone"]),
    ]
    assert [(r.recipient, r.categories, r.reason) for r in plan.exclude] == [
        ("Gone", ["email"], "already_erased"),
        ("Gone2", ["phone"], "already_erased"),
    ]
    assert [row.categories for row in plan.erase] == [["email", "phone"]]


@pytest.mark.parametrize("now", ["2026-04-01", "2026-03-20"], ids=["frozen", "set back"])
def test_late_is_what_was_recorded_after_the_decision_whatever_the_clock_says(
    tracker: Tracker, clock: Clock, now: str
) -> None:
    """A share recorded after the decision is supplementary with a clock that stands still and with
    one set back; those recorded with the decision are not.
    """
    record(tracker, share(), asked(), decided())
    clock.set(now)
    record(tracker, share("PayWay", kind="payment"))
    clock.set("2026-04-01T00:00:01Z")
    notify = {row.recipient: row.supplementary for row in tracker.plan("r1").notify}
    assert notify == {"FastParcel": False, "PayWay": True}


def test_one_request_id_of_two_people_is_ambiguous(tracker: Tracker) -> None:
    """Two people of one controller under one request id: status, plan and decision refuse with
    advice, name nobody, and each person's own decision still counts.
    """
    record(tracker, share(), share("PayWay", subject="m2", kind="payment"))
    record(tracker, asked(), asked(subject="m2"))
    for ask in (
        lambda: tracker.request_status("r1", controller=CONTROLLER),
        lambda: tracker.plan("r1", controller=CONTROLLER),
        lambda: tracker.decide_request("r1", outcome="accepted", controller=CONTROLLER),
    ):
        with pytest.raises(Ambiguous) as caught:
            ask()
        assert caught.value.do
        assert "m1" not in str(caught.value)
        assert "m2" not in str(caught.value)
    record(tracker, decided(), decided(subject="m2"))
    told = {
        subject: [r.recipient for r in tracker.plan(subject=subject, controller=CONTROLLER).notify]
        for subject in ("m1", "m2")
    }
    assert told == {"m1": ["FastParcel"], "m2": ["PayWay"]}


def test_a_decision_dated_in_the_future_counts_from_then_on(tracker: Tracker, clock: Clock) -> None:
    """Now the request is undecided; asked as of a later day, and on that day, it is accepted."""
    record(tracker, share(), asked(), decided(at="2027-03-06"))
    assert tracker.request_status("r1").state == "needs_evaluation"
    assert tracker.request_status("r1").decided is None
    assert tracker.plan("r1").state == "needs_evaluation"
    assert tracker.request_status("r1").notices == []
    later = tracker.plan("r1", as_of=moment("2027-03-07"))
    assert later.state != "needs_evaluation"
    assert [row.recipient for row in later.notify] == ["FastParcel"]
    clock.set("2027-03-07")
    assert tracker.request_status("r1").decided == moment("2027-03-06")
    record(tracker, share("BlueVan", at="2027-03-05", id="late"))
    told = tracker.request_status("r1").notices
    assert {row.recipient for row in told} == {"FastParcel", "BlueVan"}
