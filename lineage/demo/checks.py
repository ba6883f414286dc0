"""The demo checks itself: what the tracker says and the recipients heard, against the count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import TYPE_CHECKING

from lineage.demo.endpoints import Book
from lineage.demo.envelopes import ADDRESSES
from lineage.demo.expected import Holding, Person, expected_told
from lineage.demo.five import PolicyAnswers
from lineage.demo.selection import Asking

if TYPE_CHECKING:
    from lineage.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Checked:
    """How many were compared, and which of them differ."""

    compared: int
    differing: tuple[str, ...]
    edges: int = 0

    @property
    def ok(self) -> bool:
        """Something was compared, and all of it agreed."""
        return self.compared > 0 and not self.differing


def check_holders(
    tracker: Tracker, people: Iterable[Person], *, expected: Mapping[Person, set[Holding]]
) -> Checked:
    """Ask for the lineage of each of these people, and compare its holders with the count."""
    differing: list[str] = []
    compared = edges = 0
    for person in people:
        controller, subject = person
        found = tracker.lineage(subject, controller=controller)
        compared += 1
        edges += len(found.edges)
        if {(row.holder, row.category) for row in found.holders if row.held} != expected[person]:
            differing.append(f"{controller}/{subject}")
    return Checked(compared, tuple(differing), edges)


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
    heard: dict[Person, dict[str, set[str]]] = {}
    for told in book.notices.values():
        # a recipient knows the person by an address made of the id, or by the id itself
        names = {value.removesuffix(f"@{ADDRESSES}") for value in told.person}
        about = heard.setdefault((told.controller, "+".join(sorted(names))), {})
        about.setdefault(told.recipient, set()).update(told.categories)
    differing: list[str] = []
    compared = 0
    for one in people:
        person = (one.controller, one.subject)
        wanted = {} if one.refused else expected_told(expected[person])
        for recipient, categories in late.get(person, {}).items():
            wanted.setdefault(recipient, set()).update(categories)
        compared += 1
        if heard.pop(person, {}) != wanted:
            differing.append(one.request)
    differing += sorted(f"{controller}/{subject}" for controller, subject in heard)
    if book.changed_bodies or book.unsigned:
        differing.append(f"{book.changed_bodies} changed bodies, {book.unsigned} bad signatures")
    return Checked(compared, tuple(differing))


def check_five(
    found: Mapping[str, PolicyAnswers], *, expected: Mapping[str, PolicyAnswers]
) -> Checked:
    """Compare what each policy said with what it must say, part by part.

    Two policies with the same answers are a difference too: the log is there to tell them apart.
    """
    differing = [
        f"{controller} {part.name}"
        for controller in sorted({*found, *expected})
        for part in fields(PolicyAnswers)
        if _part(found, controller, part.name) != _part(expected, controller, part.name)
    ]
    pairs = combinations(sorted(found), 2)
    differing += [f"{one} as {other}" for one, other in pairs if found[one] == found[other]]
    return Checked(len(found), tuple(differing))


def _part(answers: Mapping[str, PolicyAnswers], controller: str, name: str) -> object:
    """One part of what a policy said; None for one that said nothing."""
    return getattr(answers[controller], name) if controller in answers else None
