"""The state of a request, by what became of its notices. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from lineage.domain.deadlines import last_day_to_answer
from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice, Request
from lineage.domain.planning.causes import Cause, is_accepted
from lineage.domain.planning.notices import outstanding, uncovered
from lineage.domain.planning.rows import PlanRows

UNDECIDED: Final = "received"
"""No decision yet; how far its handling is, the question about entitlement tells."""


def request_state(
    request: Request,
    cause: Cause | None,
    notices: Sequence[Notice],
    rows: Callable[[], PlanRows],
    others: Callable[[], PlanRows],
    *,
    today: date,
    answer_days: Mapping[str, int],
) -> str:
    """The state of a request on a day.

    ``notices`` are those of the request, ``rows`` makes its plan where that is needed, ``others``
    the plan of what came of others through the person's account, for which there are no notices.
    Whom the plan leaves out by now (nobody reaches it, a hold names it) keeps nothing open.
    ``answer_days`` gives the recipients' own time to answer, which takes the place of ``erase_by``
    where the policy has no word for it.
    """
    if cause is None or not cause.stands:
        if request.withdrawn_at is not None and not is_accepted(request):
            return "withdrawn"
        if request.decided_at is None:
            return UNDECIDED
        if request.outcome == "refused":
            return "refused"
        return request.outcome or "accepted"
    planned = rows()
    told = {row.recipient: set(row.categories) for row in planned.told}
    still_open = [
        notice
        for notice in notices
        if notice.state not in CLOSED_NOTICE_STATES
        and not outstanding(notice).isdisjoint(told.get(notice.recipient, ()))
    ]
    if not still_open and not _somebody_holds(planned, notices):
        waits = others()
        return "in_progress" if waits.told or waits.own else "fulfilled"
    if not notices:
        return request.outcome or "accepted"
    passed = all(last_day_to_answer(n, answer_days) < today for n in notices)
    return "unfulfilled" if still_open and passed else "in_progress"


def _somebody_holds(rows: PlanRows, notices: Sequence[Notice]) -> bool:
    """Whether an own system, or a recipient that no notice covers, still holds what is asked."""
    return bool(rows.own) or any(
        uncovered(told, [n for n in notices if n.recipient == told.recipient]) for told in rows.told
    )
