"""The question what of our own data must go, what must be kept, and by when. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import last_day
from lineage.domain.history.account import stages_of
from lineage.domain.history.history import History
from lineage.domain.history.keeping import Keeping, Kept
from lineage.domain.history.own import CopyState, OwnCopy, OwnData
from lineage.domain.history.personal import Personal
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.asked import ACCOUNT, Cause, account_data, causes, day_of
from lineage.events import LogRecorded
from lineage.events.times import from_micros
from lineage.events.types import CONTROLLER
from lineage.policy.categories import ORDER_CATEGORIES
from lineage.policy.kinds.retention import RetentionByNeed, RetentionLimit, SelfClearing
from lineage.policy.model import Policy

_AT_THE_END = 99
_Row = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Due:
    """What holds for one category of ours, of one order where it is order data.

    ``action``: hold, erase or review. ``erase_by`` is the earliest last day that applies,
    ``hold_until`` the last day of the latest hold, past ones included. ``there``: nothing shows
    that it is gone.
    """

    category: str
    order_id: str | None
    action: str
    erase_by: date | None
    hold_until: date | None
    overdue: bool
    rule: str | None
    there: bool


def retention(policy_at: PolicyAt, history: History) -> tuple[Due, ...]:
    """One row for each category on record of our own, for order data one per order; the account
    as a whole has one as soon as something asks for it.
    """
    return tuple(_Retention(policy_at, history).rows())


class _Retention:
    """One person's answer under way."""

    def __init__(self, policy_at: PolicyAt, history: History) -> None:
        self._policy: Policy = policy_at(history.as_of)
        self._history = history
        self._at = (history.as_of, _AT_THE_END)
        self._today = from_micros(history.as_of).date()
        self._keeping = Keeping(self._policy, history)
        self._personal = Personal(self._policy, history)
        self._causes = causes(policy_at, history)
        self._limits = self._policy.of(RetentionLimit)
        self._clearing = next((rule.rule for rule in self._policy.of(SelfClearing)), None)
        self._by_need = next((rule.rule for rule in self._policy.of(RetentionByNeed)), None)
        self._copies = OwnData(self._policy, history).all

    def rows(self) -> Iterator[Due]:
        """The rows, by category and order."""
        rows = self._by_row()
        for category, order_id in sorted(rows, key=lambda row: (row[0], row[1] or "")):
            yield self._due(category, order_id, rows[category, order_id])

    def _by_row(self) -> dict[_Row, list[OwnCopy]]:
        """The copies of each row. A word for order data that came with an order has no row beside
        those of the orders; a hold, a combination that ended and the account may have a row of
        which no copy is on record.
        """
        rows: dict[_Row, list[OwnCopy]] = defaultdict(list)
        for copy in self._copies:
            rows[copy.category, copy.order_id].append(copy)
        with_orders = {category for category, order_id in rows if order_id is not None}
        for category in with_orders & ORDER_CATEGORIES:
            rows.pop((category, None), None)
        known = {category for category, _ in rows}
        more = {h.category for h in self._history.holds.all if h.holder == CONTROLLER}
        more |= {c for c in self._policy.personal_in_combination if self._after_combination(c)}
        if self._account_is_asked_for():
            more.add(ACCOUNT)
        return rows | {(category, None): [] for category in more - known}

    def _account_is_asked_for(self) -> bool:
        return stages_of(self._history).done or any(c.covers(ACCOUNT, None) for c in self._causes)

    def _due(self, category: str, order_id: str | None, copies: Sequence[OwnCopy]) -> Due:
        kept = self._keeping.kept(category, self._at, order_id=order_id)
        there = self._is_there(category, copies)
        asking = list(self._asking(category, order_id, copies))
        dated = [cause for cause in asking if cause.by is not None]
        first = min(dated, key=lambda cause: cause.by or date.max, default=None)
        erase_by = None if first is None else first.by
        return Due(
            category=category,
            order_id=order_id,
            action="hold" if kept.runs else "erase" if asking or kept.ended else "review",
            erase_by=erase_by,
            hold_until=kept.until,
            overdue=erase_by is not None and erase_by < self._today and there and not kept.runs,
            rule=self._rule(kept, first or next(iter(asking), None)),
            there=there,
        )

    def _rule(self, kept: Kept, cause: Cause | None) -> str | None:
        if kept.runs:
            return kept.rule
        if cause is not None:
            return cause.rule
        return kept.rule if kept.ended else self._by_need

    def _is_there(self, category: str, copies: Sequence[OwnCopy]) -> bool:
        """Whether nothing shows that it is gone; the account is gone with all it consists of."""
        if not copies and category == ACCOUNT:
            scope = account_data(self._policy)
            copies = [c for c in self._copies if scope is None or c.category in scope]
        return not copies or any(copy.is_there for copy in copies)

    def _asking(
        self, category: str, order_id: str | None, copies: Sequence[OwnCopy]
    ) -> Iterator[Cause]:
        """What asks for its erasure: causes, periods, and the person that cleared it."""
        left = [copy for copy in copies if copy.is_there] or copies
        since = min((copy.since for copy in left if copy.since is not None), default=None)
        yield from (cause for cause in self._causes if cause.covers(category, since))
        for rule in self._limits:
            if not rule.categories or category in rule.categories:
                days = list(self._starts(rule, category, order_id, left))
                if days:
                    yield Cause(rule.rule, last_day(self._policy, rule, min(days)))
        if self._clearing is not None and any(c.state is CopyState.HIDDEN for c in left):
            yield Cause(self._clearing, None)

    def _starts(
        self, rule: RetentionLimit, category: str, order_id: str | None, copies: Iterable[OwnCopy]
    ) -> Iterator[date]:
        """The days on which a period of this rule started for the data."""
        came = [event for copy in copies for event in copy.came]
        if rule.start == "log_recorded":
            yield from (day_of(event) for event in came if isinstance(event.data, LogRecorded))
        elif rule.start == "order_completed":
            if order_id is not None:
                yield from (day_of(event) for event in came)
            elif category in ORDER_CATEGORIES and came and (last := self._last_completion()):
                yield last
        else:
            ended = self._after_combination(category)
            if ended is not None:
                yield ended

    def _last_completion(self) -> date | None:
        """When the last order was completed: the latest that data without an order can be of."""
        orders = self._history.orders.values()
        return max((day_of(o.completed) for o in orders if o.completed is not None), default=None)

    def _after_combination(self, category: str) -> date | None:
        """When the last combination that made it personal ended; None while one lasts."""
        if not any(rule.start == "combination_ended" for rule in self._limits):
            return None
        periods = self._personal.periods(category)
        if not periods or periods[-1].end is None:
            return None
        return from_micros(periods[-1].end[0]).date()
