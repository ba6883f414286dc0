"""Recording with everything on, against the final rows of `events` written bare."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import lineage
from bench.harness import (
    BATCH,
    Row,
    Size,
    disturbed,
    folder,
    fresh_tracker,
    middle,
    rate,
    seconds,
    stream,
)
from lineage.storage import schema
from lineage.storage.engines import open_engine, writing

COLUMNS = "subject_ref, event_key, log, position, type, occurred_at, recorded_at, digest, body"
OURS = Path(lineage.__file__).parent.as_posix() + "/"
INSERT = f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


def measure(size: Size) -> Iterator[Row]:
    clean = stream(size.events)
    cases = (
        (f"record, batch {BATCH:,}", clean, BATCH, 0.22),
        (f"record, 2 % copies, 5 % late, batch {BATCH:,}", disturbed(clean), BATCH, 0.22),
        ("record, one event a transaction", clean[: size.singles], 1, None),
    )
    for name, events, batch, target in cases:
        different = len(set(events))
        runs = [_once(events, different, batch) for _ in range(size.rounds)]
        ours, floor = (middle([run[which] for run in runs]) for which in (0, 1))
        ratio = middle([(run[1] / different) / (run[0] / len(events)) for run in runs])
        yield Row(name, rate(len(events), ours), rate(different, floor), ratio, target)


def _once(events: Sequence[bytes], different: int, batch: int) -> tuple[float, float]:
    with fresh_tracker() as tracker:
        receipts = []
        ours = seconds(lambda: receipts.append(tracker.record(events, batch_size=batch)))
        counted = (receipts[0].recorded, receipts[0].duplicates, receipts[0].refused)
        assert counted == (different, len(events) - different, 0), counted
        with tracker.store.engine.connect() as conn:
            what = f"SELECT {COLUMNS} FROM events ORDER BY log, position"  # noqa: S608
            rows = [tuple(row) for row in conn.exec_driver_sql(what)]
    return ours, write_bare(rows, batch)


def write_bare(rows: Sequence[tuple[Any, ...]], batch: int) -> float:
    """The floor: the same rows, table, indexes and settings, one commit a batch."""
    with folder() as place:
        url = f"sqlite:///{place / 'floor.db'}"
        schema.upgrade(url)
        engine = open_engine(url)

        def write() -> None:
            for start in range(0, len(rows), batch):
                with writing(engine) as conn:
                    conn.exec_driver_sql(INSERT, list(rows[start : start + batch]))

        took = seconds(write)
        with engine.connect() as conn:
            assert conn.exec_driver_sql("SELECT count(*) FROM events").scalar() == len(rows)
        engine.dispose()
    return took


def profile(size: Size) -> list[tuple[str, float]]:
    """Where the time of recording goes: the share of each part, by its own time."""
    events = stream(size.events)
    with fresh_tracker() as tracker:
        profiler = cProfile.Profile()
        profiler.enable()
        tracker.record(events, batch_size=BATCH)
        profiler.disable()
    parts: Counter[str] = Counter()
    stats: Any = pstats.Stats(profiler)
    for (file, _, function), (_, _, own, _, _) in stats.stats.items():
        parts[_part(file.replace("\\", "/"), function)] += own
    total = sum(parts.values())
    return [(part, own / total) for part, own in parts.most_common(16)]


DRIVER = ("sqlite3.Cursor", "sqlite3.Connection")
BUILT_IN = {
    "sqlite": DRIVER,
    "sealing (AES-GCM)": ("encrypt", "decrypt", "AESGCM"),
    "hashing": ("hmac", "sha256", "digest", "_hashlib", "hash_"),
    "validating and dumping (pydantic core)": (
        "pydantic_core",
        "validate_",
        "to_json",
        "to_python",
    ),
}


def _part(file: str, function: str) -> str:
    """A part of the program that a reader knows by name."""
    if "/site-packages/" in file:
        return file.split("/site-packages/")[1].split("/", maxsplit=1)[0]
    if file.startswith(OURS):
        return "lineage/" + file.removeprefix(OURS).removesuffix(".py")
    for name, words in BUILT_IN.items():
        if any(word in function for word in words):
            return name
    return "the rest of Python"
