"""What SQLite does when disk or file fail it: a clear error, no half batch, and on again.

``test_engine_postgresql`` is the same about a server.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event as hooks

from lineage.storage.engines import sqlite
from lineage.storage.errors import StorageError, StoreUnusable
from lineage.tracker import Tracker, open_tracker
from tests.storage.dump import RECORD, dump
from tests.storage.shop import Message, open_shop, share
from tests.support.engines import on_sqlite
from tests.support.places import StorePlace


def limit_pages(tracker: Tracker, count: int) -> Callable[[], None]:
    """Let the database grow by no more than some pages; gives what lifts it."""
    engine = tracker.store.engine

    def hook(connection: sqlite3.Connection, _record: object) -> None:
        [(pages,)] = connection.execute("PRAGMA page_count").fetchall()
        connection.execute(f"PRAGMA max_page_count = {pages + count}")

    def lift() -> None:
        hooks.remove(engine, "connect", hook)
        engine.dispose()

    engine.dispose()
    hooks.listen(engine, "connect", hook)
    return lift


def batches(count: int) -> list[Message]:
    """Shares of as many people."""
    return [share(f"R{n % 9}", "email", "phone", subject=f"m{n}") for n in range(count)]


@on_sqlite
def test_full_disk_records_whole_batches_only(tracker: Tracker) -> None:
    """On a full disk the error says what to do; whole batches are recorded, no half one; and
    recording the same again, once there is room, completes it.
    """
    messages = batches(900)
    lift = limit_pages(tracker, 40)
    with pytest.raises(StoreUnusable, match="full") as caught:
        tracker.record(messages, batch_size=100)
    assert "record the same input again" in caught.value.do
    report = tracker.verify()
    assert report.ok
    assert 0 < report.events < 900
    assert report.events % 100 == 0
    lift()
    receipt = tracker.record(messages, batch_size=100)
    assert (receipt.recorded, receipt.duplicates) == (900 - report.events, report.events)
    assert tracker.verify().events == 900
    assert tracker.holders("m899", controller="sesiiduo").holders


@on_sqlite
def test_full_disk_strict_records_nothing(tracker: Tracker) -> None:
    """A strict recording that meets a full disk leaves the store as it was."""
    tracker.record(batches(3))
    before = dump(tracker, RECORD)
    lift = limit_pages(tracker, 10)
    with pytest.raises(StoreUnusable, match="full"):
        tracker.record(batches(600), strict=True, batch_size=50)
    lift()
    assert dump(tracker, RECORD) == before
    assert tracker.record(batches(60), strict=True).recorded == 60
    assert tracker.verify().ok


@on_sqlite
def test_read_only_file_answers_and_records_nothing(store_place: StorePlace) -> None:
    """A file that cannot be written still answers, and recording says that it is read-only."""
    with open_shop(store_place) as tracker:
        tracker.record([share()])
    url = f"sqlite:///file:{sa.make_url(store_place.url).database}?mode=ro&uri=true"
    with open_tracker(url, keys=store_place.keys) as tracker:
        assert tracker.verify().ok
        with pytest.raises(StoreUnusable, match="read-only") as caught:
            tracker.record([share("BlueVan")])
        assert "writable" in caught.value.do
        assert len(tracker.holders("m1", controller="sesiiduo").holders) == 1


@on_sqlite
def test_file_that_is_no_database(store_place: StorePlace) -> None:
    """A file of another kind is refused by name, left as it is, and gets no keys."""
    file = Path(sa.make_url(store_place.url).database or "")
    file.write_text("these are my notes, " * 900)
    with pytest.raises(StoreUnusable, match="no SQLite database"):
        open_shop(store_place)
    assert file.read_text().startswith("these are my notes")
    assert not store_place.keys.exists()


@on_sqlite
def test_damaged_file(store_place: StorePlace, tmp_path: Path) -> None:
    """A store whose pages were overwritten says that it is damaged and what to do."""
    with open_shop(store_place) as tracker:
        tracker.record(batches(300))
    database = tmp_path / "shop.db"
    content = database.read_bytes()
    head = 2 * sqlite.PAGE_BYTES
    database.write_bytes(content[:head] + b"\xa5" * (len(content) - head))
    with (
        pytest.raises(StoreUnusable, match="damaged") as caught,
        open_shop(store_place) as tracker,
    ):
        tracker.verify()
    assert "backup" in caught.value.do


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lineage.db",
        "mysql://db.example/lineage",
        "sqlite://",
        "sqlite:///",
        "nonsense://x",
    ],
)
def test_url_of_no_store(url: str, tmp_path: Path) -> None:
    """A URL that names no store of ours is refused with an example of one."""
    with pytest.raises(StoreUnusable) as caught:
        open_tracker(url, keys=tmp_path / "keys")
    assert "sqlite:///lineage.db" in caught.value.do
    assert not (tmp_path / "keys").exists()


def test_other_driver_is_refused(tmp_path: Path) -> None:
    """A URL of a driver that is not used here is refused with the right one."""
    with pytest.raises(StoreUnusable, match="driver") as caught:
        open_tracker("postgresql+psycopg2://db.example/shop", keys=tmp_path / "keys")
    assert "postgresql+psycopg://" in caught.value.do


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    """A file in a folder that is not there cannot be opened, and nothing is made."""
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        open_tracker(f"sqlite:///{tmp_path / 'missing' / 'shop.db'}")
    assert list(tmp_path.iterdir()) == []


@on_sqlite
def test_other_writer_of_a_file_for_too_long(
    store_place: StorePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another writer holds the store, recording waits; after too long it says so, and
    questions are answered all the while.
    """
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    with open_shop(store_place) as tracker:
        tracker.record([share()])
        with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnusable, match="another writer"):
                tracker.record([share("BlueVan")])
            assert len(tracker.holders("m1", controller="sesiiduo").holders) == 1
            other.execute("ROLLBACK")
        assert tracker.record([share("BlueVan")]).recorded == 1
        assert tracker.verify().ok


