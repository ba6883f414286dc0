"""What no policy in use may have though its form is right: words and rules within, files between.

The loader refuses a file for the first of them, ``lint`` shows all. Each fault is where it stands
and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.policy.words import category_words
from lineage.policy.yamlfile import Place


class Refused(NamedTuple):
    """One fault: its place in the file, and what was expected there."""

    path: Place
    expected: str


def unknown_categories(policy: Policy) -> Iterator[Refused]:
    """Category words of rules that nobody knows."""
    known = policy.all_categories
    for number, rule in enumerate(policy.rules):
        for path, word in category_words(rule):
            if word not in known:
                expected = "a category of the canonical list, or one under 'categories'"
                yield Refused(("rules", number, *path), expected)


def repeated_rules(policy: Policy) -> Iterator[Refused]:
    """Rules that say what another one says already; the sentence may be another."""
    seen: dict[tuple[type[Rule], str], int] = {}
    for number, rule in enumerate(policy.rules):
        # The same id in another kind, or with other numbers, is none.
        said = (type(rule), rule.model_dump_json(exclude={"says"}))
        if said in seen:
            expected = f"another rule than rules[{seen[said]}], which demands the same"
            yield Refused(("rules", number), expected)
        else:
            seen[said] = number


def colliding_versions(policy: Policy, other: Policy) -> Iterator[Refused]:
    """What two versions of one controller cannot share: their name, and the day they begin."""
    if policy.id != other.id:
        return
    if policy.version == other.version:
        yield Refused(("version",), "a version no other file of this id has")
    if begins(policy) == begins(other):
        expected = "an effective_from of its own: one version without it, each other another day"
        yield Refused(("effective_from",), expected)


def taken_prefix(policy: Policy, other: Policy) -> Iterator[Refused]:
    """A prefix of another controller, whose rules would have the same ids."""
    if policy.id != other.id and policy.prefix == other.prefix:
        yield Refused(("prefix",), "a prefix that no other controller's rules have")


def begins(policy: Policy) -> date:
    """The first day of a version; the first of all has always been in force."""
    return policy.effective_from or date.min
