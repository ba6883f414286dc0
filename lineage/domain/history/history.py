"""The events of one person and of its controller, as a question sees them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from lineage.domain.circumstances import EVERYTHING, REQUEST_STEPS, bits_of
from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.came import CAME_BY, Came
from lineage.domain.history.consents import Consents
from lineage.domain.history.holds import Holds
from lineage.domain.history.orders import Order, orders_of
from lineage.domain.history.requested import Timeline, requests_of
from lineage.events import (
    ConsentGranted,
    ConsentWithdrawn,
    EventData,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    RetentionHoldPlaced,
    RetentionHoldReleased,
)

Data = TypeVar("Data", bound=EventData)
Folded = TypeVar("Folded")


class History:
    """Effective events in canonical order: ``events`` of one person, ``wide`` of the controller.

    For what is asked of a controller as a whole there are no events. ``as_of`` is the moment of
    asking in microseconds; nothing later is in here. ``looked_at`` are the types that somebody has
    asked for so far, as bits of ``circumstances``: what nobody looked at decided nothing.
    """

    def __init__(
        self,
        controller: str,
        *,
        events: Sequence[Recorded] = (),
        wide: Sequence[Recorded] | Callable[[], Sequence[Recorded]] = (),
        as_of: int,
    ) -> None:
        """Take what ``effective_events`` gave; ``wide`` may be got when it is looked at."""
        self.controller = controller
        self.everything = tuple(events)
        """Every event of the person, for who only goes through them"""
        self._wide = wide
        self.as_of = as_of
        self.looked_at = 0
        self.looked_at_wide = False
        self.looked_at_time = False
        self._folded: dict[str, Any] = {}
        self._of_types: dict[tuple[type[EventData], ...], list[Any]] = {}

    @property
    def events(self) -> tuple[Recorded, ...]:
        """Every event of the person. Ask for types (``every``) where they are known."""
        self.looked_at = EVERYTHING
        return self.everything

    @property
    def wide(self) -> tuple[Recorded, ...]:
        """Every event of the controller itself."""
        self.looked_at_wide = True
        return self.everything_wide

    @property
    def everything_wide(self) -> tuple[Recorded, ...]:
        """The same, for who only goes through them."""
        return tuple(self._wide() if callable(self._wide) else self._wide)

    @property
    def asked_by_name(self) -> bool:
        """Whether a consent was looked for by its id, whenever it was given."""
        consents = self._folded.get("consents")
        return consents is not None and consents.asked_by_name

    def look_away(self) -> None:
        """Begin anew to note what is looked at; what was folded is kept."""
        self.looked_at = 0
        if (consents := self._folded.get("consents")) is not None:
            consents.asked_by_name = False
        self.looked_at_wide = False
        self.looked_at_time = False

    def look_at_time(self) -> None:
        """Note that a judgement counted from the time of its event, not only what came before it:
        it holds for no event of another time.
        """
        self.looked_at_time = True

    def only(self, *models: type[EventData]) -> list[Recorded]:
        """The person's events of these types."""
        return [event for event, _ in self.every(*models)]

    def every(self, *models: type[Data]) -> list[tuple[Recorded, Data]]:
        """The person's events of these types, each with its data; looked for once, and shared."""
        self.looked_at |= bits_of(models)
        found = self._of_types.get(models)
        if found is None:
            found = self._of_types[models] = _of(self.everything, models)
        return found

    def every_wide(self, *models: type[Data]) -> list[tuple[Recorded, Data]]:
        """The controller's own events of these types, each with its data."""
        return _of(self.wide, models)

    def before(self, at: Moment, *models: type[Data]) -> list[tuple[Recorded, Data]]:
        """The person's events of these types that come before a moment."""
        return [found for found in self.every(*models) if found[0].moment < at]

    def folded(
        self, name: str, fold: Callable[[list[Recorded]], Folded], *models: type[EventData]
    ) -> Folded:
        """A circumstance folded from the events of these types, once."""
        self.looked_at |= bits_of(models)
        if name not in self._folded:
            self._folded[name] = fold(self.only(*models))
        found: Folded = self._folded[name]
        return found

    @property
    def consents(self) -> Consents:
        """What the person has consented to."""
        return self.folded("consents", Consents, ConsentGranted, ConsentWithdrawn)

    @property
    def requests(self) -> Mapping[str, Timeline]:
        """The person's requests and cancellations, by id."""
        return self.folded("requests", requests_of, *REQUEST_STEPS)

    @property
    def holds(self) -> Holds:
        """What must be kept of the person's data."""
        return self.folded("holds", Holds, RetentionHoldPlaced, RetentionHoldReleased)

    @property
    def orders(self) -> Mapping[str, Order]:
        """The person's orders, by id."""
        return self.folded("orders", orders_of, OrderCreated, OrderCompleted, OrderCancelled)

    @property
    def came(self) -> Came:
        """What came to whom, and what was erased there."""
        return self.folded("came", partial(Came, self.controller), *CAME_BY)


def _of(events: Iterable[Recorded], models: tuple[type[Data], ...]) -> list[tuple[Recorded, Data]]:
    return [(event, event.data) for event in events if isinstance(event.data, models)]
