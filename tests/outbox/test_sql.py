"""The outbox in plain SQL, for other languages, is the one that the relay works on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from lineage import open_tracker
from lineage.outbox import Relay
from lineage.outbox.table import OUTBOX
from tests.outbox.broker import Broker
from tests.support.databases import Databases
from tests.support.engines import on_postgresql

SCRIPT = Path(__file__).parents[2] / "docs" / "outbox.sql"
COLUMNS = sa.text(
    "SELECT column_name, data_type, is_nullable, column_default, is_identity, identity_generation "
    "FROM information_schema.columns WHERE table_name = 'lineage_outbox' ORDER BY ordinal_position"
)
INDEXES = sa.text("SELECT indexdef FROM pg_indexes WHERE tablename = 'lineage_outbox' ORDER BY 1")


def run(url: str) -> None:
    """Run the script, as psql would."""
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(SCRIPT.read_bytes())


def shape(engine: sa.Engine) -> tuple[list[Any], list[Any]]:
    """Columns and indexes, as the server sees them."""
    with engine.connect() as connection:
        return [*connection.execute(COLUMNS)], [*connection.execute(INDEXES)]


@on_postgresql
def test_the_script_makes_the_same_table(service: sa.Engine, postgres: Databases) -> None:
    """Columns, types, defaults and indexes are those of ``outbox_table``."""
    with postgres.database() as url:
        run(url)
        engine = sa.create_engine(url)
        made = shape(engine)
        engine.dispose()
    assert made == shape(service)
    assert len(made[0]) == len(OUTBOX.columns)
    assert len(made[1]) == 2


@pytest.mark.postgres
def test_what_the_script_enqueues_is_recorded(postgres: Databases, tmp_path: Path) -> None:
    """The relay publishes what another language has written, and the tracker takes it."""
    broker = Broker()
    with postgres.database() as url:
        run(url)
        engine = sa.create_engine(url)
        assert Relay(engine, broker.connect).drain() == 1
        engine.dispose()
    ((topic, record),) = broker.records
    assert (topic, record.key) == ("lineage.events", broker.events[0].ordering_key.encode())
    with open_tracker(f"sqlite:///{tmp_path / 'shop.db'}") as tracker:
        assert tracker.record([record.value or b""]).recorded == 1
        (row,) = tracker.holders("m1", controller="senro").holders
    assert row.holder == "FastParcel"
