"""kill -9 in the middle of recording loses nothing, doubles nothing and leaves no half batch."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from lineage.generator import write
from tests.concurrency.soundness import assert_no_gap, assert_sound
from tests.faults.killing import kill, lines, worker
from tests.properties.stores import NOW, events_on_record
from tests.properties.worlds import differences, live, world
from tests.support.places import StorePlace

PEOPLE, LINES, BATCH = 40, 1_200, 40
KILLS = 3


def killed_once(rng: Random, place: StorePlace, path: Path) -> bool:
    """Start recording, kill it a moment after some batch; whether it was still at work."""
    with worker("record", place.url, str(place.keys), str(path), str(BATCH)) as process:
        for _ in islice(lines(process), rng.randrange(LINES // BATCH // KILLS)):
            pass
        time.sleep(rng.random() * 0.05)
        return kill(process)


def one_round(seed: int, place: StorePlace, folder: Path, *, kills: int) -> None:
    """Kill a recording some times, then let it run to its end."""
    print(f"seed {seed}")
    rng = Random(seed)
    _, generated = world(PEOPLE, LINES, seed)
    path = folder / "events.jsonl"
    write(generated, path)
    counts = generated.truth.counts
    killed = [killed_once(rng, place, path) for _ in range(kills)]
    assert any(killed), "no kill came in time"
    with place.open(clock=lambda: NOW) as tracker:
        before = events_on_record(tracker)
        assert before <= counts.events
        assert tracker.verify().ok
        assert_no_gap(tracker)
        receipt = tracker.record_file(path, batch_size=BATCH)
        assert receipt.refused == 0
        assert receipt.recorded == counts.events - before
        assert events_on_record(tracker) == counts.events
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        assert_sound(tracker)


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_recording_is_made_good_by_recording_again(
    seed: int, store_place: StorePlace, tmp_path: Path
) -> None:
    """Killed at some moment, then recorded again: every event once, holders equal the truth, the
    tree verified, no gap.
    """
    one_round(seed, store_place, tmp_path, kills=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_killed_recordings_are_made_good(
    seed: int, store_place: StorePlace, tmp_path: Path
) -> None:
    """As above, at sixty other moments."""
    one_round(seed, store_place, tmp_path, kills=KILLS)
