"""The tables of life cycles against what the fold, the plan and the acts make of short lives."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import pytest

from lineage.domain.lifecycles.notice import NOTICE
from lineage.domain.lifecycles.request import REQUEST
from lineage.domain.lifecycles.table import Lifecycle, Step
from lineage.storage.keys import Keys
from lineage.storage.seal import Hasher
from tests.properties.lives import (
    AFTER,
    DAY,
    DECISIONS,
    HELD,
    MOVES,
    RARE,
    RUNNING,
    Life,
    Move,
    World,
    world,
)

CONTROLLERS = ("easydser", "seestar", "senro", "sesiiduo", "store-002")
WALKS, DEEP_WALKS, LONGEST, LOOKED_AT = 150, 30_000, 14, 100
YEARS = 10 * 366 * DAY

TOLD = (MOVES[0], MOVES[1], MOVES[3], DECISIONS[0])
"""Somebody got two categories, and is told to erase them."""


@pytest.fixture(scope="module")
def small_world() -> World:
    """Policies and ids for all lives."""
    return world(Hasher(Keys(b"r" * 32, {1: b"k" * 32})))


class Walked:
    """The steps that lives took, and those among them that no table has."""

    def __init__(self) -> None:
        self.taken: dict[str, Counter[Step]] = {"Request": Counter(), "Notice": Counter()}
        self.strange: list[str] = []

    def walk(self, life: Life, move: Move) -> Life:
        """One move on."""
        told = [event.data.event_name for event in life.events]
        life, of_request, of_notices = life.after(move)
        for table, steps in ((REQUEST, of_request), (NOTICE, of_notices)):
            for step in steps:
                self.taken[table.name][step] += 1
                if not table.has(*step):
                    self.strange.append(f"{table.name} {step} by {move} after {told}")
        return life


def walked(world: World, seeds: range) -> Walked:
    """Random lives, each of so many moves, under one of the policies."""
    found = Walked()
    for seed in seeds:
        rng = Random(seed)
        life = Life(world, CONTROLLERS[seed % len(CONTROLLERS)])
        for move in TOLD if rng.random() < 0.5 else ():
            life = found.walk(life, move)
        for _ in range(rng.randint(3, LONGEST)):
            moves = AFTER if life.state in RUNNING else MOVES
            life = found.walk(life, rng.choice([move for move in moves if life.can(move)]))
    return found


def test_no_life_leaves_the_tables(small_world: World) -> None:
    """Every change of state that is seen in some lives is a row of its table."""
    assert walked(small_world, range(WALKS)).strange == []


def test_every_short_life_stays_in_the_tables(small_world: World) -> None:
    """Somebody got two categories and is told to erase them: every pair of things that follow."""
    life, found = Life(small_world, CONTROLLERS[0]), Walked()
    for move in TOLD:
        life = found.walk(life, move)
    assert explored(life, 2, found).strange == []


def test_nothing_follows_before_its_time(small_world: World) -> None:
    """Until the moment at which a person is to be looked at again, looking finds nothing to do; and
    who is never to be looked at again has nothing to come.
    """
    for seed in range(LOOKED_AT):
        rng = Random(seed)
        found, life = Walked(), Life(small_world, CONTROLLERS[seed % len(CONTROLLERS)])
        for move in (HELD, *TOLD) if rng.random() < 0.5 else TOLD:
            life = found.walk(life, move)
        for _ in range(rng.randint(1, 6)):
            life = found.walk(life, rng.choice([move for move in AFTER if life.can(move)]))
            end = life.now + YEARS if life.again_at is None else life.again_at - 1
            moments = [end, *(rng.randint(life.now, end) for _ in range(2))]
            for moment in moments:
                assert not life.acts_at(moment), [e.data.event_name for e in life.events]


@pytest.mark.slow
@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_life_of_three_moves_stays_in_the_tables(small_world: World, controller: str) -> None:
    """Under each policy, from nothing on and from being told on."""
    start, found = Life(small_world, controller), Walked()
    assert explored(start, 3, found).strange == []
    for move in TOLD:
        start = found.walk(start, move)
    assert explored(start, 3, found).strange == []


@pytest.mark.slow
def test_every_row_is_lived_through(small_world: World) -> None:
    """No row is there that nothing ever takes; what is never strange is also never idle."""
    found = walked(small_world, range(DEEP_WALKS))
    for controller, moves in product(CONTROLLERS, RARE):
        life = Life(small_world, controller)
        for move in moves:
            life = found.walk(life, move)
    assert found.strange == []
    for table in (REQUEST, NOTICE):
        assert [step for step in table.steps if step not in found.taken[table.name]] == []


@pytest.mark.parametrize("table", [REQUEST, NOTICE], ids=lambda table: table.name)
def test_rows_are_unique_and_explained(table: Lifecycle) -> None:
    """No row stands twice; every state is explained and can be reached from the beginning."""
    assert len(set(table.steps)) == len(table.steps)
    reached: set[str | None] = {None}
    while more := {step.to for step in table.steps if step.state in reached} - reached:
        reached |= more
    assert reached == {None, *table.means}


def explored(life: Life, depth: int, found: Walked) -> Walked:
    """Every life of so many moves from here on."""
    for move in MOVES if depth else ():
        if life.can(move):
            explored(found.walk(life, move), depth - 1, found)
    return found
