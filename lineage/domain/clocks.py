"""When one clock of a request runs out, over everything that holds it up or puts it off. Pure.

How days are counted is ``lineage.policy.calendar``; which clocks a request has is a question.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lineage.domain.history.requested import Timeline
from lineage.events import (
    IdentityVerificationRequested,
    IdentityVerified,
    RequestExtended,
    RequestPaused,
    RequestResumed,
)
from lineage.events.times import from_micros, to_micros
from lineage.policy.calendar import (
    add_calendar_days,
    add_days,
    add_hours,
    add_working_days,
    is_working_day,
    moved_on,
    roll,
)
from lineage.policy.kinds.requests import Extension, IdentityCheck, RequestClock
from lineage.policy.model import Policy

_DAY: Final = timedelta(days=1)
_MICROS_OF_A_DAY: Final = 86_400_000_000

Stop = tuple[int, int]
"""From when to when a clock stood still, in microseconds."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: ``due`` is a day, whose end is the last moment, or a time. ``longest`` is the last
    day that it can be put off to, None where the policy gives no more time.
    """

    due: date
    rule: str
    clock: RequestClock
    longest: date | None = None

    @property
    def last_moment(self) -> int:
        """The last microsecond that is still in time."""
        if isinstance(self.due, datetime):
            return to_micros(self.due)
        return _midnight(self.due) + _MICROS_OF_A_DAY - 1


def limit_of(
    policy: Policy, clock: RequestClock, timeline: Timeline, *, start: int, as_of: int
) -> Limit:
    """The hard limit of a clock that started at ``start`` (microseconds), as seen at ``as_of``."""
    due = _due(policy, clock, timeline, start=start, count=clock.limit, as_of=as_of)
    if clock.extension is None:
        return Limit(due, clock.rule, clock)
    longest = _longest(policy, clock, clock.extension, start=start)
    return Limit(_extended(timeline, due=due, longest=longest), clock.rule, clock, longest)


def target_of(
    policy: Policy, clock: RequestClock, timeline: Timeline, *, start: int, as_of: int
) -> date | None:
    """The soft limit, which the policy's rule may do without."""
    if clock.target is None:
        return None
    return _due(policy, clock, timeline, start=start, count=clock.target, as_of=as_of)


def _due(
    policy: Policy, clock: RequestClock, timeline: Timeline, *, start: int, count: int, as_of: int
) -> date:
    stops = [stop for stop in stops_of(policy, clock, timeline, as_of=as_of) if stop[1] > start]
    stops = [(max(begin, start), end) for begin, end in stops]
    if clock.unit == "hour":
        return _hours_on(from_micros(start), count, stops)
    holidays = policy.calendar.days_off
    due = add_days(from_micros(start).date(), count, unit=clock.unit, holidays=holidays)
    for stop in stops:
        begin, end = (from_micros(moment).date() for moment in stop)
        if begin <= due:
            due = _run_on(due, begin, end, holidays if clock.unit == "working_day" else None)
    return roll(due, clock.roll, holidays=holidays)


def _hours_on(start: datetime, count: int, stops: Sequence[Stop]) -> datetime:
    due = add_hours(start, count)
    for begin, end in stops:
        if begin <= to_micros(due):
            due = moved_on(due, timedelta(microseconds=end - begin))
    return due


def _run_on(due: date, begin: date, end: date, holidays: Container[date] | None) -> date:
    """Where a limit comes to lie that stood still on the days after ``begin`` up to ``end``.

    What was left of it runs on from ``end``: in working days where ``holidays`` are given.
    """
    if holidays is None:
        return add_calendar_days(due, (end - begin).days)
    left = ((begin + _DAY * n) for n in range(1, (due - begin).days + 1))
    return add_working_days(
        end, sum(is_working_day(day, holidays=holidays) for day in left), holidays
    )


def stops_of(policy: Policy, clock: RequestClock, timeline: Timeline, *, as_of: int) -> list[Stop]:
    """When a clock stood still: while paused, and while a proof of identity was waited for.

    Each only where the policy lets it. What has not ended yet lasts until ``as_of``.
    """
    stops: list[Stop] = []
    if clock.pausable:
        stops += _between(timeline, RequestPaused, RequestResumed, as_of)
    right = timeline.right
    if any(check.stops_clock and right in check.rights for check in policy.of(IdentityCheck)):
        stops += _between(timeline, IdentityVerificationRequested, IdentityVerified, as_of)
    joined: list[Stop] = []
    for begin, end in sorted(stops):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _between(timeline: Timeline, opens: type, closes: type, as_of: int) -> list[Stop]:
    stops: list[Stop] = []
    begin: int | None = None
    for step in timeline.all(opens, closes):
        if isinstance(step.data, opens):
            begin = step.occurred_at if begin is None else begin
        elif begin is not None:
            stops.append((begin, step.occurred_at))
            begin = None
    return stops if begin is None else [*stops, (begin, as_of)]


def _longest(policy: Policy, clock: RequestClock, extension: Extension, *, start: int) -> date:
    holidays = policy.calendar.days_off
    day = from_micros(start).date()
    longest = add_days(day, extension.limit, unit=extension.unit, holidays=holidays)
    return roll(longest, clock.roll, holidays=holidays)


def _extended(timeline: Timeline, *, due: date, longest: date) -> date:
    """The limit after the extensions that came in time, none further than the policy lets it."""
    for step in timeline.all(RequestExtended):
        data = step.data
        assert isinstance(data, RequestExtended)
        if from_micros(step.occurred_at).date() <= due:
            due = max(due, min(data.until, longest))
    return due


def _midnight(day: date) -> int:
    return day.toordinal() * _MICROS_OF_A_DAY - date(1970, 1, 1).toordinal() * _MICROS_OF_A_DAY
