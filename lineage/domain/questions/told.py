"""The question how far each recipient is. Pure. What has become of our own copies is ``status``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice, NoticeState

OVERDUE = "overdue"
UNREACHABLE = "unreachable"
ANSWER_DAYS = 30
"""A recipient's own time to answer, where neither policy nor registry has a word for it."""

_LATE = frozenset(
    {NoticeState.PLANNED, NoticeState.SENT, NoticeState.ACKNOWLEDGED, NoticeState.WORKING}
)
_URGENT = (
    *(OVERDUE, NoticeState.AWAITING_PERSON, NoticeState.PLANNED, NoticeState.SENT),
    *(NoticeState.ACKNOWLEDGED, NoticeState.WORKING),
)


def recipient_states(
    notices: Sequence[Notice],
    *,
    given_up: Collection[str],
    today: date,
    answer_days: Mapping[str, int],
) -> dict[str, str]:
    """Recipient -> state of its notices: of several the open one that needs most, else the last.

    ``given_up`` are those whom somebody recorded as unreachable.
    """
    by_recipient: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_recipient[notice.recipient].append(notice)
    found: dict[str, str] = {}
    for recipient, own in sorted(by_recipient.items()):
        days = answer_days.get(recipient, ANSWER_DAYS)
        waiting = [n for n in own if n.state not in CLOSED_NOTICE_STATES]
        states = {
            UNREACHABLE if _is_given_up(notice, given_up) else _state(notice, today, days)
            for notice in waiting
        }
        urgent = next((state for state in _URGENT if state in states), None)
        if urgent is not None:
            found[recipient] = str(urgent)
        elif states:
            found[recipient] = UNREACHABLE
        else:
            found[recipient] = str(max(own, key=lambda n: (n.planned_at, n.round)).state)
    return found


def _is_given_up(notice: Notice, given_up: Collection[str]) -> bool:
    return notice.state is NoticeState.AWAITING_PERSON and notice.recipient in given_up


def _state(notice: Notice, today: date, days: int) -> str:
    """The state, or that its last day has passed: to be sent, then to be answered."""
    if notice.state in _LATE:
        last = notice.erase_by or notice.send_by + timedelta(days=days)
        if (notice.send_by if notice.sent_at is None else last) < today:
            return OVERDUE
    return str(notice.state)
