"""Under which rule of a policy a request is handled, by what it states and what is on record. Pure.

Whether that rule entitles is a question; on which grounds it may be refused is in ``grounds``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lineage.domain.facts import Moment
from lineage.domain.history.account import ACCEPTING
from lineage.domain.history.history import History
from lineage.domain.history.requested import CANCELLATION, Timeline
from lineage.events import (
    AccountCancelled,
    RequestReceived,
    ServiceShutdownAnnounced,
    UserRegistered,
)
from lineage.policy.kinds.requests import Reason, RequestRight
from lineage.policy.model import Policy

_CALIFORNIA: Final = "US-CA"


def right_of(
    policy: Policy, history: History, timeline: Timeline, *, at: Moment
) -> RequestRight | None:
    """The first rule that fits a request, as far as is known at a moment; None: the text is silent.

    A reason counts as stated or as on record; whoever cancelled the account has stopped using the
    service.
    """
    claim = _Claim(history, timeline, at)
    return next((rule for rule in policy.of(RequestRight) if claim.fits(rule)), None)


@dataclass(frozen=True)
class _Claim:
    """What a request can rest on at a moment."""

    history: History
    timeline: Timeline
    at: Moment

    @property
    def _said(self) -> RequestReceived | None:
        """What the request says; a cancellation says nothing more."""
        data = None if self.timeline.receipt is None else self.timeline.receipt.data
        return data if isinstance(data, RequestReceived) else None

    def fits(self, rule: RequestRight) -> bool:
        """Whether a rule is about this request."""
        said = self._said
        role = "user" if said is None else said.requester_role
        named = None if said is None else said.categories
        return (
            self.timeline.asked_for in rule.rights
            and (not rule.requesters or role in rule.requesters)
            and (not rule.categories or (named is not None and {*named} <= {*rule.categories}))
            and (rule.residents_of is None or self._lives_in(rule.residents_of))
            and (not rule.when or any(self._is_so(reason) for reason in rule.when))
        )

    def _is_so(self, reason: Reason) -> bool:
        said = self._said
        facts = {None if said is None else said.trigger}
        if self._account_is_cancelled():
            facts.add("account_cancelled")
        if "account_cancelled" in facts:
            facts.add("stopped_using")
        return (
            facts.issuperset(reason.facts)
            and (not reason.serious or (said is not None and said.severity == "serious"))
            and (not reason.permanent or self._ended_for_good())
        )

    def _account_is_cancelled(self) -> bool:
        """As the request says, or as on record and not opened again since."""
        if self._said is not None and self._said.account_cancelled:
            return True
        ends = [event.moment for event in self.history.only(AccountCancelled)]
        ends += [
            other.decision.moment
            for other in self.history.requests.values()
            if other.right == CANCELLATION
            and other.decision is not None
            and other.outcome in ACCEPTING
        ]
        last = max((end for end in ends if end <= self.at), default=None)
        if last is None:
            return False
        opened = (event.moment for event in self.history.only(UserRegistered))
        return not any(last < begin <= self.at for begin in opened)

    def _ended_for_good(self) -> bool:
        """As last announced; where nothing was, as the request says."""
        announced = [
            data.permanent
            for event, data in self.history.every_wide(ServiceShutdownAnnounced)
            if event.moment <= self.at
        ]
        if announced:
            return announced[-1]
        return self._said is not None and self._said.permanent is True

    def _lives_in(self, region: str) -> bool:
        """As last registered, or as the request says."""
        if region == _CALIFORNIA and self._said is not None and self._said.california_resident:
            return True
        regions = [
            data.region
            for event, data in self.history.every(UserRegistered)
            if event.moment <= self.at and data.region is not None
        ]
        return bool(regions) and (regions[-1] == region or regions[-1].startswith(f"{region}-"))
