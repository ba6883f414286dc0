"""The stage on which a script plays: one person, one clock, one way to tell what happens."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from lineage.generator.instants import HOUR, SECOND, midnight
from lineage.generator.people import Crowd, Person
from lineage.generator.rules import RANKS


class Planned(NamedTuple):
    """Something that will happen. Sorts by time, rank and the order of planning."""

    at: int
    rank: int
    number: int
    name: str
    source: str
    data: dict[str, Any]
    person: Person | None  # None: about the controller
    controller: str
    date_only: bool = False
    promised: bool = False  # happens even after the stream is full: books already count on it
    account: str | None = None


class Scene:
    """One run of one script.

    A scene of dates only tells every time as a date: its events then share 00:00 of their days,
    and rank alone says what came first. What a script may name is what was on record when the
    day began, or what it collected itself: so nothing is ever shared before it was collected.
    """

    def __init__(
        self,
        person: Person,
        *,
        rng: Random,
        crowd: Crowd,
        clock: int,
        date_only: bool,
        numbers: Iterator[int],
        plan: Callable[[Planned], None],
    ) -> None:
        self.person = person
        self.rng = rng
        self.crowd = crowd
        self.clock = clock
        self.date_only = date_only
        self.numbers = numbers
        self.plan = plan
        person.books.settle()

    def wait(self, low: int, high: int) -> None:
        """Let `low` to `high` seconds pass."""
        self.clock += self.rng.randint(low, high) * SECOND
        if self.rng.random() < 0.1:
            self.clock += self.rng.randrange(1000) * 1000  # some clocks tell milliseconds

    def wait_days(self, low: int, high: int) -> None:
        """Let `low` to `high` days pass, on the hour."""
        self.clock += self.rng.randint(low * 24, high * 24) * HOUR

    def tell(self, name: str, source: str, **data: object) -> None:
        """Plan an event for now; what is None is not stated."""
        self.put(name, source, data)

    def promise(self, name: str, source: str, **data: object) -> None:
        """Plan an event that happens whatever becomes of the rest of the stream."""
        self.put(name, source, data, promised=True)

    def tell_for_account(self, name: str, source: str, *, account: str, **data: object) -> None:
        """Plan an event that came through another person's account."""
        self.put(name, source, data, account=account)

    def put(
        self,
        name: str,
        source: str,
        data: dict[str, Any],
        *,
        promised: bool = False,
        account: str | None = None,
    ) -> None:
        """Hand an event to the world, at the present moment of this scene."""
        stated = {key: value for key, value in data.items() if value is not None}
        at = midnight(self.clock) if self.date_only else self.clock
        self.plan(
            Planned(
                at,
                RANKS[name],
                next(self.numbers),
                name,
                source,
                stated,
                self.person,
                self.person.controller,
                self.date_only,
                promised,
                account,
            )
        )

    def chance(self, share: float) -> bool:
        """True for `share` of the calls."""
        return self.rng.random() < share

    def some(self, words: Sequence[str], *, least: int = 1, most: int = 4) -> list[str]:
        """Between `least` and `most` of the words, in a random order."""
        count = min(len(words), self.rng.randint(least, most))
        return self.rng.sample(words, count)

    def known(self) -> list[str]:
        """What was on record of the person when the day began."""
        return list(self.person.books.on_record)

    def recipients(self) -> list[str]:
        """Every recipient that ever held something."""
        return [name for kind, name in self.person.books.holders if kind == "recipient"]

    def held_by(self, recipient: str) -> list[str]:
        """What a recipient held when the day began."""
        rows = self.person.books.holders.get(("recipient", recipient), {})
        return [category for category, spans in rows.items() if len(spans) % 2]

    def ever_held_by(self, recipient: str) -> list[str]:
        """What a recipient held at any time."""
        return list(self.person.books.holders.get(("recipient", recipient), {}))

    def systems(self) -> list[str]:
        """Every system that ever held something."""
        return [name for kind, name in self.person.books.holders if kind == "system"]

    def held_in(self, system: str) -> list[str]:
        """What a system held when the day began."""
        rows = self.person.books.holders.get(("system", system), {})
        return [category for category, spans in rows.items() if len(spans) % 2]


Script = Callable[[Scene], None]
