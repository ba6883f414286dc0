"""The question how far each recipient is. Pure. What has become of our own copies is ``status``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from lineage.domain.deadlines import last_day_to_answer
from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice, NoticeState

OVERDUE = "overdue"

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
    today: date,
    answer_days: Mapping[str, int],
) -> dict[str, str]:
    """Recipient -> state of its notices: of several the open one that needs most, else the last."""
    by_recipient: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_recipient[notice.recipient].append(notice)
    found: dict[str, str] = {}
    for recipient, own in sorted(by_recipient.items()):
        waiting = [n for n in own if n.state not in CLOSED_NOTICE_STATES]
        states = {_state(notice, today, answer_days) for notice in waiting}
        urgent = next((state for state in _URGENT if state in states), None)
        if urgent is not None:
            found[recipient] = str(urgent)
        else:
            found[recipient] = str(max(own, key=lambda n: (n.planned_at, n.round)).state)
    return found


def _state(notice: Notice, today: date, answer_days: Mapping[str, int]) -> str:
    """The state, or that its last day has passed: to be sent, then to be answered."""
    if notice.state in _LATE:
        last = last_day_to_answer(notice, answer_days)
        if (notice.send_by if notice.sent_at is None else last) < today:
            return OVERDUE
    return str(notice.state)
