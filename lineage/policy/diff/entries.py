"""What is compared of a policy: each rule, and what the head says, as fields in JSON form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from json import dumps
from typing import Any, Final

from lineage.policy.diff.about.head import (
    CALENDAR,
    CATEGORY_WORDS,
    IN_COMBINATION,
    NEVER_PERSONAL,
)
from lineage.policy.diff.about.table import KINDS
from lineage.policy.diff.kind_words import KindWords
from lineage.policy.model import Policy
from lineage.policy.rule import Rule

WORDING: Final = ("says", "section", "completed_by", "not_machine_checkable")
"""The fields by which nothing is judged, in the order in which they are told."""


@dataclass(frozen=True)
class Entry:
    """One rule, or the category words of the head. ``demands`` are the fields that something is
    judged or answered by, ``wording`` all others but the rule's id.
    """

    kind: str
    rule: str | None
    demands: Mapping[str, Any]
    wording: Mapping[str, Any]

    @property
    def words(self) -> KindWords:
        """The words of its kind."""
        return KINDS[self.kind]

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The demands as they are told: a limit with its unit is one value."""
        if "unit" not in self.demands:
            return self.demands
        unit = self.demands["unit"]
        values = {name: value for name, value in self.demands.items() if name != "unit"}
        for name in ("limit", "target"):
            if values[name] is not None:
                values[name] = {"unit": unit, "limit": values[name]}
        return values

    @cached_property
    def text(self) -> str:
        """All of it, as a text that two entries share only if they are equal."""
        return dumps([self.kind, self.rule, self.demands, self.wording], sort_keys=True)


def entries_of(policy: Policy) -> Iterator[Entry]:
    """Everything of a policy but what names it: id, prefix, name, version and first day."""
    yield Entry(CATEGORY_WORDS, None, {"categories": list(policy.categories)}, {})
    for row in policy.personal.never:
        yield _entry(NEVER_PERSONAL, row)
    for row in policy.personal.only_in_combination:
        yield _entry(IN_COMBINATION, row)
    yield _entry(CALENDAR, policy.calendar)
    for rule in policy.rules:
        yield _entry(rule.kind, rule)


def _entry(kind: str, rule: Rule) -> Entry:
    fields = rule.model_dump(mode="json", exclude={"kind", "rule"})
    wording: dict[str, Any] = {name: fields.pop(name) for name in WORDING if name in fields}
    return Entry(kind, rule.rule, fields, wording)
