"""Breaches of security: by when the persons are told, who was not, and the regulator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lineage.domain.deadlines import last_day
from lineage.domain.facts import Recorded
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.asked import day_of
from lineage.events import BreachAnnounced, BreachDetected, BreachNotified, BreachReported
from lineage.policy.kinds.breach import BreachNotice

Report = Literal["due", "reported", "not_required"]
_After = BreachAnnounced | BreachNotified | BreachReported


@dataclass(frozen=True, slots=True)
class BreachDue:
    """What a breach demands. ``subjects`` are the persons as the event names them; ``told`` those
    who were told one by one. ``announced``: an announcement covers whoever was not.
    """

    breach: str
    notify_by: date
    subjects: tuple[str, ...]
    told: frozenset[str]
    announced: bool
    regulator: Report
    rule: str

    @property
    def not_told(self) -> tuple[str, ...]:
        """Who was neither told nor is covered by an announcement."""
        if self.announced:
            return ()
        return tuple(subject for subject in self.subjects if subject not in self.told)


def breaches(policy_at: PolicyAt, history: History) -> tuple[BreachDue, ...]:
    """Every breach of the controller, the latest last, each under the policy in force when it was
    detected; nothing of one about which that policy has no rule.
    """
    detected = history.every_wide(BreachDetected)
    answers = _answered(history, detected)
    found = []
    for event, data in detected:
        policy = policy_at(event.occurred_at)
        rule = next(iter(policy.of(BreachNotice)), None)
        if rule is None:
            continue
        done = answers.get(_name(event, data), ())
        told = {
            person for act in done if isinstance(act, BreachNotified) for person in act.subjects
        }
        found.append(
            BreachDue(
                breach=_name(event, data),
                notify_by=last_day(policy, rule, day_of(event)),
                subjects=data.subjects,
                told=frozenset(told),
                announced=rule.announcement
                and any(isinstance(act, BreachAnnounced) for act in done),
                regulator=_report(rule, done),
                rule=rule.rule,
            )
        )
    return tuple(found)


def _report(rule: BreachNotice, done: Sequence[_After]) -> Report:
    if not rule.regulator:
        return "not_required"
    return "reported" if any(isinstance(act, BreachReported) for act in done) else "due"


def _name(event: Recorded, data: BreachDetected) -> str:
    return event.id if data.breach_id is None else data.breach_id


def _answered(
    history: History, detected: Sequence[tuple[Recorded, BreachDetected]]
) -> dict[str, list[_After]]:
    """What was done about each breach, by its name.

    What names none is about the latest breach up to its time.
    """
    found: dict[str, list[_After]] = {}
    for event, data in history.every_wide(BreachAnnounced, BreachNotified, BreachReported):
        assert isinstance(data, _After)
        name = data.breach_id
        if name is None:
            before = [_name(*one) for one in detected if one[0].occurred_at <= event.occurred_at]
            name = before[-1] if before else None
        if name is not None:
            found.setdefault(name, []).append(data)
    return found
