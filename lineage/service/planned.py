"""A person read so that its plan can be made: events, causes, notices. Nothing is answered here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lineage.domain.facts import Notice, Request
from lineage.domain.planning.causes import LAST_RANK, Cause, cause_of, causes_of, no_cause
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.joining import joined_rows, rows_of_people
from lineage.domain.planning.rows import PlanRows, plan_rows, renamed_rows
from lineage.policy.kinds.fan_out import OpenOrder
from lineage.service.people import FoundPerson


@dataclass(frozen=True)
class PlannedPerson:
    """``person`` has its facts with natural persons named by their id, the dossier by their ref;
    ``names`` leads from one to the other.
    """

    person: FoundPerson
    dossier: Dossier
    names: Mapping[str, str]
    if_accepted: bool = False
    """whether plans are made as if what waits for a decision had been accepted"""

    under: Sequence[Sequence[tuple[Cause, PlanRows]]] = ()
    """of each one of whom something came through the person's account: what each cause that covers
    the account asks of that
    """

    def own_rows(self, request: Request | None) -> PlanRows:
        """The plan of a request, or (None) of every cause there is, as far as it is about the
        person: what its notices speak of.
        """
        return joined_rows(self._own(request))

    def rows_of_others(self, request: Request | None) -> PlanRows:
        """The rest of it: what came of others through the person's account."""
        return rows_of_people(
            joined_rows(
                (cause, rows)
                for cause, rows in planned
                if request is None or cause.request_id == request.request_id
            )
            for planned in self.under
        )

    def cause(self, request: Request) -> Cause | None:
        """The cause that a request makes."""
        return cause_of(self.dossier, request)

    def notices(self, request: Request | None) -> Sequence[Notice]:
        """The notices of a request, or (None) all there are."""
        return [
            notice
            for notice in self.person.facts.notices
            if request is None or notice.request_id == request.request_id
        ]

    def open_orders(self) -> Sequence[tuple[str, OpenOrder]]:
        """The orders that are open, each with the rule of what it may still need."""
        dossier = self.dossier
        at = (dossier.as_of, LAST_RANK)
        rules = dossier.policy_at(dossier.as_of).of(OpenOrder)
        return [
            (order.order_id, rule)
            for order in dossier.whole.history.orders.values()
            if order.is_open(at)
            for rule in rules
        ]

    @cached_property
    def causes(self) -> Sequence[Cause]:
        """Every cause there is, or what stands in the place of one."""
        return causes_of(self.dossier) or [no_cause(self.dossier)]

    def _meant(self, request: Request | None) -> Sequence[Cause]:
        if request is None:
            return self.causes
        cause = self.cause(request)
        return [] if cause is None else [cause]

    def _own(self, request: Request | None) -> list[tuple[Cause, PlanRows]]:
        if_accepted = self.if_accepted
        return [
            (
                cause,
                renamed_rows(plan_rows(self.dossier, cause, if_accepted=if_accepted), self.names),
            )
            for cause in self._meant(request)
        ]
