"""What a policy says of somebody as a flat table, and how two of them differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from lineage.service.answers import Answer

What = Literal[
    "finding",
    "notice",
    "left_out",
    "own_erasure",
    "right",
    "request_dates",
    "retention",
    "cancellation",
    "minor",
    "breach",
    "refused",
]

WORDING: Final = "says"
"""The part of what is said that only words it: another sentence alone is no change."""


class Key(NamedTuple):
    """What something is said about: ``about`` are names with what they name, sorted by name."""

    what: What
    about: tuple[tuple[str, str], ...]


Outcome = dict[Key, dict[str, Any]]
"""What is said about what, in the words of JSON."""


class ChangeRow(Answer):
    """One difference: of a person, or (null) of the controller as a whole. ``before`` is null where
    it appears, ``after`` where it vanishes.
    """

    what: What
    change: Literal["appears", "vanishes", "changes"]
    subject: str | None
    about: dict[str, str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Simulation(Answer):
    """What another policy would have changed; the rows are in the file.

    ``people`` and ``events`` are those gone through, ``concerned`` the people of whom there is a
    row; ``counts`` has for each sort of row how many appear, vanish and change.
    """

    controller: str
    version: str
    since: date | None
    as_of: datetime
    known_at: datetime
    people: int
    events: int
    concerned: int
    counts: dict[str, dict[str, int]]


def key(what: What, **about: str | None) -> Key:
    """The key of something; what is not named is left out."""
    return Key(what, tuple((name, value) for name, value in sorted(about.items()) if value))


def changes(subject: str | None, before: Outcome, after: Outcome) -> Iterator[ChangeRow]:
    """How two outcomes of one person differ, sorted."""
    for one in sorted(before.keys() | after.keys()):
        old, new = before.get(one), after.get(one)
        if old is None:
            change: Literal["appears", "vanishes", "changes"] = "appears"
        elif new is None:
            change = "vanishes"
        elif _demands(old) != _demands(new):
            change = "changes"
        else:
            continue
        yield ChangeRow(
            what=one.what,
            change=change,
            subject=subject,
            about=dict(one.about),
            before=old,
            after=new,
        )


def _demands(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != WORDING}
