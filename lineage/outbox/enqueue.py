"""Putting events into the outbox, inside the service's transaction. Publishing is the relay's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, Unpack

import sqlalchemy as sa

from lineage.client.making import EventMaker, Said, check_size, new_id, utc_now
from lineage.client.trace import trace
from lineage.events.envelope import Event, event_to_json
from lineage.events.model import EventClass, EventData
from lineage.outbox.table import OUTBOX, TOPIC


class Transaction(Protocol):
    """A SQLAlchemy ``Connection`` or ``Session``, whichever the service works with."""

    def execute(self, statement: sa.Insert, /) -> Any:
        """Run a statement in the service's transaction."""
        ...


def enqueue(
    within: Transaction, event: Event, *, topic: str = TOPIC, table: sa.Table = OUTBOX
) -> None:
    """Write an event into the outbox; it is there if the transaction commits, and only then."""
    value = event_to_json(event)
    check_size(value)
    within.execute(
        sa.insert(table).values(topic=topic, key=event.ordering_key, event=value.decode())
    )


class OutboxEmitter:
    """An ``Emitter`` whose events go into the transaction that each of them is given."""

    def __init__(
        self,
        *,
        source: str,
        controller: str,
        topic: str = TOPIC,
        says: EventClass = EventClass.FACT,
        table: sa.Table = OUTBOX,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        """Open nothing. Raises ``EventError`` where source or controller is bad."""
        self._maker = EventMaker(source, controller, says, clock, new_id)
        self._topic = topic
        self._table = table

    def emit(self, within: Transaction, data: EventData, **said: Unpack[Said]) -> Event:
        """Check an event and enqueue it. A bad one raises ``EventError`` and is not there."""
        event = self._maker.make(data, **said)
        enqueue(within, event, topic=self._topic, table=self._table)
        return event

    def trace(
        self, *, traceparent: str | None, tracestate: str | None = None
    ) -> AbstractContextManager[None]:
        """Let the events of a block carry the trace of the request in hand."""
        return trace(traceparent=traceparent, tracestate=tracestate)
