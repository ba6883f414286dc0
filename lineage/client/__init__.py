"""What a service emits its events with; nothing here knows the tracker, its policies or a database.

>>> from lineage.client import Emitter
>>> from lineage.events import DataShared
>>> emitter = Emitter.to_kafka("localhost:9092", source="/services/checkout", controller="seestar")
>>> emitter.emit(DataShared(...), subject="m1")

``lineage.outbox`` does the same through a table of the service's own database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.client.emitter import CollectingEmitter, Emitter
from lineage.client.making import EVENT_BYTES_MAX, EventMaker, Said
from lineage.client.publishing import JsonLines, Publisher
from lineage.client.trace import Trace, trace
from lineage.events.errors import EventError, Problem
from lineage.kafka.security import Security, SecurityUnusable

if TYPE_CHECKING:
    from lineage.kafka.producer import DeliveryFailed

__all__ = [
    "EVENT_BYTES_MAX",
    "CollectingEmitter",
    "DeliveryFailed",
    "Emitter",
    "EventError",
    "EventMaker",
    "JsonLines",
    "Problem",
    "Publisher",
    "Said",
    "Security",
    "SecurityUnusable",
    "Trace",
    "trace",
]


def __getattr__(name: str) -> Any:
    """Load the Kafka producer's error when it is asked for, and the Kafka library with it."""
    if name == "DeliveryFailed":
        from lineage.kafka.producer import DeliveryFailed

        return DeliveryFailed
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
