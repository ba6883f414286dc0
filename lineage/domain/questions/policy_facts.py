"""What a policy says of itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lineage.policy.kinds.changes import PolicyFact
from lineage.policy.model import Policy


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """Facts of a policy; None where it does not speak of one."""

    use_binds: bool | None = None
    affiliate_consent_by: Literal["controller", "recipient"] | None = None
    important_messages_optional: bool | None = None


def policy_facts(policy: Policy) -> PolicyFacts:
    """The facts that the policy's rules of kind ``policy_fact`` give; of several the first."""
    rules = policy.of(PolicyFact)
    return PolicyFacts(
        use_binds=next((r.use_binds for r in rules if r.use_binds is not None), None),
        affiliate_consent_by=next(
            (r.affiliate_consent_by for r in rules if r.affiliate_consent_by is not None), None
        ),
        important_messages_optional=next(
            (
                r.important_messages_optional
                for r in rules
                if r.important_messages_optional is not None
            ),
            None,
        ),
    )
