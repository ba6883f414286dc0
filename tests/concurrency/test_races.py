"""Two that make the same thing at once: one makes it, the other finds it, and both go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from lineage.storage import ledger, standings, store
from lineage.storage.applying import Applying
from lineage.storage.errors import InTheWay, LaneMoved, StoreUnusable, SubjectRace
from lineage.storage.ledger import Stretch
from lineage.storage.standings import Locked, Stand
from lineage.storage.store import Store
from lineage.tracker import Tracker
from tests.concurrency.people import Person, recording, settled
from tests.concurrency.soundness import assert_sound
from tests.concurrency.stage import SECONDS_MAX, Stage
from tests.storage.shop import CONTROLLER, Message, event, linked, share

ORDERS = "orders"


def counted(patch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows by one for each batch that was prepared for nothing."""
    races: list[int] = []
    made = SubjectRace.__init__

    def noted(self: SubjectRace) -> None:
        races.append(1)
        made(self)

    patch.setattr(SubjectRace, "__init__", noted)
    return races


def meet_before(patch: pytest.MonkeyPatch, owner: Any, function: str) -> None:
    """Let two actors wait for each other where each first calls this."""
    barrier, met = threading.Barrier(2), set[str]()
    call = getattr(owner, function)

    def met_first(*args: Any, **kwargs: Any) -> Any:
        name = threading.current_thread().name
        if name in {"first", "second"} and name not in met:
            met.add(name)
            barrier.wait(SECONDS_MAX)
        return call(*args, **kwargs)

    patch.setattr(owner, function, met_first)


def in_lane(lane: str, *events: Message) -> Callable[[Tracker], int]:
    """Work that records events as they come along a lane; nothing where the lane has moved on."""

    def record(tracker: Tracker) -> int:
        recorder = tracker._recorder
        incoming = [recorder._checker.check(message, tracker._now()).event for message in events]
        batch = tracker.store.prepare(list(enumerate(incoming)))
        stretch = Stretch(lane, 0, len(events)) if lane == ORDERS else None
        try:
            applied = tracker.store.apply(
                batch, now=tracker._now, follow=tracker._acts, stretch=stretch
            )
        except LaneMoved:
            return 0
        return applied.recorded

    return record


Recorded = TypeVar("Recorded")


def both(
    stage: Stage, one: Callable[[Tracker], Recorded], other: Callable[[Tracker], Recorded]
) -> list[Recorded]:
    """What two actors give that work at once."""
    actors = [stage.actor("first", one), stage.actor("second", other)]
    for actor in actors:
        actor.start()
    return [actor.end() for actor in actors]


def test_a_person_that_both_make(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have sealed events of a person nobody knew, each under a key of its own: one makes the
    person, the other seals again under that key, and all of it can be read.
    """
    races = counted(monkeypatch)
    meet_before(monkeypatch, Store, "apply")
    events = [share("FastParcel"), share("BlueVan", "name")]
    assert both(stage, recording(events[0]), recording(events[1])) == [1, 1]
    assert len(races) == 1
    with settled(stage, *events) as tracker:
        holders = tracker.holders("m1", controller=CONTROLLER).holders
        assert {row.holder for row in holders} == {"FastParcel", "BlueVan"}


def test_people_that_both_make_by_naming_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One links a person to an id nobody has used, the other records under that id: one person."""
    races = counted(monkeypatch)
    meet_before(monkeypatch, Store, "apply")
    events = [linked("new@shop.example"), share("BlueVan", subject="new@shop.example")]
    assert both(stage, recording(events[0]), recording(events[1])) == [1, 1]
    assert len(races) == 1
    with settled(stage, *events) as tracker:
        assert len(tracker.holders("m1", controller=CONTROLLER).holders) == 1


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("first", ["local", ORDERS])
def test_the_same_event_from_two_lanes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, known: bool, first: str
) -> None:
    """An event that comes along two lanes at once is recorded once and is a duplicate once."""
    person = Person(1)
    before = person.before if known else []
    with stage.open() as tracker:
        tracker.record(before)
    moved = person.moves()["share"]
    meet_before(monkeypatch, Store, "apply")
    second = "local" if first == ORDERS else ORDERS
    assert sorted(both(stage, in_lane(first, moved), in_lane(second, moved))) == [0, 1]
    with settled(stage, *before, moved) as tracker:
        assert recording(moved)(tracker) == 0


def of_the_controller(controller: str) -> Message:
    """An event that is about no person."""
    return event("policy_published", {"version": "7"}, subject=None, controller=controller)


