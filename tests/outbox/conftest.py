"""A service's own database with an outbox in it, on every engine; and its events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.outbox import OutboxEmitter, outbox_table
from tests.support.databases import Databases
from tests.support.places import Engine


@pytest.fixture
def database(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of the service's own."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'service.db'}"
        return
    databases: Databases = request.getfixturevalue("postgres")
    with databases.database() as url:
        yield url


@pytest.fixture
def service(database: str) -> Iterator[sa.Engine]:
    """The service's engine; its outbox is made as one of its own tables."""
    engine = sa.create_engine(database, hide_parameters=True)
    metadata = sa.MetaData()
    outbox_table(metadata)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def emitter() -> OutboxEmitter:
    """What the service emits with."""
    return OutboxEmitter(source="/services/checkout", controller="senro")
