"""Our own copies over time: what came to which of our systems, and what became of it. Pure.

By section 4.0 of the contract, with an order's data told apart by order, and with what must be kept
staying when the person clears it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.history import History
from lineage.domain.history.keeping import Keeping
from lineage.events import (
    DataCollected,
    DataDeidentified,
    DataDeleted,
    DataInboundReceived,
    DataStored,
    LogRecorded,
    OrderCompleted,
    SelfServiceCleared,
)
from lineage.events.types import CONTROLLER
from lineage.policy.kinds.retention import CountsAsErased
from lineage.policy.model import Policy

_CLEARED = {"search_history": "search_history", "cookies": "cookie_id", "posts": "ugc"}
_MODELS = (
    DataCollected,
    DataInboundReceived,
    LogRecorded,
    OrderCompleted,
    DataStored,
    DataDeleted,
    DataDeidentified,
    SelfServiceCleared,
)


class CopyState(StrEnum):
    """What has become of our own copy."""

    PRESENT = "present"
    HIDDEN = "hidden"
    ERASED = "erased"
    ANONYMISED = "anonymised"


@dataclass(slots=True)
class OwnCopy:
    """A category at one of our systems, of one order where it came with one.

    ``came`` are the events it came by since it was last gone; of what is gone, those before.
    """

    system: str
    category: str
    order_id: str | None
    came: list[Recorded] = field(default_factory=list)
    state: CopyState = CopyState.PRESENT
    gone_at: Moment | None = None

    @property
    def is_there(self) -> bool:
        """Whether the system still holds it."""
        return self.state in (CopyState.PRESENT, CopyState.HIDDEN)

    @property
    def since(self) -> Moment | None:
        """When the present holding began, or the last one."""
        return self.came[0].moment if self.came else None

    def gone(self, at: Moment, state: CopyState) -> None:
        """It was erased, or nobody can tell any more whose it is; the last time counts."""
        self.state, self.gone_at = state, at


class OwnData:
    """Every copy of ours on record, if only as erased."""

    def __init__(self, policy: Policy, history: History) -> None:
        """Fold the person's events."""
        self._keeping = Keeping(policy, history)
        rule = next(iter(policy.of(CountsAsErased)), None)
        self._stores = frozenset({"live"} if rule is None else rule.stores)
        self._copies: dict[tuple[str, str, str | None], OwnCopy] = {}
        for event in history.only(*_MODELS):
            self._take(event)

    @property
    def all(self) -> list[OwnCopy]:
        """The copies, in the order in which they came."""
        return list(self._copies.values())

    def of(self, category: str) -> list[OwnCopy]:
        """The copies of a category."""
        return [copy for copy in self._copies.values() if copy.category == category]

    def states(self) -> dict[str, CopyState]:
        """What has become of each category, over all our systems."""
        found: dict[str, CopyState] = {}
        for category in sorted({copy.category for copy in self._copies.values()}):
            copies = self.of(category)
            states = {copy.state for copy in copies}
            left = [s for s in (CopyState.PRESENT, CopyState.HIDDEN) if s in states]
            last = max(copies, key=lambda copy: copy.gone_at or (0, 0))
            found[category] = left[0] if left else last.state
        return found

    def _take(self, event: Recorded) -> None:
        data = event.data
        if isinstance(data, DataDeleted):
            if data.store in self._stores:
                how = CopyState.ERASED if data.method == "erase" else CopyState.ANONYMISED
                self._go(event, data.categories, how)
        elif isinstance(data, DataDeidentified):
            if data.holder == CONTROLLER and not data.reversible:
                self._go(event, data.categories, CopyState.ANONYMISED)
        elif isinstance(data, SelfServiceCleared):
            self._clear(event, data)
        elif isinstance(data, OrderCompleted):
            self._come(event, data.categories, data.order_id)
        elif not (isinstance(data, DataStored) and data.host is not None):
            self._come(event, getattr(data, "categories", ()), None)

    def _come(self, event: Recorded, categories: Iterable[str], order_id: str | None) -> None:
        for category in categories:
            key = (event.source, category, order_id)
            copy = self._copies.get(key)
            if copy is None or not copy.is_there:
                copy = self._copies[key] = OwnCopy(*key)
            copy.state = CopyState.PRESENT
            copy.came.append(event)

    def _go(self, event: Recorded, categories: Iterable[str], state: CopyState) -> None:
        """What the event's own system held of these is gone."""
        for category in categories:
            found = [copy for copy in self.of(category) if copy.system == event.source]
            for copy in found or [self._on_record(event, category)]:
                copy.gone(event.moment, state)

    def _clear(self, event: Recorded, data: SelfServiceCleared) -> None:
        """What the person cleared is gone everywhere, but for what must be kept: that is hidden."""
        if data.what == "order_records":
            cleared = {copy.category for copy in self.all if copy.order_id is not None}
        else:
            cleared = {_CLEARED[data.what]}
        for category in sorted(cleared):
            for copy in self.of(category) or [self._on_record(event, category)]:
                if not copy.is_there:
                    continue
                kept = self._keeping.kept(category, event.moment, order_id=copy.order_id)
                if kept.runs:
                    copy.state = CopyState.HIDDEN
                else:
                    copy.gone(event.moment, CopyState.ERASED)

    def _on_record(self, event: Recorded, category: str) -> OwnCopy:
        """A copy of which nothing is known but that it goes."""
        key = (event.source, category, None)
        return self._copies.setdefault(key, OwnCopy(*key))
