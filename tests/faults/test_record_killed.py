"""kill -9 in the middle of recording loses nothing, doubles nothing and leaves no half batch."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from lineage.generator import write
from lineage.storage import tables as t
from lineage.tracker import Tracker, open_tracker
from tests.faults.killing import kill, lines, worker
from tests.properties.stores import NOW, events_on_record
from tests.properties.worlds import differences, live, world

PEOPLE, LINES, BATCH = 40, 1_200, 40
KILLS = 3


def assert_sound(tracker: Tracker, at_most: int) -> None:
    """The tree verifies and positions have no gap, however the last writer ended."""
    report = tracker.verify()
    assert report.ok, report.faults
    with tracker.store.reading() as conn:
        positions = list(
            conn.execute(sa.select(t.events.c.position).order_by(t.events.c.position)).scalars()
        )
    assert positions == list(range(len(positions)))
    assert len(positions) <= at_most


def killed_once(rng: Random, url: str, path: Path) -> bool:
    """Start recording, kill it a moment after some batch; whether it was still at work."""
    with worker("record", url, str(path), str(BATCH)) as process:
        for _ in islice(lines(process), rng.randrange(LINES // BATCH // KILLS)):
            pass
        time.sleep(rng.random() * 0.05)
        return kill(process)


def one_round(seed: int, folder: Path) -> None:
    """Kill a recording some times, then let it run to its end."""
    print(f"seed {seed}")
    rng = Random(seed)
    _, generated = world(PEOPLE, LINES, seed)
    path, url = folder / "events.jsonl", f"sqlite:///{folder}/lineage.db"
    write(generated, path)
    counts = generated.truth.counts
    open_tracker(url).close()
    killed = [killed_once(rng, url, path) for _ in range(KILLS)]
    assert any(killed), "no kill came in time"
    with open_tracker(url, clock=lambda: NOW) as tracker:
        assert_sound(tracker, counts.events)
        before = events_on_record(tracker)
        receipt = tracker.record_file(path, batch_size=BATCH)
        assert receipt.refused == 0
        assert receipt.recorded == counts.events - before
        assert events_on_record(tracker) == counts.events
        assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
        assert_sound(tracker, counts.events)


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_recording_is_made_good_by_recording_again(seed: int, tmp_path: Path) -> None:
    """Killed at three moments, then recorded again: every event once, holders equal the truth, the
    tree verified, no gap.
    """
    one_round(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_killed_recordings_are_made_good(seed: int, tmp_path: Path) -> None:
    """As above, at sixty other moments."""
    one_round(seed, tmp_path)
