"""Values for the fields of models, drawn by the types of the fields; no model is known by name.

``drawn_fields`` gives a model's fields as JSON would have them. A field that may be absent is
absent half the time, whatever stands there has a value from the words of the composition, and
numbers are small but for now and then the largest there may be.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lineage.events.marks import Mark, Word
from lineage.events.types import (
    Amount,
    Date,
    Party,
    PartyOrController,
    Purpose,
    Region,
    UriReference,
)
from tests.fuzz.words import PEOPLE, SOURCES, TEXTS, Words

Wire = dict[str, Any]
Drawer = Callable[[Random, Words], Any]

PRESENT: Final = 0.5
EMPTY: Final = 0.1
LARGEST: Final = 0.02
NUMBERS: Final = (0, 1, 1, 2, 3, 5, 7, 10, 14, 15, 16, 20, 30, 90)
IDS: Final = 2
"""How many ids of each sort there are, so that events meet"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How one field is drawn."""

    name: str
    required: bool
    draw: Drawer


def drawn_fields(model: type[BaseModel], rng: Random, words: Words) -> Wire:
    """Fields of the model: those that are required, and some of the others."""
    return {
        field.name: field.draw(rng, words)
        for field in _fields_of(model)
        if field.required or rng.random() < PRESENT
    }


def drawn_field(model: type[BaseModel], name: str, rng: Random, words: Words) -> Any:
    """A value for one field of the model."""
    return next(field.draw(rng, words) for field in _fields_of(model) if field.name == name)


@cache
def _fields_of(model: type[BaseModel]) -> tuple[Drawn, ...]:
    hints = get_type_hints(model, include_extras=True)
    return tuple(
        Drawn(name, field.is_required(), _drawer(hints[name], name, tuple(field.metadata)))
        for name, field in model.model_fields.items()
    )


def _drawer(hint: Any, name: str, more: tuple[Any, ...]) -> Drawer:
    """How a value of a type is drawn; ``more`` is what a type around it says of it."""
    known = next((draw for one, draw in _KNOWN if hint == one), None)
    if known is not None:
        return known
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _drawer(args[0], name, (*_flat(args[1:]), *more))
    if origin in (Union, types.UnionType):
        several = [_drawer(arg, name, more) for arg in args if arg is not type(None)]
        return lambda rng, words: rng.choice(several)(rng, words)
    if origin is Literal:
        return lambda rng, _: rng.choice(args)
    if origin is tuple:
        item, at_least = _drawer(args[0], name, ()), max(_bounds(more, "min_length"), default=0)
        return lambda rng, words: _distinct(item, at_least, rng, words)
    if hint is bool:
        return lambda rng, _: rng.random() < 0.5
    if hint is int:
        return _number(more)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return lambda rng, words: drawn_fields(hint, rng, words)
    assert hint is str, f"{name}: no drawer for {hint}"
    return _text(name, more)


def _flat(parts: Iterable[Any]) -> Iterable[Any]:
    """What is said of a type, with what ``Field`` says of it as if it stood by itself."""
    for part in parts:
        yield from part.metadata if isinstance(part, FieldInfo) else (part,)


def _bounds(more: Iterable[Any], name: str) -> list[int]:
    return [getattr(part, name) for part in more if hasattr(part, name)]


def _number(more: Iterable[Any]) -> Drawer:
    least, most = max(_bounds(more, "ge"), default=0), min(_bounds(more, "le"), default=2**31)
    small = [number for number in NUMBERS if least <= number <= most]

    def draw(rng: Random, _: Words) -> int:
        return most if rng.random() < LARGEST else rng.choice(small)

    return draw


def _distinct(item: Drawer, at_least: int, rng: Random, words: Words) -> list[Any]:
    if at_least == 0 and rng.random() < EMPTY:
        return []
    found: list[Any] = []
    for _ in range(rng.choice((1, 1, 2, 2, 3, 5))):
        one = item(rng, words)
        if one not in found:
            found.append(one)
    return found


def _text(name: str, more: tuple[Any, ...]) -> Drawer:
    """A text by what it is marked as; an id by the name of its field."""
    if Word.CATEGORY in more:
        return lambda rng, words: rng.choice(words.categories)
    if Mark.PERSON_REF in more:
        return lambda rng, _: rng.choice(PEOPLE)
    if name.endswith("_source"):
        return lambda rng, _: rng.choice(SOURCES)
    if name.endswith("_id"):
        return lambda rng, _: f"{name}-{rng.randrange(IDS)}"
    return lambda rng, _: rng.choice(TEXTS)


_KNOWN: Final[tuple[tuple[Any, Drawer], ...]] = (
    (Date, lambda rng, words: words.day(rng).isoformat()),
    (Party, lambda rng, words: rng.choice(words.parties)),
    (
        PartyOrController,
        lambda rng, words: rng.choice(("controller", "controller", *words.parties)),
    ),
    (Purpose, lambda rng, words: rng.choice(words.purposes)),
    (Region, lambda rng, words: rng.choice(words.regions)),
    (Amount, lambda rng, _: rng.choice(("12.50 EUR", "3 USD"))),
    (UriReference, lambda rng, _: rng.choice(SOURCES)),
)
"""Types of the contract that say by themselves what is in them"""
