"""What the command line does with an outbox: run a relay, and say what waits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lineage.client.publishing import JsonLines, Publisher
from lineage.kafka.producer import Producer
from lineage.kafka.security import Security
from lineage.outbox.claims import ENGINES
from lineage.outbox.relay import Relay
from lineage.outbox.table import NAME, outbox_table
from lineage.outbox.waiting import Waiting, waiting


class OutboxUnusable(Exception):
    """The database cannot be reached, or has no such outbox. Names the kind of error only."""


def run_relay(
    database: str,
    connect: Callable[[], Publisher],
    *,
    name: str = NAME,
    schema: str | None = None,
    batch: int = 500,
    lease_seconds: float = 60.0,
    stop: threading.Event | None = None,
) -> int:
    """Publish the outbox of a database until ``stop`` is set; returns how many events.

    Without ``stop`` until nothing is left but what another relay holds or what has failed.
    Raises ``OutboxUnusable``.
    """
    with _opened(database, name=name, schema=schema) as (engine, table):
        relay = Relay(engine, connect, table=table, batch=batch, lease_seconds=lease_seconds)
        try:
            return relay.drain() if stop is None else relay.run(stop)
        finally:
            relay.close()


def what_waits(database: str, *, name: str = NAME, schema: str | None = None) -> Waiting:
    """Look into the outbox of a database. Raises ``OutboxUnusable``."""
    with (
        _opened(database, name=name, schema=schema) as (engine, table),
        engine.connect() as connection,
    ):
        return waiting(connection, table=table)


@contextmanager
def _opened(
    database: str, *, name: str, schema: str | None
) -> Iterator[tuple[sa.Engine, sa.Table]]:
    try:
        # An error that repeats a statement's values could name a person.
        engine = sa.create_engine(database, hide_parameters=True)
        if engine.dialect.name not in ENGINES:
            raise OutboxUnusable(f"the outbox cannot be on {engine.dialect.name}")
        try:
            yield engine, outbox_table(sa.MetaData(), name=name, schema=schema)
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise OutboxUnusable(f"the outbox cannot be used: {kind}") from None


def to_kafka(
    servers: str | Sequence[str], *, security: Security | None = None, **settings: Any
) -> Callable[[], Publisher]:
    """Return what connects a relay to Kafka."""
    return partial(Producer, servers, client_id="lineage-outbox", security=security, **settings)


def to_file(path: Path | str) -> Callable[[], Publisher]:
    """Return what lets a relay append to a file of JSON lines, for ``lineage record``."""
    return lambda: JsonLines.at(path)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """A flag that SIGTERM and SIGINT set, so that a relay ends between two batches."""
    stop = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
