"""The benchmarks run and count right; how fast they are is nobody's promise here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bench import profiling, report
from bench.__main__ import PARTS
from bench.crowd import TABLES, crowds
from bench.floors import Floor
from bench.harness import BATCH, ENGINES, SMALL, Engine, Row
from bench.stores import Stores
from bench.streams import disturbed, hard, shop
from bench.watching import watched
from lineage.tracker import Tracker
from tests.support.databases import Databases

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def stores(postgres: Databases, request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Places for a small round, on the tests' own server and broker."""
    with Stores(SMALL, postgres, lambda: request.getfixturevalue("kafka")) as stores:
        yield stores


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.kafka if name == "stream" else ()) for name in PARTS],
)
def test_each_part_measures(name: str, stores: Stores) -> None:
    """Each measurement runs to its end, with its counts asserted, and gives figures to print."""
    rows = list(PARTS[name](stores))
    print(report.table(rows))
    assert rows
    assert all(row.ours for row in rows)
    assert all(row.ratio is None or row.ratio > 0 for row in rows)
    assert report.table(rows).count("\n") == len(rows) + 1
    assert len({row.what for row in rows}) == len(rows)


def test_the_profile_names_stages_and_statements(stores: Stores) -> None:
    """The profile times both threads, and names the table that each statement is about."""
    text = profiling.profile(stores)
    for name in ("ahead: parse", "write: events", "write: look for", "`COPY events`", "`COMMIT`"):
        assert name in text, name


@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_crowd_is_as_if_recorded(stores: Stores, engine: Engine, each: int) -> None:
    """A rebuild from the crowd's sealed events gives the very rows that were put there."""
    crowd = crowds(stores, 300, each)[engine]
    before = rows_of(crowd.tracker)
    assert [len(rows) for rows in before[:4]] == [300, 300 * each, 300, 300]
    assert len(before[4]) > 100 * each, "what some policies find in such a share"
    assert crowd.tracker.rebuild().people == 300
    assert rows_of(crowd.tracker) == before


def rows_of(tracker: Tracker) -> list[list[str]]:
    """All rows of the crowd's tables."""
    with tracker.store.reading() as conn:
        return [sorted(map(repr, conn.execute(sa.select(table)))) for table in TABLES]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_floor_writes_the_very_rows(stores: Stores, engine: Engine) -> None:
    """The floor's table ends up with the rows of `events`, under the same key and indexes."""
    events = shop(300, seed=1, shoppers=40)
    with stores.fresh(engine) as place, place.open() as tracker:
        tracker.record(events[:100])
        floor = Floor(tracker.store.engine)
        tracker.record(events[100:])
        buffers, count = floor.buffers(BATCH)
        assert count == 200
        floor.write(buffers)
        inspector = sa.inspect(tracker.store.engine)
        with tracker.store.reading() as conn:
            both = [
                sorted(map(repr, conn.exec_driver_sql(f"SELECT * FROM {name}")))  # noqa: S608
                for name in ("events", "floor_events")
            ]
        indexes = [
            (
                sorted(tuple(i["column_names"]) for i in inspector.get_indexes(name)),
                inspector.get_pk_constraint(name)["constrained_columns"],
                [u["column_names"] for u in inspector.get_unique_constraints(name)],
            )
            for name in ("events", "floor_events")
        ]
        tracker.store.engine.dispose()
    assert both[0] == both[1]
    assert indexes[0] == indexes[1]


def test_what_is_sent_is_seen(stores: Stores) -> None:
    """Every statement of a question is noted while somebody watches, and none afterwards."""
    with stores.fresh("sqlite") as place, place.open() as tracker:
        tracker.record(shop(50, seed=1, shoppers=5))
        with watched(tracker.store.engine) as watch:
            watch.on = True
            tracker.holders("s1-new0", controller=tracker.controllers[0])
            seen = len(watch.sent)
        tracker.holders("s1-new0", controller=tracker.controllers[0])
        assert len(watch.sent) == seen
    assert any("edges" in str(one.sql) for one in watch.sent)


@pytest.mark.parametrize("make", [hard, lambda n: shop(n, seed=1, shoppers=100)])
def test_the_disturbed_stream(make: object) -> None:
    """The disturbed stream has every event of the clean one, some twice, and another order."""
    clean: list[bytes] = make(1000)  # type: ignore[operator]
    assert len(set(clean)) == 1000
    times = [json.loads(event)["time"] for event in clean]
    assert times == sorted(times)
    other = disturbed(clean)
    assert set(other) == set(clean)
    assert 1000 < len(other) < 1060
    assert other == disturbed(clean)
    assert list(dict.fromkeys(other)) != clean


def test_the_shop_is_a_shop() -> None:
    """Mostly collections, shares and orders; one event in twenty about consent; nine in ten people
    are of the crowd; another seed is another week with ids of its own.
    """
    events = [json.loads(event) for event in shop(20_000, seed=1, shoppers=5_000, crowd=9_000)]
    kinds = Counter(event["type"].split(".")[1] for event in events)
    consents = kinds["consent_granted"] + kinds["consent_withdrawn"]
    assert 0.04 < consents / 20_000 < 0.06
    assert kinds["data_collected"] + kinds["data_shared"] > 14_000
    assert all(kinds[name] for name in ("order_completed", "data_deleted", "event_retracted"))
    people = {event["subject"] for event in events}
    new = {subject for subject in people if subject.startswith("s1-new")}
    assert 0.05 < len(new) / len(people) < 0.15
    other = [json.loads(event) for event in shop(1000, seed=2, shoppers=500)]
    assert not {e["id"] for e in events} & {e["id"] for e in other}


@pytest.mark.parametrize(
    ("ratio", "target", "moonshot", "at_most", "verdict"),
    [
        (0.31, 0.22, 0.30, False, "moonshot"),
        (0.25, 0.22, 0.30, False, "met"),
        (0.1, 0.22, 0.30, False, "not met"),
        (1.1, 1.5, 1.2, True, "moonshot"),
        (1.3, 1.5, 1.2, True, "met"),
        (1.6, 1.5, None, True, "not met"),
        (1.0, None, None, False, ""),
        (None, 1.0, None, False, ""),
    ],
)
def test_a_target_is_met_or_not(
    ratio: float | None, target: float | None, moonshot: float | None, at_most: bool, verdict: str
) -> None:
    """The table says of each target whether it is met, in the direction that the target has."""
    row = Row("x", "1/s", "1/s", ratio, target, moonshot, at_most=at_most)
    assert row.verdict == verdict
    assert report.table([row]).splitlines()[-1].endswith(f"{verdict} |" if verdict else " |")


def test_the_page_takes_the_figures() -> None:
    """docs/benchmarks.md has a place for both tables, and writing them twice changes nothing."""
    page = report.PAGE.read_text(encoding="utf-8")
    once = report.put(page, "figures", "| a |")
    assert report.put(once, "figures", "| a |") == once
    assert "| a |" in report.put(once, "profile", "| b |")
    with pytest.raises(AssertionError, match="no block"):
        report.put(page, "nothing", "")
