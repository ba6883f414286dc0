"""When a category was personal data under a policy: by itself, or only in combination. Pure.

Which are which stands in the policy file (``personal`` and the rule of kind ``combination``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from lineage.domain.facts import Moment
from lineage.domain.history.history import History
from lineage.events import CombinationEnded, DataCombined, ReidentificationDetected
from lineage.policy.kinds.personal import Combination
from lineage.policy.model import Policy


class Period(NamedTuple):
    """When a category was personal by a combination; ``end`` is None while that lasts."""

    start: Moment
    end: Moment | None


class Personal:
    """Answers for one person under one policy."""

    def __init__(self, policy: Policy, history: History) -> None:
        """``history`` is that of the person."""
        self._history = history
        self._never = policy.never_personal
        self._only_combined = policy.personal_in_combination
        self._rule = next(iter(policy.of(Combination)), None)
        self._rows = [frozenset(row.categories) for row in policy.personal.only_in_combination]

    def always(self, category: str) -> bool:
        """Whether a category is personal data by itself."""
        return category not in self._never and category not in self._only_combined

    def at_controller(self, category: str, at: Moment) -> bool:
        """Whether a category was personal data at the controller at a moment."""
        if category in self._never:
            return False
        if category not in self._only_combined:
            return True
        return any(
            start <= at and (end is None or at < end) for start, end in self.periods(category)
        )

    def at_recipient(self, category: str, recipient: str, at: Moment) -> bool:
        """Whether what a recipient held of a category at a moment was personal data there.

        Besides: what came while it was combined, what the recipient re-identified, and what it
        holds beside data that is personal by itself.
        """
        if category in self._never:
            return False
        if category not in self._only_combined or self.at_controller(category, at):
            return True
        came = self._history.came
        if any(self.always(held) for held in came.held_by(recipient, at)):
            return True
        if any(
            arrival.at <= at
            and category in arrival.categories
            and self.at_controller(category, arrival.at)
            for arrival in came.arrivals(recipient)
        ):
            return True
        return any(
            event.moment <= at and data.holder == recipient and category in data.categories
            for event, data in self._history.every(ReidentificationDetected)
        )

    def personal_at(self, categories: Iterable[str], recipient: str, at: Moment) -> frozenset[str]:
        """Those of the categories that were personal data at a recipient at a moment."""
        return frozenset(c for c in categories if self.at_recipient(c, recipient, at))

    def periods(self, category: str) -> list[Period]:
        """When a category that is personal only in combination was personal at the controller."""
        if self._rule is None or category in self._never:
            return []
        words = self._group(category)
        periods = [Period(start, end) for start, end, named in self._combinations if words & named]
        return _joined(periods)

    def _group(self, category: str) -> frozenset[str]:
        """The category, with those of its row that become personal with it."""
        if self._rule is not None and self._rule.together:
            for row in self._rows:
                if category in row:
                    return row
        return frozenset({category})

    @cached_property
    def _combinations(self) -> list[tuple[Moment, Moment | None, frozenset[str]]]:
        """(start, end, categories) of every combination that identifies.

        It ends for a category when an event names it, and for what it was combined with when all
        of the combined categories have been named.
        """
        ends = [
            (event.moment, frozenset(data.categories))
            for event, data in self._history.every(CombinationEnded)
        ]
        if self._rule is not None and self._rule.lasts == "for_ever":
            ends = []
        found: list[tuple[Moment, Moment | None, frozenset[str]]] = []
        for event, data in self._history.every(DataCombined):
            if not data.identifies:
                continue
            later = [end for end in ends if end[0] > event.moment]
            over: dict[str, Moment | None] = {
                category: next((when for when, named in later if category in named), None)
                for category in data.categories
            }
            all_over = _last(over.values())
            for category, end in over.items():
                found.append((event.moment, end, frozenset({category})))
            for category in data.combined_with:
                named_at = next((when for when, named in later if category in named), None)
                end = min((m for m in (named_at, all_over) if m is not None), default=None)
                found.append((event.moment, end, frozenset({category})))
        return found


def _last(ends: Iterable[Moment | None]) -> Moment | None:
    """The last of these ends; None while one has not come."""
    known = list(ends)
    moments = [end for end in known if end is not None]
    return max(moments) if len(moments) == len(known) and moments else None


def _joined(periods: list[Period]) -> list[Period]:
    """Periods that overlap or touch, as one."""
    joined: list[Period] = []
    for period in sorted(periods, key=lambda p: p.start):
        if joined and (joined[-1].end is None or period.start <= joined[-1].end):
            last = joined.pop()
            end = None if last.end is None or period.end is None else max(last.end, period.end)
            joined.append(Period(last.start, end))
        else:
            joined.append(period)
    return joined
