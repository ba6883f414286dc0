"""What the handlers write into, and the words they use; who keeps it how is elsewhere. Pure.

``state`` keeps it for the whole fold, event after event in canonical order, ``growing`` for what is
stored already; others keep the little they are asked about. A handler knows nothing of that, so an
event means the same to all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import lru_cache

from lineage.domain.facts import Change, Holder, HolderKind, Hop, Recorded
from lineage.events import EventData, RetentionHoldPlaced, RetentionHoldReleased

VersionAt = Callable[[int], str]
"""Gives the policy version in force at a time (microseconds)."""

HOLDERS_KEPT = 4096
"""How many holders are kept for the next event; parties may be persons, so there is a bound."""


class Book(ABC):
    """What is known of one person while handlers go through its events."""

    first_on_record: dict[str, int]
    """category -> the earliest time it is on record; set by who may meet a transfer of everything,
    and by nobody else, so that one who does not expect it fails
    """

    def __init__(self, controller: str, version_at: VersionAt) -> None:
        """Begin with nothing."""
        self.controller = controller
        self.version_at = version_at
        self.changes: list[Change] = []
        self.holds: list[tuple[Recorded, RetentionHoldPlaced]] = []
        self.released: list[tuple[Recorded, RetentionHoldReleased]] = []

    @abstractmethod
    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Record an *in* by ``hop``: every category is held from here on."""

    @abstractmethod
    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """Record an *out*: the holder holds these categories no longer."""

    def on_record(self, event: Recorded) -> list[str]:
        """Every category on record up to the time of the event, later ranks included."""
        return [c for c, first in self.first_on_record.items() if first <= event.occurred_at]

    # Only the handlers of clearings ask what else is there already.

    def completed(self, event: Recorded) -> set[str]:
        """The categories of the orders completed before the event."""
        raise NotImplementedError(event.data.event_name)

    def in_systems(self, event: Recorded, categories: set[str]) -> list[tuple[Holder, str]]:
        """(system, category) of these categories that came in before the event, held or not."""
        raise NotImplementedError(event.data.event_name, len(categories))

    def changed(self, event: Recorded, party: str, categories: Iterable[str], **more: str) -> None:
        """Record a change to data already held."""
        self.changes.append(
            Change(
                ref=event.ref,
                key=event.key,
                kind=kind_of(type(event.data)),
                party=party,
                categories=tuple(sorted(categories)),
                at=event.occurred_at,
                **more,
            ),
        )

    def hop(
        self,
        event: Recorded,
        to: Holder,
        from_party: str | None,
        *,
        recipient_kind: str | None = None,
        unnamed_kind: str | None = None,
        purpose: str | None = None,
        legal_basis: str | None = None,
        functions: tuple[str, ...] = (),
        region: str | None = None,
        source_kind: str | None = None,
        deidentified: bool = False,
    ) -> Hop:
        """The hop of ``event`` to ``to``; what the event does not say stays null."""
        return Hop(
            kind_of(type(event.data)),
            from_party,
            to,
            recipient_kind,
            unnamed_kind,
            purpose,
            legal_basis,
            functions,
            region,
            source_kind,
            deidentified,
            self.version_at(event.occurred_at),
        )


@lru_cache(maxsize=None)  # noqa: UP033 - a row per event type
def kind_of(model: type[EventData]) -> str:
    """The word for an event in answers: its name without ``data_``."""
    return model.event_name.removeprefix("data_")


@lru_cache(maxsize=HOLDERS_KEPT)
def recipient(name: str) -> Holder:
    """The recipient of that name."""
    return Holder(HolderKind.RECIPIENT, name)


@lru_cache(maxsize=HOLDERS_KEPT)
def system_named(source: str) -> Holder:
    """The system that sends under this ``source``: one source is one system of the controller."""
    return Holder(HolderKind.SYSTEM, source)


def system(event: Recorded) -> Holder:
    """The system that sent the event."""
    return system_named(event.source)
