"""PostgreSQL on a disk that is full: a clear error, no half batch, and on again."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from lineage import open_tracker
from lineage.storage.errors import StoreUnusable
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_no_gap, assert_sound
from tests.faults.small_disk import MAY_MOUNT_ONLY_ROOT, SmallDisk, small_disk
from tests.properties.stores import NOW, events_on_record, raw_dump
from tests.properties.worlds import differences, live, world
from tests.support.native import NativeServer
from tests.support.servers import connect

pytestmark = pytest.mark.postgres

BATCH = 100
ROOMS = {"no page": 4 << 10, "some pages": 64 << 10, "some batches": 400 << 10}
SAY_FULL = """
CREATE FUNCTION say_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT count(*) FROM events) > {rows} THEN
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER say_full AFTER INSERT ON events EXECUTE FUNCTION say_full()
"""
BY_TRIGGER = {"no page": 100, "some pages": 250, "some batches": 700}

WITHOUT_A_LOG = {
    "disk is full": "free some space",
    "cannot be reached, or has hung up": "see that it runs",
    "is starting or stopping": "try again",
}
"""What the program says, and some of what it says to do."""

Fill = Callable[[str], None]


@contextmanager
def filling(disk: SmallDisk | None, url: str) -> Iterator[Fill]:
    """How the database of this address gets full, for as long as the block lasts."""
    if disk is not None:
        yield lambda room: disk.fill(but=ROOMS[room])
        disk.clear()
        return
    with connect(sa.make_url(url)) as connection:
        yield lambda room: _execute(connection, SAY_FULL.format(rows=BY_TRIGGER[room]))
        _execute(connection, "DROP FUNCTION say_full CASCADE")


def _execute(connection: psycopg.Connection[Any], text: str) -> None:
    connection.execute(text.encode())


def make_database(server: NativeServer, name: str, disk: SmallDisk | None) -> str:
    """A database on the small disk, or anywhere."""
    with connect(server.url) as connection:
        where = ""
        if disk is not None:
            found = connection.execute("SELECT 1 FROM pg_tablespace WHERE spcname = 'small'")
            if found.fetchone() is None:
                _execute(connection, f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
            where = " TABLESPACE small"
        _execute(connection, f"CREATE DATABASE {name} TEMPLATE template0{where}")
    return server.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def server() -> Iterator[NativeServer]:
    """A server whose disk may be filled."""
    with closing(NativeServer(in_memory=True)) as server:
        yield server


@pytest.mark.parametrize("room", ROOMS)
def test_a_full_disk_stops_with_a_clear_error_and_no_half_batch(
    server: NativeServer, tmp_path: Path, room: str
) -> None:
    """Wherever in a batch the space runs out, whole batches are on record and the tree verifies;
    the server lives on and answers; with room again, the same input is made good.
    """
    events, generated = world(40, 1_200, 5)
    with small_disk(32, owner=owner_of_data()) as disk:
        print("by", "a trigger" if disk is None else "a small file system")
        url = make_database(server, "shop", disk)
        with open_tracker(url, keys=tmp_path / "keys", clock=lambda: NOW) as tracker:
            tracker.record(events[:BATCH], batch_size=BATCH)
            with filling(disk, url) as fill:
                fill(room)
                with pytest.raises(StoreUnusable, match="disk is full") as raised:
                    tracker.record(events, batch_size=BATCH)
                assert "record the same input again" in raised.value.do
                assert events_on_record(tracker) in whole_batches(events)
                assert_no_gap(tracker)
                assert tracker.verify().ok
            assert_made_good(tracker, list(events))
            assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        with connect(server.url) as connection:
            _execute(connection, "DROP DATABASE shop WITH (FORCE)")
            _execute(connection, "DROP TABLESPACE IF EXISTS small")


def whole_batches(events: tuple[dict[str, Any], ...]) -> set[int]:
    """How many distinct events there are in so many batches."""
    return {distinct(events[: BATCH * batches]) for batches in range(1, len(events) // BATCH)}


def distinct(events: tuple[dict[str, Any], ...]) -> int:
    """How many there are, each counted once however often it was sent."""
    return len({(e.get("subject"), e["source"], e["id"]) for e in events})


def assert_made_good(tracker: Tracker, events: list[dict[str, Any]]) -> None:
    """A rebuild changes nothing, and the same input is recorded to its end."""
    before = raw_dump(tracker)
    tracker.rebuild()
    assert raw_dump(tracker) == before
    assert tracker.record(events, batch_size=BATCH).refused == 0
    assert_sound(tracker)


@pytest.mark.slow
def test_a_server_without_room_for_its_log(tmp_path: Path) -> None:
    """PostgreSQL cannot write its own log: it says so, or breaks down and starts again, or ends
    itself. Whichever it is, the program says what to do; with room again and the server up, the
    same input gives every event once.
    """
    events, generated = world(40, 1_200, 5)
    with (
        small_disk(96, owner=owner_of_data()) as disk,
        closing(NativeServer(in_memory=True)) as server,
    ):
        assert disk is not None, MAY_MOUNT_ONLY_ROOT
        url = make_database(server, "shop", None)
        with open_tracker(url, keys=tmp_path / "keys", clock=lambda: NOW) as tracker:
            tracker.record(events[:BATCH], batch_size=BATCH)
            server.restart()
            server.stop_immediately()
            move_log(server, disk)
            server.start()
            disk.fill(but=64 << 10)
            with pytest.raises(StoreUnusable) as raised:
                tracker.record(events, batch_size=BATCH, progress=lambda _: switch_log(url))
            says, do = str(raised.value), raised.value.do
            print(says)
            [advice] = [advice for part, advice in WITHOUT_A_LOG.items() if part in says]
            assert advice in do
            disk.clear()
            server.start()  # where it is not up
            assert events_on_record(tracker) in whole_batches(events)
            assert_no_gap(tracker)
            assert_made_good(tracker, list(events))
            assert events_on_record(tracker) == distinct(events)
            assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []


def owner_of_data() -> int:
    """As whom a server of ours runs."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()


def switch_log(url: str) -> None:
    """Take the server on to the next file of its log, for which there may be no room."""
    with suppress(psycopg.OperationalError), connect(sa.make_url(url)) as connection:
        connection.execute("SELECT pg_switch_wal()")


def move_log(server: NativeServer, disk: SmallDisk) -> None:
    """Put the log of a server that is stopped on another disk."""
    log = server.folder / "data" / "pg_wal"
    moved = disk.folder / "pg_wal"
    shutil.copytree(log, moved)
    for path in (moved, *moved.rglob("*")):
        shutil.chown(path, log.stat().st_uid)
    shutil.rmtree(log)
    log.symlink_to(moved)
