"""Why recipients are told: an accepted deletion, a cancellation, a minor's data. Pure.

What makes a cancellation or a clean-up tell anybody stands in the policy file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Moment, Recorded, Request
from lineage.domain.history.account import stages_of
from lineage.domain.history.history import History
from lineage.domain.history.requested import CANCELLATION
from lineage.domain.planning.dossier import Dossier, Order, recorded_order
from lineage.domain.questions.asked import account_data, cancellation_erasure
from lineage.domain.questions.minors import clean_up
from lineage.events import (
    AccountCancelled,
    RequestReceived,
)
from lineage.events.times import from_micros, start_of_day
from lineage.policy.kinds.fan_out import CancellationFanOut, CleanUpFanOut, ThirdPartyRequest
from lineage.policy.model import Policy
from lineage.policy.rule import Rule

ACCEPTING = frozenset({"accepted", "partly"})

ERASING_RIGHT = "deletion"
"""The right whose acceptance makes holders erase."""

LAST_RANK = 99
"""After everything that has the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason to tell recipients. ``why_not`` is None once it stands, else why it does not.

    ``decided`` is the moment of the decision, ``recorded`` when it came on record, ``day`` that
    from which notices count; all None while it does not stand. ``rule`` is the rule under which
    everybody is told, where that is not the rule of the fan-out.
    """

    policy: Policy
    request_id: str | None
    why_not: str | None
    decided: Moment | None = None
    recorded: Order | None = None
    day: date | None = None
    categories: frozenset[str] | None = None
    """what is to be erased; None: everything"""

    held: frozenset[str] = frozenset()
    """what the decision keeps in the controller's own systems"""

    rule: Rule | None = None

    @property
    def stands(self) -> bool:
        """Whether recipients are told because of it."""
        return self.why_not is None

    def asks_for(self, category: str) -> bool:
        """Whether this category is to be erased."""
        return self.categories is None or category in self.categories


def is_accepted(request: Request) -> bool:
    """Whether an accepting decision stands and the person did not withdraw before it."""
    if request.outcome not in ACCEPTING:
        return False
    withdrawn, decided = request.withdrawn_at, request.decided_at
    return withdrawn is None or decided is None or decided < withdrawn


def causes_of(dossier: Dossier) -> list[Cause]:
    """Every cause there is for one person, those that do not stand (yet) among them."""
    requests = dossier.whole.facts.requests
    found = [cause_of(dossier, request) for request in requests]
    causes = [cause for cause in found if cause is not None]
    if not any(request.right == CANCELLATION for request in requests):
        causes += _bare_cancellation(dossier)
    return [*causes, *_clean_up(dossier)]


def no_cause(dossier: Dossier) -> Cause:
    """What stands in the place of a cause for a person who has none: nobody decided anything."""
    return _waiting(dossier.policy_at(dossier.as_of), None, "request_undecided", None)


def cause_of(dossier: Dossier, request: Request) -> Cause | None:
    """The cause that a request makes; None where it makes nobody erase."""
    began = request.received_at if request.received_at is not None else request.decided_at
    policy = dossier.policy_at(dossier.as_of if began is None else began)
    history = dossier.whole.history
    timeline = history.requests.get(request.request_id)
    right = (None if timeline is None else timeline.asked_for) or request.right
    if right == ERASING_RIGHT:
        rule = _third_party_rule(policy, history, request)
        return _requested(policy, history, request, rule, request.categories)
    if right != CANCELLATION:
        return None
    for fan_out in policy.of(CancellationFanOut):
        return _cancelled(policy, dossier, request, fan_out)
    return _waiting(policy, request.request_id, "request_undecided", None)


def _requested(
    policy: Policy,
    history: History,
    request: Request,
    rule: Rule | None,
    categories: Iterable[str] | None,
) -> Cause:
    if not is_accepted(request):
        why = "request_refused" if request.outcome == "refused" else "request_undecided"
        return _waiting(policy, request.request_id, why, categories)
    decision = history.requests[request.request_id].decision
    assert decision is not None, "an accepted request has a decision"
    return _accepted(policy, request, decision, rule, categories)


