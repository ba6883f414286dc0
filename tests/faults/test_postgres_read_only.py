"""A database that is read-only: questions are answered, and who would write is told what to do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from psycopg import sql

from lineage.storage.errors import StoreUnusable
from tests.concurrency.soundness import assert_sound
from tests.storage.shop import Clock, share
from tests.support.databases import Databases
from tests.support.places import Engine, StorePlace
from tests.support.servers import connect

pytestmark = pytest.mark.postgres


@pytest.fixture
def engine() -> Engine:
    """A setting of PostgreSQL; how SQLite is read-only is told in ``tests/storage``."""
    return "postgresql"


def set_read_only(postgres: Databases, place: StorePlace, *, on: bool) -> None:
    """Let whoever connects from now on only read, or not only."""
    name = sql.Identifier(sa.make_url(place.url).database or "")
    setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    with connect(postgres.url) as connection:
        connection.execute(setting.format(name, sql.Literal(on)))


def test_a_read_only_database_answers_and_records_nothing(
    store_place: StorePlace, postgres: Databases
) -> None:
    """As on a standby: questions are answered, recording says that it is read-only and what to do;
    when it can be written again, the same program goes on.
    """
    with store_place.open(clock=Clock()) as tracker:
        tracker.record([share()])
    set_read_only(postgres, store_place, on=True)
    with store_place.open(clock=Clock()) as tracker:
        assert len(tracker.holders("m1").holders) == 1
        assert tracker.verify().ok
        for write in (
            lambda: tracker.record([share("BlueVan")]),
            lambda: tracker.record([{"not": "an event"}]),
            lambda: tracker.record_one(share("BlueVan")),
            lambda: tracker.open_request("m1"),
            tracker.rebuild,
        ):
            with pytest.raises(StoreUnusable, match="read-only") as raised:
                write()
            assert "default_transaction_read_only" in raised.value.do
    set_read_only(postgres, store_place, on=False)
    with store_place.open(clock=Clock()) as tracker:
        assert tracker.record([share("BlueVan")]).recorded == 1
        assert_sound(tracker)


def test_a_read_only_database_that_is_empty(store_place: StorePlace, postgres: Databases) -> None:
    """A store cannot be made there: the error says why, and there is still no half a store."""
    set_read_only(postgres, store_place, on=True)
    with pytest.raises(StoreUnusable, match="read-only"):
        store_place.open(clock=Clock())
    set_read_only(postgres, store_place, on=False)
    with store_place.open(clock=Clock()) as tracker:
        assert tracker.record([share()]).recorded == 1
