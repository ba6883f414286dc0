"""The ledger: appended in any portions it is the same tree, and holds every event once."""

import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.domain.evidence.merkle import Frontier
from lineage.domain.evidence.tiles import grow_tiles, root_from_tiles
from lineage.events import parse_event
from lineage.storage import tables as t
from lineage.storage.engines import open_engine, writing
from lineage.storage.keys import Keys
from lineage.storage.ledger import EventRow, append, leaf_of, lock_log
from lineage.storage.seal import Hasher
from lineage.tracker import Tracker
from tests.storage.shop import Clock, linked, open_shop, share
from tests.support.places import StorePlace

HASHER = Hasher(Keys(b"r" * 32, {1: b"k" * 32}))


@pytest.fixture
def conn(store_place: StorePlace) -> Iterator[sa.Connection]:
    """A writing transaction over the tables and nothing else."""
    engine = open_engine(store_place.url)
    t.metadata.create_all(engine)
    with writing(engine) as opened:
        yield opened
    engine.dispose()


def rows(count: int) -> list[EventRow]:
    """Rows as different as need be."""
    return [
        EventRow(
            bytes([n % 7]) * 16, n.to_bytes(16, "big"), "x", n, b"d" * 16, b"body", b"%032d" % n
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_any_portions_make_the_same_tree(conn: sa.Connection, seed: int) -> None:
    """Whatever the portions it was appended in, the log's head and tiles are those of the pure
    tree over its leaves.
    """
    rng = Random(seed)
    everything = rows(rng.choice([1, 255, 256, 257, 512, 700, 1025]))
    done, recorded_at = 0, 1_000
    while done < len(everything):
        size = rng.choice([1, 2, 100, 255, 256, 257, 600])
        head = lock_log(conn, HASHER, "local")
        part = everything[done : done + size]
        append(conn, HASHER, head, part, recorded_at=recorded_at)
        done += len(part)
    leaves = [leaf_of(1, n, recorded_at, row.hashed) for n, row in enumerate(everything)]
    frontier, tiles = grow_tiles(Frontier(), {}, leaves)
    head = lock_log(conn, HASHER, "local")
    assert (head.size, head.next, head.frontier) == (done, done, frontier)
    found = conn.execute(sa.select(t.tiles)).all()
    stored = {(level, index): hashes for _, level, index, hashes in found}
    assert stored == {(tile.level, tile.index): tile.hashes for tile in tiles}
    assert (
        root_from_tiles(lambda level, index: stored[level, index], size=done)
        == head.frontier.root()
    )


def test_appending_nothing_changes_nothing(conn: sa.Connection) -> None:
    """An empty portion leaves the head as it is."""
    head = lock_log(conn, HASHER, "local")
    assert append(conn, HASHER, head, [], recorded_at=1) == head
    assert conn.execute(sa.select(sa.func.count()).select_from(t.tiles)).scalar() == 0


def test_lanes_have_logs_of_their_own(conn: sa.Connection) -> None:
    """Each lane has a log, positions and a tree of its own."""
    for lane, count in (("local", 3), ("orders", 2), ("local", 1)):
        append(
            conn,
            HASHER,
            lock_log(conn, HASHER, lane),
            rows(6)[:count]
            if lane == "orders"
            else [
                EventRow(b"s" * 16, bytes([n, count]) * 8, "t", n, b"d", b"b", b"h")
                for n in range(count)
            ],
            recorded_at=1,
        )
    found = conn.execute(
        sa.select(t.logs.c.lane, t.logs.c.log, t.logs.c.size).order_by("log")
    ).all()
    assert [tuple(row) for row in found] == [("local", 1, 4), ("orders", 2, 2)]


def test_duplicates_in_a_batch_and_across(tracker: Tracker) -> None:
    """The same event again is a duplicate, in the same batch as in a later one."""
    first, second = share(), share("BlueVan")
    receipt = tracker.record([first, first, second, dict(first)])
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (2, 2, 0)
    receipt = tracker.record([second, first, share("NordPost")], batch_size=1)
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (1, 2, 0)
    assert tracker.verify().events == 3


@pytest.mark.parametrize("batch_size", [1, 10])
def test_reused_id_is_refused_and_the_first_wins(tracker: Tracker, batch_size: int) -> None:
    """Another event under an id already used is refused and kept as a dead letter, in the same
    batch as in a later one; what was recorded first stands.
    """
    first = share()
    other = share("BlueVan", id=first["id"])
    receipt = tracker.record([first, other, first, share("NordPost")], batch_size=batch_size)
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (2, 1, 1)
    [problem] = receipt.problems
    assert (problem.item, problem.field, problem.reason) == (2, "id", "id_reused")
    holders = {row.holder for row in tracker.holders("m1", controller="sesiiduo").holders}
    assert holders == {"FastParcel", "NordPost"}
    assert tracker.dead_letters().reasons == {"id_reused": 1}


@pytest.mark.parametrize("change", [{"subject": "m2"}, {"controller": "seestar"}, {"source": "/b"}])
def test_same_id_elsewhere_is_another_event(tracker: Tracker, change: dict[str, Any]) -> None:
    """The same id under another person, controller or source is another event."""
    first = share()
    receipt = tracker.record([first, first | change])
    assert (receipt.recorded, receipt.refused) == (2, 0)


def test_what_does_not_count_for_a_duplicate(tracker: Tracker) -> None:
    """Trace context, partition key, spelling of the time, order in lists and fields that say their
    default do not make another event.
    """
    first = share("FastParcel", "email", "phone")
    again = share("FastParcel", "phone", "email", id=first["id"], at="2026-03-04T00:00:00+00:00")
    again |= {"traceparent": "00-ab-cd-01", "partitionkey": "p"}
    again["data"]["deidentified"] = False
    receipt = tracker.record([first, again])
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (1, 1, 0)


def test_race_for_a_new_subject_ends_right(store_place: StorePlace) -> None:
    """Two writers that both prepared the first event of the same person end with one person who
    has both events, and the store goes on working for both.
    """
    clock = Clock()
    with open_shop(store_place, clock) as one, open_shop(store_place, clock) as two:
        now = lambda: 1_775_000_000_000_000  # noqa: E731
        batches = [
            tracker.store.prepare([(0, parse_event(share(name, subject="m1")))])
            for tracker, name in ((one, "FastParcel"), (two, "BlueVan"))
        ]
        for tracker, batch in zip((one, two), batches, strict=True):
            assert tracker.store.apply(batch, now=now).recorded == 1
        for tracker in (one, two):
            tracker.record([linked("guest@shop.example"), share("NordPost", subject="m2")])
            rows_found = tracker.holders("m1", controller="sesiiduo").holders
            assert [row.holder for row in rows_found] == ["BlueVan", "FastParcel"]
        assert one.verify().ok
        with one.store.reading() as conn:
            people = conn.execute(sa.select(sa.func.count()).select_from(t.subjects)).scalar()
        assert people == 3


def test_two_writers_at_once(store_place: StorePlace) -> None:
    """Two writers recording overlapping files into one store at once lose and repeat nothing."""
    messages = [share(f"R{n % 5}", subject=f"m{n % 17}") for n in range(240)]
    portions = [messages[:160], list(reversed(messages[80:]))]
    receipts: list[int] = []

    def work(portion: list[dict[str, Any]]) -> None:
        with open_shop(store_place) as tracker:
            receipt = tracker.record(portion, batch_size=20)
            assert receipt.refused == 0
            receipts.append(receipt.recorded)

    open_shop(store_place).close()
    threads = [threading.Thread(target=work, args=[portion]) for portion in portions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(receipts) == len(messages)
    with open_shop(store_place) as tracker:
        report = tracker.verify()
        assert (report.ok, report.events) == (True, len(messages))
        counts = [
            edge.count
            for n in range(17)
            for edge in tracker.lineage(f"m{n}", controller="sesiiduo").edges
        ]
        assert sum(counts) == len(messages)
