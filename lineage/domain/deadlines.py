"""The dates that follow from a policy's clocks: of a deletion request and of its notices.

Pure: no clock of the machine is read. Other rights have clocks of other forms and are not here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from lineage.policy.calendar import add_days, roll
from lineage.policy.model import Policy
from lineage.policy.rule import Clock

DELETION: Final = "deletion"


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The last days of one request, each the end of that day; None: the policy has no such limit.

    ``reply_rule`` and ``outcome_rule`` are the rules the limits rest on.
    """

    reply_target: date | None
    reply_by: date
    reply_rule: str
    outcome_by: date | None
    outcome_rule: str | None


class NoticeDates(NamedTuple):
    """By when we send a notice, and by when its recipient must have erased."""

    send_by: date
    erase_by: date | None


def request_deadlines(policy: Policy, *, right: str, received: date) -> Deadlines:
    """Return the limits of a deletion request received on a day (D-03: the clocks start then).

    Any other right is a ``ValueError``: clocks that are not known here may exist all the same.
    """
    if right != DELETION:
        raise ValueError("expected the right deletion: the clocks of other rights are not known")
    reply, outcome = policy.deadlines.deletion.reply, policy.deadlines.deletion.outcome
    return Deadlines(
        reply_target=None
        if reply.target is None
        else _after(policy, reply, received, reply.target),
        reply_by=_after(policy, reply, received, reply.limit),
        reply_rule=reply.rule,
        outcome_by=None if outcome is None else _after(policy, outcome, received, outcome.limit),
        outcome_rule=None if outcome is None else outcome.rule,
    )


def notice_dates(policy: Policy, *, day: date) -> NoticeDates:
    """Return the dates of a notice.

    ``day`` is that of the accepting decision, or of recording where the share surfaced later
    (D-15).
    """
    send, erase = policy.downstream.send, policy.downstream.erase
    send_by = last_day(policy, send, day)
    erase_by = None if erase is None else last_day(policy, erase, send_by)
    return NoticeDates(send_by, erase_by)


def last_day(policy: Policy, clock: Clock, day: date) -> date:
    """Return the last day of the hard limit of a clock that starts on a day."""
    return _after(policy, clock, day, clock.limit)


def _after(policy: Policy, clock: Clock, day: date, count: int) -> date:
    holidays = policy.calendar.days_off
    due = add_days(day, count, unit=clock.unit, holidays=holidays)
    return roll(due, clock.roll, holidays=holidays)
