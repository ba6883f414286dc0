"""Whether a person was a minor at a moment, and what a guardian had consented to. Pure.

What is known now counts for all of the past as well: who is found to be a child was one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.history import History
from lineage.events import (
    GuardianConsentGranted,
    GuardianConsentWithdrawn,
    MinorIdentified,
    UserRegistered,
)
from lineage.events.times import from_micros
from lineage.policy.calendar import add_years
from lineage.policy.kinds.minors import AgeOfMinority
from lineage.policy.model import Policy

_BANDS: Final = {"under_14": 14, "under_18": 18}


class _Known(NamedTuple):
    """What one event tells of the age: in full years at least and below, on a day."""

    day: date
    at_least: int
    below: int | None


class Minority:
    """Answers for one person under one policy."""

    def __init__(self, policy: Policy, history: History) -> None:
        """``history`` is that of the person."""
        self._history = history
        self._age = next((rule.under for rule in policy.of(AgeOfMinority)), None)

    def minor(self, at: Moment) -> bool:
        """Whether the person was a minor at a moment; whose age is unknown is none."""
        if self._age is None:
            return False
        under = self.under(self._age, at)
        return under is True or (under is None and self._perhaps(self._age, at))

    def _perhaps(self, age: int, at: Moment) -> bool:
        """Whether who was found to be a minor may still be one: until it is certain that not."""
        day = from_micros(at[0]).date()
        return any(
            found.at_least < age and day < add_years(found.day, age - found.at_least)
            for found in self._found
        )

    def under(self, age: int, at: Moment) -> bool | None:
        """Whether the person was younger than this; None where nothing on record tells."""
        day = from_micros(at[0]).date()
        doubted = [found for found in self._found if not self._agrees(found)]
        if self._born is not None and not doubted:
            return day < add_years(self._born, age)
        for found in reversed(doubted):
            told = _by_found(found, age, day)
            if told is not None:
                return told
        return self._by_band(age, day)

    def _agrees(self, found: _Known) -> bool:
        """Whether the declared date of birth gives the age that was found."""
        born = self._born
        return born is not None and (
            add_years(born, found.at_least) <= found.day < add_years(born, found.at_least + 1)
        )

    def _by_band(self, age: int, day: date) -> bool | None:
        """By the age group that was declared last before a day, else first after it."""
        bands = self._bands
        if not bands:
            return None
        before = [band for band in bands if band.day <= day]
        band = before[-1] if before else bands[0]
        if band.below is not None and band.below <= age:
            return True
        return False if band.at_least >= age and day >= band.day else None

    @cached_property
    def _found(self) -> list[_Known]:
        return [
            _Known(from_micros(event.occurred_at).date(), data.age, data.age + 1)
            for event, data in self._history.every(MinorIdentified)
        ]

    @cached_property
    def _born(self) -> date | None:
        dates = [data.birth_date for _, data in self._history.every(UserRegistered)]
        known = [day for day in dates if day is not None]
        return known[-1] if known else None

    @cached_property
    def _bands(self) -> list[_Known]:
        return [
            _Known(
                from_micros(event.occurred_at).date(),
                0 if data.age_band in _BANDS else 18,
                _BANDS.get(data.age_band),
            )
            for event, data in self._history.every(UserRegistered)
            if data.age_band is not None
        ]


def _by_found(found: _Known, age: int, day: date) -> bool | None:
    """Whether who was found that old was below an age on a day; None in the year of doubt."""
    then, years = found.day, found.at_least
    if day <= then and years < age:
        return True
    if day < then:
        return None
    if day >= add_years(then, max(age - years, 0)):
        return False
    return True if day < add_years(then, max(age - years - 1, 0)) else None


class Consent(NamedTuple):
    """What a guardian said of some acts; ``acts`` is None where it is about everything."""

    event: Recorded
    given: bool
    acts: frozenset[str] | None
    verifiable: bool


def guardian_consents(history: History) -> list[Consent]:
    """Everything that guardians said, in canonical order, the registration among it."""
    return list(_consents(history))


def _consents(history: History) -> Iterator[Consent]:
    for event in history.only(UserRegistered, GuardianConsentGranted, GuardianConsentWithdrawn):
        data = event.data
        if isinstance(data, UserRegistered):
            if data.guardian_consent is not None:
                scope = None if data.guardian_scope is None else frozenset(data.guardian_scope)
                given = data.guardian_consent == "given"
                yield Consent(event, given, scope if given else None, verifiable=True)
        elif isinstance(data, GuardianConsentGranted | GuardianConsentWithdrawn):
            given = isinstance(data, GuardianConsentGranted)
            acts = frozenset[str](data.guardian_scope)
            yield Consent(event, given, acts, verifiable=data.verifiable)


def consented_to(history: History, act: str, at: Moment, *, verifiable: bool = False) -> bool:
    """Whether a guardian's consent to an act was in force at a moment: the last word counts.

    A registration that says that there is none takes back nothing that was granted before it.
    """
    consent = False
    for said in guardian_consents(history):
        if said.event.moment >= at or not (said.acts is None or act in said.acts):
            continue
        if said.given:
            consent = consent or said.verifiable or not verifiable
        elif not isinstance(said.event.data, UserRegistered):
            consent = False
    return consent