def _waiting(
    policy: Policy, request_id: str | None, why: str, categories: Iterable[str] | None
) -> Cause:
    return Cause(policy=policy, request_id=request_id, why_not=why, categories=_set(categories))


def _accepted(
    policy: Policy,
    request: Request,
    decision: Recorded,
    rule: Rule | None,
    categories: Iterable[str] | None,
) -> Cause:
    return Cause(
        policy=policy,
        request_id=request.request_id,
        why_not=None,
        decided=decision.moment,
        recorded=recorded_order(decision),
        day=from_micros(decision.occurred_at).date(),
        categories=_set(categories),
        held=frozenset(request.held),
        rule=rule,
    )


def _set(categories: Iterable[str] | None) -> frozenset[str] | None:
    return None if categories is None else frozenset(categories)


def _third_party_rule(policy: Policy, history: History, request: Request) -> Rule | None:
    """The rule for requests of those who are no users, if this is one."""
    timeline = history.requests.get(request.request_id)
    receipt = None if timeline is None else timeline.first(RequestReceived)
    data = None if receipt is None else receipt.data
    if isinstance(data, RequestReceived) and data.requester_role == "third_party_subject":
        return next(iter(policy.of(ThirdPartyRequest)), None)
    return None


def _cancelled(
    policy: Policy, dossier: Dossier, request: Request, rule: CancellationFanOut
) -> Cause:
    """The cause that a cancellation on record as a request makes."""
    history = dossier.whole.history
    if rule.starts == "erasure":
        return _at_erasure(policy, dossier, request.request_id, rule)
    done = next(
        (
            event
            for event, data in history.every(AccountCancelled)
            if data.request_id in (None, request.request_id)
            and event.occurred_at >= (request.received_at or 0)
        ),
        None,
    )
    if done is not None and request.outcome is None:
        return _accepted(policy, request, done, rule, None)
    return _requested(policy, history, request, rule, None)


def _bare_cancellation(dossier: Dossier) -> Iterator[Cause]:
    """The cause that an account makes that was cancelled without a request on record."""
    done = stages_of(dossier.whole.history).cancelled
    if done is None:
        return
    policy = dossier.policy_at(done.occurred_at)
    for rule in policy.of(CancellationFanOut):
        if rule.starts == "erasure":
            yield _at_erasure(policy, dossier, None, rule)
        else:
            yield _from(policy, None, done, rule)


def _clean_up(dossier: Dossier) -> Iterator[Cause]:
    """The cause that a minor's data makes to which no guardian agreed."""
    due = clean_up(dossier.policy_at, dossier.whole.history)
    if due is None:
        return
    policy = dossier.policy_at(due.event.occurred_at)
    for rule in policy.of(CleanUpFanOut):
        yield _from(policy, None, due.event, rule)


def _from(policy: Policy, request_id: str | None, event: Recorded, rule: Rule) -> Cause:
    """Recipients are told of everything from the day of an event on."""
    return Cause(
        policy=policy,
        request_id=request_id,
        why_not=None,
        decided=event.moment,
        recorded=recorded_order(event),
        day=from_micros(event.occurred_at).date(),
        rule=rule,
    )


def _at_erasure(
    policy: Policy, dossier: Dossier, request_id: str | None, rule: CancellationFanOut
) -> Cause:
    """Recipients are told of the account's data on the day our own goes, from its first hour on."""
    found = cancellation_erasure(dossier.policy_at, stages_of(dossier.whole.history))
    categories = account_data(policy)
    if found is not None:
        _, erasing, started = found
        day = last_day(policy, erasing, from_micros(started.occurred_at).date())
        begins = start_of_day(day)
        if begins <= dossier.as_of:
            return Cause(
                policy=policy,
                request_id=request_id,
                why_not=None,
                decided=(begins, LAST_RANK),
                recorded=max(recorded_order(started), (begins, 0, 0)),
                day=day,
                categories=categories,
                rule=rule,
            )
    return _waiting(policy, request_id, "request_undecided", categories)
