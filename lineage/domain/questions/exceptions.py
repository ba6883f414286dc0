"""The question whether the exceptions from consent that events name are listed. Pure.

Whether a share or a collection breaks a rule is for the judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.domain.facts import Recorded
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.events import DataCollected, DataShared
from lineage.policy.kinds.collection import CollectionException
from lineage.policy.kinds.recipients import ShareException


@dataclass(frozen=True, slots=True)
class ExceptionUse:
    """One event that names an exception; ``rule`` lists it, or else is the list that does not.

    The rule is None where the policy has no such list.
    """

    event: Recorded
    exception: str
    valid: bool
    rule: str | None


def exceptions(policy_at: PolicyAt, history: History) -> tuple[ExceptionUse, ...]:
    """One row per event that names an exception, by the policy in force when it occurred."""
    found = []
    for event in history.only(DataCollected, DataShared):
        data = event.data
        if not isinstance(data, DataCollected | DataShared) or data.exception is None:
            continue
        policy = policy_at(event.occurred_at)
        lists: Sequence[CollectionException | ShareException] = (
            policy.of(CollectionException)
            if isinstance(data, DataCollected)
            else policy.of(ShareException)
        )
        listed = next((rule for rule in lists if data.exception in rule.exceptions), None)
        shown = listed or next(iter(lists), None)
        rule = None if shown is None else shown.rule
        found.append(ExceptionUse(event, data.exception, listed is not None, rule))
    return tuple(found)
