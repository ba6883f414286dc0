"""Plans as one: of several causes of one person, and of several people. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lineage.domain.planning.causes import Cause
from lineage.domain.planning.exemptions import REASONS
from lineage.domain.planning.rows import LeftOut, OwnErasure, PlanRows, Told


def joined_rows(plans: Iterable[tuple[Cause, PlanRows]]) -> PlanRows:
    """The plans of several causes of one person as one: told by any is told.

    Who is told by nobody is left out for the reason of a cause that stands, else of any.
    """
    told: dict[str, Told] = {}
    left: dict[tuple[str, str], tuple[bool, int, LeftOut]] = {}
    own: dict[str, set[str]] = defaultdict(set)
    for cause, rows in plans:
        for row in rows.told:
            told[row.recipient] = _both(told[row.recipient], row) if row.recipient in told else row
        for out in rows.left_out:
            for category in out.categories:
                new = (not cause.stands, REASONS.index(out.reason), out)
                known = left.get((out.recipient, category), new)
                left[out.recipient, category] = min(known, new, key=lambda found: found[:2])
        for erasure in rows.own:
            own[erasure.system].update(erasure.categories)
    outs: dict[tuple[str, int, str, str | None], list[str]] = defaultdict(list)
    for (name, category), (_, order, out) in sorted(left.items()):
        if name not in told or category not in told[name].categories:
            outs[name, order, out.reason, out.rule].append(category)
    return PlanRows(
        told=tuple(told[name] for name in sorted(told)),
        left_out=tuple(
            LeftOut(name, tuple(categories), reason, rule)
            for (name, _, reason, rule), categories in outs.items()
        ),
        own=_own_erasures(own),
    )


def rows_of_people(plans: Iterable[PlanRows]) -> PlanRows:
    """The plans of several people as one. Who is told of one of them is still left out for another,
    whose data it is not.
    """
    told: dict[str, Told] = {}
    left: dict[tuple[str, int, str | None], set[str]] = defaultdict(set)
    own: dict[str, set[str]] = defaultdict(set)
    for rows in plans:
        for row in rows.told:
            told[row.recipient] = _both(told[row.recipient], row) if row.recipient in told else row
        for out in rows.left_out:
            left[out.recipient, REASONS.index(out.reason), out.rule].update(out.categories)
        for erasure in rows.own:
            own[erasure.system].update(erasure.categories)
    return PlanRows(
        told=tuple(told[name] for name in sorted(told)),
        left_out=tuple(
            LeftOut(name, tuple(sorted(categories)), REASONS[order], rule)
            for (name, order, rule), categories in sorted(left.items(), key=_in_order)
        ),
        own=_own_erasures(own),
    )


def _in_order(item: tuple[tuple[str, int, str | None], set[str]]) -> tuple[str, int, str]:
    (name, order, rule), _ = item
    return name, order, rule or ""


def _own_erasures(own: Mapping[str, Iterable[str]]) -> tuple[OwnErasure, ...]:
    return tuple(OwnErasure(name, tuple(sorted(found))) for name, found in sorted(own.items()))


def _both(one: Told, other: Told) -> Told:
    """The same recipient told for two causes: the stricter duty, the earlier days."""
    first = min(one, other, key=lambda row: (row.rule.duty != "policy", row.send_by))
    early = min(one, other, key=lambda row: row.send_by)
    return replace(
        first,
        categories=tuple(sorted({*one.categories, *other.categories})),
        path=min(one.path, other.path, key=lambda path: (len(path), path)),
        received=one.received | other.received,
        recorded=one.recorded | other.recorded,
        due_again=one.due_again | other.due_again,
        supplementary=one.supplementary and other.supplementary,
        send_by=early.send_by,
        erase_by=early.erase_by,
    )
