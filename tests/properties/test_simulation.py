"""What a simulation says is what recording everything again under the other policy would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from lineage.policy.loader import Library, load_library
from lineage.scenarios.files import Scenario, read_scenarios
from lineage.scenarios.recording import record_given
from lineage.tracker import Tracker
from lineage.tracker.policy_face import simulated_rows
from tests.conftest import PlaceIn
from tests.properties.simulated import Said, Ticking, carried_out, said_of
from tests.properties.stores import emptied
from tests.support.engines import ENGINES
from tests.support.places import StorePlace

LIBRARY: Final = load_library()
SCENARIOS: Final = read_scenarios(
    sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml")), LIBRARY.controllers
)
EVERY: Final = 24
"""One scenario of so many is in the short run; the long one has them all."""


@dataclass(frozen=True)
class Case:
    """A scenario's events under one of its controllers, and whose policy is tried on them."""

    scenario: Scenario
    controller: str
    other: str
    since: date | None

    def __str__(self) -> str:
        """As the test is called."""
        return f"{self.scenario.id}-{self.controller}-{self.other}{'-since' if self.since else ''}"


def _cases() -> Iterator[Case]:
    for number, scenario in enumerate(SCENARIOS):
        names = scenario.form.controller.names
        controller = names[number % len(names)]
        others = [name for name in LIBRARY.controllers if name != controller]
        times = sorted(event.at for event in scenario.form.given)
        since = None
        if number % 3 == 0 and len(times) > 1:
            since = times[len(times) // 2].date()
        yield Case(scenario, controller, others[number % len(others)], since)


CASES: Final = list(_cases())


@pytest.fixture(scope="module", params=ENGINES)
def places(
    request: pytest.FixtureRequest, place_in: PlaceIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StorePlace, StorePlace]]:
    """Two stores with the same keys; each case empties them."""
    with place_in(tmp_path_factory.mktemp("both"), request.param) as place:
        other = place.another()
        for one in (place, other):
            one.open().close()
        yield place, other


def check(case: Case, places: tuple[StorePlace, StorePlace], folder: Path) -> None:
    """Record it under both, and hold the simulation over the one against the other."""
    scenario, controller, policy = case.scenario, case.controller, LIBRARY.versions(case.other)[-1]
    other = LIBRARY.with_policy(policy, controller=controller, since=case.since)
    with recorded(case, places[0], LIBRARY) as one, recorded(case, places[1], other) as again:
        for number, person in enumerate(sorted(people(scenario))):
            to = folder / f"{number}.jsonl"
            one.simulate(
                policy,
                to=to,
                controller=controller,
                subject=person,
                since=case.since,
                as_of=moment(case),
            )
            rows = list(simulated_rows(to))
            assert carried_out(said(one, case, person), rows) == said(again, case, person)


def recorded(case: Case, place: StorePlace, library: Library) -> Tracker:
    """A tracker over what the scenario gives, just after the moment it asks about."""
    clock = Ticking()
    clock.at = moment(case)
    tracker = place.open(policies=library, clock=clock)
    emptied(tracker)
    for problem in record_given(case.scenario, case.controller, tracker, clock):
        assert "unknown_category" in str(problem.actual), problem
    clock.at = moment(case)
    return tracker


def moment(case: Case) -> datetime:
    """The moment that is asked about: the scenario's, and what its clock has ticked."""
    return case.scenario.form.when.at + timedelta(milliseconds=1)


def said(tracker: Tracker, case: Case, person: str) -> Said:
    """What the answers say of the person at the moment of the scenario."""
    form = case.scenario.form
    requests = {
        request
        for event in form.given
        if event.subject == person and (request := (event.model_extra or {}).get("request_id"))
    }
    return said_of(tracker, case.controller, person, sorted(requests), moment(case))


def people(scenario: Scenario) -> set[str]:
    """Whoever the scenario has events of."""
    return {event.subject for event in scenario.form.given if event.subject is not None}


@pytest.mark.parametrize("case", CASES[::EVERY], ids=str)
def test_a_simulation_is_recording_again(
    case: Case, places: tuple[StorePlace, StorePlace], tmp_path: Path
) -> None:
    """Rows carried out on what is said now give what is said after recording again."""
    check(case, places, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_simulation_is_recording_again(
    case: Case, places: tuple[StorePlace, StorePlace], tmp_path: Path
) -> None:
    """The same, over all there is."""
    check(case, places, tmp_path)
