"""One person's events as a plan rests on them: what no late fact may take away stays. Pure.

Once a deletion is accepted, a fact that is recorded later takes nobody out of the plan until an
officer confirms it: what a service reports by mistake would else end a duty in silence.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold import fold
from lineage.domain.fold.effective import effective_events
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.events import (
    CombinationEnded,
    ConsentGranted,
    ConsentWithdrawn,
    CrossBorderTransfer,
    DataCombined,
    DataDeidentified,
    DataOnwardShared,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    EventData,
    EventRetracted,
    FactConfirmed,
    ReidentificationDetected,
)
from lineage.events.types import CONTROLLER

Order = tuple[int, int, int]
"""When something was recorded: (recorded_at, log, position)."""


@dataclass(frozen=True)
class Dossier:
    """``events`` are those of the person in no order, the retracted among them; ``wide`` the
    controller's own. Natural persons among the parties are named by their ref.
    """

    controller: str
    events: Sequence[Recorded] = field(repr=False)
    policy_at: PolicyAt
    as_of: int
    wide: Sequence[Recorded] = ()

    @cached_property
    def whole(self) -> View:
        """Everything that counts."""
        return self._view(self.events)

    def since(self, decided: Order) -> View:
        """Everything that counts, less what was recorded after a decision and may not yet."""
        waiting = {(e.ref, e.key) for e in unconfirmed(self.events, decided, wide=self.wide)}
        if not waiting:
            return self.whole
        return self._view([e for e in self.events if (e.ref, e.key) not in waiting])

    def _view(self, events: Sequence[Recorded]) -> View:
        history = History(
            self.controller, events=effective_events(events), wide=self.wide, as_of=self.as_of
        )
        facts = fold(
            events,
            controller=self.controller,
            version_at=lambda at: self.policy_at(at).version,
        )
        return View(history, facts)


@dataclass(frozen=True)
class View:
    """The history a plan is made of, and what it folds to."""

    history: History
    facts: Facts


def recorded_order(event: Recorded) -> Order:
    """When an event was recorded."""
    return (event.recorded_at, event.log, event.position)


def unconfirmed(
    events: Sequence[Recorded], decided: Order, *, wide: Iterable[Recorded] = ()
) -> Iterator[Recorded]:
    """The facts recorded after a decision that could take a holder out of its plan, and that no
    officer has confirmed.
    """
    later = [e for e in events if recorded_order(e) > decided and isinstance(e.data, _SUSPECT)]
    if not later:
        return
    brought = {(e.source, e.id) for e in events if isinstance(e.data, _BRINGING)}
    confirmed = {
        (event.data.confirmed_source, event.data.confirmed_id)
        for event in (*events, *wide)
        if isinstance(event.data, FactConfirmed)
    }
    for event in later:
        if takes_out(event.data, brought) and (event.source, event.id) not in confirmed:
            yield event


_SUSPECT = (CombinationEnded, ConsentGranted, DataDeidentified, EventRetracted)

_BRINGING = (
    ConsentWithdrawn,
    CrossBorderTransfer,
    DataCombined,
    DataOnwardShared,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    ReidentificationDetected,
)
"""What puts a recipient into a plan, so that taking it back takes the recipient out."""


def takes_out(data: EventData, brought: Container[tuple[str, str]] | None = None) -> bool:
    """Whether a fact could take a recipient out of a plan; ``brought`` names the events that put
    somebody into it, None where they are not known.
    """
    if isinstance(data, ConsentGranted):
        return data.granted_to != CONTROLLER
    if isinstance(data, DataDeidentified):
        return data.holder != CONTROLLER and not data.reversible
    if isinstance(data, EventRetracted):
        return brought is None or (data.retracted_source, data.retracted_id) in brought
    return isinstance(data, CombinationEnded)