def test_an_event_of_the_controller_from_two_writers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's lock holds up two writers of one event of the controller: both see that it is new.
    One of them loses, is done again as a whole, and finds it a duplicate; what came with it stays.
    """
    made = of_the_controller(CONTROLLER)
    with stage.open() as tracker:
        tracker.record([of_the_controller(CONTROLLER), share(subject="m1"), share(subject="m2")])
    ours, theirs = share("BlueVan", subject="m1"), share("HillRail", subject="m2")
    one, other = recording(made, ours), recording(made, theirs)
    if stage.place.engine == "postgresql":
        meet_before(monkeypatch, Applying, "_append")
    assert sorted(both(stage, one, other)) == [1, 2]
    assert stage.retries == int(stage.place.engine == "postgresql")
    with stage.open() as tracker:
        assert recording(made, ours, theirs)(tracker) == 0
        assert {row.holder for row in tracker.holders("m1", controller=CONTROLLER).holders} == {
            "FastParcel",
            "BlueVan",
        }


@pytest.mark.parametrize("lanes", [("local", "local"), (ORDERS, ORDERS), ("local", ORDERS)])
def test_a_lane_that_both_make(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, lanes: tuple[str, str]
) -> None:
    """The first two recordings of a store make its lanes at once: both are on record; of two that
    bring the same offsets of one lane, one is.
    """
    if stage.place.engine == "postgresql":
        meet_before(monkeypatch, ledger, "_make_log")
    events = [share(subject="m1"), share(subject="m2")]
    works = [in_lane(lane, made) for lane, made in zip(lanes, events, strict=True)]
    recorded = both(stage, works[0], works[1])
    assert sum(recorded) == (1 if lanes == (ORDERS, ORDERS) else 2)
    with settled(stage, *(made for made, count in zip(events, recorded, strict=True) if count)):
        pass


def test_a_deadlock_is_gone_through_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were locks ever taken in another order, the database ends one of the two; that one is done
    again as a whole, and both are on record.
    """
    with stage.open() as tracker:
        tracker.record([share(subject="m1"), share(subject="m2")])
    events = [[share("BlueVan", subject=m) for m in ("m1", "m2")] for _ in range(2)]
    crossed(monkeypatch, on_postgresql=stage.place.engine == "postgresql")
    assert both(stage, recording(*events[0]), recording(*events[1])) == [2, 2]
    assert stage.retries == int(stage.place.engine == "postgresql")
    with stage.open() as tracker:
        assert recording(*events[0], *events[1])(tracker) == 0


def crossed(patch: pytest.MonkeyPatch, *, on_postgresql: bool) -> None:
    """Let two actors lock their people one by one from both ends, and meet when each has one."""
    barrier, met = threading.Barrier(2), set[str]()
    lock = standings._lock

    def one_by_one(conn: Any, people: dict[bytes, str]) -> dict[bytes, Stand]:
        name = threading.current_thread().name
        if name not in {"first", "second"} or not on_postgresql:
            return lock(conn, people)
        found: dict[bytes, Stand] = {}
        for number, ref in enumerate(sorted(people, reverse=name == "second")):
            if number == 1 and name not in met:
                met.add(name)
                barrier.wait(SECONDS_MAX)
            found |= lock(conn, {ref: people[ref]})
        return found

    patch.setattr(standings, "_lock", one_by_one)


def strictly(*events: Message) -> Callable[[Tracker], int]:
    """Work that records all events in one transaction, a batch each; none where it lost."""

    def record(tracker: Tracker) -> int:
        try:
            return tracker.record(events, strict=True, batch_size=1).recorded
        except StoreUnusable:
            return 0

    return record


def test_of_two_strict_recordings_one_may_lose_and_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A strict recording locks its people batch by batch, so two may wait for each other. The one
    that loses has recorded nothing, and is told so; recorded again, all is there.
    """
    people = ["m1", "m2"]
    before = [share(subject=who) for who in people]
    with stage.open() as tracker:
        tracker.record(before)
    ours = [share("BlueVan", subject=who) for who in people]
    theirs = [share("HillRail", subject=who) for who in reversed(people)]
    if stage.place.engine == "postgresql":
        meet_before(monkeypatch, Applying, "_append")
    found = both(stage, strictly(*ours), strictly(*theirs))
    lost = int(stage.place.engine == "postgresql")
    assert sorted(found) == ([0, 2] if lost else [2, 2])
    with stage.open() as tracker:
        receipt = tracker.record([*ours, *theirs], strict=True)
        assert (receipt.recorded, receipt.duplicates) == (2 * lost, 4 - 2 * lost)
    with settled(stage, *before, *ours, *theirs):
        pass


def test_more_writers_than_there_are_slots(stage: Stage) -> None:
    """On PostgreSQL as many write at once as the local lane has slots, each of which the first to
    need it makes; who comes next waits for one of them, and then records like everybody.
    """
    writers = len(ledger.SLOTS) if stage.place.engine == "postgresql" else 1
    events = [share(subject=f"m{n}") for n in range(writers + 1)]
    actors = [stage.actor(f"writer {n}", recording(one)) for n, one in enumerate(events)]
    halts = [stage.halt(actor.name, Applying, "_append") for actor in actors[:-1]]
    for actor, halt in zip(actors, halts, strict=False):
        stage.start_until(actor, halt)
    actors[-1].start()
    stage.wait_until_blocked(actors[-1])
    for halt in halts:
        halt.go.set()
    assert [actor.end() for actor in actors] == [1] * len(actors)
    assert stage.retries == 0
    with stage.open() as tracker:
        assert_sound(tracker)
        assert len(tracker.verify().roots) == writers


def test_in_the_way_too_often_is_an_error(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is in somebody's way every time gives up with an error that says what to do, having
    written nothing.
    """

    def always(*_: Any, **__: Any) -> Locked:
        raise InTheWay

    monkeypatch.setattr(store, "PAUSE_SECONDS", 0.0)
    with stage.open() as tracker:
        tracker.record([share(subject="m1")])
        with monkeypatch.context() as patch:
            patch.setattr("lineage.storage.applying.lock_persons", always)
            with pytest.raises(InTheWay, match="in the way") as raised:
                tracker.record([share("BlueVan", subject="m1")])
        assert "record the same input again" in raised.value.do
        assert stage.retries == store.TRIES_MAX
    with stage.open() as tracker:
        assert len(tracker.holders("m1", controller=CONTROLLER).holders) == 1
        assert tracker.verify().events == 1
