"""Retention holds: what must be kept, by whom, how long. A policy has no place here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from lineage.domain.facts import Moment, Recorded
from lineage.events import RetentionHoldPlaced, RetentionHoldReleased
from lineage.events.types import CONTROLLER


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold on one category; ``until`` is its last day, None until it is released."""

    event: Recorded
    hold_id: str | None
    law: str
    category: str
    holder: str
    until: date | None
    placed: Moment
    released: Moment | None = None

    def runs(self, at: Moment, day: date) -> bool:
        """Whether it is in force at a moment of a day."""
        return (
            self.placed < at
            and (self.released is None or at <= self.released)
            and (self.until is None or day <= self.until)
        )


class Holds:
    """The holds on one person's data over time."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        """Take the person's events in canonical order."""
        self.all: list[Hold] = []
        for event in events:
            data = event.data
            if isinstance(data, RetentionHoldPlaced):
                self.all += [
                    Hold(event, data.hold_id, data.law, c, data.holder, data.until, event.moment)
                    for c in data.categories
                ]
            elif isinstance(data, RetentionHoldReleased):
                self.all = [
                    replace(hold, released=event.moment) if _releases(data, hold) else hold
                    for hold in self.all
                ]

    def on(self, category: str, at: Moment, day: date, *, holder: str = CONTROLLER) -> list[Hold]:
        """The holds in force on a category at a holder at a moment of a day."""
        return [
            hold
            for hold in self.all
            if hold.category == category and hold.holder == holder and hold.runs(at, day)
        ]


def _releases(data: RetentionHoldReleased, hold: Hold) -> bool:
    if hold.released is not None or (
        data.categories is not None and hold.category not in data.categories
    ):
        return False
    if data.hold_id is not None:
        return data.hold_id == hold.hold_id
    return data.holder == hold.holder and data.law in (None, hold.law)
