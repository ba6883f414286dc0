"""When a plan may change though nothing is reported: the calendar alone moves it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from lineage.domain.deadlines import last_day
from lineage.domain.history.account import stages_of
from lineage.domain.planning.dossier import Dossier
from lineage.domain.questions.asked import cancellation_erasure
from lineage.events import RecipientDeclined
from lineage.events.times import from_micros, start_of_day
from lineage.policy.kinds.fan_out import CancellationFanOut


def next_turn(dossier: Dossier) -> int | None:
    """The first moment (microseconds) after the one of asking at which it may; None: never.

    A hold ends after its last day, a law that a recipient keeps data by as well; an account that
    is cancelled is erased on its day; and what is dated ahead comes to pass.
    """
    return min((at for at in _turns(dossier) if at > dossier.as_of), default=None)


def _turns(dossier: Dossier) -> Iterator[int]:
    history = dossier.whole.history
    for hold in history.holds.all:
        if hold.until is not None:
            yield _after(hold.until)
    for _, data in history.every(RecipientDeclined):
        if data.until is not None:
            yield _after(data.until)
    found = cancellation_erasure(dossier.policy_at, stages_of(history))
    if found is not None:
        policy, erasing, started = found
        if any(rule.starts == "erasure" for rule in policy.of(CancellationFanOut)):
            yield start_of_day(last_day(policy, erasing, from_micros(started.occurred_at).date()))
    yield from (event.occurred_at for event in dossier.events)


def _after(day: date) -> int:
    """The first moment after a day; a day without one never ends."""
    return start_of_day(day + timedelta(days=1)) if day < date.max else start_of_day(day)
