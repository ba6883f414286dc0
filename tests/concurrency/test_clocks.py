"""Programs on one store whose clocks differ: what one writes, the other can live with."""

from __future__ import annotations

from datetime import timedelta

from tests.concurrency.people import Person, settled
from tests.concurrency.stage import Stage
from tests.storage.shop import CONTROLLER, Clock


def test_a_request_from_a_clock_that_is_ahead_hides_no_other(stage: Stage) -> None:
    """A request that another program has dated a second later than our clock shows is listed when
    its time has come; until then the others are, and it is not.
    """
    ahead = Clock(Clock().now + timedelta(seconds=1))
    with stage.open() as ours, stage.place.open(clock=ahead) as theirs:
        theirs.record(Person(1).before)
        opened = theirs.open_request("m1", controller=CONTROLLER, request_id="early")
        assert opened.request == "early"
        assert [row.request for row in ours.requests()] == ["q1"]
        assert [row.request for row in theirs.requests()] == ["q1", "early"]


def test_what_is_recorded_later_is_known_later(stage: Stage) -> None:
    """A program whose clock is behind records after one whose clock is ahead: of each person the
    times of recording still grow in the order of recording.
    """
    person = Person(1)
    ahead = Clock(Clock().now + timedelta(hours=1))
    with stage.open() as ours, stage.place.open(clock=ahead) as theirs:
        theirs.record(person.before)
        before = theirs.plan(person.request, controller=CONTROLLER)
        ours.record([person.moves()["share"]])
        theirs.decide_request(person.request, outcome="accepted", controller=CONTROLLER)
        known = ahead.now
        then = theirs.plan(person.request, controller=CONTROLLER, known_at=known)
        assert before.ver < then.ver
        assert {row.recipient for row in then.notify} == {"FastParcel", "BlueVan", "HillRail"}
    with settled(stage, *person.before, person.moves()["share"]):
        pass
