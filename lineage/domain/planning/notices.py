"""The notices that a plan still lacks: the fan-out, and what surfaced after it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lineage.domain.deadlines import notice_dates
from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice
from lineage.domain.planning.causes import Cause
from lineage.domain.planning.rows import PlanRows, Told
from lineage.policy.kinds.fan_out import LateShare


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that must be planned: ``widens`` names the notice it is to be joined to."""

    told: Told
    categories: tuple[str, ...]
    round: int
    supplementary: bool
    send_by: date
    erase_by: date | None
    widens: str | None


def new_notices(
    cause: Cause,
    rows: PlanRows,
    notices: Iterable[Notice],
    *,
    today: date,
    surfaced: bool,
    claimed: frozenset[str],
) -> list[NewNotice]:
    """The notices that a cause which stands still lacks; ``notices`` are those of the person.

    What no notice of its request covers (``uncovered``) joins one that nobody has claimed yet, else
    it makes a new round. ``surfaced`` says that the decision had been on record before: what came
    on record after it then surfaced ``today`` and counts from there, where the policy says so.
    """
    if cause.day is None or cause.recorded is None:
        return []
    mine: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.request_id == cause.request_id:
            mine[notice.recipient].append(notice)
    counts = surfaced and any(rule.when == "recorded_late" for rule in cause.policy.of(LateShare))
    found = []
    for told in rows.told:
        before = mine[told.recipient]
        missing = uncovered(told, before)
        if not missing:
            continue
        late = counts and any(told.recorded[category] > cause.recorded for category in missing)
        begins = today if late or missing & told.due_again else cause.day
        send_by, erase_by = notice_dates(cause.policy, day=begins)
        found.append(
            NewNotice(
                told=told,
                categories=tuple(sorted(missing)),
                round=len(before) + 1,
                supplementary=late,
                send_by=send_by,
                erase_by=erase_by,
                widens=_to_widen(before, missing, claimed),
            )
        )
    return found


def _to_widen(before: Iterable[Notice], missing: set[str], claimed: frozenset[str]) -> str | None:
    """A notice of the recipient that has not gone out, so that more can join it."""
    return next(
        (
            notice.notice_id
            for notice in before
            if notice.notice_id not in claimed
            and notice.sent_at is None
            and missing.isdisjoint(notice.erased)
            and notice.state not in CLOSED_NOTICE_STATES
        ),
        None,
    )


def uncovered(told: Told, notices: Sequence[Notice]) -> set[str]:
    """What a holder holds that no notice speaks of: an open notice covers what it names, one that
    was declined only what had come by then, and what was erased came again (D-15, D-50). What had
    to be kept up to a day that has passed is due again, and no longer covered by what was declined.
    """
    received = told.received
    covered: set[str] = set()
    for notice in notices:
        declined = dict(notice.declined)
        covered |= {
            category
            for category in notice.categories
            if category not in notice.erased
            and not (category in declined and category in told.due_again)
            and received.get(category, 0) <= declined.get(category, received.get(category, 0))
        }
    return set(received) - covered


def outstanding(notice: Notice) -> set[str]:
    """The categories of a notice that were neither erased nor declined for good."""
    return {*notice.categories} - {*notice.erased} - {category for category, _ in notice.declined}
