"""The answers to what a policy is asked: shape only. All the others are in ``answers``."""

from __future__ import annotations

from typing import Literal

from lineage.service.answers import Answer, Question


class FindingRow(Answer):
    """One finding; ``says`` explains it. ``rule`` is null and ``reason`` said for ``process``."""

    kind: Literal["violation", "default_violation", "gap", "process"]
    rule: str | None
    event: str | None
    subject: str | None
    categories: list[str]
    says: str
    reason: str | None


class Findings(Question):
    """``lineage check``: what breaks a rule, and whether each named exception is a listed one."""

    findings: list[FindingRow]
