"""Judges what the controller does with data itself. What it collects: ``collection``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.domain.facts import Moment, Recorded
from lineage.domain.findings import Finding, broken
from lineage.domain.judging import Case
from lineage.domain.rules.own_use import agreed, own, taken_back
from lineage.events import (
    AutomatedDecisionMade,
    DataCollected,
    DataDeidentified,
    DataInboundReceived,
    DataProcessed,
    ExplanationGiven,
    LogRecorded,
    PurposeChanged,
    RequestCompleted,
)
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.use import DecisionExplained, PurposeLimit, UseAfterWithdrawal


def judge_processing(case: Case) -> Iterable[Finding]:
    """A use of data: reads the purposes it was collected for, consents and their withdrawal.

    Says ``broken`` of the rule on withdrawn consent, and for the rest of the one on purposes.
    """
    data = case.data
    assert isinstance(data, DataProcessed)
    use = own(data.purpose)
    ended: frozenset[str] = frozenset()
    for rule in case.policy.of(UseAfterWithdrawal):
        ended = taken_back(case, data.categories, use, consent_id=data.consent_id)
        if ended:
            yield broken(rule, case.event, ended)
    for limit in case.policy.of(PurposeLimit):
        if data.purpose in limit.not_other:
            continue
        named = _limited(case, limit, data.categories) - ended
        other = {c for c in named if _for_another(case, c, data.purpose)}
        other -= agreed(case, other, use, consent_id=data.consent_id)
        if other:
            yield broken(limit, case.event, other)


def judge_own_change(case: Case) -> Iterable[Finding]:
    """The controller changes what it uses data for: reads consents to the new purpose.

    Says ``broken`` of the rule on purposes where there was none before.
    """
    data = case.data
    assert isinstance(data, PurposeChanged)
    if data.recipient is not None or data.purpose_to == data.purpose_from:
        return
    for rule in case.policy.of(PurposeLimit):
        if data.purpose_to in rule.not_other or case.history.consents.stated(
            data.consent_id, case.event.moment
        ):
            continue
        named = data.categories or sorted(_on_record(case))
        if not named and rule.categories is None:
            yield broken(rule, case.event)
            continue
        left = _limited(case, rule, named)
        left -= agreed(case, left, own(data.purpose_to), consent_id=data.consent_id)
        if left:
            yield broken(rule, case.event, left)


def judge_explanation(case: Case) -> Iterable[Finding]:
    """An explanation, or the end of a request for one, after a decision of significant effect.

    Says ``broken`` where it offers no remedy, or where no explanation was given.
    """
    rules = case.policy.of(DecisionExplained)
    if not rules or not _decided(case):
        return
    data = case.data
    if isinstance(data, ExplanationGiven):
        missing = data.remedy is None
    else:
        assert isinstance(data, RequestCompleted)
        timeline = case.history.requests.get(data.request_id)
        missing = (
            timeline is not None
            and timeline.right == "explanation"
            and timeline.outcome != "refused"
            and not _explained(case, data.request_id)
        )
    for rule in rules:
        if missing:
            yield broken(rule, case.event)


def _limited(case: Case, rule: PurposeLimit, categories: Iterable[str]) -> frozenset[str]:
    """Those of the categories that the rule is about, and that are personal data then."""
    at = case.event.moment
    return frozenset(
        category
        for category in categories
        if (rule.categories is None or category in rule.categories)
        and case.personal.at_controller(category, at)
    )


def _for_another(case: Case, category: str, purpose: str) -> bool:
    """Whether the data on record was collected for other purposes only.

    A purpose that the controller changed to counts as well, if the change was agreed to.
    """
    came = [
        (event.moment, getattr(data, "purpose", None))
        for event, data in _collections(case)
        if category in data.categories
    ]
    purposes = {told for _, told in came}
    if not came or None in purposes or purpose in purposes:
        return False
    last = max(moment for moment, _ in came)
    return not (_changed_to(case, category, purpose) or _hidden(case, category, last))


def _changed_to(case: Case, category: str, purpose: str) -> bool:
    """Whether the controller had changed to this purpose, with consent."""
    for event, data in case.history.before(case.event.moment, PurposeChanged):
        if (
            data.recipient is None
            and data.purpose_to == purpose
            and (data.categories is None or category in data.categories)
            and _was_agreed(case, category, event.moment, data)
        ):
            return True
    return False


def _was_agreed(case: Case, category: str, at: Moment, change: PurposeChanged) -> bool:
    consents = case.history.consents
    named = consents.stated(change.consent_id, at)
    return named or bool(consents.grants(category, at, own(change.purpose_to)))


def _hidden(case: Case, category: str, since: Moment) -> bool:
    """Whether our copy was de-identified for good after it had last been collected."""
    return any(
        event.moment > since
        and data.holder == CONTROLLER
        and not data.reversible
        and category in data.categories
        for event, data in case.history.before(case.event.moment, DataDeidentified)
    )


def _on_record(case: Case) -> set[str]:
    return {category for _, data in _collections(case) for category in data.categories}


def _collections(
    case: Case,
) -> Sequence[tuple[Recorded, DataCollected | DataInboundReceived | LogRecorded]]:
    """What had come to us before the event."""
    at = case.event.moment
    return case.history.before(at, DataCollected, DataInboundReceived, LogRecorded)


def _decided(case: Case) -> bool:
    decisions = case.history.before(case.event.moment, AutomatedDecisionMade)
    return any(data.significant_effect for _, data in decisions)


def _explained(case: Case, request_id: str) -> bool:
    """Whether an explanation that answers this request, or names none, was given till then."""
    return any(
        event.moment <= case.event.moment and data.request_id in (None, request_id)
        for event, data in case.history.every(ExplanationGiven)
    )
