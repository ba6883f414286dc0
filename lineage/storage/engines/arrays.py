"""Columns of values as arrays in PostgreSQL's binary form. Knows no table.

The driver writes an array value by value through an object for each type; here a column is one
comprehension, for whole batches go through arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Final

_HEADER: Final = Struct(">iiIii").pack
_NULL: Final = b"\xff\xff\xff\xff"
_INT2, _INT4, _INT8 = Struct(">ih").pack, Struct(">ii").pack, Struct(">iq").pack
_BOOL: Final = (b"\0\0\0\1\0", b"\0\0\0\1\1")

Write = Callable[[Any], bytes]


def _sized(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


_TYPES: Final[dict[str, tuple[int, Write]]] = {
    "bytea": (17, _sized),
    "text": (25, lambda value: _sized(value.encode())),
    "bool": (16, lambda value: _BOOL[bool(value)]),
    "int2": (21, lambda value: _INT2(2, value)),
    "int4": (23, lambda value: _INT4(4, value)),
    "int8": (20, lambda value: _INT8(8, value)),
}
"""By the type's name: its number in every database, and one value with its length before it."""


class Array:
    """A column of values, written already."""

    __slots__ = ("written",)

    def __init__(self, type_: str, values: Sequence[Any]) -> None:
        """Write values of one of the types that our tables have, None for null."""
        oid, write = _TYPES[type_]
        has_null = None in values
        if has_null:
            parts = [_NULL if value is None else write(value) for value in values]
        else:
            parts = [write(value) for value in values]
        self.written = _HEADER(1, has_null, oid, len(values), 1) + b"".join(parts)
