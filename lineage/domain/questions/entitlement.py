"""The question whether the text gives a person the right that a request is about. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lineage.domain.history.account import ACCEPTING
from lineage.domain.history.history import History
from lineage.domain.history.requested import Timeline
from lineage.domain.judging import PolicyAt
from lineage.domain.rights import right_of
from lineage.events import IdentityVerified, RequestTriaged, RequestWithdrawn
from lineage.policy.kinds.requests import RequestRight

_LAST: Final = 99


@dataclass(frozen=True, slots=True)
class Entitlement:
    """``verdict``: ``entitled`` or ``not_entitled_by_text``. ``state`` is that of the request as
    far as decisions go; what a fan-out makes of it is not seen here. ``rule`` is the rule or
    default that the request is handled under, None where nothing speaks of it.
    """

    verdict: str
    state: str
    rule: str | None


def entitlement(policy_at: PolicyAt, history: History, request_id: str) -> Entitlement:
    """Whether a request is one that the text gives a right to, by all that is known at ``as_of``.

    The policy is the one in force when the request was received. A request of which no receipt is
    on record has nothing to rest on.
    """
    timeline = history.requests.get(request_id)
    if timeline is None or timeline.receipt is None:
        return Entitlement("not_entitled_by_text", "received", None)
    policy = policy_at(timeline.receipt.occurred_at)
    rule = right_of(policy, history, timeline, at=(history.as_of, _LAST))
    entitled = rule is not None and rule.basis == "policy"
    return Entitlement(
        "entitled" if entitled else "not_entitled_by_text",
        _state(timeline, rule),
        None if rule is None else rule.rule,
    )


def _state(timeline: Timeline, rule: RequestRight | None) -> str:
    if timeline.outcome in ACCEPTING:
        return str(timeline.outcome)
    if timeline.first(RequestWithdrawn) is not None:
        return "withdrawn"
    if timeline.outcome is not None:
        return timeline.outcome
    if rule is not None and rule.evaluate:
        return "needs_evaluation"
    if timeline.first(RequestTriaged) is not None:
        return "triaged"
    return "received" if timeline.first(IdentityVerified) is None else "verified"
