"""Reading past what aiokafka cannot read: a name of a header that is no text.

Kafka takes any bytes for a name, and clients in Java show them somehow. aiokafka raises instead,
and has then forgotten the messages before it, so that one such message would stop a partition for
good. Here it is aiokafka's own reader in Python that goes over such a fetch again, with a name that
is no text shown by its bytes; all else is read by aiokafka as ever. This reaches into a library of
which one version is taken and no other (pyproject).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy

FIRST_WITH_HEADERS = 2
"""Version of the format of batches."""


class _Bytes(bytearray):
    """Bytes whose parts become text whatever they are."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Bytes(found) if isinstance(at, slice) else found

    def decode(self, *_: str) -> str:
        return super().decode("utf-8", "backslashreplace")


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]  # it comes without types
    """A batch of messages whose headers may be called anything."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Bytes(self._buffer)


class _Rest:
    """What a fetch has from an offset on, in the place of aiokafka's ``MemoryRecords``."""

    def __init__(self, data: bytes, since: int) -> None:
        self._batches = deque(_batches(data, since))

    def has_next(self) -> bool:
        return bool(self._batches)

    def next_batch(self) -> Any:
        return self._batches.popleft()


def _batches(data: bytes, since: int) -> Iterator[Any]:
    records = _MemoryRecordsPy(data)
    while records.has_next():
        piece = records._next_slice  # noqa: SLF001 - it has no other name
        batch = records.next_batch()
        if batch.next_offset > since:
            version = piece[records.MAGIC_OFFSET]
            yield batch if version < FIRST_WITH_HEADERS else _Batch(piece)


class _Fetched:
    """What was fetched of a partition; its bytes are kept, which aiokafka's does not show."""

    def __init__(self, data: bytes) -> None:
        records = MemoryRecords(data)
        self.data = data
        self.has_next = records.has_next
        self.next_batch = records.next_batch
        self.size_in_bytes = records.size_in_bytes


class _Records(fetcher.PartitionRecords):  # type: ignore[misc]  # it comes without types
    """The messages of a fetch, none left out."""

    _records: Any

    def _unpack_records(self) -> Iterator[Any]:
        try:
            yield from super()._unpack_records()
        except UnicodeDecodeError:
            self._records = _Rest(self._records.data, self.next_fetch_offset)
            yield from super()._unpack_records()


def read_any_header() -> None:
    """Let every consumer of this process read any name of a header."""
    fetcher.MemoryRecords = _Fetched
    fetcher.PartitionRecords = _Records
