"""One plan of a composition, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lineage.domain.facts import Facts
from lineage.domain.history.history import History
from lineage.domain.planning.causes import Cause
from lineage.domain.planning.dossier import Dossier, View
from lineage.domain.planning.rows import PlanRows


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan: of a cause, asked as it is or as if it were accepted, for Ann or (D-37) for Bea."""

    cause: Cause
    rows: PlanRows
    dossier: Dossier
    if_accepted: bool
    of_account: bool

    @property
    def tells(self) -> bool:
        """Whether it says whom to tell: its cause stands, or is asked as if it did."""
        return self.cause.stands or self.if_accepted

    @property
    def history(self) -> History:
        """The events it rests on."""
        return self._view.history

    @property
    def facts(self) -> Facts:
        """What they fold to."""
        return self._view.facts

    @cached_property
    def _view(self) -> View:
        """Without what came on record after the decision and waits for an officer."""
        decided = self.cause.recorded
        return self.dossier.whole if decided is None else self.dossier.since(decided)
