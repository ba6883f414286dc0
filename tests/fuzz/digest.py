"""``python -m tests.fuzz.digest FIRST COUNT``: a digest of all answers about some compositions.

What is said must not hang on the order of a set, which differs from process to process.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any

from tests.fuzz.asking import Asked
from tests.fuzz.compositions import composed


def digest(first: int, count: int) -> str:
    """A digest of everything that is answered."""
    said = blake2b(digest_size=16)
    for seed in range(first, first + count):
        composition = composed(seed)
        for as_of in composition.as_of:
            said.update(repr(_ordered(Asked(composition, as_of).everything)).encode())
    return said.hexdigest()


def _ordered(value: Any) -> Any:
    """A value that is written the same in every process, whatever its sets are made of."""
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _ordered(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {name: _ordered(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ordered(one) for one in value]
    return value


if __name__ == "__main__":
    print(digest(int(sys.argv[1]), int(sys.argv[2])))
