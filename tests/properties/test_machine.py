"""A store under everything that can happen to it, against a small model of who holds what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lineage.events.times import parse_time, to_micros
from lineage.generator.books import Books
from lineage.storage.dead_letters import DeadLetterBox
from lineage.tracker import Tracker
from tests.properties.stores import (
    Row,
    emptied,
    events_on_record,
    held_of,
    holdings_dump,
    opened,
    raw_dump,
)
from tests.properties.streams import (
    CONTEXT,
    DAYS,
    INS,
    LINK,
    OUTS,
    PEOPLE,
    RETRACT,
    Sketch,
    Wire,
    moment,
    sketches,
    wire,
)
from tests.support.places import StorePlace

IDS = [f"x-p{person}" for person in range(PEOPLE)]


class Model:
    """Who holds what, by the generator's books over what was recorded; knows no fold, no store."""

    def __init__(self) -> None:
        self.recorded: dict[tuple[str, str, str], Wire] = {}

    def record(self, events: list[Wire]) -> int:
        """Take events up; how many of them are new."""
        before = len(self.recorded)
        for event in events:
            self.recorded.setdefault((event["subject"], event["source"], event["id"]), event)
        return len(self.recorded) - before

    def held(self) -> dict[str, set[Row]]:
        """By id, what its person holds."""
        retracted = self._retracted()
        links = [
            (e["subject"], e["data"]["identifier"]["value"])
            for key, e in self.recorded.items()
            if _name(e) == LINK and key not in retracted
        ]
        found: dict[str, set[Row]] = {}
        for one in IDS:
            person = _connected(one, links)
            gone = {key[1:] for key in retracted if key[0] in person}
            events = [
                e
                for key, e in self.recorded.items()
                if key[0] in person and key[1:] not in gone and _name(e) not in {LINK, RETRACT}
            ]
            found[one] = _held(events)
        return found

    def _retracted(self) -> set[tuple[str, str, str]]:
        return {
            (e["subject"], e["data"]["retracted_source"], e["data"]["retracted_id"])
            for e in self.recorded.values()
            if _name(e) == RETRACT
        }


def _name(event: Wire) -> str:
    return str(event["type"].split(".")[1])


def _connected(one: str, links: list[tuple[str, str]]) -> set[str]:
    person = {one}
    for _ in range(PEOPLE):
        for a, b in links:
            if a in person or b in person:
                person |= {a, b}
    return person


def _held(events: list[Wire]) -> set[Row]:
    books = Books()
    for event in sorted(events, key=lambda e: str(e["time"])):
        at = to_micros(parse_time(event["time"]))
        books.enter(_name(event), source=event["source"], at=at, data=event["data"])
    return {
        (kind, holder, category) for kind, holder, category, spans in books.rows() if len(spans) % 2
    }


class Crash(Exception):
    """What a dying process would be: raised where nothing expects it."""


