"""Any two recordings at once, in both orders: nothing is lost and nobody is left out."""

from __future__ import annotations

import pytest

from lineage.storage.applying import Applying
from tests.concurrency.people import MOVES, Person, deciding, recording, settled, share_a_person
from tests.concurrency.stage import Stage
from tests.storage.shop import CONTROLLER, Message

PEOPLE = {other: Person(number) for number, other in enumerate(MOVES)}
BEFORE: list[Message] = [event for person in PEOPLE.values() for event in person.before]


@pytest.mark.parametrize("one", MOVES)
def test_two_at_once_are_as_one_after_the_other(stage: Stage, one: str) -> None:
    """The first holds its locks and has written nothing when the second comes: both are on record
    and folded as if one program had recorded it all, and each holder is told or left out.
    """
    with stage.open() as tracker:
        assert tracker.record(BEFORE).recorded == len(BEFORE)
    events = list(BEFORE)
    for other, person in PEOPLE.items():
        moves = person.moves()
        events += [moves[name] for name in {one, other}]
        first = stage.actor("first", recording(moves[one]))
        second = stage.actor("second", recording(moves[other]))
        halt = stage.halt("first", Applying, "_append")
        if stage.place.engine == "sqlite" or share_a_person(one, other):
            assert stage.in_turn(first, halt, second) == (1, int(one != other)), other
        else:
            stage.start_until(first, halt)
            second.start()
            assert second.end() == 1, "nobody waits for another person's lock"
            halt.go.set()
            assert first.end() == 1
    with settled(stage, *events):
        pass


@pytest.mark.parametrize("held", ["share", "late share", "retract", "link"])
def test_a_plan_that_has_changed_meanwhile_is_not_approved(stage: Stage, held: str) -> None:
    """An officer approves a plan while something of that person is under way: the decision waits,
    then is refused with the new version, and nothing is decided.
    """
    person = Person(1)
    moves = person.moves()
    with stage.open() as tracker:
        tracker.record(person.before)
        ver = tracker.plan(person.request, controller=CONTROLLER).ver
    first = stage.actor("first", recording(moves[held]))
    second = stage.actor("second", deciding(person.request, ver))
    halt = stage.halt("first", Applying, "_append")
    recorded, now = stage.in_turn(first, halt, second)
    assert recorded == 1
    assert now is not None
    assert now > ver
    with settled(stage, *person.before, moves[held]) as tracker:
        assert tracker.request_status(person.request, controller=CONTROLLER).outcome is None
        assert deciding(person.request, now)(tracker) is None
        status = tracker.request_status(person.request, controller=CONTROLLER)
        assert status.outcome == "accepted"
        assert status.notices


@pytest.mark.parametrize("late", ["share", "late share", "link"])
def test_no_share_slips_between_a_decision_and_its_notices(stage: Stage, late: str) -> None:
    """The decision is written and its notices are not when a share comes: it waits, then finds the
    decision and is asked back by a notice of its own.
    """
    person = Person(1)
    moves = person.moves()
    with stage.open() as tracker:
        tracker.record(person.before)
        ver = tracker.plan(person.request, controller=CONTROLLER).ver
    first = stage.actor("first", deciding(person.request, ver))
    second = stage.actor("second", recording(moves[late]))
    halt = stage.halt("first", Applying, "_act")
    assert stage.in_turn(first, halt, second) == (None, 1)
    with settled(stage, *person.before, moves[late]) as tracker:
        notices = tracker.request_status(person.request, controller=CONTROLLER).notices
        new = {"share": "HillRail", "late share": "OldVan", "link": "NordPost"}[late]
        assert {n.recipient for n in notices} == {"FastParcel", "BlueVan", new}
