"""Recording what a scenario gives: the ordinary way, at the times it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from lineage.events import RecipientNotified
from lineage.events.times import format_time, to_micros
from lineage.scenarios.comparing import Difference
from lineage.scenarios.files import Given, Scenario
from lineage.service.acts import Acts
from lineage.service.checking import OPERATOR_CLASSES, Checker
from lineage.service.incoming import Incoming
from lineage.service.recording import Recorder
from lineage.tracker import Tracker

SOURCE: Final = "/scenario"
TOLD: Final = frozenset({RecipientNotified})
"""What only the tracker says elsewhere: who was told"""


class Clock:
    """The tracker's clock, which stands where it is put."""

    def __init__(self) -> None:
        """It stands nowhere yet."""
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        """The time it shows."""
        assert self.at is not None
        return self.at


def record_given(
    scenario: Scenario, controller: str, tracker: Tracker, clock: Clock
) -> Iterator[Difference]:
    """Record one after the other, in the order of ``rec``, at equal times in that of the file: what
    a decision plans is on record before the answers to it. Gives what was refused.
    """
    recorder = _recorder(tracker, clock)
    for number, event in sorted(enumerate(scenario.form.given), key=lambda pair: pair[1].recorded):
        clock.at = event.recorded
        name = event.ev or f"given[{number}]"
        one = Incoming(1, None, "item 1", _event(controller, name, event))
        for problem in recorder.record_one(one).problems:
            path = ".".join(filter(None, (f"given[{event.ev or number}]", problem.field)))
            yield Difference(path, problem.expected, f"refused ({problem.reason})")


def _recorder(tracker: Tracker, clock: Clock) -> Recorder:
    """As the operator's, which takes who was told besides."""
    checker = Checker(tracker.library, OPERATOR_CLASSES, also=TOLD)
    acts = Acts(tracker.library, tracker.store.hasher)
    return Recorder(tracker.store, checker, acts, lambda: to_micros(clock()))


def _event(controller: str, name: str, event: Given) -> dict[str, Any]:
    attributes = {
        "specversion": "1.0",
        "id": name,
        "source": SOURCE,
        "type": f"lineage.{event.type}.v1",
        "time": format_time(event.at),
        "controller": controller,
        "subject": event.subject,
        "account": event.account,
    }
    data = {field: _json(value) for field, value in (event.model_extra or {}).items()}
    return {**{k: v for k, v in attributes.items() if v is not None}, "data": data}


def _json(value: Any) -> Any:
    """A value of the file as the event's JSON has it: a date is text there."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    return value
