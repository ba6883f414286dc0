"""A composition in a store: recorded event by event, and asked as a caller would ask."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, get_args

from lineage.events import EventClass
from lineage.events.enums import Ground
from lineage.events.registry import EVENT_MODELS
from lineage.events.times import from_micros, parse_time
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.tracker import Tracker
from lineage.tracker.policy_face import simulated_rows
from tests.fuzz.compositions import Composition
from tests.fuzz.histories import ANN, BEA, GUEST
from tests.fuzz.policies import composed_policy
from tests.fuzz.values import Wire
from tests.fuzz.words import CONTROLLER, PARTIES
from tests.properties.simulated import Said, Ticking, carried_out, said_of
from tests.properties.stores import raw_dump
from tests.support.places import StorePlace

GROUNDS: Final = get_args(Ground)


class Stored:
    """One composition on its way through a store."""

    def __init__(self, composition: Composition) -> None:
        """Nothing is recorded yet."""
        self.composition = composition
        self.at: datetime = from_micros(composition.as_of[-1]) + timedelta(seconds=1)
        self.events = [_told_apart(event) for event in composition.events if _may_come(event)]

    @property
    def people(self) -> list[str]:
        """Who has something on record."""
        named = {event.get("subject") for event in self.events}
        return [person for person in (ANN, BEA) if person in named]

    def requests(self, person: str) -> list[str]:
        """The requests that are on record under the person's ids."""
        ids = {person}
        if person == ANN and any("identity_linked" in event["type"] for event in self.events):
            ids.add(GUEST)
        named = [event["data"] for event in self.events if event.get("subject") in ids]
        return sorted({data["request_id"] for data in named if "request_id" in data})

    def recorded(self, place: StorePlace, library: Library) -> Tracker:
        """A tracker over the events, each recorded at its time, just after the last moment."""
        clock = Ticking()
        clock.at = self.at
        tracker = place.open(policies=library, clock=clock)
        for event in self.events:
            clock.at = parse_time(event["recordedtime"])
            wire = {name: value for name, value in event.items() if name != "recordedtime"}
            receipt = tracker.record_one(wire)
            assert receipt.refused == 0, receipt.problems
        clock.at = self.at
        return tracker

    def said(self, tracker: Tracker) -> dict[str, Said]:
        """What is answered about each person, in the words of a simulation."""
        when = self.at + timedelta(milliseconds=1)
        return {p: said_of(tracker, CONTROLLER, p, self.requests(p), when) for p in self.people}

    def other_library(self) -> tuple[Policy, Library]:
        """Another policy in the same words, and the library in which it is the only one."""
        words = self.composition.words
        rng = Random(f"{self.composition.seed} other")
        other = composed_policy(rng, words, version="other", effective_from=None)
        policy = Policy.model_validate(other)
        return policy, self.composition.library.with_policy(
            policy, controller=CONTROLLER, since=None
        )

    def simulated(self, tracker: Tracker, policy: Policy, folder: Path) -> dict[str, Said]:
        """What would be answered under another policy, by the rows of a simulation."""
        found = {}
        for person, said in self.said(tracker).items():
            to = folder / f"{person}.jsonl"
            when = self.at + timedelta(milliseconds=1)
            tracker.simulate(policy, to=to, controller=CONTROLLER, subject=person, as_of=when)
            found[person] = carried_out(said, list(simulated_rows(to)))
        return found

    def ask_the_rest(self, tracker: Tracker) -> None:
        """What a caller may ask beside: none of it raises."""
        at: dict[str, Any] = {"controller": CONTROLLER}
        of_all = (tracker.check, tracker.finding_history, tracker.exceptions, tracker.retention)
        for question in (*of_all, tracker.breach, tracker.policy_facts):
            question(**at)
        for party in PARTIES:
            tracker.recipient_subjects(party, **at)
        for person in self.people:
            tracker.lineage(person, **at)
            tracker.holders(person, **at)
            tracker.status(person, **at)
            tracker.plan(subject=person, if_accepted=True, **at)
        for row in tracker.requests(**at):
            tracker.request_status(row.request, **at)
            tracker.refusal(row.request, grounds=GROUNDS, **at)
            tracker.plan(row.request, if_accepted=True, **at)
        tracker.doctor()


def check_answers(composition: Composition, place: StorePlace) -> None:
    """Record it and ask everything; folding and judging everybody anew must change nothing."""
    stored = Stored(composition)
    with stored.recorded(place, composition.library) as tracker:
        stored.ask_the_rest(tracker)
        assert stored.said(tracker).keys() == set(stored.people)
        tracker.rejudge()
        before = raw_dump(tracker)
        tracker.rebuild()
        assert raw_dump(tracker) == before
        assert tracker.verify().ok


def check_simulation(
    composition: Composition, place: StorePlace, other: StorePlace, folder: Path
) -> None:
    """A simulation of another policy must say what recording again under it gives."""
    stored = Stored(composition)
    policy, library = stored.other_library()
    with (
        stored.recorded(place, composition.library) as one,
        stored.recorded(other, library) as again,
    ):
        assert stored.simulated(one, policy, folder) == stored.said(again)


def _may_come(event: Wire) -> bool:
    """What the tracker writes itself comes from nobody else."""
    return EVENT_MODELS[event["type"]].event_class is not EventClass.SYSTEM


def _told_apart(event: Wire) -> Wire:
    """The event, with a request id that nobody else's request has."""
    mine = deepcopy(event)
    subject = mine.get("subject")
    if "request_id" in mine["data"] and subject != ANN:
        mine["data"]["request_id"] += f"-{subject}"
    return mine
