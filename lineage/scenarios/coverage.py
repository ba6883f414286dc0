"""The table of coverage: which scenarios hold each rule of the policies, and which of them nobody.

What is here is the form of the table. It is measured in ``mutation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from lineage.policy.kinds.stated import Stated
from lineage.policy.model import Policy
from lineage.policy.mutants import Entry
from lineage.service.answers import Answer


class Change(Answer):
    """One change of a rule, and the scenarios that fail under it.

    A rule that is switched off is held by every scenario that names it and fails without it. Where
    none does, and for each number, the first one found stands for all. ``why`` is the written
    reason of a change that survives because no answer can show it.
    """

    change: str
    held_by: tuple[str, ...]
    why: str | None = None

    @property
    def survives(self) -> bool:
        """Whether no scenario fails and nobody has said why."""
        return not self.held_by and self.why is None


class RuleCoverage(Answer):
    """One entry of a policy file.

    ``number`` tells entries of one rule and kind apart, ``effective_from`` the versions of a
    policy. A rule that is only stated has no ``changes``, but the reason why no machine can check
    it.
    """

    controller: str
    effective_from: date | None = None
    rule: str
    kind: str
    number: int = 1
    basis: Literal["policy", "default"]
    not_machine_checkable: str | None = None
    changes: tuple[Change, ...] = ()

    @property
    def name(self) -> str:
        """Which entry it is, for people."""
        which = f" ({self.number})" if self.number > 1 else ""
        since = f" from {self.effective_from}" if self.effective_from else ""
        return f"{self.controller}{since} {self.rule} {self.kind}{which}"

    @property
    def survivors(self) -> Iterator[Change]:
        """The changes that no scenario and no reason answers for."""
        return (change for change in self.changes if change.survives)


class Coverage(Answer):
    """The table, and which policies and files it belongs to: digests in hexadecimal digits."""

    policies: dict[str, str]
    files: dict[str, str]
    rules: tuple[RuleCoverage, ...]

    @property
    def survivors(self) -> Iterator[tuple[RuleCoverage, Change]]:
        """Each change of an enforced rule that nothing answers for."""
        return ((row, change) for row in self.rules for change in row.survivors)

    def summary(self) -> str:
        """How many rules and changes there are, and what came of them, in one sentence."""
        changes = [change for row in self.rules for change in row.changes]
        enforced = sum(bool(row.changes) for row in self.rules)
        explained = sum(change.why is not None for change in changes)
        return (
            f"{enforced} enforced rules, {len(self.rules) - enforced} only stated; "
            f"{len(changes)} changes: {sum(bool(change.held_by) for change in changes)} held by a "
            f"scenario, {explained} explained, {len(tuple(self.survivors))} survive"
        )


def row_of(policy: Policy, entry: Entry, changes: Iterable[Change]) -> RuleCoverage:
    """The row of one entry of a policy."""
    stated = entry.rule.not_machine_checkable if isinstance(entry.rule, Stated) else None
    return RuleCoverage(
        controller=policy.id,
        effective_from=policy.effective_from,
        rule=entry.rule.rule,
        kind=entry.kind,
        number=entry.number,
        basis=entry.rule.basis,
        not_machine_checkable=stated,
        changes=tuple(changes),
    )
