"""What a judgement says: a rule, an event, the categories that break it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lineage.domain.facts import Recorded
from lineage.policy.rule import Rule


class FindingKind(StrEnum):
    """Whose word is broken: the text's, only our default's, or nobody's because none speaks."""

    VIOLATION = "violation"
    DEFAULT_VIOLATION = "default_violation"
    GAP = "gap"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding on one event. ``categories`` are those that break the rule, sorted; empty where
    the rule is not about categories. ``says`` explains it in a sentence without anybody's data.
    """

    kind: FindingKind
    rule: str | None
    event: Recorded | None
    categories: tuple[str, ...] = ()
    says: str = ""
    reason: str | None = None
    """of a process finding, which has no rule"""

    def on(self, event: Recorded) -> Finding:
        """The same on another event."""
        return replace(self, event=event)


def broken(
    rule: Rule, event: Recorded, categories: Iterable[str] = (), *, says: str | None = None
) -> Finding:
    """A finding that this rule is broken: a violation of the text, or of our default only."""
    kind = FindingKind.VIOLATION if rule.basis == "policy" else FindingKind.DEFAULT_VIOLATION
    return Finding(kind, rule.rule, event, tuple(sorted(categories)), says or rule.says)


def gap(
    rule: Rule, event: Recorded, categories: Iterable[str] = (), *, says: str | None = None
) -> Finding:
    """A finding that the text does not cover the event, so that this default was applied."""
    return Finding(FindingKind.GAP, rule.rule, event, tuple(sorted(categories)), says or rule.says)


def suppressed(findings: Sequence[Finding]) -> list[Finding]:
    """The findings on one event, less what a violation already says for the same categories."""
    violated = {
        category
        for finding in findings
        if finding.kind is FindingKind.VIOLATION
        for category in finding.categories
    }
    kept = []
    for finding in findings:
        if finding.kind in (FindingKind.DEFAULT_VIOLATION, FindingKind.GAP) and finding.categories:
            left = tuple(c for c in finding.categories if c not in violated)
            if not left:
                continue
            kept.append(replace(finding, categories=left))
        else:
            kept.append(finding)
    return kept
