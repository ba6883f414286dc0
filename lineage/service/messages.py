"""Reading messages from a file or a stream, whatever its form, in constant memory. No checking.

CloudEvents one a line, a JSON array of them, or one document. A damaged message is passed on as
its bytes, so that it can be refused with its place and kept whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lineage.service.errors import InvalidInput
from lineage.service.json_array import WHITE, ArraySplitter

HEAD_BYTES = 8192
KEPT_BYTES_MAX = 16 << 20
"""A longer message is cut here; nothing of this size is an event."""

READ_BYTES = 1 << 16
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands: its bytes, its number, and the line it begins on."""

    raw: bytes = field(repr=False)
    item: int
    line: int | None

    @property
    def place(self) -> str:
        """Where it stands, for a person: a line, or else its number."""
        return f"item {self.item}" if self.line is None else f"line {self.line}"


class MessageReader:
    """Iterates over the messages of a binary stream; ``bytes_read`` says how far it is."""

    def __init__(self, stream: BinaryIO) -> None:
        """Look at the beginning to tell the form. Raises ``InvalidInput`` if it is no text."""
        self._stream = stream
        self._head = stream.read(HEAD_BYTES)
        self.bytes_read = 0
        _refuse_what_is_no_text(self._head)
        self._head = self._head.removeprefix(BOM)

    def __iter__(self) -> Iterator[Message]:
        """The messages in order."""
        rest = _Rest(self._head, self._stream, self)
        first = self._head.lstrip(WHITE)[:1]
        if first == b"[":
            return _array_items(rest)
        if first == b"{" and not _first_line_is_whole(self._head):
            return _document(rest)
        return _lines(rest)


def _refuse_what_is_no_text(head: bytes) -> None:
    if head.startswith(GZIP):
        raise InvalidInput(
            "the file is compressed with gzip; expected text",
            do="unpack it first: gunzip -c FILE | lineage record -",
        )
    if b"\0" in head:
        raise InvalidInput(
            "the file is no text; expected UTF-8 JSON",
            do="send CloudEvents as JSON, one a line",
        )


def _first_line_is_whole(head: bytes) -> bool:
    """Whether the first line ends like a document of its own: then each line is one."""
    first, found, _ = head.lstrip(WHITE).partition(b"\n")
    return first.rstrip(WHITE).endswith(b"}") or (not found and len(head) == HEAD_BYTES)


class _Rest:
    """The stream with its beginning put back."""

    def __init__(self, head: bytes, stream: BinaryIO, reader: MessageReader) -> None:
        self._head = head
        self._stream = stream
        self._reader = reader

    def read(self) -> bytes:
        """The next block; empty at the end."""
        block, self._head = self._head or self._stream.read(READ_BYTES), b""
        self._reader.bytes_read += len(block)
        return block

    def put_back(self, block: bytes) -> None:
        """What was read last is read again."""
        self._head = block
        self._reader.bytes_read -= len(block)


def _lines(rest: _Rest) -> Iterator[Message]:
    item = 0
    for line, raw in enumerate(_split_lines(rest), start=1):
        if raw.strip(WHITE):
            item += 1
            yield Message(raw.strip(WHITE), item, line)


def _split_lines(rest: _Rest) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    while block := rest.read():
        pieces = block.split(b"\n")
        for piece in pieces[:-1]:
            yield b"".join([*parts, piece])
            parts, size = [], 0
        # What goes on beyond the bound is dropped: it is refused by its size in any case.
        if size < KEPT_BYTES_MAX:
            parts.append(pieces[-1])
            size += len(pieces[-1])
    if parts and any(parts):
        yield b"".join(parts)


def _document(rest: _Rest) -> Iterator[Message]:
    """One document over several lines; if it is none, the lines one by one."""
    blocks: list[bytes] = []
    size = 0
    while size < KEPT_BYTES_MAX and (block := rest.read()):
        blocks.append(block)
        size += len(block)
    whole = b"".join(blocks)
    if _is_one_document(whole):
        yield Message(whole.strip(WHITE), 1, 1)
        return
    rest.put_back(whole)
    yield from _lines(rest)


def _is_one_document(whole: bytes) -> bool:
    """Whether it is JSON as a whole, or a damaged document: no second object begins a line."""
    try:
        json.loads(whole)
    except (ValueError, RecursionError):
        return sum(1 for row in whole.split(b"\n") if row.lstrip(WHITE)[:1] == b"{") <= 1
    return True


def _array_items(rest: _Rest) -> Iterator[Message]:
    """The members of a top-level array; one that is cut off is passed on as it is."""
    splitter = ArraySplitter(KEPT_BYTES_MAX)
    item = 0
    while block := rest.read():
        for raw, line in splitter.feed(block):
            item += 1
            yield Message(raw, item, line)
    for raw, line in splitter.rest():
        item += 1
        yield Message(raw, item, line)
