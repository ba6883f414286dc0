"""Checks of category words: each is known, and each has its place in the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineage.policy.kinds.collection import CollectionRule
from lineage.policy.kinds.recipients import Sensitive
from lineage.policy.lint.flaw import Flaw
from lineage.policy.model import Policy
from lineage.policy.refused import unknown_categories
from lineage.policy.rule import Rule
from lineage.policy.words import category_words


def category_unknown(policy: Policy) -> Iterator[Flaw]:
    """An unknown category: a rule uses a word that is neither canonical nor declared under
    `categories`. Such a file is not loaded.
    """
    for path, _ in unknown_categories(policy):
        rule = policy.rules[int(path[1])]
        yield Flaw(
            path,
            "a category that nobody knows",
            "write it as in the canonical list, or declare it under categories",
            rule.rule,
        )


def category_without_class(policy: Policy) -> Iterator[Flaw]:
    """A category without a class: a word declared under `categories` that no rule uses, or that
    rules use and no rule about collection, no rule of kind `sensitive` and no row under `personal`
    names. A canonical word has its class by the list it stands in.
    """
    head = policy.never_personal | policy.personal_in_combination
    used = head.union(_words(policy.rules))
    classed = head.union(
        _words(rule for rule in policy.rules if isinstance(rule, CollectionRule | Sensitive))
    )
    for number, word in enumerate(policy.categories):
        if word in classed:
            continue
        says = "no rule says how it comes in" if word in used else "no rule speaks of it"
        yield Flaw(
            ("categories", number),
            f"{word} is a category of this controller's own, and {says}",
            "name it in a rule of kind collects or sensitive, or in a row under personal",
        )


def _words(rules: Iterable[Rule]) -> Iterator[str]:
    return (word for rule in rules for _, word in category_words(rule))
