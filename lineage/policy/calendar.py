"""Counting time as D-01 says: pure functions on dates. No clock, no zone, no policy lives here.

The trigger day is day 0 and the deadline is the end of day N, so every function on days returns
that day. Hours run on the clock, weekends included. Nothing ends after 31 December 9999, the last
day that can be written: what would, ends then.
"""

from calendar import monthrange
from collections.abc import Container
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Final, Literal

DayUnit = Literal["calendar_day", "working_day", "month", "year"]
Unit = DayUnit | Literal["hour"]
Roll = Literal["none", "next_working_day"]

NO_HOLIDAYS: Final[frozenset[date]] = frozenset()
_SATURDAY: Final = 5
_MONTHS: Final = 12


def is_working_day(day: date, *, holidays: Container[date] = NO_HOLIDAYS) -> bool:
    """Monday to Friday, less the configured holidays."""
    return day.weekday() < _SATURDAY and day not in holidays


def add_working_days(day: date, n: int, holidays: Container[date] = NO_HOLIDAYS) -> date:
    """Return the ``n``-th working day after ``day``; ``day`` itself, whatever it is, for 0."""
    _check_count(n)
    while n and day < date.max:
        day += timedelta(days=1)
        n -= is_working_day(day, holidays=holidays)
    return day


def add_calendar_days(day: date, n: int) -> date:
    """Return the day ``n`` days after ``day``; a weekend does not move it."""
    _check_count(n)
    return day + timedelta(days=min(n, (date.max - day).days))


def add_months(day: date, n: int) -> date:
    """Same day number ``n`` months on, or the last day of a shorter month."""
    _check_count(n)
    years, month = divmod(day.month - 1 + n, _MONTHS)
    year, month = day.year + years, month + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_years(day: date, n: int) -> date:
    """Same month and day ``n`` years on; 29 February becomes 28 February where there is none."""
    return add_months(day, n * _MONTHS)


def add_hours(at: datetime, n: int) -> datetime:
    """Return the moment ``n`` hours after another."""
    _check_count(n)
    return moved_on(at, timedelta(hours=n))


def moved_on(at: datetime, by: timedelta) -> datetime:
    """Return the moment that lies so much after another."""
    return at + min(by, datetime.max.replace(tzinfo=at.tzinfo) - at)


def add_days(day: date, n: int, *, unit: DayUnit, holidays: Container[date] = NO_HOLIDAYS) -> date:
    """Return the day ``n`` units after ``day``."""
    if unit == "working_day":
        return add_working_days(day, n, holidays)
    if unit == "calendar_day":
        return add_calendar_days(day, n)
    return add_months(day, n) if unit == "month" else add_years(day, n)


def roll(day: date, how: Roll, *, holidays: Container[date] = NO_HOLIDAYS) -> date:
    """Move a due day off a weekend or holiday, where a regime asks for that; D-01 does not."""
    if how == "none" or is_working_day(day, holidays=holidays):
        return day
    return add_working_days(day, 1, holidays)


def _check_count(n: int) -> None:
    if n < 0:
        raise ValueError(
            "a deadline lies on or after its trigger day: expected a count of 0 or more"
        )
