"""The isolation that locks rest on is asked for, not hoped for: any other one is refused."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from lineage.storage.errors import StoreUnusable
from tests.storage.shop import Clock, share
from tests.support.databases import Databases
from tests.support.places import Engine, StorePlace
from tests.support.servers import connect

pytestmark = pytest.mark.postgres

OTHERS = ("repeatable read", "serializable")


@pytest.fixture
def engine() -> Engine:
    """SQLite has one isolation, and one writer."""
    return "postgresql"


def set_default(place: StorePlace, isolation: str) -> None:
    """Give the database a default for whoever connects from now on."""
    url = sa.make_url(place.url)
    with connect(url) as connection:
        connection.execute(
            f'ALTER DATABASE "{url.database}" SET default_transaction_isolation = "{isolation}"'
        )


@pytest.mark.parametrize("isolation", OTHERS)
@pytest.mark.parametrize("made", [False, True])
def test_a_program_at_another_isolation_does_not_start(
    store_place: StorePlace, isolation: str, made: bool
) -> None:
    """It names the isolation it found, the one it needs and where to set it; nothing is made."""
    if made:
        with store_place.open(clock=Clock()) as tracker:
            tracker.record([share()])
    set_default(store_place, isolation)
    with pytest.raises(StoreUnusable, match=isolation) as raised:
        store_place.open(clock=Clock())
    assert "read committed" in str(raised.value)
    assert "default_transaction_isolation" in raised.value.do
    assert made or not store_place.keys.exists()
    set_default(store_place, "read committed")
    with store_place.open(clock=Clock()) as tracker:
        assert tracker.record([share()]).recorded == 1
        assert tracker.verify().ok


@pytest.mark.parametrize("isolation", OTHERS)
def test_an_address_that_asks_for_another_isolation_is_refused(
    store_place: StorePlace, isolation: str
) -> None:
    """The isolation may come with the address of the store too."""
    option = "-c default_transaction_isolation=" + isolation.replace(" ", "\\ ")
    url = sa.make_url(store_place.url).update_query_dict({"options": option})
    address = url.render_as_string(hide_password=False)
    with pytest.raises(StoreUnusable, match=isolation):
        store_place.at(address).open(clock=Clock())


def test_a_connection_that_was_changed_writes_nothing(
    store_place: StorePlace, postgres: Databases
) -> None:
    """A pooled connection whose isolation somebody has changed meanwhile is refused as well."""
    with store_place.open(clock=Clock()) as tracker:
        tracker.record([share()])
        pool = tracker.store.engine.pool
        assert isinstance(pool, sa.QueuePool)
        with ExitStack() as stack:
            for _ in range(pool.checkedin()):
                pooled = stack.enter_context(tracker.store.engine.connect())
                pooled.exec_driver_sql(
                    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"
                )
        with pytest.raises(StoreUnusable, match="repeatable read"):
            tracker.record([share("BlueVan")])
        assert tracker.verify().events == 1
