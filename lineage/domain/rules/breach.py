"""Judges how persons were told of a breach. By when, and who was not, is a question. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, broken
from lineage.domain.judging import Case
from lineage.events import BreachAnnounced, BreachNotified
from lineage.policy.kinds.breach import BreachNotice


def judge_breach_notice(case: Case) -> Iterable[Finding]:
    """Persons are told of a breach, one by one or by an announcement.

    Says ``broken`` of the rule on that (kind ``breach_notice``) where they are told one by one on
    a channel that it does not name, or what they are told is stated and leaves something out.
    """
    data = case.data
    if not isinstance(data, BreachNotified | BreachAnnounced):
        return
    for rule in case.policy.of(BreachNotice):
        channels = rule.channels if isinstance(data, BreachNotified) else None
        elsewhere = channels is not None and data.channel not in channels
        left_out = data.content is not None and not set(rule.content).issubset(data.content)
        if elsewhere or left_out:
            yield broken(rule, case.event)
