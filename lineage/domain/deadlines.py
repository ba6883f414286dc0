"""The dates that follow from a policy's clocks, those of notices first of all.

Pure: no clock of the machine is read. The clocks of requests are in ``clocks``.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from lineage.domain.facts import Notice
from lineage.policy.calendar import add_days, roll
from lineage.policy.kinds.fan_out import NoticeClock
from lineage.policy.model import Policy
from lineage.policy.rule import Clock

ANSWER_DAYS: Final = 30
"""A recipient's own time to answer, where neither policy nor registry has a word for it."""


class NoticeDates(NamedTuple):
    """By when we send a notice, and by when its recipient must have erased."""

    send_by: date
    erase_by: date | None


def notice_dates(policy: Policy, *, day: date) -> NoticeDates:
    """Return the dates of a notice.

    ``day`` is that of the accepting decision, or of recording where the share surfaced later
    (D-15).
    """
    clocks = {clock.of: clock for clock in policy.of(NoticeClock)}
    send, erase = clocks.get("send"), clocks.get("erase")
    send_by = day if send is None else last_day(policy, send, day)
    erase_by = None if erase is None else last_day(policy, erase, send_by)
    return NoticeDates(send_by, erase_by)


def last_day(policy: Policy, clock: Clock, day: date) -> date:
    """Return the last day of the hard limit of a clock that starts on a day."""
    holidays = policy.calendar.days_off
    due = add_days(day, clock.limit, unit=clock.unit, holidays=holidays)
    return roll(due, clock.roll, holidays=holidays)


def last_day_to_answer(notice: Notice, answer_days: Mapping[str, int]) -> date:
    """By when the recipient must have erased: the policy's word, else its own time to answer.

    ``answer_days`` gives that time by recipient, from the registry.
    """
    if notice.erase_by is not None:
        return notice.erase_by
    return notice.send_by + timedelta(days=answer_days.get(notice.recipient, ANSWER_DAYS))
