"""Checks of how long data is kept: not without an end, and not longer than allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lineage.policy.calendar import DayUnit
from lineage.policy.categories import ORDER_CATEGORIES
from lineage.policy.kinds.collection import Collects
from lineage.policy.kinds.ending import AccountData, ErasureAfterCancellation
from lineage.policy.kinds.recipients import MayReceive
from lineage.policy.kinds.retention import RetentionByNeed, RetentionLimit, RetentionMinimum
from lineage.policy.lint.flaw import Flaw, listed, numbered, topic_is_stated
from lineage.policy.model import Policy
from lineage.policy.rule import Clock
from lineage.policy.yamlfile import Place

RETENTION: Final = "J"
"""The letter of rules about retention"""

_DAYS: Final[dict[DayUnit, float]] = {
    "calendar_day": 1,
    "working_day": 7 / 5,
    "month": 365.25 / 12,
    "year": 365.25,
}
"""Calendar days in a unit, for comparing periods of different units"""


def purpose_without_retention(policy: Policy) -> Iterator[Flaw]:
    """A purpose without retention: a category is collected or shared, and no rule ends its time.

    Time ends by need (`retention_by_need`), by a period (`retention_limit`) or by a cancellation
    (`erasure_after_cancellation`). A rule of kind `stated` under the letter J says that the text
    is silent, and is no hole.
    """
    if policy.of(RetentionByNeed) or topic_is_stated(policy, RETENTION):
        return
    if policy.of(ErasureAfterCancellation) and not policy.of(AccountData):
        return
    limited = _limited(policy)
    rows: list[tuple[Place, Collects | MayReceive]] = [
        *numbered(policy, Collects),
        *numbered(policy, MayReceive),
    ]
    for path, rule in rows:
        endless = set(rule.categories or ()) - limited - policy.never_personal
        if endless:
            yield Flaw(
                (*path, "categories"),
                f"nothing says how long {listed(endless)} may be kept",
                "add a rule of kind retention_by_need, or a retention_limit with these categories",
                rule.rule,
            )


def _limited(policy: Policy) -> set[str]:
    """Categories whose time ends by a period, or when the account is cancelled."""
    found = {word for rule in policy.of(RetentionLimit) for word in _of_period(policy, rule)}
    if policy.of(ErasureAfterCancellation):
        found.update(word for rule in policy.of(AccountData) for word in rule.categories)
    return found


def _of_period(policy: Policy, rule: RetentionLimit | RetentionMinimum) -> frozenset[str]:
    """What a period is about; where it names nothing, what its start is sure to name."""
    if rule.categories:
        return frozenset(rule.categories)
    if rule.kind == "retention_limit" and rule.start == "combination_ended":
        return policy.personal_in_combination
    if rule.kind == "retention_limit" and rule.start == "log_recorded":
        return frozenset({"log_info"})
    return ORDER_CATEGORIES


def kept_longer_than_allowed(policy: Policy) -> Iterator[Flaw]:
    """Data of an order must be kept longer (`retention_minimum`) than it may be (`retention_limit`
    from the completion of the order).
    """
    for path, limit in numbered(policy, RetentionLimit):
        if limit.start != "order_completed":
            continue
        for minimum in policy.of(RetentionMinimum):
            both = _of_period(policy, limit) & _of_period(policy, minimum)
            if both and _days(limit) < _days(minimum):
                yield Flaw(
                    (*path, "limit"),
                    f"{listed(both)} must be gone before {minimum.rule} lets it go",
                    f"make one of the periods fit, or take these categories out of {limit.rule}",
                    limit.rule,
                )


def _days(clock: Clock) -> float:
    return clock.limit * _DAYS[clock.unit]
