"""A transactional outbox in the database of a service that emits: not the tracker's own store.

The service writes an event in the transaction of what it tells of; a relay publishes it. So there
is no order without its event and no event without its order, whatever is killed when.
"""

from __future__ import annotations

from lineage.outbox.command import (
    OutboxUnusable,
    run_relay,
    stopped_by_signals,
    to_file,
    to_kafka,
    what_waits,
)
from lineage.outbox.enqueue import OutboxEmitter, enqueue
from lineage.outbox.relay import Relay, Relayed
from lineage.outbox.table import outbox_table
from lineage.outbox.waiting import Stuck, Waiting, waiting

__all__ = [
    "OutboxEmitter",
    "OutboxUnusable",
    "Relay",
    "Relayed",
    "Stuck",
    "Waiting",
    "enqueue",
    "outbox_table",
    "run_relay",
    "stopped_by_signals",
    "to_file",
    "to_kafka",
    "waiting",
    "what_waits",
]
