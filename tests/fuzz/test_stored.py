"""A few compositions through a store: what is recorded, kept, asked and simulated agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PlaceIn
from tests.fuzz.compositions import composed
from tests.fuzz.stored import check_answers, check_simulation

SEEDS = (3, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_store_answers_every_question(seed: int, place_in: PlaceIn, tmp_path: Path) -> None:
    """Every event of the contract is taken, every question is answered, and what was found and
    planned while recording is what folding and judging everything anew gives.
    """
    with place_in(tmp_path, "sqlite") as place:
        check_answers(composed(seed), place)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_simulation_is_recording_again(seed: int, place_in: PlaceIn, tmp_path: Path) -> None:
    """What a composed policy would have changed is what recording again under it gives."""
    with place_in(tmp_path, "sqlite") as place:
        check_simulation(composed(seed), place, place.another(), tmp_path)
