"""What asks for the erasure of our own data, from when on, and by when. Pure.

Deletion requests, the cancellation of the account, a clean-up of a minor's data, the end of the
service. Periods of retention are counted where the data is (``retention``), for each begins there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.account import ACCEPTING, Stages, stages_of
from lineage.domain.history.history import History
from lineage.domain.history.requested import DELETION, Timeline
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.deadlines import limits
from lineage.domain.questions.minors import clean_up
from lineage.events import (
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
    ServiceCeased,
    ServiceShutdownAnnounced,
)
from lineage.events.times import from_micros
from lineage.policy.kinds.ending import AccountData, EndOfService, ErasureAfterCancellation
from lineage.policy.model import Policy

ACCOUNT = "account_information"
"""The umbrella category: what the account consists of."""


class Cause(NamedTuple):
    """One thing that asks for erasure; ``by`` is the last day, None where no word gives one."""

    rule: str | None
    by: date | None
    only: frozenset[str] | None = None
    less: frozenset[str] = frozenset()
    until: Moment | None = None
    """what came later is not meant"""

    def covers(self, category: str, since: Moment | None) -> bool:
        """Whether it asks for what is held of a category since a moment."""
        return (
            (self.only is None or category in self.only)
            and category not in self.less
            and (self.until is None or since is None or since <= self.until)
        )


def causes(policy_at: PolicyAt, history: History) -> list[Cause]:
    """Everything that asks for erasure of the person's data."""
    return [
        *_requests(policy_at, history),
        *_cancellation(policy_at, history),
        *_clean_up(policy_at, history),
        *_end_of_service(policy_at, history),
    ]


def account_data(policy: Policy) -> frozenset[str] | None:
    """What the account consists of under this policy; None: it does not tell that apart."""
    rule = next(iter(policy.of(AccountData)), None)
    return None if rule is None else frozenset({ACCOUNT, *rule.categories})


def accepted_deletion(history: History) -> Timeline | None:
    """A deletion request that was accepted and not withdrawn before."""
    found = (t for t in history.requests.values() if t.right == DELETION and _stands(t))
    return next((t for t in found if t.outcome in ACCEPTING), None)


def cancellation_erasure(
    policy_at: PolicyAt, stages: Stages
) -> tuple[Policy, ErasureAfterCancellation, Recorded] | None:
    """The rule by which a cancellation erases by itself, and what started its period."""
    first = stages.first
    if first is None:
        return None
    policy = policy_at(first.occurred_at)
    steps: Mapping[str, Recorded | None] = stages._asdict()
    for rule in policy.of(ErasureAfterCancellation):
        started = next((step for name in rule.start if (step := steps[name]) is not None), None)
        if started is not None:
            return policy, rule, started
    return None


def service_end(policy: Policy, history: History) -> tuple[EndOfService, Recorded] | None:
    """The rule on the end of the service, and the end itself, where it is on record."""
    ceased = next(iter(history.every_wide(ServiceCeased)), None)
    if ceased is None:
        return None
    for rule in policy.of(EndOfService):
        said = [data for _, data in history.every_wide(ServiceShutdownAnnounced)]
        if not (rule.only_permanent and said and not said[-1].permanent):
            return rule, ceased[0]
    return None


def day_of(event: Recorded) -> date:
    """The day on which an event occurred."""
    return from_micros(event.occurred_at).date()


def _requests(policy_at: PolicyAt, history: History) -> Iterator[Cause]:
    for timeline in history.requests.values():
        receipt = timeline.receipt
        if timeline.right != DELETION or receipt is None or not _stands(timeline):
            continue
        asked, decision = receipt.data, timeline.decision
        only = asked.categories if isinstance(asked, RequestReceived) else None
        decided = None if decision is None else decision.data
        held = decided.held if isinstance(decided, RequestDecided) else None
        due = limits(policy_at, history, timeline.request_id)
        by = due.outcome_by or due.reply_by
        yield Cause(
            due.rules.get("outcome_by") or due.rules.get("reply_by"),
            by.date() if isinstance(by, datetime) else by,
            only=None if only is None else frozenset(only),
            less=frozenset(held or ()),
            until=None if decision is None else decision.moment,
        )


def _stands(timeline: Timeline) -> bool:
    """Whether it was neither refused, nor withdrawn before it was accepted."""
    if timeline.outcome == "refused":
        return False
    withdrawn, decision = timeline.first(RequestWithdrawn), timeline.decision
    return withdrawn is None or (decision is not None and decision.moment < withdrawn.moment)


def _cancellation(policy_at: PolicyAt, history: History) -> Iterator[Cause]:
    found = cancellation_erasure(policy_at, stages_of(history))
    if found is not None:
        policy, rule, started = found
        yield Cause(rule.rule, last_day(policy, rule, day_of(started)), only=account_data(policy))


def _clean_up(policy_at: PolicyAt, history: History) -> Iterator[Cause]:
    due = clean_up(policy_at, history)
    if due is not None:
        yield Cause(due.rule.rule, due.by)


def _end_of_service(policy_at: PolicyAt, history: History) -> Iterator[Cause]:
    found = service_end(policy_at(history.as_of), history)
    if found is not None:
        yield Cause(found[0].rule, None)
