"""Small policies and registries for the checks: a head that is sound, and the rules of a test."""

from __future__ import annotations

from datetime import date
from typing import Any

from lineage.policy.model import Policy

Said = dict[str, Any]


def rule(kind: str, letter: str = "B", **fields: Any) -> Said:
    """One rule of the text, under a letter."""
    return {
        "kind": kind,
        "rule": f"900.{letter}.1",
        "basis": "policy",
        "says": "As it says.",
        "section": "1",
        **fields,
    }


def default(kind: str, number: str, **fields: Any) -> Said:
    """One of our defaults."""
    return {"kind": kind, "rule": number, "basis": "default", "says": "As we do.", **fields}


def silent(letter: str) -> Said:
    """The text says nothing under this letter, and the file says so."""
    return rule("stated", letter, not_machine_checkable="The text demands nothing here.")


def head(*rules: Said, **fields: Any) -> Said:
    """A whole file."""
    calendar = {"rule": "D-01", "basis": "default", "says": "Working days.", "holidays": []}
    return {
        "id": "small",
        "prefix": "900",
        "name": "Small",
        "version": "1",
        "personal": {},
        "calendar": calendar,
        "rules": list(rules),
        **fields,
    }


def policy(*rules: Said, **fields: Any) -> Policy:
    """The policy of these rules."""
    return Policy.model_validate(head(*rules, **fields))


def version(name: str, begins: date | None = None, **fields: Any) -> Policy:
    """A version without rules."""
    return policy(version=name, effective_from=begins, **fields)
