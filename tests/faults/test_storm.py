"""Four writers on the same people, with decisions all the while: nothing is lost."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_sound
from tests.faults.killing import lines, worker
from tests.faults.storm import LINES, PEOPLE, WRITERS, rising_clock
from tests.properties.stores import NOW
from tests.properties.worlds import differences, live, world
from tests.support.places import StorePlace
from tests.support.servers import connect

AFTERWARDS = NOW + timedelta(hours=1)
"""Later than any clock of a writer shows."""

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def written(place: StorePlace, seed: int, seconds: float) -> Counter[str]:
    """What four writers met, added up; each of them ended well."""
    met: Counter[str] = Counter()
    arguments = ["storm", place.url, str(place.keys), str(seed)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(worker(*arguments, str(number), str(seconds)))
            for number in range(WRITERS)
        ]
        said = [lines(writer) for writer in writers]
        for each in said:
            assert next(line for line in each if line == "ready")
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.close()
        for each in said:
            of_one = json.loads(next(each))
            met["worlds"] = max(met["worlds"], of_one.pop("worlds"))
            met.update(of_one)
        assert [writer.wait() for writer in writers] == [0] * WRITERS
    return met


def deadlocks(place: StorePlace) -> int:
    """How many deadlocks the database has ended."""
    if place.engine == "sqlite":
        return 0
    with connect(sa.make_url(place.url)) as connection:
        found = connection.execute(DEADLOCKS).fetchone()
    return int(found[0]) if found else 0


def recorded_now(tracker: Tracker, seed: int) -> int:
    """Record what the writers left of a world: how much of it was new."""
    events, _ = world(PEOPLE, LINES, seed)
    receipt = tracker.record(events)
    assert receipt.refused == 0
    return receipt.recorded


def one_storm(place: StorePlace, seed: int, seconds: float) -> None:
    """Write, complete what was begun, and hold the store against the truth."""
    print(f"seed {seed}")
    place.open(clock=rising_clock()).close()
    met = written(place, seed, seconds)
    met["deadlocks"] = deadlocks(place)
    print(dict(sorted(met.items())))
    assert met["decisions"]
    assert met["deadlocks"] <= met["retries"]
    begun = range(seed, seed + met["worlds"])
    with place.open(clock=lambda: AFTERWARDS) as tracker:
        assert_sound(tracker)
        rest = sum(recorded_now(tracker, each) for each in begun)
        truths = [world(PEOPLE, LINES, each)[1] for each in begun]
        assert met["recorded"] + rest == sum(each.truth.counts.events for each in truths)
        for generated in truths:
            assert differences(live(tracker, generated), generated.truth.held_at(AFTERWARDS)) == []
        assert_sound(tracker)


def test_four_writers_at_once(store_place: StorePlace) -> None:
    """For four seconds (two on SQLite, where they queue): each event is on record once, holders
    equal the truth, whoever holds anything of a decided request is told or left out for a reason.
    """
    one_storm(store_place, 1, 4 if store_place.engine == "postgresql" else 2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1_000, 2_000])
def test_four_writers_at_once_for_a_minute(store_place: StorePlace, seed: int) -> None:
    """As above, for a minute."""
    one_storm(store_place, seed, 60)
