"""Everything that can be asked of one composition at one moment, without a store.

Each answer is made when it is first looked at; ``everything`` looks at all of them, so that a
question that cannot be answered is found whatever the laws look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, get_args

from lineage.domain.facts import Facts, Recorded
from lineage.domain.findings import Finding
from lineage.domain.fold.effective import effective_events
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.planning.accounts import covers_account
from lineage.domain.planning.causes import Cause, causes_of, no_cause
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.rows import plan_rows
from lineage.domain.questions.breach import BreachDue, breaches
from lineage.domain.questions.cancellation import Cancellation, cancellation
from lineage.domain.questions.deadlines import Limits, limits
from lineage.domain.questions.entitlement import entitlement
from lineage.domain.questions.exceptions import exceptions
from lineage.domain.questions.minors import Minors, minors
from lineage.domain.questions.policy_facts import policy_facts
from lineage.domain.questions.refusal import refusal
from lineage.domain.questions.retention import Due, retention
from lineage.domain.questions.status import OwnCopies, own_copies
from lineage.domain.questions.told import recipient_states
from lineage.domain.rules.table import JUDGES
from lineage.events import EventRetracted, IdentityLinked
from lineage.events.enums import Ground
from lineage.events.times import from_micros
from lineage.policy.kinds.retention import CountsAsErased
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.service.people import FoundPerson
from lineage.service.plan_parts import PlanParts, plan_parts
from lineage.service.planned import PlannedPerson
from tests.fuzz.compositions import Composition
from tests.fuzz.histories import ANN, BEA, GUEST, ref_of
from tests.fuzz.planned import Plan
from tests.fuzz.words import CONTROLLER

GROUNDS: Final = get_args(Ground)
HERS: Final = (ref_of(ANN), ref_of(GUEST))


class Asked:
    """The answers about one composition at one moment."""

    def __init__(
        self, composition: Composition, as_of: int, *, library: Library | None = None
    ) -> None:
        """``library`` takes the place of the policies of the composition."""
        self.composition = composition
        self.as_of = as_of
        self.today = from_micros(as_of).date()
        self.library = composition.library if library is None else library
        self.policy_at: PolicyAt = self.library.policy_at(CONTROLLER)
        seen = [event for event in composition.recorded if _is_seen(event, as_of)]
        wide = [event for event in seen if event.ref == ref_of("")]
        linked = any(isinstance(event.data, IdentityLinked) for event in seen)
        self.hers = HERS if linked else HERS[:1]
        self._wide = effective_events(wide)
        self._of_ann = [event for event in seen if event.ref in self.hers]
        self._of_bea = [event for event in seen if event.ref == ref_of(BEA)]

    def under(self, library: Library) -> Asked:
        """The same under other policies."""
        return Asked(self.composition, self.as_of, library=library)

    def after(self, *events: Recorded) -> Asked:
        """The same with more events of Ann's on record."""
        more = Asked(self.composition, self.as_of, library=self.library)
        more._of_ann = [*self._of_ann, *events]
        return more

    def arrived_backwards(self) -> Asked:
        """The same, read in the reverse of the order of recording."""
        turned = Asked(self.composition, self.as_of, library=self.library)
        turned._of_ann, turned._of_bea = self._of_ann[::-1], self._of_bea[::-1]
        turned._wide = effective_events(self._wide[::-1])
        return turned

    @property
    def versions(self) -> Sequence[Policy]:
        """Every version of the policy."""
        return self.library.versions(CONTROLLER)

    @property
    def backups_count(self) -> bool:
        """Whether a rule of the policy in force looks at backups to say what is erased."""
        return any("backup" in rule.stores for rule in self.policy.of(CountsAsErased))

    @property
    def policy(self) -> Policy:
        """The policy in force at the moment of asking."""
        return self.policy_at(self.as_of)

    @cached_property
    def dossier(self) -> Dossier:
        """What is on record of Ann."""
        return self._dossier(self._of_ann)

    @cached_property
    def history(self) -> History:
        """The same as a question sees it."""
        return self.dossier.whole.history

    @cached_property
    def causes(self) -> Sequence[Cause]:
        """Why anybody is told of Ann."""
        return causes_of(self.dossier)

    @cached_property
    def plans(self) -> Sequence[Plan]:
        """The plans of every cause there is, as it is and as if it were accepted."""
        bea = self._dossier(self._of_bea)
        found = []
        for cause in self.causes or [no_cause(self.dossier)]:
            for if_accepted in (False, True):
                rows = plan_rows(self.dossier, cause, if_accepted=if_accepted)
                found.append(Plan(cause, rows, self.dossier, if_accepted, of_account=False))
                if covers_account(cause):
                    rows = plan_rows(bea, cause, if_accepted=if_accepted, account=self.hers)
                    found.append(Plan(cause, rows, bea, if_accepted, of_account=True))
        return found

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """What is found on Ann's events."""
        return list(JUDGES.of_person(self.history, self.policy_at))

    @cached_property
    def findings_wide(self) -> Sequence[Finding]:
        """What is found on the controller's own events."""
        return list(JUDGES.of_controller(self.history, self.policy_at))

    @property
    def all_findings(self) -> Sequence[Finding]:
        """Both."""
        return [*self.findings, *self.findings_wide]

    @cached_property
    def limits(self) -> Mapping[str, Limits]:
        """The limits of each request."""
        return {one: limits(self.policy_at, self.history, one) for one in self.history.requests}

    @cached_property
    def retention(self) -> Sequence[Due]:
        """What of our own data must go, and when."""
        return retention(self.policy_at, self.history)

    @cached_property
    def minors(self) -> Minors:
        """Whether Ann is a minor."""
        return minors(self.policy_at, self.history)

    @cached_property
    def cancellation(self) -> Cancellation:
        """How far the cancellation of Ann's account is."""
        return cancellation(self.policy_at, self.history)

    @cached_property
    def own_copies(self) -> OwnCopies:
        """What has become of our own copies."""
        return own_copies(self.policy_at, self.history)

    @cached_property
    def breaches(self) -> Sequence[BreachDue]:
        """What each breach demands."""
        return breaches(self.policy_at, self.history)

    @cached_property
    def parts(self) -> Sequence[PlanParts]:
        """The plans as they are answered: of each request, and of every cause there is."""
        facts = self.dossier.whole.facts
        found = FoundPerson(CONTROLLER, self.hers, None, facts)
        under = [(plan.cause, plan.rows) for plan in self.plans if plan.of_account]
        asked = PlannedPerson(found, self.dossier, {}, under=[under])
        both = (asked, replace(asked, if_accepted=True))
        return [plan_parts(one, request) for one in both for request in (None, *facts.requests)]

    @cached_property
    def everything(self) -> list[Any]:
        """Every answer there is, in one list."""
        requests, facts = self.history.requests, self.dossier.whole.facts
        return [
            self.plans_said(),
            self.parts,
            [(f, f.event and f.event.id) for f in (*self.findings, *self.findings_wide)],
            self.limits,
            [entitlement(self.policy_at, self.history, one) for one in requests],
            [refusal(self.policy_at, self.history, one, GROUNDS) for one in requests],
            self.retention,
            self.minors,
            self.cancellation,
            self.own_copies,
            self.breaches,
            exceptions(self.policy_at, self.history),
            policy_facts(self.policy),
            _states(facts, self),
        ]

    def plans_said(self) -> list[Any]:
        """The plans, each with what makes it."""
        return [(plan.cause.request_id, plan.cause.why_not, plan.rows) for plan in self.plans]

    def _dossier(self, events: Sequence[Recorded]) -> Dossier:
        return Dossier(CONTROLLER, events, self.policy_at, as_of=self.as_of, wide=self._wide)


def _is_seen(event: Recorded, as_of: int) -> bool:
    """Retractions and links count at any time, as for every question."""
    return isinstance(event.data, EventRetracted | IdentityLinked) or event.occurred_at <= as_of


def _states(facts: Facts, asked: Asked) -> Mapping[str, str]:
    return recipient_states(facts.notices, today=asked.today, answer_days={})
