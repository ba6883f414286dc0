"""Settings of the whole test run, and the fixtures that every suite may ask for: its services."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import Databases
from tests.support.engines import ENGINES
from tests.support.places import Engine, Ready, StorePlace, store_place_in
from tests.support.postgres import get_own_server, get_server
from tests.support.servers import OwnServer

if TYPE_CHECKING:  # loading the client takes a while, and most runs need none
    from tests.support.kafka_topics import Kafka, OwnKafka

# dev draws anew on every run and keeps what failed in .hypothesis, so each desk goes on exploring.
settings.register_profile("dev", max_examples=25, deadline=None)
# ci is what `make test` runs. It is derandomized: the same commit gives the same answer on every
# machine, so a red gate means the change is at fault and stays red until it is mended.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
# deep is for `make faults`: random again, many examples; finding what ci cannot see is its purpose.
settings.register_profile(
    "deep",
    max_examples=1_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

PlaceIn = Callable[[Path, Engine], AbstractContextManager[StorePlace]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A real PostgreSQL server with fresh databases for the asking; made by the first who asks."""
    with closing(get_server()) as server, closing(Databases(server)) as databases:
        yield databases


@pytest.fixture
def own_postgres() -> Iterator[OwnServer]:
    """A PostgreSQL server that this test has for itself, to kill it and to start it again."""
    with closing(get_own_server()) as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> "Iterator[Kafka]":
    """A real Kafka broker with fresh topics for the asking; made by the first who asks."""
    from tests.support.kafka_broker import get_broker
    from tests.support.kafka_topics import Kafka

    with closing(get_broker()) as broker, closing(Kafka(broker)) as topics:
        yield topics


@pytest.fixture
def own_kafka() -> "Iterator[OwnKafka]":
    """A Kafka broker that this test has for itself, to kill it and to start it again."""
    from tests.support.kafka_broker import get_own_broker
    from tests.support.kafka_topics import OwnKafka

    with closing(get_own_broker()) as broker, closing(OwnKafka(broker)) as topics:
        yield topics


@pytest.fixture(scope="session")
def place_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PlaceIn:
    """Makes places in folders, for tests that need several or hold them for longer than a test."""

    def databases() -> Databases:
        found: Databases = request.getfixturevalue("postgres")
        return found

    ready = Ready(tmp_path_factory.mktemp("ready"), databases)

    def make(folder: Path, engine: Engine) -> AbstractContextManager[StorePlace]:
        return store_place_in(folder, engine, databases, ready)

    return make


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """The engine of the test's stores: each test that asks runs once on every engine."""
    engine: Engine = request.param
    return engine


@pytest.fixture
def store_place(engine: Engine, tmp_path: Path, place_in: PlaceIn) -> Iterator[StorePlace]:
    """A fresh place for a store, on every engine; what is made there is gone after the test."""
    with place_in(tmp_path, engine) as place:
        yield place


@pytest.fixture
def postgres_place(place_in: PlaceIn, tmp_path: Path) -> Iterator[StorePlace]:
    """A fresh place on PostgreSQL, where workers belong."""
    with place_in(tmp_path, "postgresql") as place:
        yield place
