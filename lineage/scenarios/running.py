"""Running scenarios: a fresh store each, the ordinary recording, the ordinary questions.

Nothing is sent to anybody. The tracker's clock stands at each event's ``rec`` while it is recorded
and at ``when.at`` while it is asked.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from lineage.events import RecipientNotified
from lineage.events.times import format_time, to_micros
from lineage.policy.loader import Library
from lineage.policy.model import Policy
from lineage.scenarios.asking import ASK, Asked
from lineage.scenarios.comparing import Context, Difference
from lineage.scenarios.expected import OF_LOG, OF_REQUEST
from lineage.scenarios.files import PLAN, Given, Scenario
from lineage.scenarios.groups import COMPARE
from lineage.service.acts import Acts
from lineage.service.answers import Question
from lineage.service.checking import OPERATOR_CLASSES, Checker
from lineage.service.errors import LineageError
from lineage.service.incoming import Incoming
from lineage.service.recording import Recorder
from lineage.storage.errors import StorageError
from lineage.storage.throwaway import throwaway_store
from lineage.tracker import Tracker, open_tracker

SOURCE: Final = "/scenario"


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


class Clock:
    """The tracker's clock, which stands where it is put."""

    def __init__(self) -> None:
        """It stands nowhere yet."""
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        """The time it shows."""
        assert self.at is not None
        return self.at


@contextmanager
def scenario_runner(
    library: Library, *, store: str | None = None
) -> Iterator[Callable[[Scenario], Outcome]]:
    """What runs one scenario after the other, each in an empty store.

    ``store`` is the URL of a store in which the throw-away one is made. Raises ``StorageError``
    where that store cannot be used.
    """
    with throwaway_store(store) as (emptied, keys):
        yield lambda scenario: Outcome(scenario, tuple(_run(scenario, library, emptied, keys)))


def _run(
    scenario: Scenario, library: Library, emptied: Callable[[], str], keys: Path
) -> Iterator[Found]:
    for controller in scenario.form.controller.names:
        clock = Clock()
        with open_tracker(emptied(), keys=keys, policies=library, clock=clock) as tracker:
            run = _OneRun(scenario, controller, tracker, _recorder(tracker, clock), clock)
            for difference in run.differences():
                yield Found(controller, difference)


def _recorder(tracker: Tracker, clock: Clock) -> Recorder:
    """As the operator's, which also takes what only the tracker says elsewhere: who was told."""
    checker = Checker(tracker.library, OPERATOR_CLASSES, also=frozenset({RecipientNotified}))
    acts = Acts(tracker.library, tracker.store.hasher)
    return Recorder(tracker.store, checker, acts, lambda: to_micros(clock()))


@dataclass(frozen=True, slots=True)
class _OneRun:
    """One scenario under one controller."""

    scenario: Scenario
    controller: str
    tracker: Tracker
    recorder: Recorder
    clock: Clock

    def differences(self) -> Iterator[Difference]:
        """What is not as expected: events that were refused, then the answers."""
        yield from self._record()
        when = self.scenario.form.when
        self.clock.at = when.at
        for group in when.ask:
            for about in self._about(group):
                yield from self._ask(group, about)

    def _record(self) -> Iterator[Difference]:
        """Record one after the other, in the order of ``rec``, at equal times in that of the file:
        what a decision plans is on record before the answers to it.
        """
        numbered = enumerate(self.scenario.form.given)
        for number, event in sorted(numbered, key=lambda pair: pair[1].recorded):
            self.clock.at = event.recorded
            one = Incoming(1, None, "item 1", self._event(number, event))
            for problem in self.recorder.record_one(one).problems:
                path = ".".join(filter(None, (f"given[{event.ev or number}]", problem.field)))
                yield Difference(path, problem.expected, f"refused ({problem.reason})")

    def _event(self, number: int, event: Given) -> dict[str, Any]:
        attributes = {
            "specversion": "1.0",
            "id": event.ev or f"given[{number}]",
            "source": SOURCE,
            "type": f"lineage.{event.type}.v1",
            "time": format_time(event.at),
            "controller": self.controller,
            "subject": event.subject,
            "account": event.account,
        }
        data = {name: _json(value) for name, value in (event.model_extra or {}).items()}
        return {**{k: v for k, v in attributes.items() if v is not None}, "data": data}

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


def _json(value: Any) -> Any:
    """A value of the file as the event's JSON has it: a date is text there."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    return value
