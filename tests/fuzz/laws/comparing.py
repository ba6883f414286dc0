"""What two askings are compared by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from lineage.domain.findings import FindingKind
from tests.fuzz.asking import Asked
from tests.fuzz.laws.dates import last_moment
from tests.fuzz.laws.plans import told

Row = tuple[str, str | None]

WEIGHT: Final = {FindingKind.VIOLATION: 2, FindingKind.DEFAULT_VIOLATION: 1}
"""How bad a finding is; a gap is nobody's fault"""


def erase_dates(asked: Asked) -> dict[Row, date]:
    """By when each row must go; the last day there is where nothing says."""
    return {(due.category, due.order_id): due.erase_by or date.max for due in asked.retention}


def hold_dates(asked: Asked) -> dict[Row, date]:
    """Until when each row is held: the last day there is where nobody knows, the first where it
    never was.
    """
    return {
        (due.category, due.order_id): due.hold_until
        or (date.max if due.action == "hold" else date.min)
        for due in asked.retention
    }


def later(before: Mapping[Row, date], after: Mapping[Row, date]) -> Iterator[str]:
    """The rows whose date is later than before."""
    for row, day in before.items():
        if row in after and after[row] > day:
            yield f"{row}: {day}, then {after[row]}"


def request_dates(asked: Asked) -> dict[Row, int]:
    """The last moment of every limit of every request."""
    return {
        (request, name): last_moment(due)
        for request, found in asked.limits.items()
        for name in ("reply_by", "outcome_by", "triage_by")
        if (due := getattr(found, name)) is not None
    }


def no_later(what: str, before: date | None, after: date | None) -> Iterator[str]:
    """Where a date came, went or is later than before."""
    if (before is None) is not (after is None) or (before and after and after > before):
        yield f"{what}: {before}, then {after}"


def lost(before: Asked, after: Asked) -> Iterator[str]:
    """Who is told before and no more after, plan by plan."""
    for old, new in zip(before.plans, after.plans, strict=True):
        gone = told(old) - told(new)
        yield from (f"{one} is told no more, if_accepted={old.if_accepted}" for one in gone)


def worst(asked: Asked) -> dict[Row, int]:
    """How bad the worst finding is on each event, category by category."""
    found: dict[Row, int] = defaultdict(int)
    for one in asked.all_findings:
        assert one.event is not None
        for category in one.categories or (None,):
            row = (one.event.id, category)
            found[row] = max(found[row], WEIGHT.get(one.kind, 0))
    return found


def worse(before: Asked, after: Asked) -> Iterator[str]:
    """Which events are judged worse than before."""
    old = worst(before)
    for row, weight in worst(after).items():
        if weight > old.get(row, 0):
            yield f"{row}: {old.get(row, 0)}, then {weight}"


def differences(one: Asked, other: Asked) -> Iterator[str]:
    """Where two askings do not say the same."""
    for old, new in zip(one.everything, other.everything, strict=True):
        if old != new:
            yield f"{_first(old, new)}"


def _first(old: object, new: object) -> str:
    if isinstance(old, Iterable) and isinstance(new, Iterable) and not isinstance(old, str):
        for a, b in zip(list(old), list(new), strict=False):
            if a != b:
                return _first(a, b)
    return f"{old}, then {new}"
