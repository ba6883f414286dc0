"""What must be kept of our own data: holds on record and the policy's own minimum. Pure."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Moment
from lineage.domain.history.history import History
from lineage.events.times import from_micros
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.retention import LegalHold, RetentionMinimum
from lineage.policy.model import Policy


class Kept(NamedTuple):
    """Whether something must be kept, and until when.

    ``until`` is the last day of the latest reason, past ones included; None where there never was
    one, or where one runs that has no end yet. ``rule`` is the rule of that reason.
    """

    runs: bool
    until: date | None
    rule: str | None

    @property
    def ended(self) -> bool:
        """Whether it had to be kept once, and has no more."""
        return self.until is not None and not self.runs


class _Reason(NamedTuple):
    """One reason to keep; ``until`` is its last day, None until somebody ends it."""

    until: date | None
    rule: str | None
    runs: bool


class Keeping:
    """Answers for one person under one policy. The controller's own copies only."""

    def __init__(self, policy: Policy, history: History) -> None:
        """``history`` is that of the person."""
        self._policy = policy
        self._history = history
        self._minimums = policy.of(RetentionMinimum)
        self._hold_rule = next((rule.rule for rule in policy.of(LegalHold)), None)

    def kept(self, category: str, at: Moment, *, order_id: str | None = None) -> Kept:
        """What keeps a category (of one order, where one is named) as of a moment."""
        reasons = [*self._holds(category, at), *self._by_minimum(category, at, order_id)]
        if not reasons:
            return Kept(runs=False, until=None, rule=None)
        latest = max(reasons, key=lambda r: (r.runs, r.until or date.max))
        return Kept(any(r.runs for r in reasons), latest.until, latest.rule)

    def minimum(
        self, category: str, at: Moment, *, order_id: str | None
    ) -> RetentionMinimum | None:
        """The policy's own minimum that keeps a category at a moment, whatever is on hold."""
        day = from_micros(at[0]).date()
        return next(
            (rule for rule, last in self._lasts(category, at, order_id) if day <= last), None
        )

    def _holds(self, category: str, at: Moment) -> list[_Reason]:
        day = from_micros(at[0]).date()
        found = []
        for hold in self._history.holds.all:
            if hold.category != category or hold.holder != CONTROLLER or hold.placed >= at:
                continue
            last = hold.until
            if hold.released is not None and hold.released < at:
                released = from_micros(hold.released[0]).date()
                last = released if last is None else min(last, released)
            found.append(_Reason(last, self._hold_rule, hold.runs(at, day)))
        return found

    def _by_minimum(self, category: str, at: Moment, order_id: str | None) -> list[_Reason]:
        day = from_micros(at[0]).date()
        return [
            _Reason(last, rule.rule, day <= last)
            for rule, last in self._lasts(category, at, order_id)
        ]

    def _lasts(
        self, category: str, at: Moment, order_id: str | None
    ) -> list[tuple[RetentionMinimum, date]]:
        """The last day of each minimum on a category, of one order or of every order."""
        rules = [rule for rule in self._minimums if category in rule.categories]
        if not rules:
            return []
        return [
            (rule, last_day(self._policy, rule, from_micros(order.completed.occurred_at).date()))
            for order in self._history.orders.values()
            if order.completed is not None
            and order.completed.moment < at
            and order_id in (None, order.order_id)
            for rule in rules
        ]
