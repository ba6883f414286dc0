"""Another policy the hard way: ask a store everything, in the words in which a simulation tells."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from lineage.events.times import format_time
from lineage.scenarios.recording import Clock
from lineage.service.errors import NotFound
from lineage.service.simulation.outcomes import ChangeRow
from lineage.tracker import Tracker

Key = tuple[str, str | None, tuple[tuple[str, str], ...]]
Said = dict[Key, dict[str, Any]]
"""(sort, subject, about what) -> what is said"""

UNDECIDED = "request_undecided"


class Ticking(Clock):
    """A clock that never shows the same time twice: what was recorded apart was not together."""

    def __init__(self) -> None:
        """It has not been looked at yet."""
        super().__init__()
        self.looks = itertools.count(1)

    def __call__(self) -> datetime:
        """The time, a microsecond later at each look."""
        return super().__call__() + timedelta(microseconds=next(self.looks))


def said_of(
    tracker: Tracker, controller: str, person: str, requests: Iterable[str], at: datetime
) -> Said:
    """Everything that answers say of a person at a moment, by the ordinary questions."""
    when: dict[str, Any] = {"controller": controller, "as_of": at, "known_at": at}
    said: Said = {}
    for found in tracker.check(subject=person, **when).findings:
        about = {"event": found.event, "kind": found.kind, "rule": found.rule}
        row = said.setdefault(
            _key("finding", person, **about, reason=found.reason), {"categories": []}
        )
        row["categories"] = sorted({*row["categories"], *found.categories})
    for due in tracker.retention(person, **when).due:
        about = {"category": due.category, "order": due.order_id, "action": due.action}
        said[_key("retention", person, **about)] = {
            "erase_by": _day(due.erase_by),
            "hold_until": _day(due.hold_until),
            "rule": due.rule,
        }
    minor = tracker.minors(person, **when)
    if minor.minor or minor.erase_by:
        one = {"minor": minor.minor, "erase_by": _day(minor.erase_by)}
        said[_key("minor", person)] = one
    ending = tracker.cancellation(person, **when)
    if ending.state != "none":
        said[_key("cancellation", person)] = {
            "state": ending.state,
            "erase_by": _day(ending.erase_by),
        }
    said |= _planned(tracker, person, when)
    for request in requests:
        said |= _of_request(tracker, person, request, when)
    return said


def _planned(tracker: Tracker, person: str, when: dict[str, Any]) -> Said:
    plan = tracker.plan(subject=person, **when)
    said: Said = {}
    for told in plan.notify:
        said[_key("notice", person, recipient=told.recipient)] = {
            "categories": told.categories,
            "rule": told.rule,
            "send_by": _day(told.send_by),
            "erase_by": _day(told.erase_by),
        }
    for left in plan.exclude:
        if left.reason != UNDECIDED:
            key = _key("left_out", person, recipient=left.recipient, reason=left.reason)
            row = said.setdefault(key, {"categories": [], "rule": left.rule})
            row["categories"] = sorted({*row["categories"], *left.categories})
    for own in plan.erase:
        said[_key("own_erasure", person, system=own.system)] = {"categories": own.categories}
    return said


def _of_request(tracker: Tracker, person: str, request: str, when: dict[str, Any]) -> Said:
    try:
        found = tracker.deadlines(request, **when)
    except NotFound:
        return {}
    right = tracker.entitlement(request, **when)
    dates = ("reply_target", "reply_by", "outcome_by", "triage_by")
    return {
        _key("request_dates", person, request=request): {
            name: _day(getattr(found, name)) for name in dates
        },
        _key("right", person, request=request): {"verdict": right.verdict, "rule": right.rule},
    }


def carried_out(said: Said, rows: Iterable[ChangeRow]) -> Said:
    """What is said after these changes; each must find what it says was there before."""
    after = dict(said)
    for row in rows:
        if row.what == "refused":
            continue
        key = _key(row.what, row.subject, **row.about)
        assert after.pop(key, None) == _demands(row.before), row
        if row.after is not None:
            after[key] = _demands(row.after) or {}
    return after


def _demands(said: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if said is None else {k: v for k, v in said.items() if k != "says"}


def _key(what: str, subject: str | None, **about: str | None) -> Key:
    return (what, subject, tuple(sorted((k, v) for k, v in about.items() if v is not None)))


def _day(day: date | datetime | None) -> str | None:
    if isinstance(day, datetime):
        return format_time(day)
    return None if day is None else day.isoformat()
