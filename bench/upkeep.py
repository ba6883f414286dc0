"""Rebuild and simulate against recording, verify against reading; ingest beside a rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.harness import BATCH, ENGINES, NAMES, Engine, Row, rate, say, seconds
from bench.stores import Place, Stores
from bench.streams import shop
from bench.worker import Work, simulate
from lineage.tracker import Tracker

TABLES = ("persons", "edges", "erasures", "changes", "requests", "notices", "events")
PER_PERSON = 5
"""Events of the stream for each of its people."""


def measure(stores: Stores) -> Iterator[Row]:
    for engine in ENGINES:
        yield from _alone(stores, engine)
        yield _during(stores, engine)


def _alone(stores: Stores, engine: Engine) -> Iterator[Row]:
    n = stores.size.upkeep
    events = shop(n, seed=1, shoppers=n // PER_PERSON)
    with stores.fresh(engine) as place, place.open() as tracker:
        recording = seconds(lambda: tracker.record(events, batch_size=BATCH))
        before = counts(tracker)
        rebuilding = seconds(tracker.rebuild)
        assert counts(tracker) == before
        reports = []
        verifying = seconds(lambda: reports.append(tracker.verify()))
        assert (reports[0].ok, reports[0].events) == (True, n)

        said: list[dict[str, int]] = []
        simulating = seconds(lambda: said.append(simulate(tracker, "")))
        assert (said[0]["events"], counts(tracker)) == (n, before)

        def read() -> None:
            with tracker.store.engine.connect() as conn:
                assert len(conn.exec_driver_sql("SELECT * FROM events").all()) == n

        reading = seconds(read)
        tracker.store.engine.dispose()
    name = NAMES[engine]
    say(f"rebuild, {name}: {recording / rebuilding:.2f} of recording")
    ratio = recording / rebuilding
    yield Row(f"rebuild / record, {name}", rate(n, rebuilding), rate(n, recording), ratio, 1, 2)
    say(f"simulate, {name}: {recording / simulating:.2f} of recording")
    yield Row(
        f"simulate / record, {name}",
        rate(n, simulating),
        rate(n, recording),
        recording / simulating,
        note=f"everybody asked under two policies; {said[0]['rows']:,} rows",
    )
    ratio = reading / verifying
    yield Row(f"verify / reading the rows, {name}", rate(n, verifying), rate(n, reading), ratio)


def counts(tracker: Tracker) -> list[int]:
    """Rows of each table of facts."""
    with tracker.store.engine.connect() as conn:
        found = [conn.exec_driver_sql(f"SELECT count(*) FROM {name}") for name in TABLES]  # noqa: S608
        return [int(result.scalar_one()) for result in found]


def _during(stores: Stores, engine: Engine) -> Row:
    """A program that records, alone and then beside one that rebuilds over and over."""
    size = stores.size
    events = shop(size.upkeep + 2 * size.during, seed=2, shoppers=size.upkeep // PER_PERSON)
    last = size.upkeep + size.during
    flag = stores.folder / "rebuilding"
    with stores.fresh(engine) as place, place.open() as tracker:
        tracker.record(events[: size.upkeep], batch_size=BATCH)
        alone = Work("record", place, stores.file(events[size.upkeep : last]))
        alone.go()
        one = alone.result()
        both = Work("record", place, stores.file(events[last:])), _rebuilder(place, flag)
        for work in reversed(both):
            work.go()
        beside = both[0].result()
        flag.unlink()
        times = both[1].result()["times"]
        assert one["recorded"] == beside["recorded"] == size.during
        assert times >= 1
        before = counts(tracker)
        tracker.rebuild()
        assert counts(tracker) == before
        tracker.store.engine.dispose()
    ratio = one["seconds"] / beside["seconds"]
    say(f"ingest beside a rebuild, {NAMES[engine]}: {ratio:.2f} of its rate alone")
    return Row(
        f"ingest while a rebuild goes on / ingest alone, {NAMES[engine]}",
        rate(size.during, beside["seconds"]),
        rate(size.during, one["seconds"]),
        ratio,
        0.5,
        note=f"two programs; both finished, {times} rebuilds meanwhile",
    )


def _rebuilder(place: Place, flag: Path) -> Work:
    flag.touch()
    return Work("rebuild_on", place, flag)
