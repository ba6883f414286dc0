"""The watchdog: who does not move although there is something to do is ended."""

from __future__ import annotations

import subprocess
import sys
import time
from signal import SIGCONT, SIGSTOP
from subprocess import PIPE
from typing import NoReturn

import pytest

from streams.ending import EXIT_FAILED
from streams.metrics import Metrics
from streams.progress import Progress
from streams.watchdog import StoodStill, Watchdog


class Ended(Exception):
    """What a test has in place of the end of the process."""


def ended(_doing: str, error: BaseException) -> NoReturn:
    """End the test's watchdog."""
    raise Ended from error


@pytest.fixture
def progress() -> Progress:
    """A reader of one partition that stands at 10."""
    progress = Progress("lineage.events", Metrics())
    progress.began(0, 10)
    return progress


def look(progress: Progress, *, later: float) -> None:
    """Look at it after so many seconds without a sign."""
    watchdog = Watchdog([progress], still_seconds=60, fail=ended)
    progress.seen -= later
    for at in progress.partitions.values():
        at.moved -= later
    watchdog.look()


def test_silence_ends_a_worker(progress: Progress) -> None:
    """A loop that no longer goes round is noticed from outside it."""
    look(progress, later=30)
    with pytest.raises(StoodStill, match=r"nothing was heard of the reader of lineage\.events"):
        look(progress, later=61)


def test_standing_still_before_the_end_ends_a_worker(progress: Progress) -> None:
    """A partition that has more and does not move is noticed; one that is done may rest."""
    progress.heard(0, fetched=10, end=10)
    look(progress, later=0)
    progress.partitions[0].moved = time.monotonic() - 100
    Watchdog([progress], still_seconds=60).look()
    progress.heard(0, fetched=10, end=15)
    Watchdog([progress], still_seconds=60).look()
    progress.partitions[0].moved = time.monotonic() - 100
    with pytest.raises(StoodStill, match=r"lineage.events\[0\] stands at 10, and it goes to 15"):
        Watchdog([progress], still_seconds=60).look()


def test_writing_counts_as_moving(progress: Progress) -> None:
    """Who has fetched all must still write it; while batches are written, nobody stands still."""
    progress.heard(0, fetched=15, end=15)
    progress.took(0, 15, first_at=1_700_000_000_000, last_at=1_700_000_000_000)
    progress.partitions[0].moved = time.monotonic() - 100
    progress.wrote(0, 12)
    Watchdog([progress], still_seconds=60).look()
    progress.partitions[0].moved = time.monotonic() - 100
    with pytest.raises(StoodStill):
        Watchdog([progress], still_seconds=60).look()
    progress.wrote(0, 15)
    progress.partitions[0].moved = time.monotonic() - 100
    Watchdog([progress], still_seconds=60).look()


def test_partition_that_was_given_up_is_nobodys(progress: Progress) -> None:
    """What another worker has now is not ours to move."""
    progress.heard(0, fetched=10, end=20)
    progress.ended(0)
    progress.ended(0)
    look(progress, later=0)
    assert progress.partitions == {}


def age(progress: Progress) -> float | None:
    """What Prometheus is told of the oldest unread event."""
    labels = {"topic": "lineage.events", "partition": "0"}
    name = "lineage_lane_oldest_unread_age_seconds"
    return progress._metrics.registry.get_sample_value(name, labels)


def ago(seconds: float) -> int:
    """A time in milliseconds."""
    return int((time.time() - seconds) * 1000)


def test_age_is_not_told_before_anything_was_read(progress: Progress) -> None:
    """Nobody knows how old the oldest unread event is before the first; it is not fifty years."""
    progress.heard(0, fetched=10, end=15)
    assert age(progress) == 0
    progress.took(0, 12, first_at=ago(40), last_at=ago(30))
    progress.heard(0, fetched=12, end=15)
    progress.wrote(0, 12)
    assert 29 < (age(progress) or 0) < 39


def test_age_is_that_of_the_oldest_that_is_not_written(progress: Progress) -> None:
    """It grows while the database is slow, also where nothing more is taken for want of room."""
    progress.heard(0, fetched=15, end=15)
    assert age(progress) == 0
    progress.took(0, 12, first_at=ago(200), last_at=ago(150))
    progress.took(0, 15, first_at=ago(100), last_at=ago(50))
    assert 199 < (age(progress) or 0) < 249
    progress.wrote(0, 12)
    assert 99 < (age(progress) or 0) < 149
    progress.wrote(0, 15)
    assert age(progress) == 0


WATCHED = """
import time
from streams.metrics import Metrics
from streams.progress import Progress
from streams.watchdog import Watchdog

progress = Progress("lineage.events", Metrics())
progress.began(0, 10)
progress.heard(0, fetched=10, end=15)
Watchdog([progress], still_seconds=5.0).start()
print("ready", flush=True)
while True:
    progress.alive()
    time.sleep(0.05)
"""


def test_time_in_which_a_process_was_frozen_does_not_count() -> None:
    """A worker that goes on after longer than it may stand still goes on; when it has stood still
    for that long while it ran, it is ended.
    """
    with subprocess.Popen(
        [sys.executable, "-c", WATCHED], stdout=PIPE, stderr=PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(SIGSTOP)
        time.sleep(8)
        process.send_signal(SIGCONT)
        time.sleep(2)
        assert process.poll() is None
        assert process.wait(60) == EXIT_FAILED
        assert "stands at 10, and it goes to 15" in process.stderr.read()
