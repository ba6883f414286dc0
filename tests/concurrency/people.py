"""What happened before, what may happen at once, and a store in which one program recorded it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lineage.service.errors import PlanChanged
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_same_facts, assert_sound
from tests.concurrency.stage import Stage
from tests.storage.shop import (
    CONTROLLER,
    Clock,
    Message,
    collected,
    erased,
    event,
    linked,
    retracted,
    share,
)

OF_MEMBER = ("share", "late share", "retract", "erase", "decide")
OF_BOTH = ("link", "link back")
OF_GUEST = ("guest's share",)
MOVES = (*OF_MEMBER, *OF_BOTH, *OF_GUEST)


def share_a_person(one: str, other: str) -> bool:
    """Whether two moves are about one person, so that one must wait for the other."""
    return one in OF_BOTH or other in OF_BOTH or (one in OF_MEMBER) == (other in OF_MEMBER)


@dataclass(frozen=True)
class Person:
    """One person with a second id as a guest, and a request that nobody has decided."""

    number: int

    @property
    def member(self) -> str:
        return f"m{self.number}"

    @property
    def guest(self) -> str:
        return f"guest{self.number}@shop.example"

    @property
    def request(self) -> str:
        return f"q{self.number}"

    @property
    def before(self) -> list[Message]:
        """What is on record before anything else."""
        asked = {"request_id": self.request, "right": "deletion"}
        return [
            _named(collected("email", "name", subject=self.member), "b1"),
            _named(share("FastParcel", "email", subject=self.member, at="2026-03-05"), "b2"),
            _named(share("BlueVan", "name", subject=self.member, at="2026-03-06"), "b3"),
            _named(share("NordPost", "phone", subject=self.guest, at="2026-03-06"), "b4"),
            _named(event("request_received", asked, subject=self.member, at="2026-03-07"), "b5"),
        ]

    def moves(self) -> dict[str, Message]:
        """What may happen at once; the same events however often they are made."""
        member, guest = self.member, self.guest
        decision = {"request_id": self.request, "outcome": "accepted"}
        made = {
            "share": share("HillRail", "email", "phone", subject=member, at="2026-03-09"),
            "late share": share("OldVan", "phone", subject=member, at="2026-02-01"),
            "retract": retracted(self.before[1], at="2026-03-10"),
            "erase": erased("BlueVan", "name", subject=member, at="2026-03-11"),
            "decide": event("request_decided", decision, subject=member, at="2026-03-08"),
            "link": linked(guest, subject=member, at="2026-03-12"),
            "link back": linked(member, subject=guest, at="2026-03-12"),
            "guest's share": share("RiverMail", subject=guest, at="2026-03-13"),
        }
        return {name: _named(message, name.replace(" ", "-")) for name, message in made.items()}


def _named(message: Message, name: str) -> Message:
    return message | {"id": name}


def recording(*events: Message) -> Callable[[Tracker], int]:
    """Work that records events and gives how many were new."""

    def record(tracker: Tracker) -> int:
        receipt = tracker.record(events)
        assert receipt.refused == 0, receipt.problems
        return receipt.recorded

    return record


def deciding(request: str, ver: int) -> Callable[[Tracker], int | None]:
    """Work that accepts the request by the plan of this version; gives the version it has now
    where that is another one.
    """

    def decide(tracker: Tracker) -> int | None:
        try:
            tracker.decide_request(request, outcome="accepted", controller=CONTROLLER, ver=ver)
        except PlanChanged as changed:
            return changed.ver
        return None

    return decide


@contextmanager
def settled(stage: Stage, *events: Message) -> Iterator[Tracker]:
    """The store when all is over: sound, and as if one program had recorded all these."""
    with stage.open() as tracker, stage.place.another().open(clock=Clock()) as reference:
        assert reference.record(events).refused == 0
        assert_same_facts(tracker, reference)
        assert_sound(tracker)
        yield tracker
