"""Judges of how requests are dealt with: refused without a ground, charged for, answered. Pure.

A limit that has passed is no finding: the question about deadlines tells it.
"""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, broken
from lineage.domain.grounds import Grounds
from lineage.domain.history.requested import Timeline
from lineage.domain.judging import Case
from lineage.domain.rights import right_of
from lineage.events import FeeCharged, RequestCompleted, RequestDecided, RequestResponded
from lineage.policy.kinds.refusals import RefusalGround, RequestFee
from lineage.policy.kinds.requests import ReplyChannel
from lineage.policy.rule import Rule


def refused_without_ground(case: Case) -> Iterable[Finding]:
    """Says that a request was refused, in whole or in part, on no ground of the policy.

    It breaks the rule that lists the ground where its facts are not there or that says it is none
    (kind ``refusal_ground``), else the rule that lets no other ground count, else the right of the
    text itself (kind ``request_right``).
    """
    data = case.event.data
    timeline = _received(case)
    decision = None if timeline is None else timeline.decision
    if timeline is None or decision is None or decision.key != case.event.key:
        return
    grounds = Grounds(case.policy, case.history, timeline)
    refused = grounds.judged()
    if refused is None or refused.rule is not None:
        return
    assert isinstance(data, RequestDecided)
    rule = _broken_by(case, grounds, timeline, data.ground)
    if rule is not None:
        yield broken(rule, case.event, refused.bare)


def _broken_by(case: Case, grounds: Grounds, timeline: Timeline, ground: str | None) -> Rule | None:
    rules = case.policy.of(RefusalGround)
    named = [] if ground is None else [r for r in rules if ground in r.not_grounds]
    named += [] if ground is None else grounds.listing(ground)
    strict = [rule for rule in rules if rule.no_other]
    if named or strict:
        return (named or strict)[0]
    right = right_of(case.policy, case.history, timeline, at=case.event.moment)
    return None if right is None or right.basis != "policy" else right


def charged_without_reason(case: Case) -> Iterable[Finding]:
    """Says that a request cost a fee that was not repeated (kinds ``request_fee``, ``repetition``).

    Nothing is said where the policy does not speak of fees, or the request is not on record.
    """
    timeline = _received(case)
    if timeline is None or Grounds(case.policy, case.history, timeline).repeated:
        return
    for rule in case.policy.of(RequestFee):
        yield broken(rule, case.event)


def answered_elsewhere(case: Case) -> Iterable[Finding]:
    """Says that what was asked for came by another channel than the text says (``reply_channel``).

    Nothing is said where the channel is not stated, or the request was refused.
    """
    data = case.event.data
    timeline = _received(case)
    if timeline is None or timeline.outcome == "refused":
        return
    channel = data.channel if isinstance(data, RequestResponded | RequestCompleted) else None
    for rule in case.policy.of(ReplyChannel):
        if timeline.asked_for in rule.rights and channel not in (None, rule.channel):
            yield broken(rule, case.event)


def _received(case: Case) -> Timeline | None:
    """The request an event names, where its receipt is on record."""
    data = case.event.data
    assert isinstance(data, FeeCharged | RequestCompleted | RequestDecided | RequestResponded)
    timeline = case.history.requests.get(data.request_id)
    return None if timeline is None or timeline.receipt is None else timeline
