"""Times of the contract: text, aware UTC datetimes and integer microseconds. No clock is read."""

import re
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,6})[0-9]*)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def to_micros(moment: datetime) -> int:
    """Return microseconds since the epoch; a time without an offset is refused."""
    if moment.tzinfo is None:
        msg = "a time needs an offset from UTC"
        raise ValueError(msg)
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of microseconds since the epoch."""
    return EPOCH + timedelta(0, 0, micros)  # by name it takes half as long again


def start_of_day(day: date) -> int:
    """Return the first microsecond of a day in UTC."""
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))


def parse_date(text: str) -> date:
    """Read ``YYYY-MM-DD`` and nothing else; raises ValueError."""
    # date.fromisoformat also reads week dates and dates without hyphens.
    if _DATE.fullmatch(text) is None:
        msg = "not a date of the form YYYY-MM-DD"
        raise ValueError(msg)
    return date.fromisoformat(text)


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time, or a date as its 00:00 UTC; raises ValueError.

    Digits beyond the microsecond are cut off: several languages send nanoseconds.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return datetime.combine(parse_date(text), datetime.min.time(), UTC)
    day, clock, fraction, offset = match.groups()
    exact = f"{day}T{clock}.{fraction:0<6}" if fraction else f"{day}T{clock}"
    if offset in "Zz":
        return datetime.fromisoformat(exact + "+00:00")
    try:
        return datetime.fromisoformat(exact + offset).astimezone(UTC)
    except OverflowError:
        msg = "the time lies outside the years 1 to 9999"
        raise ValueError(msg) from None


def format_time(moment: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC, with a fraction only if there is one."""
    if moment.tzinfo is None:
        msg = "a time needs an offset from UTC"
        raise ValueError(msg)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
