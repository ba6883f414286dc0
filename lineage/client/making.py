"""Making whole events out of what a service says, and refusing bad ones. Nothing is sent here."""

from __future__ import annotations

import os
import time as clocks
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypedDict
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from lineage.client.trace import Trace, current_trace, read_trace
from lineage.events.envelope import Event
from lineage.events.errors import EventError, Problem, problems_of
from lineage.events.model import EventClass, EventData
from lineage.events.types import ControllerId, UriReference

EVENT_BYTES_MAX: Final = 1_000_000
"""A broker with default settings takes no larger message, key and headers included."""


class Said(TypedDict, total=False):
    """What may be said of an event beside its data; every part may be left out."""

    subject: str | None
    account: str | None
    id: str
    time: datetime
    source: str
    controller: str
    caused_by: Event | str | None
    correlationid: str | None
    partitionkey: str | None
    traceparent: str | None
    tracestate: str | None


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def new_id() -> str:
    """A UUID of version 7: unique, and sorted by the time it was made (RFC 9562)."""
    milliseconds = clocks.time_ns() // 1_000_000
    drawn = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (drawn >> 68) << 64
    return str(UUID(int=value | 2 << 62 | drawn & (1 << 62) - 1))


@dataclass(frozen=True)
class EventMaker:
    """Makes the events of one service. ``says`` is the one class of events that it may emit."""

    source: str
    controller: str
    says: EventClass = EventClass.FACT
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = new_id

    def __post_init__(self) -> None:
        """Refuse at the start what every event would be refused for. Raises ``EventError``."""
        for field, form in (("source", UriReference), ("controller", ControllerId)):
            try:
                TypeAdapter(form).validate_python(getattr(self, field))
            except ValidationError as error:
                raise EventError(problems_of(error, under=(field,))) from None

    def make(
        self,
        data: EventData,
        *,
        subject: str | None = None,
        account: str | None = None,
        id: str | None = None,
        time: datetime | None = None,
        source: str | None = None,
        controller: str | None = None,
        caused_by: Event | str | None = None,
        correlationid: str | None = None,
        partitionkey: str | None = None,
        traceparent: str | None = None,
        tracestate: str | None = None,
    ) -> Event:
        """Return the whole event; raises ``EventError`` with every problem of it."""
        self._check(data)
        cause, process = _cause(caused_by)
        trace = _trace(traceparent, tracestate, caused_by)
        attributes = {
            "id": self.new_id() if id is None else id,
            "source": self.source if source is None else source,
            "type": data.event_type(),
            "time": self.clock() if time is None else time,
            "subject": subject,
            "controller": self.controller if controller is None else controller,
            "account": account,
            "correlationid": process if correlationid is None else correlationid,
            "causationid": cause,
            "partitionkey": partitionkey,
            "traceparent": None if trace is None else trace.traceparent,
            "tracestate": None if trace is None else trace.tracestate,
            "data": data,
        }
        try:
            event: Event = Event.__pydantic_validator__.validate_python(attributes)
        except ValidationError as error:
            raise EventError(problems_of(error)) from None
        return event

    def _check(self, data: EventData) -> None:
        """A model made by ``model_construct`` or changed by ``model_copy`` was never checked."""
        kind: type = type(data)
        if not issubclass(kind, EventData) or kind is EventData:
            raise EventError([Problem("data", "wrong_type", "an event of lineage.events")])
        if data.event_class is not self.says:
            expected = f"an event of class {self.says}: this emitter says no others"
            raise EventError([Problem("type", "not_allowed_here", expected)])
        try:
            kind.__pydantic_validator__.validate_python(dict(data))
        except ValidationError as error:
            raise EventError(problems_of(error, under=("data",))) from None


def _cause(caused_by: Event | str | None) -> tuple[str | None, str | None]:
    """The causation and the correlation id: the first event of a process gives it its name."""
    if isinstance(caused_by, Event):
        return caused_by.id, caused_by.correlationid or caused_by.id
    return caused_by, None


def _trace(
    traceparent: str | None, tracestate: str | None, caused_by: Event | str | None
) -> Trace | None:
    """The trace that was said, or that goes on here, or that of the event that caused this one."""
    if traceparent is not None:
        return read_trace(traceparent, tracestate)
    if trace := current_trace():
        return trace
    if isinstance(caused_by, Event) and caused_by.traceparent is not None:
        return Trace(caused_by.traceparent, caused_by.tracestate)
    return None


def check_size(value: bytes | None) -> None:
    """Refuse what no broker would take. Raises ``EventError``."""
    if value is not None and len(value) > EVENT_BYTES_MAX:
        expected = f"an event of at most {EVENT_BYTES_MAX} bytes"
        raise EventError([Problem("", "too_large", expected)])
