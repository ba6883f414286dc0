"""How each group of a scenario is held against its answer: one function a group, one table.

What equal keys, sets and rows are stands in ``comparing``; findings have a module of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from lineage.policy.model import Policy
from lineage.policy.rule import Closed
from lineage.scenarios import expected as ex
from lineage.scenarios.comparing import (
    NOTHING,
    Context,
    Difference,
    Row,
    compare_keys,
    compare_map,
    compare_no_more,
    compare_rows,
    given,
    plain,
    same,
    shown,
)
from lineage.scenarios.finding_rows import compare_findings


def compare_plan(wanted: ex.Plan, answer: Row, _context: Context) -> Iterator[Difference]:
    """Exactly who is told, these of whom is not, exactly what is erased."""
    keys = wanted.model_fields_set
    if "notify" in keys:
        named = {row.recipient for row in wanted.notify}
        rows = answer["notify"]
        for extra in rows:
            if named and extra["recipient"] not in named:
                yield Difference(f"plan.notify[{extra['recipient']}]", NOTHING, dict(extra))
        yield from compare_rows("plan.notify", wanted.notify, rows, ("recipient",))
    if "exclude" in keys:
        yield from compare_rows("plan.exclude", wanted.exclude, answer["exclude"], ("recipient",))
    if "erase" in keys:
        union = sorted({category for row in answer["erase"] for category in row["categories"]})
        if not same(wanted.erase, union):
            yield Difference("plan.erase", sorted(wanted.erase), union)


def _compare_flat(group: str) -> Callable[[Closed, Row, Context], Iterator[Difference]]:
    def compare(wanted: Closed, answer: Row, _context: Context) -> Iterator[Difference]:
        return compare_keys(group, given(wanted), answer)

    return compare


def compare_retention(wanted: ex.Retention, answer: Row, _context: Context) -> Iterator[Difference]:
    """These rows are in the answer; others may be."""
    if "due" in wanted.model_fields_set:
        keys = ("category", "order_id")
        yield from compare_rows("retention.due", wanted.due, answer["due"], keys)


def compare_refusal(wanted: ex.Refusal, answer: Row, _context: Context) -> Iterator[Difference]:
    """The recorded refusal, the grounds asked about, the fee."""
    yield from compare_keys("refusal", given(wanted), answer, skip=["grounds"])
    yield from compare_map("refusal.grounds", wanted.grounds, answer["grounds"])


def compare_status(wanted: ex.Status, answer: Row, context: Context) -> Iterator[Difference]:
    """How far recipients, own copies and backups are, and what was personal when."""
    yield from compare_map("status.recipients", wanted.recipients, answer["recipients"])
    yield from compare_map("status.data", wanted.data, answer["data"])
    for name, backup in wanted.backups.items():
        path, found = f"status.backups[{name}]", answer["backups"].get(name)
        if found is None:
            yield Difference(path, shown(backup), NOTHING)
        else:
            yield from compare_keys(path, given(backup), found)
    for row in wanted.personal:
        was = _was_personal(row, answer["personal"], context.policy)
        if was is not row.personal:
            path = f"status.personal[{row.category}, {row.day}].personal"
            yield Difference(path, row.personal, was)
    yield from compare_no_more("status", ("recipients", "data", "backups"), wanted, answer)


def _was_personal(row: ex.PersonalRow, periods: Sequence[Row], policy: Policy) -> bool:
    """By the periods, where the category is personal in combination only."""
    if row.category in policy.never_personal:
        return False
    if row.category not in policy.personal_in_combination:
        return True
    day = plain(row.day)
    return any(
        period["category"] == row.category
        and plain(period["from"]) <= day
        and (period["to"] is None or day <= plain(period["to"]))
        for period in periods
    )


def compare_breach(wanted: ex.Breach, answer: Row, _context: Context) -> Iterator[Difference]:
    """The latest breach on record."""
    if not answer["breaches"]:
        yield Difference("breach", shown(wanted), NOTHING)
    else:
        yield from compare_keys("breach", given(wanted), answer["breaches"][-1])


def compare_exceptions(
    wanted: ex.Exceptions, answer: Row, _context: Context
) -> Iterator[Difference]:
    """Whether each named exception is one that the policy lists."""
    rows = {row["event"]: row for row in answer["exceptions"]}
    whole = {name: use for name, use in wanted.root.items() if isinstance(use, ex.ExceptionUse)}
    short = {name: use for name, use in wanted.root.items() if name not in whole}
    yield from compare_map("exceptions", short, {name: row["valid"] for name, row in rows.items()})
    for name, use in whole.items():
        yield from compare_keys(f"exceptions[{name}]", given(use), rows.get(name, {}))


def compare_policy(wanted: ex.PolicyFacts, answer: Row, _context: Context) -> Iterator[Difference]:
    """What the policy says of itself."""
    yield from compare_keys("policy", given(wanted), answer["facts"])


Compare = Callable[[Any, Row, Context], Iterator[Difference]]

COMPARE: Final[Mapping[str, Compare]] = cast(
    "Mapping[str, Compare]",
    {
        "plan": compare_plan,
        "findings": compare_findings,
        "retention": compare_retention,
        "refusal": compare_refusal,
        "status": compare_status,
        "breach": compare_breach,
        "exceptions": compare_exceptions,
        "policy": compare_policy,
        **{
            group: _compare_flat(group)
            for group in ("deadlines", "entitlement", "cancellation", "minors")
        },
    },
)
