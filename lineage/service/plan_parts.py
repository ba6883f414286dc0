"""The parts of a plan as an answer shows them, of one request or of every cause of a person."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.domain.facts import Request
from lineage.service import answers
from lineage.service.planned import PlannedPerson
from lineage.service.request_rows import (
    excluded,
    joined_rows,
    not_planned_yet,
    standing_duties,
    to_be_erased,
    to_be_told,
)


@dataclass(frozen=True, slots=True)
class PlanParts:
    """Who is told, who is left out and why, what our own systems erase."""

    notify: list[answers.NotifyRow]
    exclude: list[answers.ExcludeRow]
    erase: list[answers.EraseRow]


def plan_parts(asked: PlannedPerson, request: Request | None) -> PlanParts:
    """The plan of a request, or (None) of every cause there is, others under an account with it."""
    own, others = asked.own_rows(request), asked.rows_of_others(request)
    notices = asked.notices(request)
    unplanned = [*not_planned_yet(own, notices), *others.told]
    return PlanParts(
        notify=joined_rows(standing_duties(own, notices), to_be_told(unplanned)),
        exclude=excluded(own, others),
        erase=to_be_erased(own, others),
    )
