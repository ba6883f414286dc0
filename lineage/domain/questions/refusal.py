"""The question whether a request may be refused, or was rightly, and what it costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lineage.domain.grounds import Grounds
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.policy.kinds.refusals import RefusalGround
from lineage.policy.model import Policy

_LAST: Final = 99


@dataclass(frozen=True, slots=True)
class Refusal:
    """``valid``: the recorded refusal, or the part held back, rests on a listed ground; None while
    nothing is refused. ``rule`` is the ground's, or the one that lets no other ground count.
    ``grounds`` gives the rule by which each ground asked about would carry a refusal now; ``fee``
    the rule by which the request may cost something.
    """

    valid: bool | None = None
    rule: str | None = None
    grounds: Mapping[str, str | None] = field(default_factory=dict)
    fee: str | None = None


def refusal(
    policy_at: PolicyAt, history: History, request_id: str, grounds: Sequence[str] = ()
) -> Refusal:
    """On what a refusal of a request rests, or could rest, under the policy of its receipt."""
    timeline = history.requests.get(request_id)
    if timeline is None or timeline.receipt is None:
        return Refusal(grounds=dict.fromkeys(grounds))
    policy = policy_at(timeline.receipt.occurred_at)
    of_request = Grounds(policy, history, timeline)
    refused = of_request.judged()
    rule = None if refused is None else refused.rule or _strict(policy)
    now = (history.as_of, _LAST)
    carrying = {ground: of_request.carrying(ground, now) for ground in grounds}
    return Refusal(
        valid=None if refused is None else refused.rule is not None,
        rule=None if rule is None else rule.rule,
        grounds={g: None if found is None else found.rule for g, found in carrying.items()},
        fee=None if of_request.fee is None else of_request.fee.rule,
    )


def _strict(policy: Policy) -> RefusalGround | None:
    return next((rule for rule in policy.of(RefusalGround) if rule.no_other), None)
