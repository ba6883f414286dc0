"""Why a recipient gets no notice of a category: the first reason that applies, in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lineage.domain.facts import CHANNEL_SOURCE, Moment
from lineage.domain.history.came import Arrival
from lineage.domain.history.consents import Use
from lineage.domain.history.history import History
from lineage.domain.history.personal import Personal
from lineage.domain.holdings import Holding
from lineage.events import DataShared, RecipientDeclined
from lineage.events.times import from_micros
from lineage.policy.kinds.fan_out import Exemption, LegalCompulsion
from lineage.policy.model import Policy

REASONS = (
    "request_refused",
    "request_undecided",
    "legal_hold",
    "independent_authorisation",
    "excluded_by_law",
    "already_erased",
    "deidentified",
    "non_identifying",
    "unreachable",
    "source_only",
)
"""Every reason, in the order in which they are looked at."""

DEIDENTIFIED_COPY = "deidentified"
"""``why`` of a holding that ended because the recipient's copy was made unrestorable."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is left out, and the rule that says so, where one does."""

    reason: str
    rule: str | None


@dataclass(frozen=True)
class Exemptions:
    """Looks for reasons at a moment ``at``; ``decided`` is that of the decision."""

    policy: Policy
    history: History
    at: Moment
    decided: Moment

    def of(self, row: Holding) -> Reason | None:
        """Why this recipient is not told of this category; None: it is told."""
        name, category = row.holder.name, row.category
        if self._is_held(name, category):
            return self.named("legal_hold")
        if self._has_grant(name, category):
            return self.named("independent_authorisation")
        for compulsion in self.policy.of(LegalCompulsion):
            if self._was_compelled(row, compulsion):
                return Reason("excluded_by_law", compulsion.rule)
        if not row.held:
            if row.why == DEIDENTIFIED_COPY:
                return self.named("deidentified", "deidentified_copy")
            return self.named("already_erased")
        if row.deidentified:
            return self.named("deidentified", "deidentified_share")
        if not self._is_personal(row):
            return Reason("non_identifying", self._not_personal.get(category))
        if row.unreachable or self._recorded_unreachable(row):
            return self.named("unreachable")
        return None

    def named(self, reason: str, by: str | None = None) -> Reason:
        """A reason with the rule that the policy has for it."""
        rule = self._rules.get(by or reason)
        return Reason(reason, None if rule is None else rule.rule)

    @cached_property
    def _rules(self) -> Mapping[str, Exemption]:
        return {rule.reason: rule for rule in reversed(self.policy.of(Exemption))}

    @cached_property
    def _personal(self) -> Personal:
        return Personal(self.policy, self.history)

    @cached_property
    def _not_personal(self) -> Mapping[str, str]:
        personal = self.policy.personal
        rows = (*personal.never, *personal.only_in_combination)
        return {category: row.rule for row in rows for category in row.categories}

    def _is_personal(self, row: Holding) -> bool:
        """Whether it is personal there, or was when it was asked back: what is left of it when the
        recipient has erased the rest is asked back still.
        """
        name, category = row.holder.name, row.category
        if self._personal.at_recipient(category, name, self.at):
            return True
        return row.since <= self.decided[0] and self._personal.at_recipient(
            category, name, self.decided
        )

    def _is_held(self, name: str, category: str) -> bool:
        if "legal_hold" not in self._rules:
            return False
        day = from_micros(self.at[0]).date()
        return bool(self.history.holds.on(category, self.at, day, holder=name))

    def _has_grant(self, name: str, category: str) -> bool:
        if "independent_authorisation" not in self._rules:
            return False
        use = Use(recipient=name, granted_to=name)
        return bool(self.history.consents.grants(category, self.decided, use))

    def _was_compelled(self, row: Holding, rule: LegalCompulsion) -> bool:
        """Whether all that it holds of the category came under compulsion of law."""
        came = [
            a for a in self.history.came.arrivals(row.holder.name) if row.category in a.categories
        ]
        present = [a for a in came if a.at[0] >= row.since] or came
        return bool(present) and all(_is_compelled(arrival, rule) for arrival in present)

    def _recorded_unreachable(self, row: Holding) -> bool:
        """Whether an officer recorded, since the last share, that nobody answers there."""
        return any(
            data.recipient == row.holder.name
            and data.reason == "unreachable"
            and (data.categories is None or row.category in data.categories)
            and event.source != CHANNEL_SOURCE
            and event.occurred_at >= row.last_received
            for event, data in self.history.every(RecipientDeclined)
        )


def _is_compelled(arrival: Arrival, rule: LegalCompulsion) -> bool:
    data = arrival.event.data
    return (
        isinstance(data, DataShared)
        and data.recipient_kind in rule.to
        and data.legal_basis in rule.bases
    )
