"""Which question of the tracker answers each group of a scenario. Nothing is compared here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lineage.scenarios.expected import Refusal
from lineage.scenarios.files import Scenario
from lineage.service.answers import Question
from lineage.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: of whom, about whom, under which scenario."""

    tracker: Tracker
    controller: str
    about: str | None
    scenario: Scenario

    @property
    def at(self) -> dict[str, Any]:
        """The controller and the moment, which every question takes."""
        moment = self.scenario.form.when.at
        return {"controller": self.controller, "as_of": moment, "known_at": moment}

    @property
    def grounds(self) -> list[str]:
        """The grounds asked about, with those that something is expected of."""
        expected = (e.expected for e in self.scenario.then.get(self.controller, ()))
        of_refusal = (e.grounds for e in expected if isinstance(e, Refusal))
        named = (ground for grounds in of_refusal for ground in grounds)
        return list(dict.fromkeys([*self.scenario.form.when.grounds, *named]))

    @property
    def name(self) -> str:
        """The request or the person it is about."""
        assert self.about is not None
        return self.about


def _plan(asked: Asked) -> Question:
    if asked.scenario.form.when.subject is None:
        return asked.tracker.plan(asked.name, **asked.at)
    return asked.tracker.plan(subject=asked.name, **asked.at)


ASK: Final[Mapping[str, Callable[[Asked], Question]]] = {
    "plan": _plan,
    "findings": lambda asked: asked.tracker.check(**asked.at),
    "exceptions": lambda asked: asked.tracker.exceptions(**asked.at),
    "deadlines": lambda asked: asked.tracker.deadlines(asked.name, **asked.at),
    "entitlement": lambda asked: asked.tracker.entitlement(asked.name, **asked.at),
    "refusal": lambda asked: asked.tracker.refusal(asked.name, grounds=asked.grounds, **asked.at),
    "retention": lambda asked: asked.tracker.retention(asked.name, **asked.at),
    "status": lambda asked: asked.tracker.status(asked.name, **asked.at),
    "minors": lambda asked: asked.tracker.minors(asked.name, **asked.at),
    "cancellation": lambda asked: asked.tracker.cancellation(asked.name, **asked.at),
    "breach": lambda asked: asked.tracker.breach(**asked.at),
    "policy": lambda asked: asked.tracker.policy_facts(**asked.at),
}
