"""The demo checks itself: what the tracker says and the recipients heard, against the count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.demo.endpoints import Book
from lineage.demo.expected import Holding, Person, expected_told
from lineage.demo.selection import Asking

if TYPE_CHECKING:
    from lineage.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Checked:
    """How many were compared, and which of them differ."""

    compared: int
    differing: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Something was compared, and all of it agreed."""
        return self.compared > 0 and not self.differing


def check_holders(
    tracker: Tracker, people: Iterable[Person], *, expected: Mapping[Person, set[Holding]]
) -> Checked:
    """Ask who holds what of each of these people, and compare it with the count."""
    differing: list[str] = []
    compared = 0
    for person in people:
        controller, subject = person
        rows = tracker.holders(subject, controller=controller).holders
        compared += 1
        if {(row.holder, row.category) for row in rows if row.held} != expected[person]:
            differing.append(f"{controller}/{subject}")
    return Checked(compared, tuple(differing))


def check_told(
    book: Book,
    people: Iterable[Asking],
    *,
    expected: Mapping[Person, set[Holding]],
    late: Mapping[Person, Mapping[str, set[str]]],
) -> Checked:
    """Compare the recipients' books with who holds something of those whose request was accepted.

    ``late`` holds what surfaced after the count. A notice too few, too many, with other categories
    or about another person is a difference; so is one about a request that was refused.
    """
    heard: dict[tuple[str, str], dict[str, set[str]]] = {}
    about: dict[tuple[str, str], set[str]] = {}
    for told in book.notices.values():
        key = (told.controller, told.request)
        heard.setdefault(key, {}).setdefault(told.recipient, set()).update(told.categories)
        about.setdefault(key, set()).update(told.subjects)
    differing: list[str] = []
    compared = 0
    for one in people:
        key = (one.controller, one.request)
        person = (one.controller, one.subject)
        wanted = {} if one.refused else expected_told(expected[person])
        for recipient, categories in late.get(person, {}).items():
            wanted.setdefault(recipient, set()).update(categories)
        compared += 1
        names = {one.subject, f"{one.subject}@shop.example"}
        if heard.pop(key, {}) != wanted or not about.get(key, set()) <= names:
            differing.append(one.request)
    differing += [f"{controller}/{request}" for controller, request in heard]
    return Checked(compared, tuple(differing))
