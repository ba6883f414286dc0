"""The rows of plans and statuses: notices and duties as an answer shows them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lineage.domain.deadlines import notice_dates
from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice
from lineage.domain.planning import PlanRows
from lineage.events.times import from_micros
from lineage.policy.model import Policy
from lineage.service import answers


def previewed(policy: Policy, rows: PlanRows, today: date) -> list[answers.NotifyRow]:
    """The rows of a plan as they would stand if it were accepted on a day."""
    send_by, erase_by = notice_dates(policy, day=today)
    return [
        answers.NotifyRow(
            recipient=told.recipient,
            recipient_kind=told.recipient_kind,
            categories=list(told.categories),
            duty=told.rule.duty,
            rule=told.rule.rule,
            path=list(told.path),
            supplementary=False,
            send_by=send_by,
            erase_by=erase_by,
            state="planned",
        )
        for told in rows.told
    ]


def standing_duties(rows: PlanRows, notices: Sequence[Notice]) -> list[answers.NotifyRow]:
    """One row per recipient with an open notice: what it has yet to erase."""
    told = {row.recipient: row for row in rows.told}
    by_recipient: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.state not in CLOSED_NOTICE_STATES:
            by_recipient.setdefault(notice.recipient, []).append(notice)
    found = []
    for recipient, own in sorted(by_recipient.items()):
        own.sort(key=lambda n: n.round)
        latest = own[-1]
        known = told.get(recipient)
        found.append(
            answers.NotifyRow(
                recipient=recipient,
                recipient_kind=None if known is None else known.recipient_kind,
                categories=sorted({c for n in own for c in n.categories if c not in n.erased}),
                duty="policy" if latest.duty == "policy" else "default",
                rule=latest.rule,
                path=[recipient] if known is None else list(known.path),
                supplementary=any(n.supplementary for n in own),
                send_by=own[0].send_by,
                erase_by=own[0].erase_by,
                state=str(own[0].state),
            )
        )
    return found


def notice_row(notice: Notice, attempts: int, last_error: str | None) -> answers.NoticeRow:
    """One notice of a status, with what its task knows of the attempts."""
    return answers.NoticeRow.model_validate(
        {
            "notice_id": notice.notice_id,
            "recipient": notice.recipient,
            "categories": list(notice.categories),
            "state": str(notice.state),
            "round": notice.round,
            "send_by": notice.send_by,
            "erase_by": notice.erase_by,
            "sent": moment_of(notice.sent_at),
            "answered": moment_of(notice.answered_at),
            "strength": notice.strength,
            "attempts": attempts,
            "last_error": last_error,
        }
    )


def moment_of(micros: int | None) -> datetime | None:
    """A stored time as an answer shows it."""
    return None if micros is None else from_micros(micros)
