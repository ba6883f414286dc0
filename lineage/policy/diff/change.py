"""One difference between two policies, and where it stands among others."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from lineage.policy.diff.kind_words import Whom
from lineage.policy.diff.shapes import Direction

_WHOM: Final = get_args(Whom)


@dataclass(frozen=True)
class FieldChange:
    """One field in JSON form; None before of a rule that is added, None after of one removed."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One difference. ``wording``: nothing is judged or answered otherwise for it.

    ``rule_a`` and ``rule_b`` are the ids in the two policies, None where there is none: the rule
    is added or removed, the category words of the head, the order of the rules of a kind.
    ``direction`` says whether people are protected more, ``other`` where that is not certain.
    """

    change: Literal["added", "removed", "changed"]
    kind: str
    rule_a: str | None
    rule_b: str | None
    for_whom: Whom
    wording: bool
    direction: Direction
    says: str
    fields: tuple[FieldChange, ...]


def place(row: Change) -> tuple[Any, ...]:
    """Where a row stands: of a rule id the topic and the number say most; defaults come last."""
    prefix, *topic = (row.rule_b or row.rule_a or "").split(".")
    letter, number = topic or ("~", prefix.rpartition("-")[2] or "0")
    whom = _WHOM.index(row.for_whom)
    return row.wording, whom, letter, int(number), row.kind, row.change, row.says
