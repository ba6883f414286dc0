"""How old a person was, as declared or found out. Which age makes a minor is a policy's. Pure."""

from __future__ import annotations

from datetime import date

from lineage.domain.facts import Moment
from lineage.domain.history.history import History
from lineage.events import MinorIdentified, UserRegistered
from lineage.events.times import from_micros
from lineage.policy.calendar import add_years
from lineage.policy.model import Policy

_BANDS = {"under_14": 14, "under_18": 18}


class Minority:
    """The age of one person over time, from all that is on record, earlier and later."""

    def __init__(self, policy: Policy, history: History) -> None:
        """``policy`` is the one in force at the moment that is asked about."""
        self._policy = policy
        self._history = history

    def under(self, age: int, at: Moment) -> bool | None:
        """Whether the person was under an age at a moment; None where that is not known.

        A declared date of birth tells it for every day, before and after. An age found out, and an
        age band, tell it for the time before too: nobody was older then.
        """
        day = from_micros(at[0]).date()
        said = [data for _, data in self._history.every(UserRegistered)]
        born = next((data.birth_date for data in reversed(said) if data.birth_date), None)
        if born is not None:
            return day < add_years(born, age)
        found = self._found(age, day)
        if found is not None:
            return found
        band = next((data.age_band for data in reversed(said) if data.age_band), None)
        if band is None:
            return None
        if band not in _BANDS:
            return False
        return True if _BANDS[band] <= age else None

    def _found(self, age: int, day: date) -> bool | None:
        """By an age in years that somebody found out."""
        for event, data in reversed(self._history.every(MinorIdentified)):
            then = from_micros(event.occurred_at).date()
            if day <= then and data.age < age:
                return True
            if day < then:
                continue
            # Found out as n, the person turns n + 1 within a year from that day.
            if day >= add_years(then, max(age - data.age, 0)):
                return False
            if day < add_years(then, max(age - data.age - 1, 0)):
                return True
        return None
