"""Times: text, aware datetimes and microseconds say the same moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import format_time, from_micros, parse_time, to_micros


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z"),
        ("2026-03-04t10:00:00z", "2026-03-04T10:00:00Z"),
        ("2026-03-04T10:00:00+08:00", "2026-03-04T02:00:00Z"),
        ("2026-03-04T10:00:00-00:00", "2026-03-04T10:00:00Z"),
        ("2026-03-04T10:00:00.5Z", "2026-03-04T10:00:00.500000Z"),
        ("2026-03-04T10:00:00.000Z", "2026-03-04T10:00:00Z"),
        ("2026-03-04T10:00:00.123456789Z", "2026-03-04T10:00:00.123456Z"),
        ("2026-03-04", "2026-03-04T00:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
    ],
)
def test_time_is_read_and_written(text: str, written: str) -> None:
    """RFC 3339 in, UTC out; a date is its midnight; nanoseconds are cut off."""
    assert format_time(parse_time(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-04T10:00:00",
        "2026-03-04T10:00Z",
        "2026-03-04T24:00:00Z",
        "2026-03-04T10:00:60Z",
        "2026-03-04T10:00:00+25:00",
        "2026-03-04T10:00:00+0800",
        "2026-03-04T10:00:00.Z",
        "2026-03-04T10:00:00Z\n",
        "2026-W10-3",
        "20260304",
        "2025-02-29",
        "2026-03-04T10:00:00\u0665Z",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_other_text_is_no_time(text: str) -> None:
    """What could mean several moments, or none, is refused."""
    with pytest.raises(ValueError):  # noqa: PT011  (the promise is the type)
        parse_time(text)


@pytest.mark.parametrize("act", [to_micros, format_time])
def test_naive_time_is_refused(act: object) -> None:
    """Without an offset nobody knows when it was."""
    assert callable(act)
    with pytest.raises(ValueError, match="offset"):
        act(datetime(2026, 3, 4))  # noqa: DTZ001  (the fault under test)


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001  (the offset is drawn below)
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_round_trip(moment: datetime) -> None:
    """No microsecond is lost between the three forms."""
    assert from_micros(to_micros(moment)) == moment
    assert parse_time(format_time(moment)) == moment
    assert from_micros(to_micros(moment)).tzinfo is UTC
