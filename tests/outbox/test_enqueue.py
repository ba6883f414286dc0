"""An event is in the outbox exactly when the service's transaction is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lineage.client import Emitter, EventError
from lineage.events import EventClass, OrderCreated, parse_event
from lineage.outbox import OutboxEmitter, enqueue, outbox_table
from lineage.outbox.table import OUTBOX

ORDER = OrderCreated(order_id="o1")


def rows(service: sa.Engine, table: sa.Table = OUTBOX) -> list[tuple[str, str, str]]:
    """Topic, key and event of every row, in order."""
    with service.connect() as connection:
        found = connection.execute(sa.select(table).order_by(table.c.position)).all()
    return [(row.topic, row.key, row.event) for row in found]


def test_a_commit_brings_the_event(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """What is committed is there, whole, with topic and key."""
    with service.begin() as connection:
        event = emitter.emit(connection, ORDER, subject="m1")
        other = emitter.emit(connection, ORDER, subject="m1", partitionkey="p", caused_by=event)
    (first, second) = rows(service)
    assert first[:2] == ("lineage.events", "m1")
    assert second[:2] == ("lineage.events", "p")
    assert [parse_event(first[2]), parse_event(second[2])] == [event, other]
    assert other.correlationid == event.id


def test_a_rollback_takes_the_event_with_it(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """Nothing tells of what never happened."""

    class Fault(Exception):
        """What goes wrong in the service."""

    def fail() -> None:
        with service.begin() as connection:
            emitter.emit(connection, ORDER, subject="m1")
            raise Fault

    with pytest.raises(Fault):
        fail()
    with Session(service) as session:
        emitter.emit(session, ORDER, subject="m1")
        session.rollback()
    assert rows(service) == []


def test_a_session_will_do(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """A service that works with the ORM gives its session."""
    with Session(service) as session, session.begin():
        event = emitter.emit(session, ORDER, subject="m1")
    assert [parse_event(row[2]) for row in rows(service)] == [event]


def test_a_bad_event_is_not_written(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """It is refused with its field, and the transaction may go on without it."""
    with service.begin() as connection:
        with pytest.raises(EventError, match=r"^subject: "):
            emitter.emit(connection, ORDER)
        event = emitter.emit(connection, ORDER, subject="m1")
    assert [parse_event(row[2]) for row in rows(service)] == [event]


def test_an_event_made_elsewhere_can_be_enqueued(service: sa.Engine) -> None:
    """Topic, table and event may come from anywhere."""
    metadata = sa.MetaData()
    table = outbox_table(metadata, name="events_to_send")
    metadata.create_all(service)
    event = Emitter.collecting(source="/x", controller="senro").emit(ORDER, subject="m1")
    with service.begin() as connection:
        enqueue(connection, event, topic="shop.events", table=table)
    assert rows(service, table)[0][:2] == ("shop.events", "m1")
    assert rows(service) == []


def test_an_emitter_says_one_class(service: sa.Engine) -> None:
    """As with every emitter, the topic decides what may be said."""
    emitter = OutboxEmitter(source="/x", controller="senro", says=EventClass.DECISION)
    with pytest.raises(EventError, match=r"^type: "), service.begin() as connection:
        emitter.emit(connection, ORDER, subject="m1")


def test_a_trace_is_carried_into_the_outbox(service: sa.Engine, emitter: OutboxEmitter) -> None:
    """The relay is another process: the trace must be in the event already."""
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with service.begin() as connection, emitter.trace(traceparent=parent):
        emitter.emit(connection, ORDER, subject="m1")
    assert parse_event(rows(service)[0][2]).traceparent == parent
