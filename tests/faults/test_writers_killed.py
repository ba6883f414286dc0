"""kill -9 of a recording by several processes: all of them end, and recording again makes good."""

from __future__ import annotations

import subprocess
import time
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from lineage.generator import write
from tests.concurrency.soundness import assert_no_gap, assert_sound
from tests.faults.killing import SECONDS_MAX, kill, lines, worker
from tests.properties.stores import NOW, events_on_record
from tests.properties.worlds import differences, live, world
from tests.support.places import Engine, StorePlace

pytestmark = pytest.mark.postgres

PEOPLE, LINES, BATCH = 40, 1_200, 20


@pytest.fixture
def engine() -> Engine:
    """A file has one writer."""
    return "postgresql"


def is_running(process: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True, text=True
    )
    return listed.stdout.strip()[:1] not in {"", "Z"}


def killed_once(rng: Random, place: StorePlace, path: Path) -> list[int]:
    """Start recording and kill the parent a moment after some batch; its writers."""
    found: list[int] = []
    with worker("write", place.url, str(place.keys), str(path), str(BATCH)) as process:
        # The first few batches are given before both writers are there.
        for line in islice(lines(process), 10 + rng.randrange(LINES // BATCH // 2)):
            found = [int(one) for one in line.split()[1:]]
        time.sleep(rng.random() * 0.05)
        assert kill(process)
    return found


@pytest.mark.parametrize("seed", [1])
def test_writers_end_with_their_parent(store_place: StorePlace, tmp_path: Path, seed: int) -> None:
    """The writers of a killed parent end by themselves, with the connections they hold; recorded
    again, every event is there once.
    """
    print(f"seed {seed}")
    _, generated = world(PEOPLE, LINES, seed)
    path = tmp_path / "events.jsonl"
    write(generated, path)
    with store_place.open(clock=lambda: NOW) as tracker:
        orphans = killed_once(Random(seed), store_place, path)
        assert len(orphans) == 2
        ends_at = time.monotonic() + SECONDS_MAX
        while any(is_running(one) for one in orphans):
            assert time.monotonic() < ends_at, "a writer has outlived its parent"
            time.sleep(0.01)
        assert_no_gap(tracker)
        before = events_on_record(tracker)
        receipt = tracker.record_file(path, batch_size=BATCH)
        assert receipt.recorded == generated.truth.counts.events - before
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        assert_sound(tracker)
