"""Splitting a JSON array into its members as it streams by, whatever they hold. No parsing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKENS = re.compile(rb'["\\{}\[\],\n]')
WHITE = b" \t\r\n"


@dataclass(slots=True)
class ArraySplitter:
    """Feed it blocks; it gives each member with the line it begins on, found by its brackets.

    A member longer than ``bytes_max`` is cut there. ``closed`` tells whether the array ended.
    """

    bytes_max: int
    closed: bool = False
    line: int = 1
    _depth: int = 0
    _in_string: bool = False
    _escaped: int = -1
    _offset: int = 0
    _begins_on: int | None = None
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0

    def feed(self, block: bytes) -> Iterator[tuple[bytes, int]]:
        """Members that end in this block."""
        start = 0
        for token in TOKENS.finditer(block):
            at, sign = token.start(), token.group()
            if sign == b"\n":
                self.line += 1
            elif self.closed or self._offset + at == self._escaped:
                continue
            elif self._depth == 0:
                self._depth, start = 1, at + 1
            elif self._depth == 1 and not self._in_string and sign in b",]":
                self._keep(block[start:at])
                yield from self.rest()
                self.closed, start = sign == b"]", at + 1
            else:
                self._begins_on = self._begins_on or self.line
                self._pass(sign, self._offset + at)
        if self._depth and not self.closed:
            self._keep(block[start:])
        self._offset += len(block)

    def rest(self) -> Iterator[tuple[bytes, int]]:
        """What has been read of the member under way, if that is anything."""
        member = b"".join(self._parts).strip(WHITE)
        if member:
            yield member, self._begins_on or self.line
        self._parts.clear()
        self._size, self._begins_on = 0, None

    def _pass(self, sign: bytes, place: int) -> None:
        if self._in_string:
            if sign == b"\\":
                self._escaped = place + 1
            self._in_string = sign != b'"'
        elif sign == b'"':
            self._in_string = True
        else:
            self._depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(sign, 0)

    def _keep(self, part: bytes) -> None:
        if self._size < self.bytes_max:
            self._parts.append(part)
            self._size += len(part)
