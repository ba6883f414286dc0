"""The events of one person and of its controller, as a question sees them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.came import Came
from lineage.domain.history.consents import Consents
from lineage.domain.history.holds import Holds
from lineage.domain.history.orders import Order, orders_of
from lineage.domain.history.requested import Timeline, requests_of
from lineage.events import EventData

Data = TypeVar("Data", bound=EventData)


class History:
    """Effective events in canonical order: ``events`` of one person, ``wide`` of the controller.

    For what is asked of a controller as a whole ``events`` is empty. ``as_of`` is the moment of
    asking in microseconds; nothing later is in here.
    """

    def __init__(
        self,
        controller: str,
        *,
        events: Sequence[Recorded] = (),
        wide: Sequence[Recorded] = (),
        as_of: int,
    ) -> None:
        """Take what ``effective_events`` gave."""
        self.controller = controller
        self.events = tuple(events)
        self.wide = tuple(wide)
        self.as_of = as_of

    def every(self, *models: type[Data]) -> Iterator[tuple[Recorded, Data]]:
        """The person's events of these types, each with its data."""
        return _of(self.events, models)

    def every_wide(self, *models: type[Data]) -> Iterator[tuple[Recorded, Data]]:
        """The controller's own events of these types, each with its data."""
        return _of(self.wide, models)

    def before(self, at: Moment, *models: type[Data]) -> Iterator[tuple[Recorded, Data]]:
        """The person's events of these types that come before a moment."""
        return ((event, data) for event, data in self.every(*models) if event.moment < at)

    @cached_property
    def consents(self) -> Consents:
        """What the person has consented to."""
        return Consents(self.events)

    @cached_property
    def requests(self) -> Mapping[str, Timeline]:
        """The person's requests and cancellations, by id."""
        return requests_of(self.events)

    @cached_property
    def holds(self) -> Holds:
        """What must be kept of the person's data."""
        return Holds(self.events)

    @cached_property
    def orders(self) -> Mapping[str, Order]:
        """The person's orders, by id."""
        return orders_of(self.events)

    @cached_property
    def came(self) -> Came:
        """What came to whom, and what was erased there."""
        return Came(self.events)


def _of(
    events: Iterable[Recorded], models: tuple[type[Data], ...]
) -> Iterator[tuple[Recorded, Data]]:
    for event in events:
        data = event.data
        if isinstance(data, models):
            yield event, data
