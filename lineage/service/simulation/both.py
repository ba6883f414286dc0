"""Both sides of a simulation over one snapshot, and the rows of whom they are asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from lineage.domain.facts import Facts, Recorded
from lineage.domain.history.history import History
from lineage.domain.parties import parties_of
from lineage.policy.loader import Library
from lineage.service.acts import Acts
from lineage.service.checking import categories_of
from lineage.service.people import View
from lineage.service.planner import as_recorded
from lineage.service.querying import Questions
from lineage.service.simulation.outcomes import ChangeRow, Outcome, changes, key
from lineage.service.simulation.replanning import Replanning
from lineage.service.simulation.sides import Side

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


class Both:
    """The policies in use, and others in their place."""

    def __init__(self, questions: Questions, other: Library, conn: Connection, view: View) -> None:
        """``questions`` have the policies in use."""
        under_other = copy(questions)
        under_other.library = other
        self._words = other.categories
        store = questions.store
        self._replanned = Replanning(
            Acts(other, store.hasher),
            store.folder,
            store.hasher,
            partial(_names, questions, conn),
        )
        self._before = Side(questions, conn, view, as_recorded)
        self._after = Side(under_other, conn, view, self._under_other)

    def person(
        self, subject: str, controller: str, refs: tuple[bytes, ...], events: Sequence[Recorded]
    ) -> Iterator[ChangeRow]:
        """How the two differ on one person."""
        after = self._after.person(controller, refs, events)
        return changes(
            subject,
            self._before.person(controller, refs, events),
            after | _refusals(events, self._words(controller)),
        )

    def controller(self, own: History) -> Iterator[ChangeRow]:
        """How they differ on what a controller did itself."""
        refused = _refusals(own.everything_wide, self._words(own.controller))
        after = self._after.controller(own)
        return changes(None, self._before.controller(own), after | refused)

    def _under_other(self, controller: str, events: Sequence[Recorded]) -> Sequence[Recorded]:
        words = self._words(controller)
        taken = [event for event in events if not any(_unknown(event, words))]
        return self._replanned(controller, taken)


def _names(questions: Questions, conn: Connection, facts: Facts) -> dict[str, str]:
    return questions.store.keyring.party_names(conn, parties_of(facts))


def _refusals(events: Iterable[Recorded], words: Collection[str]) -> Outcome:
    """Which events would have been refused for a word that the other policies do not know."""
    return {
        key("refused", event=event.id, field=field): {"word": word}
        for event in events
        for field, word in _unknown(event, words)
    }


def _unknown(event: Recorded, words: Collection[str]) -> Iterator[tuple[str, str]]:
    return ((field, word) for field, word in categories_of(event.data) if word not in words)
