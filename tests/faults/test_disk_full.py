"""A full disk: a clear error, no half batch, and nothing lost once there is room again."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from lineage.storage.errors import StoreUnusable
from lineage.tracker import Tracker
from tests.properties.stores import NOW, events_on_record, opened, raw_dump
from tests.properties.worlds import differences, live, world
from tests.support.engines import on_sqlite
from tests.support.places import StorePlace

BATCH = 100


def limit_pages(tracker: Tracker, pages: int) -> None:
    """Let the database grow no further than this."""

    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    tracker.store.engine.dispose()
    sa.event.listen(tracker.store.engine, "connect", on_connect)


def pages_of(tracker: Tracker) -> int:
    """How many pages the database has."""
    with tracker.store.reading() as conn:
        return int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())


@on_sqlite
@pytest.mark.parametrize("room", [1, 5, 20, 60])
def test_a_full_disk_stops_with_a_clear_error_and_no_half_batch(
    store_place: StorePlace, room: int
) -> None:
    """Wherever in a batch the space runs out, whole batches are on record and the tree verifies;
    with room again, the same input is made good.
    """
    events, generated = world(40, 1_200, 5)
    with opened(store_place) as tracker:
        tracker.record(events[:BATCH], batch_size=BATCH)
        limit_pages(tracker, pages_of(tracker) + room)
        with pytest.raises(StoreUnusable, match="the disk is full") as raised:
            tracker.record(events, batch_size=BATCH)
        assert "record the same input again" in raised.value.do
        on_record = events_on_record(tracker)
        distinct = {
            events_in(events[: BATCH * batches]) for batches in range(1, len(events) // BATCH)
        }
        assert on_record in distinct
        assert tracker.verify().ok
        dump = raw_dump(tracker)
    with opened(store_place) as tracker:
        assert raw_dump(tracker) == dump
        tracker.rebuild()
        assert raw_dump(tracker) == dump
        tracker.record(events, batch_size=BATCH)
        assert events_on_record(tracker) == generated.truth.counts.events
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []


def events_in(events: tuple[dict[str, object], ...]) -> int:
    """How many distinct events there are among these."""
    return len({(e.get("subject"), e["source"], e["id"]) for e in events})
