"""The benchmarks run and count right; how fast they are is nobody's promise here."""

from __future__ import annotations

import json

import pytest

from bench import dispatching, generating, reading, recording, report, upkeep
from bench.harness import SMALL, Row, disturbed, stream


@pytest.mark.parametrize("part", [recording, upkeep, reading, dispatching, generating])
def test_each_part_measures(part: object) -> None:
    """Each measurement runs to its end, with its counts asserted, and gives figures to print."""
    rows = list(part.measure(SMALL))  # type: ignore[attr-defined]
    assert rows
    assert all(row.ours for row in rows)
    assert all(row.ratio is None or row.ratio > 0 for row in rows)
    assert report.table(rows).count("\n") == len(rows) + 1


def test_the_disturbed_stream() -> None:
    """The disturbed stream has every event of the clean one, some twice, and another order."""
    clean = stream(1000)
    assert len(set(clean)) == 1000
    times = [json.loads(event)["time"] for event in clean]
    assert times == sorted(times)
    other = disturbed(clean)
    assert set(other) == set(clean)
    assert 1000 < len(other) < 1060
    assert other == disturbed(clean)
    assert list(dict.fromkeys(other)) != clean


@pytest.mark.parametrize(
    ("ratio", "target", "at_most", "verdict"),
    [
        (0.3, 0.22, False, "met"),
        (0.1, 0.22, False, "not met"),
        (1.2, 1.5, True, "met"),
        (1.6, 1.5, True, "not met"),
        (1.0, None, False, ""),
    ],
)
def test_a_target_is_met_or_not(
    ratio: float, target: float | None, at_most: bool, verdict: str
) -> None:
    """The table says of each target whether it is met, in the direction that the target has."""
    row = Row("x", "1/s", "1/s", ratio, target, at_most=at_most)
    assert row.verdict == verdict
    assert f"{ratio:.2f}" in report.table([row])


def test_the_page_takes_the_figures() -> None:
    """docs/benchmarks.md has a place for both tables, and writing them twice changes nothing."""
    page = report.PAGE.read_text(encoding="utf-8")
    once = report.put(page, "figures", "| a |")
    assert report.put(once, "figures", "| a |") == once
    assert "| a |" in report.put(once, "profile", "| b |")
    with pytest.raises(AssertionError, match="no block"):
        report.put(page, "nothing", "")
