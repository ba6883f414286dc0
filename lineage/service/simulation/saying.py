"""What a policy says of one person, or of a controller as a whole, as a flat table. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from lineage.domain.findings import Finding
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.breach import breaches
from lineage.domain.questions.cancellation import cancellation
from lineage.domain.questions.deadlines import limits
from lineage.domain.questions.entitlement import entitlement
from lineage.domain.questions.minors import minors
from lineage.domain.questions.retention import retention
from lineage.domain.rules.table import JUDGES
from lineage.events.times import format_time
from lineage.service.plan_parts import PlanParts
from lineage.service.simulation.outcomes import Key, Outcome, key

UNDECIDED = "request_undecided"


def of_person(history: History, policy_at: PolicyAt) -> Outcome:
    """Findings and dates of one person; whom a plan tells is ``of_plan``."""
    said = _findings(JUDGES.of_person(history, policy_at))
    for request in history.requests:
        found = limits(policy_at, history, request)
        said[key("request_dates", request=request)] = _dates(
            reply_target=found.reply_target,
            reply_by=found.reply_by,
            outcome_by=found.outcome_by,
            triage_by=found.triage_by,
        )
        right = entitlement(policy_at, history, request)
        said[key("right", request=request)] = {"verdict": right.verdict, "rule": right.rule}
    for due in retention(policy_at, history):
        about = key("retention", category=due.category, order=due.order_id, action=due.action)
        said[about] = _dates(erase_by=due.erase_by, hold_until=due.hold_until) | {"rule": due.rule}
    minor = minors(policy_at, history)
    if minor.minor or minor.erase_by is not None:
        said[key("minor")] = _dates(erase_by=minor.erase_by) | {"minor": minor.minor}
    ending = cancellation(policy_at, history)
    if ending.state != "none":
        said[key("cancellation")] = _dates(erase_by=ending.erase_by) | {"state": ending.state}
    return said


def of_controller(history: History, policy_at: PolicyAt) -> Outcome:
    """Findings on what the controller did itself, and what its breaches demand."""
    said = _findings(JUDGES.of_controller(history, policy_at))
    for due in breaches(policy_at, history):
        said[key("breach", breach=due.breach)] = _dates(notify_by=due.notify_by) | {
            "regulator": due.regulator
        }
    return said


def of_plan(parts: PlanParts) -> Outcome:
    """Who is told of what by when, who is left out, what our own systems erase.

    Who is left out only because nobody has decided yet is not in it: no policy says that.
    """
    said: Outcome = {}
    for told in parts.notify:
        said[key("notice", recipient=told.recipient)] = {
            "categories": told.categories,
            "rule": told.rule,
        } | _dates(send_by=told.send_by, erase_by=told.erase_by)
    for left in parts.exclude:
        if left.reason != UNDECIDED:
            about = key("left_out", recipient=left.recipient, reason=left.reason)
            _join(said, about, left.categories, {"rule": left.rule})
    for own in parts.erase:
        said[key("own_erasure", system=own.system)] = {"categories": own.categories}
    return said


def _findings(findings: Iterable[Finding]) -> Outcome:
    said: Outcome = {}
    for finding in findings:
        assert finding.event is not None, "what is recorded is judged event by event"
        about = key(
            "finding",
            event=finding.event.id,
            kind=finding.kind.value,
            rule=finding.rule,
            reason=finding.reason,
        )
        _join(said, about, finding.categories, {"says": finding.says})
    return said


def _join(said: Outcome, about: Key, categories: Iterable[str], more: dict[str, Any]) -> None:
    known = said.setdefault(about, {"categories": [], **more})
    known["categories"] = sorted({*known["categories"], *categories})


def _dates(**dates: date | None) -> dict[str, Any]:
    return {name: _written(day) for name, day in dates.items()}


def _written(day: date | None) -> str | None:
    """A day or a time as every answer writes it."""
    if isinstance(day, datetime):
        return format_time(day)
    return None if day is None else day.isoformat()
