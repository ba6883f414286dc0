"""Rebuilding while others record, and being killed at it: all comes to its end, no fact is lost."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from random import Random

import pytest

from lineage.storage import rebuilding
from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_same_facts, assert_sound
from tests.faults.killing import kill, lines, worker
from tests.properties.stores import NOW, raw_dump
from tests.properties.worlds import differences, live, world
from tests.support.places import StorePlace

PEOPLE, LINES, BATCH = 60, 1_500, 40
KILLS, CHUNK = 2, 5
AFTERWARDS = NOW + timedelta(days=1)


def decided(tracker: Tracker, people: int, seed: int) -> None:
    """Let some people ask, and accept it."""
    _, generated = world(PEOPLE, LINES, seed)
    for person in generated.truth.people[:people]:
        asked = tracker.open_request(person.internal, controller=person.controller)
        tracker.decide_request(asked.request, outcome="accepted", controller=person.controller)


@pytest.mark.parametrize("seed", [1])
def test_a_rebuild_goes_on_while_events_come(
    store_place: StorePlace, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """One program records, another rebuilds at the same pace: both end, facts are those of the
    events and of nothing else, and everybody who holds anything of a decided request was told.
    """
    print(f"seed {seed}")
    monkeypatch.setattr(rebuilding, "CHUNK_PEOPLE", 3)
    events, generated = world(PEOPLE, LINES, seed)
    first, rest = events[: LINES // 2], events[LINES // 2 :]
    pace = threading.Semaphore(0)

    def keep_pace(_done: int, _total: int) -> None:
        assert pace.acquire(timeout=60)

    with ThreadPoolExecutor(1) as pool, store_place.open() as rebuilder:
        with store_place.open(clock=lambda: NOW) as tracker:
            tracker.record(first)
            decided(tracker, 10, seed)
            rebuilt = pool.submit(rebuilder.rebuild, progress=keep_pace)
            for start in range(0, len(rest), BATCH):
                assert tracker.record(rest[start : start + BATCH]).refused == 0
                pace.release()
            print(f"rebuilt to its end before all was recorded: {rebuilt.done()}")
            pace.release(len(rest))
            assert rebuilt.result(120).people
        with store_place.another().open(clock=lambda: NOW) as reference:
            reference.record(events)
            assert_same_facts(rebuilder, reference)
    with store_place.open(clock=lambda: AFTERWARDS) as tracker:
        assert differences(live(tracker, generated), generated.truth.held_at(AFTERWARDS)) == []
        assert_sound(tracker)


def killed_once(rng: Random, place: StorePlace, chunks: int) -> bool:
    """Start a rebuild and kill it a moment after some chunk; whether it was still at work."""
    with worker("rebuild", place.url, str(place.keys), str(CHUNK)) as process:
        for _ in islice(lines(process), 1 + rng.randrange(chunks)):
            pass
        time.sleep(rng.random() * 0.02)
        return kill(process)


def one_round(seed: int, place: StorePlace) -> None:
    """Ruin the facts, kill two rebuilds of them, and record in between; then rebuild."""
    print(f"seed {seed}")
    rng = Random(seed)
    events, generated = world(PEOPLE, LINES, seed)
    half = LINES // 2
    with place.open(clock=lambda: NOW) as tracker:
        tracker.record(events[:half])
        decided(tracker, 5, seed)
        whole = raw_dump(tracker)
        with tracker.store.writing() as conn:
            conn.execute(t.edges.delete())
            conn.execute(t.erasures.delete())
            conn.execute(t.persons.update().values(ver=t.persons.c.ver + 7))
        chunks = len(generated.truth.people) // CHUNK // 2
        killed = [killed_once(rng, place, chunks) for _ in range(KILLS)]
        print(f"killed: {killed}")
        assert any(killed), "no kill came in time"
        assert tracker.verify().ok
        tracker.rebuild()
        assert raw_dump(tracker) == whole
        killed_once(rng, place, chunks)
        assert tracker.record(events).refused == 0
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        assert_sound(tracker)


@pytest.mark.parametrize("seed", [1])
def test_a_killed_rebuild_is_made_good_by_rebuilding_again(
    store_place: StorePlace, seed: int
) -> None:
    """Facts are ruined and their rebuild is killed twice: another one makes them whole. Killed once
    more, it has harmed nothing: what is recorded then is folded as if nobody had rebuilt.
    """
    one_round(seed, store_place)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_killed_rebuilds_are_made_good(store_place: StorePlace, seed: int) -> None:
    """As above, at sixty other moments."""
    one_round(seed, store_place)
