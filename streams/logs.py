"""What a worker logs: one JSON object a line, an event's name and fields from a list. No prose.

An identifier of a person cannot get in: fields are numbers, or one of few texts that are checked
by form, and whatever is not on the list is refused before anything is written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TextIO

from lineage.events.times import format_time

Value = str | int | float | bool | None

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KIND = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,39}")

TEXTS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "topic": _TOPIC,
        "reason": _CODE,  # of a dead letter
        "state": _CODE,
        "error": _KIND,  # the class of an exception, never what it says
        "version": _VERSION,
    }
)
NUMBERS: Final = frozenset(
    {
        *("partition", "partitions", "next", "end", "begin", "lag", "offset"),
        *("events", "recorded", "duplicates", "refused", "batch", "retries"),
        *("seconds", "oldest_unread_seconds", "port", "pid", "signal", "exit_code"),
    }
)


OURS: Final = frozenset({"lineage", "streams"})


class FieldNotAllowed(ValueError):
    """A log line may not say this."""

    def __init__(self, field: str) -> None:
        """Name the field and never its value."""
        name = field if _CODE.fullmatch(field) else "a field"
        super().__init__(f"{name} may not be logged, or not with such a value")


class Log:
    """Writes lines. May be used from any thread."""

    def __init__(
        self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Write to ``stream``, by default standard error. ``clock``: seconds since the epoch."""
        self._stream = stream
        self._clock = clock

    def say(self, event: str, **fields: Value) -> None:
        """Write a line. Raises ``FieldNotAllowed``, and writes nothing then."""
        if not _CODE.fullmatch(event):
            raise FieldNotAllowed("event")
        for name, value in fields.items():
            if not _allowed(name, value):
                raise FieldNotAllowed(name)
        self._write(event, fields)

    def _write(self, event: str, fields: Mapping[str, Value]) -> None:
        at = format_time(datetime.fromtimestamp(self._clock(), UTC))
        line = json.dumps({"at": at, "event": event, **fields}, allow_nan=False)
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()

    def failed(self, event: str, error: BaseException, **fields: Value) -> None:
        """Write what went wrong. Of errors that are not ours only the kind is told: their texts may
        quote what was read. Ours never do, and say what to do.
        """
        kind = type(error)
        told: dict[str, Value] = {"error": kind.__name__, **fields}
        if kind.__module__.split(".")[0] not in OURS:
            self.say(event, **told)
            return
        for name, value in told.items():
            if not _allowed(name, value):
                raise FieldNotAllowed(name)
        self._write(event, {**told, "says": str(error), "do": getattr(error, "do", "")})


class LibraryHandler(logging.Handler):
    """What libraries log becomes a line that says who and how grave. Their texts may quote keys."""

    def __init__(self, log: Log) -> None:
        """Write to this log."""
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        library = re.sub(r"[^a-z0-9_]", "_", record.name.lower())[:64]
        grave = record.levelname.lower()
        self._log.say("library_logged", reason=library or "none", state=grave)


def _allowed(name: str, value: Value) -> bool:
    if value is None:
        return name in TEXTS or name in NUMBERS
    if isinstance(value, str):
        pattern = TEXTS.get(name)
        return pattern is not None and pattern.fullmatch(value) is not None
    return name in NUMBERS and isinstance(value, int | float)
