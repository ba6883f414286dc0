"""Orders: which were open, completed or cancelled at a moment, and what of them is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lineage.domain.facts import Moment, Recorded
from lineage.events import OrderCancelled, OrderCompleted, OrderCreated


@dataclass(slots=True)
class Order:
    """One order; a step that is not on record is None. Of several of one kind the first counts."""

    order_id: str
    created: Recorded | None = None
    completed: Recorded | None = None
    cancelled: Recorded | None = None

    @property
    def made(self) -> OrderCreated | None:
        """What its creation says."""
        data = None if self.created is None else self.created.data
        return data if isinstance(data, OrderCreated) else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The categories that are kept of it since it was completed."""
        data = None if self.completed is None else self.completed.data
        return data.categories if isinstance(data, OrderCompleted) else ()

    def is_open(self, at: Moment) -> bool:
        """Whether it had been created before a moment and neither completed nor cancelled."""
        if self.created is None or self.created.moment >= at:
            return False
        ends = [end for end in (self.completed, self.cancelled) if end is not None]
        return not any(end.moment < at for end in ends)


def orders_of(events: Iterable[Recorded]) -> dict[str, Order]:
    """The person's orders by id, from its events in canonical order."""
    found: dict[str, Order] = {}
    for event in events:
        data = event.data
        if not isinstance(data, OrderCreated | OrderCompleted | OrderCancelled):
            continue
        order = found.setdefault(data.order_id, Order(data.order_id))
        if isinstance(data, OrderCreated):
            order.created = order.created or event
        elif isinstance(data, OrderCompleted):
            order.completed = order.completed or event
        else:
            order.cancelled = order.cancelled or event
    return found
