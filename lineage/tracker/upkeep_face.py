"""The part of the tracker for whoever runs it: rebuilding, verifying, what could not be taken."""

from __future__ import annotations

from collections.abc import Callable

from lineage.service import answers
from lineage.service.policy_answers import RejudgeReport
from lineage.service.upkeep import Upkeep


class UpkeepFace:
    """What keeps a store sound; one method a use case, each one call."""

    _upkeep: Upkeep

    def rebuild(
        self, *, progress: Callable[[int, int], None] | None = None
    ) -> answers.RebuildReport:
        """Fold everybody anew from the ledger. ``progress``: (people done, people in all)."""
        return self._upkeep.rebuild(progress)

    def rejudge(self) -> RejudgeReport:
        """Judge anew everybody whom something concerns that a controller did and that came late.
        What is broken off goes on with the next call.
        """
        return self._upkeep.rejudge()

    def verify(self, *, progress: Callable[[int], None] | None = None) -> answers.VerifyReport:
        """Check every row of the ledger against keys and tree; name the first wrong row."""
        return self._upkeep.verify(progress)

    def dead_letters(
        self, *, reason: str | None = None, event_type: str | None = None, limit: int = 100
    ) -> answers.DeadLetters:
        """Messages that could not be accepted, the oldest first, without their content.
        ``event_type``: ``lineage.data_shared.v1``, ``data_shared`` or ``unknown``.
        """
        return self._upkeep.dead_letters(reason=reason, event_type=event_type, limit=limit)

    def dead_letter(self, id: int) -> answers.DeadLetterRow:
        """One such message, in clear."""
        return self._upkeep.dead_letter(id)

    def replay_dead_letters(
        self, *, reason: str | None = None, event_type: str | None = None
    ) -> answers.RecordReceipt:
        """Record such messages again, after what stopped them has been mended."""
        return self._upkeep.replay(reason=reason, event_type=event_type)

    def doctor(self) -> answers.DoctorReport:
        """Whether store, keys and lanes are sound, and what waits for somebody."""
        return self._upkeep.doctor()
