"""Holding compositions against the laws, and showing a failing one so that it can be replayed."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from tests.fuzz.asking import Asked
from tests.fuzz.compositions import Composition, composed
from tests.fuzz.laws.table import OF_ANSWERS, OF_CHANGES, Law
from tests.fuzz.policies import is_in_form

STEPS_MAX: Final = 600
"""How often a failing composition is tried without one of its parts"""


class Broken(NamedTuple):
    """A law that a composition breaks; ``how`` is the first complaint."""

    law: Law
    composition: Composition
    as_of: int
    how: str

    def __str__(self) -> str:
        """Everything that it takes to see it again."""
        return (
            f"{self.law.__name__}: {self.law.__doc__}\nbroken: {self.how}\n"
            f"asked as of {self.as_of}\n{self.composition.shown()}"
            f"the whole of it: python -m tests.fuzz {self.composition.seed}\n"
        )


def first_broken(composition: Composition) -> Broken | None:
    """The first law that a composition breaks.

    Its answers are looked at as of every moment, what changes follow at one of them.
    """
    for number, as_of in enumerate(composition.as_of):
        turn = (composition.seed + number) % len(composition.as_of) == 0
        asked = Asked(composition, as_of)
        for law in (*OF_ANSWERS, *(OF_CHANGES if turn else ())):
            how = _complaint(law, asked)
            if how is not None:
                return Broken(law, composition, as_of, how)
    return None


def check(seeds: Iterable[int]) -> None:
    """Compose and check these; raise for the first that breaks a law, made as small as it goes."""
    for seed in seeds:
        broken = first_broken(composed(seed))
        if broken is not None:
            raise AssertionError(str(reduced(broken)))


def reduced(broken: Broken) -> Broken:
    """The same law broken by less: without the rules and events that it does not take."""
    steps, left = 0, True
    while left and steps < STEPS_MAX:
        left = False
        for smaller in _without_a_part(broken.composition):
            steps += 1
            how = _complaint(broken.law, Asked(smaller, broken.as_of))
            if how is not None:
                broken, left = broken._replace(composition=smaller, how=how), True
                break
            if steps >= STEPS_MAX:
                break
    return broken


def _complaint(law: Law, asked: Asked) -> str | None:
    """What breaks the law; that a question cannot be answered breaks every law that asks it."""
    try:
        return next(iter(law(asked)), None)
    except Exception:  # noqa: BLE001 - whatever it is, it is shown with what it takes to see it
        return traceback.format_exc()


def _without_a_part(composition: Composition) -> Iterator[Composition]:
    """The composition without a version, some rules, some events: large parts first."""
    policies, events = list(composition.policies), list(composition.events)
    if len(policies) > 1:
        for one in range(len(policies)):
            only = policies[one] | {"effective_from": None}
            yield replace(composition, policies=[only])
    half = len(events) // 2
    for some in (events[:half], events[half:]):
        if half:
            yield replace(composition, events=some)
    for number, policy in enumerate(policies):
        rules = policy["rules"]
        middle = len(rules) // 2
        parts = [rules[:middle], rules[middle:]] if middle else []
        parts += [rules[:at] + rules[at + 1 :] for at in range(len(rules))]
        for part in parts:
            less = policy | {"rules": part}
            if is_in_form(less):
                yield replace(
                    composition, policies=[*policies[:number], less, *policies[number + 1 :]]
                )
    for at in range(len(events)):
        if len(events) > 1:
            yield replace(composition, events=events[:at] + events[at + 1 :])
