"""A rebuild while others record: whoever comes second waits, and no fact or mark is lost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from lineage.domain.fold.standing import LINKED
from lineage.storage import rebuilding
from lineage.storage import tables as t
from lineage.storage.applying import Applying
from lineage.storage.folding import Folder
from lineage.storage.store import Store
from lineage.tracker import Tracker
from tests.concurrency.people import MOVES, Person, recording, settled
from tests.concurrency.stage import Stage
from tests.storage.shop import Message, linked, retracted, share

PEOPLE = {move: Person(number) for number, move in enumerate(MOVES)}
BEFORE: list[Message] = [event for person in PEOPLE.values() for event in person.before]


def rebuild(tracker: Tracker) -> int:
    """Work: rebuild everything."""
    return tracker.rebuild().edges


def _concerns(_folder: Any, _conn: Any, concerned: dict[bytes, str], *_: Any, ref: bytes) -> bool:
    return ref in concerned


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_recording_comes_while_a_chunk_is_folded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """The rebuild has read a person's events and not written its facts when an event of that person
    is recorded: the recording waits, and its facts are not overwritten by older ones.
    """
    monkeypatch.setattr(rebuilding, "CHUNK_PEOPLE", chunk)
    with stage.open() as tracker:
        tracker.record(BEFORE)
    events = list(BEFORE)
    for move, person in PEOPLE.items():
        made = person.moves()[move]
        events.append(made)
        first = stage.actor("first", rebuild)
        second = stage.actor("second", recording(made))
        concerns = partial(_concerns, ref=stage.ref_of(made["subject"]))
        halt = stage.halt("first", Folder, "write", when=concerns)
        assert stage.in_turn(first, halt, second)[1] == 1
    with settled(stage, *events):
        pass


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_rebuild_comes_while_an_event_is_recorded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """A recording holds a person and has written nothing when the rebuild comes to it: the rebuild
    waits, then folds the new event with the others.
    """
    monkeypatch.setattr(rebuilding, "CHUNK_PEOPLE", chunk)
    with stage.open() as tracker:
        tracker.record(BEFORE)
    events = list(BEFORE)
    for move, person in PEOPLE.items():
        made = person.moves()[move]
        events.append(made)
        first, second = stage.actor("first", recording(made)), stage.actor("second", rebuild)
        halt = stage.halt("first", Applying, "_append")
        assert stage.in_turn(first, halt, second)[0] == 1
    with settled(stage, *events):
        pass


PLACES: dict[str, Any] = {
    "before the first chunk": rebuilding._rebuild_next,
    "before doubts are settled": rebuilding._settle_doubts,
    "before strays are dropped": rebuilding._drop_strays,
}


@pytest.mark.parametrize("chunk", [2])
@pytest.mark.parametrize("place", PLACES)
def test_a_link_is_recorded_while_a_rebuild_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, chunk: int, place: str
) -> None:
    """Links that the rebuild had not seen when it began, recorded between its transactions: both
    ids stay one person, and what comes later under either counts for both.
    """
    monkeypatch.setattr(rebuilding, "CHUNK_PEOPLE", chunk)
    people = list(PEOPLE.values())
    # One link stands already, so that there are doubts to settle: it is taken back, the mark stays.
    wrong = linked(people[0].guest, subject=people[0].member)
    before = [*BEFORE, wrong, retracted(wrong)]
    new = [person.moves()["link"] for person in people]
    late = [share("LateMail", subject=person.guest, at="2026-03-20") for person in people]
    with stage.open() as tracker:
        tracker.record(before)
        marked_for_nothing(tracker, stage.ref_of(people[1].guest))
    first = stage.actor("first", rebuild)
    halt = stage.halt(
        "first", Store, "run", when=lambda _, work: getattr(work, "func", work) is PLACES[place]
    )
    stage.start_until(first, halt)
    with stage.open() as tracker:
        assert recording(*new)(tracker) == len(new)
        halt.go.set()
        first.end()
        assert recording(*late)(tracker) == len(late)
        for person in people:
            held = {row.holder for row in tracker.holders(person.member).holders if row.held}
            assert {"NordPost", "LateMail"} <= held
    with settled(stage, *before, *new, *late):
        pass


def marked_for_nothing(tracker: Tracker, ref: bytes) -> None:
    """Mark a ref as one that others link to though none does, as a fault might have."""
    with tracker.store.writing() as conn:
        persons = t.persons
        mark = persons.update().where(persons.c.subject_ref == ref)
        conn.execute(mark.values(marks=persons.c.marks.op("|")(LINKED)))


@pytest.mark.parametrize("chunk", [1, 2])
def test_a_link_is_recorded_between_any_two_chunks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Wherever between two chunks a link comes, to somebody done or not yet done, it stays."""
    monkeypatch.setattr(rebuilding, "CHUNK_PEOPLE", chunk)
    with stage.open() as tracker:
        tracker.record(BEFORE)
    made = iter([person.moves()["link"] for person in PEOPLE.values()])
    recorded: list[Message] = []
    with stage.open() as other, stage.open() as tracker:

        def between(_done: int, _total: int) -> None:
            link = next(made, None)
            if link is not None:
                recorded.append(link)
                assert recording(link)(other) == 1

        tracker.rebuild(progress=between)
    assert len(recorded) == len(PEOPLE)
    with settled(stage, *BEFORE, *recorded):
        pass
