"""kill -9 of the service and of its relay: every order has exactly one event, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outbox.rounds import one_round
from tests.outbox.sinks import FileSink, TopicSink
from tests.support.engines import on_postgresql, on_sqlite
from tests.support.kafka_topics import Kafka

KILLS = 2


@on_sqlite
@pytest.mark.parametrize("seed", [1])
def test_every_order_has_one_event_in_a_file(database: str, tmp_path: Path, seed: int) -> None:
    """Killed at random moments, then relayed to the end and recorded: orders and events agree."""
    sink = FileSink(tmp_path / "events.jsonl")
    one_round(seed, database=database, sink=sink, folder=tmp_path, kills=KILLS)


@on_sqlite
@pytest.mark.kafka
@pytest.mark.parametrize("seed", [2])
def test_every_order_has_one_event_on_a_topic(
    database: str, kafka: Kafka, tmp_path: Path, seed: int
) -> None:
    """The same over a real broker."""
    sink = TopicSink.on(kafka)
    one_round(seed, database=database, sink=sink, folder=tmp_path, kills=KILLS)


@on_postgresql
@pytest.mark.kafka
@pytest.mark.parametrize("seed", [3])
def test_every_order_of_a_server_has_one_event(
    database: str, kafka: Kafka, tmp_path: Path, seed: int
) -> None:
    """The same from a PostgreSQL."""
    sink = TopicSink.on(kafka)
    one_round(seed, database=database, sink=sink, folder=tmp_path, kills=KILLS)
