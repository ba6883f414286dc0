"""The retry table: slower and slower, never past the deadline, never after the last attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.channels.retry import DELAYS_SECONDS, next_attempt_at

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
VECTORS = Path(__file__).parents[1] / "vectors" / "standard-webhooks"


def seconds(
    attempt: int,
    *,
    retry_after: float | None = None,
    jitter: float = 0.5,
    deadline: datetime | None = None,
) -> float | None:
    """Return the delay, None where a person takes over."""
    at = next_attempt_at(NOW, attempt, retry_after=retry_after, jitter=jitter, deadline=deadline)
    return None if at is None else (at - NOW).total_seconds()


def test_the_delays_are_those_of_the_specification() -> None:
    """The first attempt is made at once; each later one after the published example delay."""
    outcomes = json.loads((VECTORS / "delivery-outcomes.json").read_text())
    assert [0, *DELAYS_SECONDS] == outcomes["example_retry_delays_seconds"]


@pytest.mark.parametrize(
    ("attempt", "jitter", "expected"),
    [
        (1, 0.5, 5),
        (1, 0.0, 4),
        (1, 0.75, 5.5),
        (2, 0.5, 300),
        (3, 0.5, 1800),
        (4, 0.5, 7200),
        (9, 0.5, 86400),
        (9, 0.0, 69120),
        (10, 0.5, None),
        (1000, 0.0, None),
    ],
)
def test_table(attempt: int, jitter: float, expected: float | None) -> None:
    """Each delay lies within a fifth of the table; after ten attempts a person takes over."""
    assert seconds(attempt, jitter=jitter) == expected


@pytest.mark.parametrize(
    ("retry_after", "jitter", "expected"),
    [(60, 0.0, 60), (60, 0.5, 66), (1, 0.5, 5), (-5, 0.5, 5), (10**9, 0.0, 86400)],
)
def test_retry_after(retry_after: float, jitter: float, expected: float) -> None:
    """A recipient is never called before the time it asked for, and gains a day at most."""
    assert seconds(1, retry_after=retry_after, jitter=jitter) == expected


@pytest.mark.parametrize(("left", "expected"), [(300, 300), (299, None), (-1, None)])
def test_deadline(left: int, expected: float | None) -> None:
    """A try that would come after the deadline is not waited for."""
    assert seconds(2, deadline=NOW + timedelta(seconds=left)) == expected


@given(
    st.integers(1, 12),
    st.none() | st.floats(-1e12, 1e12),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 10**6),
)
def test_always_later_and_in_time(
    attempt: int, retry_after: float | None, jitter: float, left: int
) -> None:
    """Whatever is asked, the next try lies after now and not after the deadline."""
    deadline = NOW + timedelta(seconds=left)
    at = next_attempt_at(NOW, attempt, retry_after=retry_after, jitter=jitter, deadline=deadline)
    assert at is None or NOW < at <= deadline


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_arguments_out_of_range(attempt: int, jitter: float) -> None:
    """Attempts count from one, and the dice stay in their range."""
    with pytest.raises(ValueError, match="attempts count from 1"):
        seconds(attempt, jitter=jitter)
