"""Which entry of one policy stands for which of another: the same kind, and the closest content.

The result is the same whichever policy comes first, and whatever the order of the rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import prod
from typing import Final, NamedTuple

from lineage.policy.diff.entries import Entry

ALIKE_MIN: Final = 0.5
"""What two entries with different ids must share of what tells them from others of their kind."""


class Pairs(NamedTuple):
    """Entries that stand for one another, those of the first only, those of the second only."""

    both: list[tuple[Entry, Entry]]
    first: list[Entry]
    second: list[Entry]


class _Likeness(NamedTuple):
    same_id: bool
    identity: float
    demands: float
    wording: float


def paired(one: Iterable[Entry], other: Iterable[Entry]) -> Pairs:
    """Pair the entries of two policies: those with the same id before others, the closest first."""
    pairs = Pairs([], [], [])
    left, right = _by_kind(one), _by_kind(other)
    for kind in dict.fromkeys([*left, *right]):
        both, first, second = _of_kind(left[kind], right[kind])
        pairs.both.extend(both)
        pairs.first.extend(first)
        pairs.second.extend(second)
    return pairs


def _by_kind(entries: Iterable[Entry]) -> defaultdict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.kind].append(entry)
    return found


def _of_kind(left: list[Entry], right: list[Entry]) -> Pairs:
    free_left, free_right = dict(enumerate(left)), dict(enumerate(right))
    both: dict[int, tuple[Entry, Entry]] = {}
    for _, _, i, j in sorted(_candidates(left, right)):
        if i in free_left and j in free_right:
            both[i] = free_left.pop(i), free_right.pop(j)
    return Pairs(
        [both[i] for i in sorted(both)], list(free_left.values()), list(free_right.values())
    )


def _candidates(
    left: list[Entry], right: list[Entry]
) -> Iterator[tuple[tuple[float, ...], tuple[str, str], int, int]]:
    """Every pair that may be, so that the closest sorts first; texts decide where two are equal."""
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            likeness = _likeness(one, other)
            if likeness is not None:
                yield tuple(-part for part in likeness), (one.text, other.text), i, j


def _likeness(one: Entry, other: Entry) -> _Likeness | None:
    same_id = one.rule == other.rule
    known_by = one.words.known_by
    if known_by is None:
        identity = float(same_id)
    else:
        identity = prod(
            one.words.shape(name).alike(one.values[name], other.values[name]) for name in known_by
        )
    if identity == 0 or not (same_id or identity >= ALIKE_MIN):
        return None
    demands = sum(
        one.words.shape(name).alike(value, other.values[name]) for name, value in one.values.items()
    )
    wording = sum(value == other.wording[name] for name, value in one.wording.items())
    return _Likeness(same_id, identity, demands, wording)
