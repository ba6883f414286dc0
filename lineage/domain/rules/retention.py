"""Judges of erasing: too early, in another form than the text offers, undone by a backup. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, broken
from lineage.domain.history.account import ACCEPTING, stages_of
from lineage.domain.history.keeping import Keeping
from lineage.domain.history.requested import Timeline
from lineage.domain.judging import Case
from lineage.events import (
    BackupIsolated,
    BackupRestored,
    DataDeidentified,
    DataDeleted,
    DataProcessed,
    OrderCompleted,
)
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.ending import BackupDuty
from lineage.policy.kinds.retention import ErasureMethodRule, RetentionMinimum

_RETENTION_OVER = "purpose_ended"
_NOT_LEFT_OPEN = "policy"


def erased_too_early(case: Case) -> Iterable[Finding]:
    """Says that data went which must still be kept (kind ``retention_minimum``).

    Where of several orders one need not be kept any more, nothing is said: an erasure does not name
    the order, and may be about that one.
    """
    if not case.policy.of(RetentionMinimum) or not (gone := _gone(case)):
        return
    keeping = Keeping(case.policy, case.history)
    by_rule: dict[str, tuple[RetentionMinimum, set[str]]] = {}
    for category in gone:
        orders = [
            data.order_id
            for _, data in case.history.before(case.event.moment, OrderCompleted)
            if category in data.categories
        ]
        found = [keeping.minimum(category, case.event.moment, order_id=order) for order in orders]
        if found and (rule := found[0]) is not None and all(found):
            by_rule.setdefault(rule.rule, (rule, set()))[1].add(category)
    for rule, categories in by_rule.values():
        yield broken(rule, case.event, categories)


def erased_in_another_form(case: Case) -> Iterable[Finding]:
    """Says that data was made to go in a form the text does not offer (kind ``erasure_method``).

    After a cancellation it reads every erasure in the live systems; at the end of a retention what
    was de-identified for that reason, which must not be reversible.
    """
    data = case.event.data
    for rule in case.policy.of(ErasureMethodRule):
        if rule.basis != _NOT_LEFT_OPEN:
            continue
        if rule.when == "cancellation":
            used = _method(case)
            if used is not None and used not in rule.methods and _account_is_cancelled(case):
                yield broken(rule, case.event, getattr(data, "categories", ()))
        elif (
            rule.when == "retention_end"
            and isinstance(data, DataDeidentified)
            and data.holder == CONTROLLER
            and data.reason == _RETENTION_OVER
            and data.reversible
        ):
            yield broken(rule, case.event, data.categories)


def backup_used(case: Case) -> Iterable[Finding]:
    """Says that a backup copy of what was erased was used, or is in use again (``backup_duty``).

    A restored copy of which no person is named is about everybody in it: of somebody erased, too.
    """
    rule = next(
        (r for r in case.policy.of(BackupDuty) if r.isolate and r.basis == _NOT_LEFT_OPEN), None
    )
    if rule is None:
        return
    data = case.event.data
    if isinstance(data, DataProcessed) and data.store == "backup":
        used = set(data.categories)
        found = used if _isolated(case) else used & _erased_before(case)
        if found:
            yield broken(rule, case.event, found)
    elif (
        isinstance(data, BackupRestored)
        and data.processing_resumed
        and (_names_nobody(case) or _isolated(case, data.backup_id) or _erased_before(case))
    ):
        yield broken(rule, case.event)


def _gone(case: Case) -> tuple[str, ...]:
    """What the event makes go from our live systems."""
    data = case.event.data
    if isinstance(data, DataDeleted):
        return data.categories if data.store == "live" else ()
    if isinstance(data, DataDeidentified) and data.holder == CONTROLLER and not data.reversible:
        return data.categories
    return ()


def _method(case: Case) -> str | None:
    """The method by which the event makes our live data go, or stand for something gone."""
    data = case.event.data
    if isinstance(data, DataDeleted):
        return data.method if data.store == "live" else None
    if isinstance(data, DataDeidentified) and data.holder == CONTROLLER:
        return "anonymise"
    return None


def _account_is_cancelled(case: Case) -> bool:
    stages = stages_of(case.history)
    return any(
        step is not None and step.moment < case.event.moment
        for step in (stages.approved, stages.cancelled)
    )


def _names_nobody(case: Case) -> bool:
    """Whether the event is one of the controller's own."""
    return not case.history.everything


def _isolated(case: Case, backup_id: str | None = None) -> bool:
    """Whether a backup (this one, where it is named) was set apart before."""
    at = case.event.moment
    found = [*case.history.every(BackupIsolated), *case.history.every_wide(BackupIsolated)]
    return any(event.moment <= at and backup_id in (None, data.backup_id) for event, data in found)


def _erased_before(case: Case) -> frozenset[str]:
    """What had been erased, or was to be erased by a decision, before the event."""
    at = case.event.moment
    found: set[str] = set()
    for _, data in case.history.before(at, DataDeleted):
        if data.store == "live":
            found |= set(data.categories)
    for timeline in case.history.requests.values():
        decision = timeline.decision
        if timeline.outcome in ACCEPTING and decision is not None and decision.moment < at:
            found |= _asked_of(timeline, case.data)
    return frozenset(found)


def _asked_of(timeline: Timeline, data: object) -> set[str]:
    """Those of an event's categories that an accepted deletion request is about."""
    if timeline.right != "deletion" or timeline.receipt is None:
        return set()
    asked = getattr(timeline.receipt.data, "categories", None)
    named = set(getattr(data, "categories", ()))
    return named if asked is None else named & set(asked)
