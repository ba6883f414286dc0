"""Counting days: the worked dates, the edges, and what must hold for any date."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.policy.calendar import (
    DayUnit,
    add_calendar_days,
    add_days,
    add_hours,
    add_months,
    add_working_days,
    add_years,
    is_working_day,
    moved_on,
    roll,
)

_CASES = json.loads(
    (Path(__file__).parents[1] / "vectors" / "deadlines" / "cases.json").read_text(encoding="utf-8")
)["cases"]
_GDPR = [case for case in _CASES if case["regime"] == "GDPR-12-3"]
_DAYS = [case for case in _CASES if case["regime"] != "GDPR-12-3"]

_dates = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
_counts = st.integers(min_value=0, max_value=60)
_holidays = st.frozensets(
    st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 3, 1)), max_size=20
)
_near_holidays = st.dates(min_value=date(2025, 12, 1), max_value=date(2026, 3, 10))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-09-01", 5, "2026-09-08"),
        ("2026-09-01", 7, "2026-09-10"),
        ("2026-09-01", 10, "2026-09-15"),
        ("2026-09-01", 15, "2026-09-22"),
        ("2026-09-01", 30, "2026-10-13"),
        ("2026-03-13", 5, "2026-03-20"),
        ("2026-03-13", 7, "2026-03-24"),
        ("2026-02-20", 7, "2026-03-03"),
        ("2026-06-14", 3, "2026-06-17"),
        ("2026-02-06", 7, "2026-02-17"),
        ("2026-05-15", 5, "2026-05-22"),
        ("2026-05-15", 7, "2026-05-26"),
        ("2026-05-15", 10, "2026-05-29"),
        ("2026-05-15", 15, "2026-06-05"),
        ("2026-05-15", 30, "2026-06-26"),
        ("2026-03-06", 3, "2026-03-11"),
        ("2026-03-09", 10, "2026-03-23"),
        ("2026-07-05", 15, "2026-07-24"),
        ("2026-03-02", 30, "2026-04-13"),
        ("2026-03-16", 3, "2026-03-19"),
        ("2026-03-14", 0, "2026-03-14"),
    ],
)
def test_worked_working_days(start: str, n: int, due: str) -> None:
    """Working days come out as in the worked examples; day 0 is the day itself, even a Saturday."""
    assert add_working_days(date.fromisoformat(start), n) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-09-01", 15, "2026-09-16"),
        ("2026-10-10", 30, "2026-11-09"),
        ("2026-02-01", 90, "2026-05-02"),
        ("2026-05-15", 30, "2026-06-14"),
        ("2026-05-15", 15, "2026-05-30"),
        ("2026-03-13", 15, "2026-03-28"),
        ("2026-05-21", 15, "2026-06-05"),
        ("2026-04-03", 15, "2026-04-18"),
        ("2026-05-04", 90, "2026-08-02"),
    ],
)
def test_worked_calendar_days(start: str, n: int, due: str) -> None:
    """Calendar days run through weekends and may end on one (2026-03-28 is a Saturday)."""
    assert add_calendar_days(date.fromisoformat(start), n) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-02-28", 2, "2028-02-28"),
        ("2026-02-28", 3, "2029-02-28"),
        ("2024-02-29", 2, "2026-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-02-29", 0, "2024-02-29"),
        ("2024-05-20", 2, "2026-05-20"),
        ("2023-05-20", 3, "2026-05-20"),
        ("2024-05-20", 3, "2027-05-20"),
    ],
)
def test_worked_years(start: str, n: int, due: str) -> None:
    """Years keep month and day; 29 February becomes 28 February in a year without one."""
    assert add_years(date.fromisoformat(start), n) == date.fromisoformat(due)


@pytest.mark.parametrize("case", _GDPR, ids=lambda case: case["received_on"])
def test_months_of_the_gdpr(case: dict[str, str]) -> None:
    """One month and the extension to three fall on the published days, with and without roll."""
    received = date.fromisoformat(case["received_on"])
    for months, plain, rolled in (
        (1, "calendar_due", "due_after_weekend_rule"),
        (3, "extended_calendar_due", "extended_due_after_weekend_rule"),
    ):
        due = add_months(received, months)
        assert due == date.fromisoformat(case[plain])
        assert roll(due, "none") == due
        assert roll(due, "next_working_day") == date.fromisoformat(case[rolled])


@pytest.mark.parametrize("case", _DAYS, ids=lambda case: case["regime"])
def test_days_of_other_regimes(case: dict[str, str]) -> None:
    """45 and 90 days of the CCPA and the 30 days of two platforms fall on the published days."""
    received = date.fromisoformat(case["received_on"])
    expected = {
        45: case.get("due"),
        90: case.get("extended_due"),
        30: case.get("erase_by") or case.get("complete_by"),
    }
    found = {n: due for n, due in expected.items() if due is not None}
    assert found
    for n, due in found.items():
        assert add_days(received, n, unit="calendar_day") == date.fromisoformat(due)


def test_every_unit_of_days() -> None:
    """Each unit counts its own days from the same start."""
    start = date(2026, 1, 30)
    units: tuple[DayUnit, ...] = ("calendar_day", "working_day", "month", "year")
    found = [add_days(start, 1, unit=unit) for unit in units]
    assert found == [date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 28), date(2027, 1, 30)]


def test_hours_run_on_the_clock() -> None:
    """48 hours from Friday morning are over on Sunday morning."""
    friday = datetime(2026, 9, 4, 9, tzinfo=UTC)
    assert add_hours(friday, 48) == datetime(2026, 9, 6, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="0 or more"):
        add_hours(friday, -1)


def test_december_plus_one_month() -> None:
    """A month past December is January of the next year."""
    assert add_months(date(2026, 12, 31), 1) == date(2027, 1, 31)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_holiday_is_not_counted() -> None:
    """A configured holiday moves the end by one day; on a weekend it changes nothing."""
    friday = date(2026, 5, 15)
    assert add_working_days(friday, 1, frozenset({date(2026, 5, 18)})) == date(2026, 5, 19)
    assert add_working_days(friday, 1, frozenset({date(2026, 5, 16)})) == date(2026, 5, 18)
    assert roll(date(2026, 5, 16), "next_working_day", holidays={date(2026, 5, 18)}) == date(
        2026, 5, 19
    )


@pytest.mark.parametrize("count", [add_working_days, add_calendar_days, add_months, add_years])
def test_no_deadline_before_its_start(count: object) -> None:
    """A negative count is refused: it would be a deadline before its own start."""
    assert callable(count)
    with pytest.raises(ValueError, match="0 or more"):
        count(date(2026, 5, 15), -1)


@given(day=_near_holidays, n=st.integers(min_value=1, max_value=40), holidays=_holidays)
def test_end_is_a_working_day(day: date, n: int, holidays: frozenset[date]) -> None:
    """One or more working days later is a working day, with exactly n of them in between."""
    end = add_working_days(day, n, holidays)
    assert is_working_day(end, holidays=holidays)
    between = (day + timedelta(days=i) for i in range(1, (end - day).days + 1))
    assert sum(is_working_day(each, holidays=holidays) for each in between) == n


@given(day=_dates, later=_counts, n=_counts, more=_counts)
def test_monotone(day: date, later: int, n: int, more: int) -> None:
    """A later start or a larger count never gives an earlier end."""
    other = day + timedelta(days=later)
    for count in (add_working_days, add_calendar_days, add_months, add_years):
        assert count(day, n) <= count(other, n)
        assert count(day, n) <= count(day, n + more)


@given(day=_dates, first=_counts, second=_counts)
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    """Counting on from an earlier end gives the same day as counting at once."""
    assert add_working_days(add_working_days(day, first), second) == add_working_days(
        day, first + second
    )


@given(day=_near_holidays, holidays=_holidays)
def test_roll_moves_forward_to_a_working_day(day: date, holidays: frozenset[date]) -> None:
    """Rolling ends on the first working day on or after the day."""
    end = roll(day, "next_working_day", holidays=holidays)
    assert is_working_day(end, holidays=holidays)
    skipped = (day + timedelta(days=i) for i in range((end - day).days))
    assert not any(is_working_day(each, holidays=holidays) for each in skipped)


@given(day=_dates, n=_counts)
def test_months_keep_the_day_or_end_the_month(day: date, n: int) -> None:
    """The day number stays, or it is the last day of a shorter month."""
    end = add_months(day, n)
    assert (end.year - day.year) * 12 + end.month - day.month == n
    last = (end + timedelta(days=1)).month != end.month
    assert end.day == day.day or (last and end.day < day.day)


@pytest.mark.parametrize("unit", get_args(DayUnit))
@pytest.mark.parametrize("start", [date(9999, 12, 31), date(9999, 12, 20), date(9000, 2, 28)])
def test_nothing_ends_after_the_last_day_there_is(unit: DayUnit, start: date) -> None:
    """What would end later ends on the day itself, a holiday though it be."""
    last = date(9999, 12, 31)
    assert add_days(start, 400_000, unit=unit, holidays={last}) == last
    assert roll(last, "next_working_day", holidays={last}) == last


def test_no_hour_lies_after_the_last_day_there_is() -> None:
    """Nor any time that a clock which stood still is moved to."""
    last = datetime.max.replace(tzinfo=UTC)
    assert add_hours(last - timedelta(hours=1), 2) == last
    assert moved_on(last, timedelta(days=1)) == last
