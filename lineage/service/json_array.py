"""Splitting the members of a JSON array out of blocks of bytes, without reading what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

STRUCTURE = re.compile(rb'["\\\[\]{},\n]')
WHITE = b" \t\r\n"
QUOTE, BACKSLASH, NEWLINE, CLOSE = b'"\\\n]'


class ArraySplitter:
    """Finds the members of one top-level array by counting brackets outside strings."""

    def __init__(self, bytes_max: int) -> None:
        """Of a member longer than ``bytes_max`` only its beginning is kept."""
        self._bytes_max = bytes_max
        self._depth = 0
        self._in_string = False
        self._escaped = -1
        self._offset = 0
        self._member = bytearray()
        self._began_on = self._line = 1
        self._closed = False

    def feed(self, block: bytes) -> Iterator[tuple[bytes, int]]:
        """The members that end in this block, each with the line it begins on."""
        begin = 0
        for match in () if self._closed else STRUCTURE.finditer(block):
            at = match.start()
            byte = block[at]
            if byte == NEWLINE:
                self._line += 1
            elif self._in_string:
                if self._offset + at != self._escaped:
                    if byte == BACKSLASH:
                        self._escaped = self._offset + at + 1
                    self._in_string = byte != QUOTE
            elif byte == QUOTE:
                self._in_string = True
            elif byte in b"{[":
                self._depth += 1
                begin = at + 1 if self._depth == 1 else begin
            elif byte in b"}]" and self._depth > 1:
                self._depth -= 1
            elif self._depth == 1 and byte in b",]":
                self._keep(block[begin:at])
                yield from self._take()
                begin = at + 1
                if byte == CLOSE:
                    self._closed = True
                    break
        self._keep(block[begin:])
        self._offset += len(block)

    def rest(self) -> Iterator[tuple[bytes, int]]:
        """What is left at the end of the input: a cut member, a missing end, text after the end.

        A missing end and text after the end are given as a bracket that is no JSON: they are
        faults of the file, whatever its members are.
        """
        yield from self._take(b"]" if self._closed else b"")
        if not self._closed and self._depth == 1 and not self._in_string:
            yield b"[", self._line

    def _keep(self, part: bytes) -> None:
        self._member += part[: self._bytes_max - len(self._member)]

    def _take(self, before: bytes = b"") -> Iterator[tuple[bytes, int]]:
        raw = bytes(self._member).lstrip(WHITE)
        if raw:
            line = self._began_on + self._member[: len(self._member) - len(raw)].count(b"\n")
            yield before + raw.rstrip(WHITE), line
        self._member.clear()
        self._began_on = self._line
