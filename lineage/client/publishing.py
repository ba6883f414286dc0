"""Where events go: the port that a Kafka producer fits, and the file that stands in for one."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Protocol, Self

from pydantic_core import from_json, to_json

from lineage.kafka.binding import Record


class Publisher(Protocol):
    """What takes messages and says when they are safe; ``lineage.kafka.producer`` has one."""

    def send(self, topic: str, record: Record) -> None:
        """Take a message; it may still be on its way when this returns."""
        ...

    def flush(self, *, timeout: float = 30.0) -> None:
        """Return when all that was sent is safe; raise if it is not."""
        ...

    def close(self) -> None:
        """Flush, and let go of everything."""
        ...


class JsonLines:
    """Events one a line, for tests and for ``lineage record``: topics, keys and headers are gone.

    Every line is handed to the system whole as it is sent; a flush puts it on the disk.
    """

    def __init__(self, stream: BinaryIO, *, durable: bool = False) -> None:
        """Write to a binary stream of the caller's; ``durable`` if it is a file to be synced."""
        self._stream = stream
        self._durable = durable
        self._owned = False
        self._lock = Lock()

    @classmethod
    def at(cls, path: Path | str) -> Self:
        """Append to a file. What a killed process left of a line is ended first: it is no event,
        and must not spoil the next one.
        """
        stream = Path(path).open("a+b")  # noqa: SIM115 - closed by close()
        if (size := stream.seek(0, os.SEEK_END)) > 0:
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        lines = cls(stream, durable=True)
        lines._owned = True
        return lines

    def send(self, topic: str, record: Record) -> None:  # noqa: ARG002 - of the port
        """Write one line."""
        value = record.value or b""
        if b"\n" in value:  # of a service that indents its JSON
            value = to_json(from_json(value))
        with self._lock:
            self._stream.write(value + b"\n")
            self._stream.flush()

    def flush(self, *, timeout: float = 30.0) -> None:  # noqa: ARG002 - of the port
        """Wait for the disk."""
        with self._lock:
            self._stream.flush()
            if self._durable:
                os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Flush; close what was opened here."""
        if self._stream.closed:
            return
        self.flush()
        if self._owned:
            self._stream.close()