def test_store_survives_being_copied(tmp_path: Path) -> None:
    """A closed SQLite store is its database and its keys: a copy of both answers the same."""
    (tmp_path / "a").mkdir()
    with open_tracker(f"sqlite:///{tmp_path / 'a' / 'shop.db'}") as tracker:
        tracker.record(batches(5))
        before = tracker.holders("m3", controller="sesiiduo")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with open_tracker(f"sqlite:///{tmp_path / 'b' / 'shop.db'}") as tracker:
        assert tracker.holders("m3", controller="sesiiduo").holders == before.holders


@on_sqlite
def test_error_that_has_no_sentence_of_its_own(tracker: Tracker) -> None:
    """What the file's engine refuses for another reason is an error of the store all the same,
    and tells no value.
    """
    with tracker.store.writing() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER grim BEFORE INSERT ON edges"
            " BEGIN SELECT RAISE(ABORT, 'no FastParcel here'); END"
        )
    with pytest.raises(StorageError, match="refused a statement: IntegrityError") as caught:
        tracker.record([share("FastParcel")])
    assert type(caught.value) is StorageError
    assert "report" in caught.value.do
    assert "FastParcel" not in f"{caught.value} {caught.value.do} {caught.value.__cause__}"


def test_nobody_is_refused_while_a_file_is_made(tmp_path: Path) -> None:
    """Who connects to a file that others are making waits for them: SQLite refuses one who wants
    to set the journal's mode while another does, however long it is told to wait.
    """

    def connect(path: Path, start: threading.Barrier) -> str:
        engine = sqlite.create(sa.make_url(f"sqlite:///{path}"))
        try:
            start.wait()
            with engine.connect() as conn:
                return str(conn.exec_driver_sql("PRAGMA journal_mode").scalar_one())
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        for attempt in range(100):
            path, start = tmp_path / f"{attempt}.db", threading.Barrier(4)
            made = [pool.submit(connect, path, start) for _ in range(4)]
            assert [one.result() for one in made] == ["wal"] * 4
