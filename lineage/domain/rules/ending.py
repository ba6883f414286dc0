"""Judges of the end of the service: who was told, and what was collected after it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.findings import Finding, broken
from lineage.domain.judging import Case
from lineage.domain.questions.asked import day_of, service_end
from lineage.events import ServiceCeased, ServiceShutdownAnnounced
from lineage.policy.calendar import add_days
from lineage.policy.kinds.ending import EndOfService


def end_announced(case: Case) -> Iterable[Finding]:
    """Says that the end of the service was announced in a form that tells nobody, or never was
    (kind ``end_of_service``).
    """
    for rule in case.policy.of(EndOfService):
        data = case.event.data
        if isinstance(data, ServiceShutdownAnnounced):
            if data.notice_form not in rule.notice_forms:
                yield broken(rule, case.event)
        elif isinstance(data, ServiceCeased) and not case.history.every_wide(
            ServiceShutdownAnnounced
        ):
            yield broken(rule, case.event)


def collected_after_end(case: Case) -> Iterable[Finding]:
    """Says that data was collected after the service had ended and the grace was over
    (kind ``end_of_service``).
    """
    if not any(rule.stop_collecting is not None for rule in case.policy.of(EndOfService)):
        return
    found = service_end(case.policy, case.history)
    if found is None:
        return
    rule, ceased = found
    grace = rule.stop_collecting
    if grace is None or case.event.moment <= ceased.moment:
        return
    case.history.look_at_time()
    last = add_days(
        day_of(ceased), grace.limit, unit=grace.unit, holidays=case.policy.calendar.days_off
    )
    if day_of(case.event) > last:
        yield broken(rule, case.event, getattr(case.data, "categories", ()))
