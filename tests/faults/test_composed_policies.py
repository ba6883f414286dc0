"""Ten thousand composed policies on as many random histories: every law, in a handful of chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PlaceIn
from tests.fuzz.checking import check
from tests.fuzz.compositions import composed
from tests.fuzz.stored import check_answers, check_simulation

COMPOSITIONS, CHUNKS = 10_000, 10
FIRST = 1_000
"""The sample of the short run comes before these"""

STORED = 60


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_policy_by_mechanical_means_needs_no_code(chunk: int) -> None:
    """Every question is answered and every law kept: no policy that the schema allows, and no
    history that the contract allows, needs a line of code.
    """
    check(range(FIRST + chunk, FIRST + COMPOSITIONS, CHUNKS))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST, FIRST + STORED))
def test_nor_does_it_in_a_store(seed: int, place_in: PlaceIn, tmp_path: Path) -> None:
    """Recorded, asked, folded anew and simulated: all of it agrees."""
    with place_in(tmp_path, "sqlite") as place:
        check_answers(composed(seed), place)
        check_simulation(composed(seed), place.another(), place.another(), tmp_path)
