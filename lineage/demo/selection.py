"""Which customers the demo shows and which of them ask for deletion: the same on every run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from lineage.demo.expected import Holding, Person, expected_told
from lineage.demo.orders import CONTROLLERS

REQUESTS = 50
RICHEST = 3
# Ordered from Japan at the shop whose customers choose their carrier: seven recipients, two hops.
SHOWN: Person = ("senro", "c12798")
# The request numbers that an officer refuses; each controller's policy knows the ground.
REFUSED = frozenset({6, 44})


@dataclass(frozen=True, slots=True)
class Asking:
    """One person who asks, and what an officer will say."""

    number: int
    controller: str
    subject: str

    @property
    def request(self) -> str:
        """The id of the request."""
        return f"demo-{self.number:02}"

    @property
    def refused(self) -> bool:
        """Whether an officer refuses it."""
        return self.number in REFUSED


def asking(holders: Mapping[Person, set[Holding]]) -> list[Asking]:
    """Ten customers of each shop: the person shown, those whom most hold, the others by hash."""
    chosen: list[Asking] = []
    for place, controller in enumerate(CONTROLLERS, start=1):
        people = {person for person in holders if person[0] == controller}
        reached = {person: len(expected_told(holders[person])) for person in people}
        richest = sorted(people - {SHOWN}, key=lambda person: (-reached[person], person))[:RICHEST]
        first = [SHOWN, *richest] if controller == SHOWN[0] else richest
        rest = sorted(people - set(first), key=by_hash)
        each = REQUESTS // len(CONTROLLERS)
        start = (place - 1) * each + 1
        chosen += [
            Asking(number, controller, subject)
            for number, (_, subject) in enumerate([*first, *rest][:each], start=start)
        ]
    return chosen


def by_hash(person: Person) -> str:
    """An order that means nothing and is the same everywhere."""
    return hashlib.sha256("/".join(person).encode()).hexdigest()
