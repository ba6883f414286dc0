"""How a list of words is told: what comes, what goes, and whether it names all there are."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lineage.policy.diff.shapes import Direction, Told, reverse
from lineage.policy.diff.vocabulary import joined, spoken

# How alike all of something and some of it are: alike, but less than two lists that share half.
ALL_AND_SOME: Final = 0.25


@dataclass(frozen=True)
class Several:
    """A list of words.

    ``every`` is said where it names all there are: by being absent, or, with ``empty_is_all``,
    empty; ``nothing`` where it names none. ``more`` and ``less`` go on from the subject of the
    sentence, with {} for the words. ``ordered``: their order is part of what is demanded.
    """

    name: str
    wider: Direction = "other"
    every: str = "all"
    nothing: str = "none"
    empty_is_all: bool = False
    more: str = ""
    less: str = ""
    ordered: bool = False
    last: str = "and"
    item: Callable[[Any], str] = spoken

    def shown(self, value: Any) -> str:
        """Return the words as a list."""
        if self._is_all(value):
            return self.every
        return joined((self.item(one) for one in value), self.last) if value else self.nothing

    def detail(self, value: Any) -> str:
        """Return the words under their name."""
        return f"{self.name} {self.shown(value)}" if value else ""

    def told(self, before: Any, after: Any) -> Told:
        """Return which words come and which go."""
        if self._is_all(before) or self._is_all(after):
            direction = self.wider if self._is_all(after) else reverse(self.wider)
            clause = f"{self.name}: now {self.shown(after)}, before {self.shown(before)}"
            return Told(clause, direction)
        more = [one for one in after if one not in before]
        less = [one for one in before if one not in after]
        if not more and not less:
            clause = f"{self.name}: {self.shown(after)}, in this order"
            return Told(clause, "other" if self.ordered else None)
        return Told(
            self._clause(more, less),
            "other" if more and less else self.wider if more else reverse(self.wider),
            verbal=bool(self.more),
        )

    def alike(self, one: Any, other: Any) -> float:
        """Return the share of all words that both name."""
        if self._is_all(one) or self._is_all(other):
            return 1.0 if self._is_all(one) and self._is_all(other) else ALL_AND_SOME
        left, right = (
            {json.dumps(word, sort_keys=True) for word in words} for words in (one, other)
        )
        return len(left & right) / len(left | right) if left | right else 1.0

    def _is_all(self, value: Any) -> bool:
        return value is None or (self.empty_is_all and not value)

    def _clause(self, more: list[Any], less: list[Any]) -> str:
        said = []
        if more:
            said.append((self.more or "now also {}").format(self.shown(more)))
        if less:
            said.append((self.less or "no longer {}").format(self.shown(less)))
        clause = " and ".join(said) if self.more else ", ".join(said)
        return clause if self.more else f"{self.name}: {clause}"
