"""Why recipients are told: an accepted deletion, a cancellation, a minor's data. Pure.

What makes a cancellation or a clean-up tell anybody stands in the policy file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lineage.domain.facts import Moment, Recorded, Request
from lineage.domain.history.history import History
from lineage.domain.history.requested import CANCELLATION
from lineage.domain.planning.dossier import Dossier, Order, recorded_order
from lineage.events import AccountCancelled, RequestReceived
from lineage.events.times import from_micros, to_micros
from lineage.policy.calendar import add_calendar_days
from lineage.policy.kinds.fan_out import CancellationFanOut, ThirdPartyRequest
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
    return causes


def no_cause(dossier: Dossier) -> Cause:
    """What stands in the place of a cause for a person who has none: nobody decided anything."""
    return _waiting(dossier.policy_at(dossier.as_of), None, "request_undecided", None)


def cause_of(dossier: Dossier, request: Request) -> Cause | None:
    """The cause that a request makes; None where it makes nobody erase."""
    began = request.received_at if request.received_at is not None else request.decided_at
    policy = dossier.policy_at(dossier.as_of if began is None else began)
    history = dossier.whole.history
    if request.right == ERASING_RIGHT:
        rule = _third_party_rule(policy, history, request)
        return _requested(policy, history, request, rule, request.categories)
    if request.right != CANCELLATION:
        return None
    for fan_out in policy.of(CancellationFanOut):
        return _cancelled(policy, history, request, fan_out)
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
    policy: Policy, history: History, request: Request, rule: CancellationFanOut
) -> Cause:
    """The cause that a cancellation on record as a request makes."""
    done = next(
        (
            event
            for event, data in history.every(AccountCancelled)
            if data.request_id in (None, request.request_id)
            and event.occurred_at >= (request.received_at or 0)
        ),
        None,
    )
    categories = rule.categories or None
    if rule.starts == "cancellation":
        if done is not None and request.outcome != "refused":
            return _after_days(policy, request.request_id, done, rule, history.as_of)
        return _waiting(policy, request.request_id, "request_undecided", categories)
    if done is not None and request.outcome is None:
        return _accepted(policy, request, done, rule, categories)
    return _requested(policy, history, request, rule, categories)


def _bare_cancellation(dossier: Dossier) -> Iterator[Cause]:
    """The cause that an account makes that was cancelled without a request on record."""
    history = dossier.whole.history
    for event, _ in history.every(AccountCancelled):
        policy = dossier.policy_at(event.occurred_at)
        for rule in policy.of(CancellationFanOut):
            yield _after_days(policy, None, event, rule, dossier.as_of)
        return


def _after_days(
    policy: Policy, request_id: str | None, done: Recorded, rule: CancellationFanOut, as_of: int
) -> Cause:
    """What follows a number of days after the account was cancelled, from the first hour on."""
    categories = rule.categories or None
    decided, recorded = done.moment, recorded_order(done)
    day = from_micros(done.occurred_at).date()
    if rule.after:
        day = add_calendar_days(day, rule.after)
        begins = to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))
        if as_of < begins:
            return _waiting(policy, request_id, "request_undecided", categories)
        decided, recorded = (begins, LAST_RANK), max(recorded, (begins, 0, 0))
    return Cause(
        policy=policy,
        request_id=request_id,
        why_not=None,
        decided=decided,
        recorded=recorded,
        day=day,
        categories=_set(categories),
        rule=rule,
    )
