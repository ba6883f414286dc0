"""The question how far the cancellation of an account is, and what becomes of its data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import last_day
from lineage.domain.history.account import Stages, stages_of
from lineage.domain.history.history import History
from lineage.domain.history.keeping import Keeping
from lineage.domain.history.own import OwnData
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.asked import (
    accepted_deletion,
    account_data,
    cancellation_erasure,
    day_of,
)
from lineage.policy.kinds.ending import AwaitDeletionRequest
from lineage.policy.kinds.retention import ErasureMethodRule
from lineage.policy.model import Policy

_AT_THE_END = 99


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Where the cancellation stands.

    ``erase_by`` is the day of the automatic erasure, None where none follows.
    """

    state: str
    erase_by: date | None
    anonymise_allowed: bool
    rule: str | None


def cancellation(policy_at: PolicyAt, history: History) -> Cancellation:
    """The furthest that the cancellation of the account has come as of the moment of asking."""
    stages = stages_of(history)
    first = stages.first
    policy = policy_at(history.as_of if first is None else first.occurred_at)
    found = cancellation_erasure(policy_at, stages)
    anonymise = _anonymise_allowed(policy, history, is_cancelled=first is not None)
    if found is None:
        rule = next((rule.rule for rule in policy.of(AwaitDeletionRequest)), None)
        return Cancellation(_waiting(policy, history, stages), None, anonymise, rule)
    _, erasing, started = found
    state = _erasing(policy, history) if stages.done else "requested"
    return Cancellation(state, last_day(policy, erasing, day_of(started)), anonymise, erasing.rule)


def _waiting(policy: Policy, history: History, stages: Stages) -> str:
    """The state where a cancellation erases nothing, or nothing yet."""
    if stages.first is None:
        return "none"
    if not stages.done:
        return "requested"
    if accepted_deletion(history) is not None:
        return _erasing(policy, history)
    return "awaiting_deletion_request"


def _erasing(policy: Policy, history: History) -> str:
    """Erased once all of the account's data that nothing keeps is known to be gone."""
    keeping, scope, at = (
        Keeping(policy, history),
        account_data(policy),
        (history.as_of, _AT_THE_END),
    )
    copies = [
        copy
        for copy in OwnData(policy, history).all
        if (scope is None or copy.category in scope)
        and not keeping.kept(copy.category, at, order_id=copy.order_id).runs
    ]
    return "erased" if copies and not any(copy.is_there for copy in copies) else "erasing"


def _anonymise_allowed(policy: Policy, history: History, *, is_cancelled: bool) -> bool:
    """Whether data may be anonymised instead: what is said of cancellations decides, else what of
    a deletion request that was accepted, else what of the end of a retention. Where deletion alone
    was asked for, nothing that is said of cancellations counts.
    """
    said = {rule.when: rule.methods for rule in policy.of(ErasureMethodRule)}
    deletion = ["deletion_request"] if accepted_deletion(history) is not None else []
    cancelled = ["cancellation"] if is_cancelled or not deletion else []
    order = [*cancelled, *deletion, "retention_end"]
    methods = next((said[when] for when in order if when in said), ())
    return "anonymise" in methods
