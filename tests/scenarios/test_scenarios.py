"""Every scenario in this folder, on both engines, through the ordinary recording and questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from lineage.policy.loader import load_library
from lineage.scenarios.files import Scenario, read_scenarios
from lineage.scenarios.report import lines
from lineage.scenarios.running import Outcome, scenario_runner
from tests.support.engines import ENGINES

HERE: Final = Path(__file__).parent
LIBRARY: Final = load_library()
SCENARIOS: Final = read_scenarios(sorted(HERE.glob("*.yaml")), LIBRARY.controllers)


@pytest.fixture(scope="module", params=ENGINES)
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Scenario], Outcome]]:
    """Runs a scenario in an empty store of the engine."""
    if request.param == "sqlite":
        with scenario_runner(LIBRARY) as runner:
            yield runner
    else:
        with (
            request.getfixturevalue("postgres").database() as url,
            scenario_runner(LIBRARY, store=url) as runner,
        ):
            yield runner


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_the_answers_are_the_expected_ones(
    run: Callable[[Scenario], Outcome], scenario: Scenario
) -> None:
    """A policy answers as its scenarios say."""
    outcome = run(scenario)
    told = "\n".join(lines(outcome))
    assert outcome.passed, told
