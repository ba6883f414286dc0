"""How a field of one form is told: yes or no, a number, one of some words, a period.

Lists are told in ``several``. Values are those of the JSON form of a rule. ``direction`` is what
a change means for the people whose data it is: ``stricter`` protects them more, ``looser`` less.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from lineage.policy.diff.lengths import is_longer
from lineage.policy.diff.vocabulary import length, spoken

Direction = Literal["stricter", "looser", "other"]


@dataclass(frozen=True)
class Told:
    """What is said of one changed field.

    ``verbal``: the clause goes on from the subject of the sentence. ``direction`` is None where
    nothing is demanded otherwise.
    """

    clause: str
    direction: Direction | None
    verbal: bool = False


class Shape(Protocol):
    """How a field is told."""

    def shown(self, value: Any) -> str:
        """Return the value in the middle of a sentence."""

    def detail(self, value: Any) -> str:
        """Return what a new rule says by this value; empty where that is nothing."""

    def told(self, before: Any, after: Any) -> Told:
        """Return what is said of a change; the values differ."""

    def alike(self, one: Any, other: Any) -> float:
        """Return how much two values have in common, from 0 to 1."""


def reverse(direction: Direction) -> Direction:
    """Return what the opposite change means."""
    if direction == "other":
        return "other"
    return "looser" if direction == "stricter" else "stricter"


@dataclass(frozen=True)
class _Same:
    """Of values that are alike or not."""

    def alike(self, one: Any, other: Any) -> float:
        """Return 1 for equal ones, else 0."""
        return float(one == other)


@dataclass(frozen=True)
class Flag(_Same):
    """Yes or no. Each is said by its text; one without a text is the absence of the other.

    ``silent`` is the value that goes without saying.
    """

    yes: str
    no: str = ""
    yes_is: Direction = "other"
    silent: bool | None = None

    def shown(self, value: Any) -> str:
        """Return the text of the value."""
        return self.yes if value else self.no

    def detail(self, value: Any) -> str:
        """Return the text of the value."""
        return "" if value == self.silent else self.shown(value)

    def told(self, before: Any, after: Any) -> Told:
        """Return what holds now, or what does so no longer."""
        text = self.shown(after)
        clause = f"now {text}" if text else f"no longer {self.shown(before)}"
        return Told(clause, self.yes_is if after else reverse(self.yes_is))


@dataclass(frozen=True)
class Number(_Same):
    """A number, or none. Without a name it is the subject of the sentence that rises or falls."""

    name: str = ""
    higher: Direction = "other"
    unit: str = ""

    def shown(self, value: Any) -> str:
        """Return the number."""
        return "none" if value is None else f"{value}{self.unit}"

    def detail(self, value: Any) -> str:
        """Return the number under its name."""
        return "" if value is None else f"{self.name} {self.shown(value)}"

    def told(self, before: Any, after: Any) -> Told:
        """Return whether it rises or falls; no number at all is the lowest."""
        rises = before is None or (after is not None and after > before)
        verb = "rises" if rises else "falls"
        return Told(
            f"{self.name} {verb} from {before} to {self.shown(after)}".strip()
            if None not in (before, after)
            else f"{self.name}: now {self.shown(after)}, before {self.shown(before)}",
            self.higher if rises else reverse(self.higher),
            verbal=not self.name,
        )


@dataclass(frozen=True)
class OneOf(_Same):
    """One of some words. ``order`` has those that can be compared, the strictest last; ``there``
    is what it means that there is one at all. ``silent`` is the one that goes without saying, and
    ``none`` how the absence of any is said.
    """

    name: str
    order: tuple[str, ...] = ()
    there: Direction = "other"
    silent: str | None = None
    none: str = "none"
    says: Callable[[Any], str] = spoken

    def shown(self, value: Any) -> str:
        """Return the word."""
        return self.none if value is None else self.says(value)

    def detail(self, value: Any) -> str:
        """Return the word under its name."""
        return "" if value in (None, self.silent) else f"{self.name} {self.shown(value)}"

    def told(self, before: Any, after: Any) -> Told:
        """Return the word and the one before."""
        clause = f"{self.name}: now {self.shown(after)}, before {self.shown(before)}"
        return Told(clause, self._direction(before, after))

    def _direction(self, before: Any, after: Any) -> Direction:
        if before is None or after is None:
            return self.there if before is None else reverse(self.there)
        if before in self.order and after in self.order:
            up = self.order.index(after) > self.order.index(before)
            return "stricter" if up else "looser"
        return "other"


@dataclass(frozen=True)
class Period(_Same):
    """A length of time: unit and limit. Without a name it is the subject that grows or shrinks.

    ``there`` is what it means that there is one at all.
    """

    name: str = ""
    longer: Direction = "other"
    there: Direction = "other"

    def shown(self, value: Any) -> str:
        """Return the length."""
        return "none" if value is None else length(value)

    def detail(self, value: Any) -> str:
        """Return the length under its name."""
        return "" if value is None else f"{self.name} {length(value)}"

    def told(self, before: Any, after: Any) -> Told:
        """Return whether it grows or shrinks, where that is certain."""
        if before is None or after is None:
            clause = f"{self.name}: now {self.shown(after)}, before {self.shown(before)}"
            return Told(clause, self.there if before is None else reverse(self.there))
        verb = "changes"
        direction: Direction = "other"
        if is_longer(after, before):
            verb, direction = "grows", self.longer
        elif is_longer(before, after):
            verb, direction = "shrinks", reverse(self.longer)
        old = str(before["limit"]) if before["unit"] == after["unit"] else length(before)
        clause = f"{self.name} {verb} from {old} to {length(after)}".strip()
        return Told(clause, direction, verbal=not self.name)
