"""Which category words a rule uses, whatever its kind: found by the type of its fields. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from lineage.events.marks import Word

_Path = tuple[str | int, ...]


def category_words(model: BaseModel) -> Iterator[tuple[_Path, str]]:
    """Each category word in a model and what lies in it, with the path to it."""
    for name, own in _fields(type(model)):
        value = getattr(model, name)
        if value:
            yield from _words(value, (name,), own=own)


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """The fields of a model, and which of them hold category words themselves."""
    return tuple(
        (name, Word.CATEGORY in field.metadata or _is_marked(field.annotation))
        for name, field in model.model_fields.items()
    )


def _words(value: Any, path: _Path, *, own: bool) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, BaseModel):
        for place, word in category_words(value):
            yield (*path, *place), word
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _words(item, (*path, index), own=own)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _words(item, (*path, key), own=own)
    elif own and isinstance(value, str):
        yield path, value


def _is_marked(annotation: Any) -> bool:
    """Whether the type holds category words, directly or as members."""
    if Word.CATEGORY in getattr(annotation, "__metadata__", ()):
        return True
    return any(_is_marked(part) for part in get_args(annotation) if not isinstance(part, str))
