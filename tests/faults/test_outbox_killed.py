"""kill -9 of a service with an outbox and of its relay, at a hundred moments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PlaceIn
from tests.outbox.rounds import one_round
from tests.outbox.sinks import TopicSink
from tests.support.kafka_topics import Kafka
from tests.support.places import Engine


@pytest.fixture
def database(engine: Engine, tmp_path: Path, place_in: PlaceIn) -> Iterator[str]:
    """The URL of an empty database of the service's own."""
    with place_in(tmp_path, engine) as place:
        yield place.url


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.parametrize("seed", range(100, 125))
def test_fifty_services_and_relays_are_killed(
    seed: int, database: str, kafka: Kafka, tmp_path: Path
) -> None:
    """Whatever was killed when, every committed order has exactly one event on record, and no event
    is without its order.
    """
    one_round(seed, database=database, sink=TopicSink.on(kafka), folder=tmp_path, kills=2)
