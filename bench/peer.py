"""Against eventsourcing: append, and project an edge a person and party; batches and one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from bench.harness import BATCH, ENGINES, NAMES, Engine, Row, rate, say, seconds
from bench.singles import one_by_one
from bench.stores import Stores
from bench.streams import shop

TARGETS = {"postgresql": (10, 15), "sqlite": (6, 10)}
EQUAL_GRAIN = (1, 2)
OURS_LONGER = 5
"""We record so many times more of the same stream: else the first batch decides the rate."""

THEY = "eventsourcing: a transaction for each projected event, no validation, keys or sealing"
NEEDED = {"postgresql": "psycopg_pool", "sqlite": "sqlite3"}


def measure(stores: Stores) -> Iterator[Row]:
    for engine in ENGINES:
        if find_spec(NEEDED[engine]) is None:
            why = f"eventsourcing on {NAMES[engine]} needs {NEEDED[engine]}, not installed here"
            yield Row(f"against eventsourcing, {NAMES[engine]}", "not measured", note=why)
            continue
        yield from _on(stores, engine)


def _on(stores: Stores, engine: Engine) -> Iterator[Row]:
    size = stores.size
    events = shop(OURS_LONGER * size.peer_events, seed=1, shoppers=size.peer_events // 5)
    ours, ours_one = _ours(stores, engine, events, size.peer_singles)
    events = events[: size.peer_events]
    name = NAMES[engine]
    theirs, way = _theirs(stores, engine, events, BATCH)
    say(f"eventsourcing, {name}: {len(events) / theirs:,.0f}/s ({way})")
    yield Row(
        f"batches of {BATCH:,} against eventsourcing's events one by one, {name}",
        rate(1, ours),
        rate(len(events), theirs),
        theirs / len(events) / ours,
        *TARGETS[engine],
        note=f"batches against a per-event API. {THEY}; appended in batches, {way}",
    )
    singles = events[: size.peer_singles]
    theirs, way = _theirs(stores, engine, singles, 1)
    yield Row(
        f"equal grain: one event a transaction, against eventsourcing, {name}",
        rate(1, ours_one),
        rate(len(singles), theirs),
        theirs / len(singles) / ours_one,
        *EQUAL_GRAIN,
        note=f"one caller on both sides; eventsourcing commits twice an event, {way}",
    )


def _ours(
    stores: Stores, engine: Engine, events: Sequence[bytes], singles: int
) -> tuple[float, float]:
    """Seconds an event: in batches, and one event a transaction."""
    with stores.fresh(engine) as place, place.open() as tracker:
        receipts = []
        batched = seconds(lambda: receipts.append(tracker.record(events, batch_size=BATCH)))
        assert receipts[0].recorded == len(events)
        tracker.store.engine.dispose()
    with stores.fresh(engine) as place, place.open() as tracker:
        one = one_by_one(tracker, events[:singles])
    return batched / len(events), one / singles


def _theirs(
    stores: Stores, engine: Engine, events: Sequence[bytes], batch: int
) -> tuple[float, str]:
    """The fastest of its ways on this engine; its SQLite recorder has no subscriptions."""
    from bench.peer_app import Peer

    ways = {"in one thread": Peer.in_line}
    if engine == "postgresql":
        ways["by its projection runner"] = Peer.by_runner
    found = []
    for name, way in ways.items():
        with stores.fresh(engine) as place:
            found.append((way(Peer(engine, place.url), events, batch), name))
    return min(found)
