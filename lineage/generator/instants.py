"""Times of the generator: integer microseconds inside, RFC 3339 text in what it writes."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """An aware moment as microseconds since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def midnight(at: int) -> int:
    """The start of that day."""
    return at - at % DAY


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """The date of a day counted from the epoch."""
    return date.fromordinal(EPOCH.toordinal() + day).isoformat()


def iso(at: int, *, date_only: bool = False) -> str:
    """The text of a time; formatted by hand, because strftime would be a third of all the work."""
    day, rest = divmod(at, DAY)
    if date_only:
        return day_text(day)
    second, fraction = divmod(rest, SECOND)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    text = f"{day_text(day)}T{hour:02d}:{minute:02d}:{second:02d}"
    return f"{text}.{fraction:06d}Z" if fraction else f"{text}Z"
