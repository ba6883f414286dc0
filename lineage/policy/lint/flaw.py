"""What a check finds, and what a check is. No check lives here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from lineage.policy.kinds.stated import Stated
from lineage.policy.model import Policy
from lineage.policy.rule import Rule
from lineage.policy.yamlfile import Document, Place, dotted

Severity = Literal["hole", "contradiction"]

Checked = TypeVar("Checked")
RuleT = TypeVar("RuleT", bound=Rule)


class Flaw(NamedTuple):
    """One finding of a check: its place in the file, a sentence, and what to do about it."""

    path: Place
    says: str
    do: str
    rule: str | None = None


class Row(NamedTuple):
    """A flaw in its file, with what its check is called; ``path`` is dotted."""

    file: str
    line: int
    path: str
    rule: str | None
    code: str
    severity: Severity
    says: str
    do: str


@dataclass(frozen=True, slots=True)
class Check(Generic[Checked]):
    """One check: a stable word, how grave it is, and the function, whose docstring explains it."""

    code: str
    severity: Severity
    finds: Callable[[Checked], Iterator[Flaw]]

    @property
    def explains(self) -> str:
        """What it looks for, in one paragraph."""
        return " ".join((getdoc(self.finds) or "").split())

    def rows(self, checked: Checked, document: Document) -> Iterator[Row]:
        """What it finds, each with its line in the document."""
        for flaw in self.finds(checked):
            yield Row(
                str(document.file),
                document.line_of(flaw.path),
                dotted(flaw.path),
                flaw.rule,
                self.code,
                self.severity,
                flaw.says,
                flaw.do,
            )


AnyCheck = Check[Any]


def numbered(policy: Policy, kind: type[RuleT]) -> Iterator[tuple[Place, RuleT]]:
    """The rules of a kind, each with its place in the file."""
    for number, rule in enumerate(policy.rules):
        if isinstance(rule, kind):
            yield ("rules", number), rule


def listed(words: Iterable[str]) -> str:
    """Words as a sentence has them."""
    return ", ".join(sorted(words))


def topic_is_stated(policy: Policy, topic: str) -> bool:
    """Whether a rule of kind ``stated`` stands under a letter: the file says there is no more."""
    return any(f".{topic}." in rule.rule for rule in policy.of(Stated))