class StoreMachine(RuleBasedStateMachine):
    """Records, repeats, takes back, links, rebuilds, reopens and crashes, in any order."""

    place: StorePlace
    """Where every example finds its store, and empties it."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker: Tracker = opened(self.place)
        emptied(self.tracker)
        self.model = Model()
        self.told: list[Wire] = []

    def teardown(self) -> None:
        """Close the store."""
        self.tracker.close()

    def draw(self, drawn: list[Sketch]) -> list[Wire]:
        """The events of some sketches, with ids never used before."""
        events: list[Wire] = []
        for sketch in drawn:
            events.append(wire(sketch, len(self.told), "x", self.told))
            self.told.append(events[-1])
        return events

    def send(self, events: list[Wire], batch_size: int = 100) -> None:
        """Record; the receipt must say what is new."""
        new = self.model.record(events)
        receipt = self.tracker.record(events, batch_size=batch_size)
        assert (receipt.recorded, receipt.duplicates) == (new, len(events) - new)
        assert receipt.refused == 0, receipt.problems

    @initialize(drawn=st.lists(sketches(INS), min_size=1, max_size=8))
    def begin(self, drawn: list[Sketch]) -> None:
        """There is something to lose from the start."""
        self.send(self.draw(drawn))

    @rule(
        drawn=st.lists(sketches(INS, OUTS, CONTEXT), min_size=1, max_size=8),
        batch_size=st.integers(1, 4),
    )
    def record(self, drawn: list[Sketch], batch_size: int) -> None:
        """New events, in small batches."""
        self.send(self.draw(drawn), batch_size)

    @rule(drawn=sketches(INS, OUTS))
    def record_later(self, drawn: Sketch) -> None:
        """An event later than all others, as a store sees most of its events."""
        event = wire(drawn, len(self.told), "x", self.told)
        late = moment(DAYS) + timedelta(hours=len(self.told))  # and never past the store's clock
        event["time"] = late.isoformat().replace("+00:00", "Z")
        self.told.append(event)
        self.send([event])

    @rule(seed=st.integers(0, 99), count=st.integers(1, 10))
    def repeat(self, seed: int, count: int) -> None:
        """Events that are on record, again."""
        self.send(Random(seed).choices(list(self.model.recorded.values()), k=count))

    @rule(wrong=st.integers(0, 99), person=st.integers(0, PEOPLE - 1))
    def retract(self, wrong: int, person: int) -> None:
        """An event of anybody is taken back under any id."""
        self.send(self.draw([Sketch(RETRACT, {}, person, 0, 1, wrong)]))

    @rule(person=st.integers(0, PEOPLE - 1), other=st.integers(0, PEOPLE - 1))
    def link(self, person: int, other: int) -> None:
        """Two ids, or one with itself, turn out to be one person."""
        self.send(self.draw([Sketch(LINK, {}, person, 0, 1, other)]))

    @rule()
    def rebuild(self) -> None:
        """A rebuild changes no byte."""
        before = raw_dump(self.tracker)
        self.tracker.rebuild()
        assert raw_dump(self.tracker) == before

    @rule()
    def reopen(self) -> None:
        """The store is closed and opened again."""
        self.tracker.close()
        self.tracker = opened(self.place)

    @precondition(lambda self: len(self.told) > 0)
    @rule(
        drawn=st.lists(sketches(INS, OUTS), min_size=1, max_size=8),
        where=st.sampled_from(("before the commit", "after the facts")),
        again=st.booleans(),
        reopened=st.booleans(),
    )
    def crash(self, drawn: list[Sketch], where: str, again: bool, reopened: bool) -> None:
        """The writing transaction dies after its appends: nothing of it is on record. The same
        events may be sent again.
        """
        events = self.draw(drawn)
        before = raw_dump(self.tracker), events_on_record(self.tracker)
        with pytest.MonkeyPatch.context() as patch:
            self._break(where, patch)
            with pytest.raises(Crash):
                self.tracker.record(events)
        if reopened:
            self.reopen()
        assert (raw_dump(self.tracker), events_on_record(self.tracker)) == before
        if again:
            self.send(events)

    def _break(self, where: str, patch: pytest.MonkeyPatch) -> None:
        store = self.tracker.store
        writing = store.writing

        @contextmanager
        def dying() -> Iterator[sa.Connection]:
            with writing() as conn:
                yield conn
                raise Crash

        if where == "before the commit":
            patch.setattr(store, "writing", dying)
        else:
            patch.setattr(DeadLetterBox, "keep", _crash)

    @invariant()
    def every_event_is_on_record_once(self) -> None:
        """The ledger has what was recorded, and verifies."""
        assert events_on_record(self.tracker) == len(self.model.recorded)
        report = self.tracker.verify()
        assert report.ok, report.faults

    @invariant()
    def holders_are_those_of_the_model(self) -> None:
        """Under each of its ids a person has the holders of the model."""
        held = self.model.held()
        assert {one: held_of(self.tracker, one) for one in IDS} == held

    @invariant()
    def the_ledger_answers_as_the_facts_do(self) -> None:
        """As of the last moment, read from the ledger, is what is stored."""
        last = moment(DAYS + len(self.told))
        assert holdings_dump(self.tracker, IDS, as_of=last) == holdings_dump(self.tracker, IDS)


def _crash(*_: Any, **__: Any) -> None:
    raise Crash


STEPS = settings(max_examples=max(10, settings().max_examples // 8), stateful_step_count=20)


def test_the_store_under_everything_that_can_happen(store_place: StorePlace) -> None:
    """Whatever happens in whatever order: each event is on record once, holders are those of the
    model, and what died left nothing behind.
    """
    machine = type("Machine", (StoreMachine,), {"place": store_place})
    run_state_machine_as_test(machine, settings=STEPS)
