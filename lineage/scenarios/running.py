"""Running scenarios: a fresh store each, the ordinary recording, the ordinary questions.

Nothing is sent to anybody. The tracker's clock stands at each event's ``rec`` while it is recorded
and at ``when.at`` while it is asked.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.policy.recipients import RecipientRegistry
from lineage.scenarios.asking import ASK, Asked
from lineage.scenarios.comparing import Context, Difference
from lineage.scenarios.expected import OF_LOG, OF_REQUEST
from lineage.scenarios.files import PLAN, Scenario
from lineage.scenarios.groups import COMPARE
from lineage.scenarios.recording import Clock, record_given
from lineage.service.answers import Question
from lineage.service.errors import LineageError
from lineage.storage.errors import StorageError
from lineage.storage.throwaway import throwaway_store
from lineage.tracker import Tracker, tracker_over


@dataclass(frozen=True, slots=True)
class Found:
    """A difference under one of the scenario's controllers."""

    controller: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scenario."""

    scenario: Scenario
    found: tuple[Found, ...]

    @property
    def passed(self) -> bool:
        """Whether every answer was as expected."""
        return not self.found


Differences = Generator[Difference, None, None]
Run = Callable[[Scenario, str, Library], Differences]
"""Runs a scenario under one of its controllers and these policies, as far as it is asked for
differences: whoever needs one only asks for no more.
"""


@contextmanager
def scenario_runner(
    library: Library, *, store: str | None = None
) -> Iterator[Callable[[Scenario], Outcome]]:
    """What runs one scenario after the other, each in an empty store.

    ``store`` is the URL of a store in which the throw-away one is made. Raises ``StorageError``
    where that store cannot be used.
    """
    with run_anywhere(store) as run:
        yield lambda scenario: Outcome(
            scenario,
            tuple(
                Found(controller, difference)
                for controller in scenario.form.controller.names
                for difference in run(scenario, controller, library)
            ),
        )


@contextmanager
def run_anywhere(store: str | None = None) -> Iterator[Run]:
    """What runs scenarios under any policies, in one throw-away store that is emptied each time."""
    with throwaway_store(store) as emptied:

        def run(scenario: Scenario, controller: str, library: Library) -> Differences:
            clock = Clock()
            # Another tracker each time, which remembers nothing; what it has open is not closed.
            tracker = tracker_over(emptied(), library, RecipientRegistry(), clock=clock)
            yield from _OneRun(scenario, controller, tracker, clock).differences()

        yield run


@dataclass(frozen=True, slots=True)
class _OneRun:
    """One scenario under one controller."""

    scenario: Scenario
    controller: str
    tracker: Tracker
    clock: Clock

    def differences(self) -> Iterator[Difference]:
        """What is not as expected: events that were refused, then the answers."""
        yield from record_given(self.scenario, self.controller, self.tracker, self.clock)
        when = self.scenario.form.when
        self.clock.at = when.at
        for group in when.ask:
            for about in self._about(group):
                yield from self._ask(group, about)

    def _about(self, group: str) -> Sequence[str | None]:
        """Whom a question is asked about."""
        when = self.scenario.form.when
        if group in OF_LOG:
            return (None,)
        if group in OF_REQUEST or (group == PLAN and when.subject is None):
            return () if when.request is None else when.request.names
        return self.scenario.persons

    def _ask(self, group: str, about: str | None) -> Iterator[Difference]:
        path = group if len(self._about(group)) == 1 else f"{group}[{about}]"
        try:
            answer = self._answer(group, about)
        except (LineageError, StorageError) as error:
            yield Difference(path, "an answer", f"{type(error).__name__}: {error}")
            return
        except Exception as error:  # noqa: BLE001 - the other scenarios are still to be run
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            fault = f"a fault of this program: {type(error).__name__} at {where}"
            yield Difference(path, "an answer", fault)
            return
        if answer.unknown:
            yield Difference(f"{path}.unknown", expected=False, actual=True)
        shown = answer.model_dump(by_alias=True)
        labels = frozenset(event.ev for event in self.scenario.form.given if event.ev is not None)
        context = Context(self._policy(), self.scenario.equivalent, labels)
        for wanted in self.scenario.then.get(self.controller, ()):
            if wanted.group == group and wanted.about in (None, about):
                for found in COMPARE[group](wanted.expected, shown, context):
                    place_in = path + found.path.removeprefix(group)
                    yield Difference(place_in, found.expected, found.actual)

    def _policy(self) -> Policy:
        day = self.scenario.form.when.at.date()
        return self.tracker.library.in_force(self.controller, day)

    def _answer(self, group: str, about: str | None) -> Question:
        asked = Asked(self.tracker, self.controller, about, self.scenario)
        if group not in ASK:
            raise LineageError("this question is not answered yet")
        return ASK[group](asked)
