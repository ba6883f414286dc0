"""Rebuild against recording, and verify against reading the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import BATCH, Row, Size, fresh_tracker, rate, seconds, stream


def measure(size: Size) -> Iterator[Row]:
    events = stream(size.events)
    with fresh_tracker() as tracker:
        recording = seconds(lambda: tracker.record(events, batch_size=BATCH))
        before = _facts(tracker.store.engine)
        rebuilding = seconds(tracker.rebuild)
        assert _facts(tracker.store.engine) == before
        reports = []
        verifying = seconds(lambda: reports.append(tracker.verify()))
        assert (reports[0].ok, reports[0].events) == (True, len(events))

        def read() -> None:
            with tracker.store.engine.connect() as conn:
                assert len(conn.exec_driver_sql("SELECT * FROM events").all()) == len(events)

        reading = seconds(read)
    n = len(events)
    yield Row(
        "rebuild / record", rate(n, rebuilding), rate(n, recording), recording / rebuilding, 1
    )
    yield Row(
        "verify / reading the rows", rate(n, verifying), rate(n, reading), reading / verifying
    )


def _facts(engine: object) -> list[int]:
    with engine.connect() as conn:  # type: ignore[attr-defined]
        tables = ("persons", "edges", "erasures", "changes", "requests", "notices", "events")
        return [conn.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar() for t in tables]  # noqa: S608
