"""Checks of a file on its own or beside others: rules said twice, versions, dates, prefixes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lineage.policy.lint.flaw import Flaw
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.policy.refused import colliding_versions, repeated_rules, taken_prefix


@dataclass(frozen=True, slots=True)
class Beside:
    """A policy, those that stand before it in its folder, and the library of all of them."""

    policy: Policy
    before: tuple[Policy, ...]
    library: Library


def said_twice(policy: Policy) -> Iterator[Flaw]:
    """Two rules of one kind and id demand the same. Such a file is not loaded."""
    for path, expected in repeated_rules(policy):
        rule = policy.rules[int(path[1])]
        yield Flaw(path, f"expected {expected}", "take one of them out", rule.rule)


def versions_collide(beside: Beside) -> Iterator[Flaw]:
    """Two files of one controller have the same version or begin on the same day. Such a folder is
    not loaded.
    """
    for other in beside.before:
        for path, expected in colliding_versions(beside.policy, other):
            yield Flaw(path, f"expected {expected}", "give each version its own effective_from")


def prefix_taken(beside: Beside) -> Iterator[Flaw]:
    """Two controllers have rules of the same ids. Such a folder is not loaded."""
    for other in beside.before:
        for path, expected in taken_prefix(beside.policy, other):
            yield Flaw(path, f"expected {expected}", f"{other.id} has it: choose another")


def no_version_before(beside: Beside) -> Iterator[Flaw]:
    """Effective dates with a hole: the earliest version of a controller begins on a day, so what
    happened before it is judged by a version that was not in force yet.
    """
    first = beside.library.versions(beside.policy.id)[0]
    if first is beside.policy and first.effective_from is not None:
        yield Flaw(
            ("effective_from",),
            f"before {first.effective_from} no version is in force, and this one is applied",
            "add the version before it; or leave effective_from out, if there was none",
        )
