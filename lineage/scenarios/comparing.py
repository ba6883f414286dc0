"""How expected keys, sets and rows are held against an answer. No group of questions is known here.

A key that is absent is not judged; sets compare without order and repeats; rows pair by what names
them, and then their other keys are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

from lineage.policy.model import Policy
from lineage.policy.rule import Closed

Row = Mapping[str, Any]


class Nothing:
    """Stands where there is no row at all, which is not the same as null."""

    def __repr__(self) -> str:
        """As a difference says it."""
        return "nothing"


NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the answer is another than the expected one."""

    path: str
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True)
class Context:
    """What comparing needs beside the answer; ``labels``: those of the events, None if unknown."""

    policy: Policy
    equivalent: Sequence[frozenset[str]]
    labels: frozenset[str] | None = None


def given(row: Closed) -> dict[str, Any]:
    """The keys that were written."""
    return {name: getattr(row, name) for name in row.model_fields_set}


def plain(value: Any) -> Any:
    """A value in a form in which equal ones are equal: sets of lists, times of days."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, datetime.min.time(), UTC)
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(value)
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same; true is not one."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(plain(one) == plain(other))


def shown(row: Closed) -> dict[str, Any]:
    """An expected row as a difference shows it, in the order of its form."""
    return {
        name: getattr(row, name) for name in type(row).model_fields if name in row.model_fields_set
    }


def compare_keys(
    path: str, wanted: Mapping[str, Any], answer: Row, skip: Iterable[str] = ()
) -> Iterator[Difference]:
    """Each of these keys, but for those that are compared in another way."""
    left_out = frozenset(skip)
    for name, value in wanted.items():
        if name not in left_out and not same(value, answer.get(name)):
            yield Difference(f"{path}.{name}", value, answer.get(name))


_RowT = TypeVar("_RowT", bound=Closed)


def compare_rows(
    path: str, rows: Sequence[_RowT], answer: Sequence[Row], keys: tuple[str, ...]
) -> Iterator[Difference]:
    """Each expected row has one in the answer that names the same and says the same.

    ``keys`` name a row; one that is not written names nothing.
    """
    for row in rows:
        wanted = given(row)
        names = [key for key in keys if key in wanted]
        label = ", ".join(str(wanted[key]) for key in names)
        found = [a for a in answer if all(same(wanted[key], a.get(key)) for key in names)]
        here = f"{path}[{label}]"
        if not found:
            yield Difference(here, shown(row), NOTHING)
            continue
        told = [list(compare_keys(here, wanted, one, skip=names)) for one in found]
        yield from min(told, key=len)
    if not rows:
        for extra in answer:
            yield Difference(f"{path}[{extra.get(keys[0])}]", NOTHING, dict(extra))


def compare_map(path: str, wanted: Row, answer: Row) -> Iterator[Difference]:
    """Each of these names with its value; others may be, but where none is expected."""
    for name, value in wanted.items():
        found = answer.get(name, NOTHING)
        if not same(value, found):
            yield Difference(f"{path}[{name}]", value, found)


def compare_no_more(
    path: str, names: Iterable[str], wanted: Closed, answer: Row
) -> Iterator[Difference]:
    """An empty map that is written demands that nothing is there."""
    for name in names:
        if name in wanted.model_fields_set and not getattr(wanted, name) and answer[name]:
            yield Difference(f"{path}.{name}", NOTHING, answer[name])
