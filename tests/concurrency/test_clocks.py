"""Programs on one store whose clocks differ: what one writes, the other can live with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.concurrency.people import Person, settled
from tests.concurrency.stage import Stage
from tests.storage.shop import CONTROLLER, Clock, share


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


@pytest.mark.parametrize(("ahead", "says"), [(0, None), (300, None), (301, "00:05:01Z")])
def test_the_doctor_says_that_a_clock_was_ahead(stage: Stage, ahead: int, says: str | None) -> None:
    """A time of recording more than five minutes ahead of this clock is a finding that names the
    lane, both times and what to do, until the clock has caught up; an empty store has none.
    """
    clock, wrong = Clock(), Clock(Clock().now + timedelta(seconds=ahead))
    with stage.place.open(clock=clock) as ours, stage.place.open(clock=wrong) as theirs:
        assert ours.doctor().ok
        theirs.record([share()])
        ours.record([share("BlueVan")])
        [check] = [check for check in ours.doctor().checks if check.name == "clock"]
        assert check.ok == ours.doctor().ok == (says is None)
        if says is not None:
            for part in (
                says,
                "T00:00:00Z",
                "lane local ",
                "Set the clocks right",
                "nothing is lost",
            ):
                assert part in check.says, part
        clock.now = wrong.now
        assert ours.doctor().ok


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
