"""What could be wrong with a policy by one step: a rule left out, a number one off. Pure.

The scenarios of a policy are run under each of these; one that changes no answer shows a rule that
no scenario holds.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from lineage.policy.kinds.stated import Stated
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.policy.yamlfile import dotted

OFF: Final = "switched off"
_CALENDAR: Final = ("calendar",)
_LISTS: Final = (("personal", "never"), ("personal", "only_in_combination"), ("rules",))

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule where it stands in a policy file.

    ``number`` tells the entries of one rule id and kind apart: 1 is the first of them in the file.
    """

    path: _Path
    rule: Rule
    kind: str
    number: int

    @property
    def enforced(self) -> bool:
        """Whether the program reads it: everything but what is only stated."""
        return not isinstance(self.rule, Stated)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy that differs from the one it was made of by one ``change`` of one entry.

    The change is ``switched off`` or, of a number or a day, such as ``limit 15 -> 16``.
    """

    change: str
    policy: Policy


def entries(policy: Policy) -> Iterator[Entry]:
    """Every rule of the policy: calendar, rows on personal data, then the rules as in the file."""
    yield Entry(_CALENDAR, policy.calendar, "calendar", 1)
    seen: Counter[tuple[str, str]] = Counter()
    for path in _LISTS:
        rules: Any = policy
        for name in path:
            rules = getattr(rules, name)
        for place, rule in enumerate(rules):
            kind = getattr(rule, "kind", ".".join(path))
            seen[kind, rule.rule] += 1
            yield Entry((*path, place), rule, kind, seen[kind, rule.rule])


def mutants(policy: Policy, entry: Entry) -> Iterator[Mutant]:
    """What can be changed in an entry so that the file is still valid; of a stated one, nothing."""
    if not entry.enforced:
        return
    said = _mutable(policy.model_dump(exclude_unset=True))
    others = [(OFF, _without(said, entry.path))]
    for path, value in _leaves(entry.rule.model_dump(exclude_unset=True)):
        others += [
            (f"{dotted(path)} {value} -> {moved}", _with(said, (*entry.path, *path), moved))
            for moved in _beside(value)
        ]
    for change, other in others:
        if other != said and (valid := _validated(other)) is not None:
            yield Mutant(change, valid)


def _without(said: Any, path: _Path) -> Any:
    """Without the calendar, which no file can leave out, a working day is a day like any other."""
    if path == _CALENDAR:
        for place, value in _leaves(said):
            if value == "working_day":
                said = _with(said, place, "calendar_day")
        return said
    other = deepcopy(said)
    del _at(other, path[:-1])[path[-1]]
    return other


def _with(said: Any, path: _Path, value: Any) -> Any:
    other = deepcopy(said)
    _at(other, path[:-1])[path[-1]] = value
    return other


def _beside(value: Any) -> tuple[Any, ...]:
    """The neighbours of a number or a day; nothing else has any."""
    if isinstance(value, bool) or not isinstance(value, int | date):
        return ()
    step: Any = timedelta(days=1) if isinstance(value, date) else 1
    return value + step, value - step


def _validated(said: Any) -> Policy | None:
    try:
        return Policy.model_validate(said)
    except ValidationError:
        return None


def _at(said: Any, path: _Path) -> Any:
    for part in path:
        said = said[part]
    return said


def _leaves(said: Any, path: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    if isinstance(said, dict):
        for name, value in said.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(said, list | tuple):
        for place, value in enumerate(said):
            yield from _leaves(value, (*path, place))
    else:
        yield path, said


def _mutable(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: _mutable(value) for name, value in said.items()}
    return [_mutable(value) for value in said] if isinstance(said, tuple) else said
