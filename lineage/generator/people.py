"""The people of the generated world and how often each of them acts. Holds no event."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from lineage.generator.books import Books

ZIPF_EXPONENT = 0.7  # with 2,000 people the busiest has about 3 % of all that happens
GUEST_SHARE = 0.035
COUNTRIES = ("DE", "FR", "NL", "ES", "IT", "PL", "US", "GB", "JP", "BR", "US-CA", "AU")


class Person:
    """One invented person. `guest` is the e-mail id used before the account was linked."""

    __slots__ = (
        "books",
        "consents",
        "controller",
        "country",
        "email",
        "guest",
        "internal",
        "joined",
    )

    def __init__(self, internal: str, *, controller: str, email: str, country: str) -> None:
        self.internal = internal
        self.controller = controller
        self.email = email
        self.country = country
        self.guest: str | None = None
        self.joined = False  # has the internal id: registered, or linked to the guest's
        self.consents = 0
        self.books = Books()


class Crowd:
    """Everybody, in the order of joining, with Zipf-distributed activity among those here."""

    def __init__(self, rng: Random, *, people: int, controllers: Sequence[str]) -> None:
        self.rng = rng
        self.everybody = [invent(rng, number, controllers) for number in range(people)]
        weights = [1 / rank**ZIPF_EXPONENT for rank in range(1, people + 1)]
        rng.shuffle(weights)
        self.cumulated = list(accumulate(weights))
        self.here = 0

    def waiting(self) -> int:
        """How many have not joined yet."""
        return len(self.everybody) - self.here

    def admit(self) -> Person:
        """The next one joins."""
        self.here += 1
        return self.everybody[self.here - 1]

    def somebody(self) -> Person:
        """One of those here; the caller has seen to it that there is one."""
        point = self.rng.random() * self.cumulated[self.here - 1]
        return self.everybody[bisect(self.cumulated, point, 0, self.here - 1)]

    def neighbour(self, person: Person) -> Person | None:
        """Another member with the same controller, or None where a few tries find none."""
        for _ in range(8):
            other = self.everybody[self.rng.randrange(self.here)]
            same = other.controller == person.controller
            if same and other.guest is None and other.joined and other is not person:
                return other
        return None


def invent(rng: Random, number: int, controllers: Sequence[str]) -> Person:
    """A person whose ids say nothing and whose mail goes nowhere."""
    key = f"{rng.getrandbits(48):012x}"
    return Person(
        f"p-{key}",
        controller=controllers[number % len(controllers)],
        email=f"{key}@mail.example",
        country=rng.choice(COUNTRIES),
    )
