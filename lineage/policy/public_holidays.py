"""Public holidays of a place, from the ``holidays`` library. No calendar is counted here."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import cache


class UnknownPlace(Exception):
    """The library knows no such country, or no such part of it."""


@cache
def public_holidays(country: str, part: str | None) -> Container[date]:
    """The public holidays of a country, or of a part of it: any day of any year can be looked up.

    Both by their codes of ISO 3166; raises ``UnknownPlace``.
    """
    # Some calendars ask for it, every start of the program would pay for it.
    import holidays

    try:
        return holidays.country_holidays(country, subdiv=part)
    except NotImplementedError as error:
        raise UnknownPlace from error


class DaysOff:
    """Named days, and the public holidays of a place: what a calendar function takes."""

    def __init__(self, named: Container[date], public: Container[date]) -> None:
        """A day is off that is in either."""
        self._named = named
        self._public = public

    def __contains__(self, day: object) -> bool:
        """Whether a day is off."""
        return day in self._named or day in self._public
