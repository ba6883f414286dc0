"""Small policies of a few rules, written as a file has them."""

from __future__ import annotations

from typing import Any

from lineage.policy.diff.change import Change
from lineage.policy.diff.compare import compare
from lineage.policy.model import Policy

HEAD: dict[str, Any] = {"rule": "009.A.1", "basis": "policy", "says": "Said.", "section": "1"}
Rule = dict[str, Any]


def rule(kind: str, **fields: Any) -> Rule:
    """A rule of the text, with these fields."""
    return {"kind": kind} | HEAD | fields


def policy(*rules: Rule, **head: Any) -> Policy:
    """A policy of these rules; ``head`` takes the place of what stands before them."""
    whole: dict[str, Any] = {
        "id": "shop",
        "prefix": "009",
        "name": "Shop",
        "version": "v1",
        "personal": {},
        "calendar": HEAD | {"rule": "D-01", "basis": "default", "section": None},
        "rules": rules,
    }
    return Policy.model_validate(whole | head)


def changes(before: list[Rule], after: list[Rule]) -> tuple[Change, ...]:
    """What changes from these rules to those."""
    return compare(policy(*before), policy(*after))


def changed(kind: str, before: Rule, after: Rule, always: Rule) -> Change:
    """The one row of a rule of which these fields change."""
    [row] = changes([rule(kind, **always | before)], [rule(kind, **always | after)])
    return row
