"""A policy file to begin with: commented, sound, for somebody who has none. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from string import Template
from typing import Final

_TEMPLATE: Final = Path(__file__).parent / "starting_file.yaml"
_PREFIXES: Final = frozenset(f"{number:03}" for number in range(1000))


def free_prefix(taken: Collection[str]) -> str:
    """The first prefix of rule ids that no policy has."""
    return min(_PREFIXES.difference(taken))


def starting_file(slug: str, prefix: str) -> str:
    """The text of a new policy of this controller."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(slug=slug, prefix=prefix)
