"""The rows of plans and statuses: notices and duties as an answer shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice
from lineage.domain.planning.notices import outstanding, uncovered
from lineage.domain.planning.rows import PlanRows, Told
from lineage.events.times import from_micros
from lineage.service import answers


def to_be_told(told: Iterable[Told]) -> list[answers.NotifyRow]:
    """The rows of those who are to be told and of whom no notice speaks."""
    return [
        answers.NotifyRow(
            recipient=row.recipient,
            recipient_kind=row.recipient_kind,
            categories=list(row.categories),
            duty=row.rule.duty,
            rule=row.rule.rule,
            path=list(row.path),
            supplementary=row.supplementary,
            send_by=row.send_by,
            erase_by=row.erase_by,
            state="planned",
        )
        for row in told
    ]


def not_planned_yet(rows: PlanRows, notices: Sequence[Notice]) -> list[Told]:
    """Whoever is to be told of something that no notice speaks of: its decision, or what it
    got, is dated later than the last event recorded of the person.
    """
    found = []
    for told in rows.told:
        own = [notice for notice in notices if notice.recipient == told.recipient]
        missing = uncovered(told, own)
        if missing:
            found.append(replace(told, categories=tuple(sorted(missing))))
    return found


def standing_duties(rows: PlanRows, notices: Sequence[Notice]) -> list[answers.NotifyRow]:
    """One row per recipient with an open notice: what it has yet to erase, by the plan.

    The days are those of the first open notice; where one surfaced later, of the last of these.
    """
    told = {row.recipient: row for row in rows.told}
    by_recipient: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.state not in CLOSED_NOTICE_STATES:
            by_recipient.setdefault(notice.recipient, []).append(notice)
    found = []
    for recipient, own in sorted(by_recipient.items()):
        row = told.get(recipient)
        categories = {category for notice in own for category in outstanding(notice)}
        categories &= set(() if row is None else row.categories)
        if row is None or not categories:
            continue
        own.sort(key=lambda n: (n.send_by, n.round, n.notice_id))
        shown = next((n for n in reversed(own) if n.supplementary), own[0])
        duties = {notice.duty for notice in own}
        found.append(
            answers.NotifyRow(
                recipient=recipient,
                recipient_kind=row.recipient_kind,
                categories=sorted(categories),
                duty="policy" if "policy" in duties else "default",
                rule=row.rule.rule,
                path=list(row.path),
                supplementary=shown.supplementary,
                send_by=shown.send_by,
                erase_by=shown.erase_by,
                state=str(shown.state),
            )
        )
    return found


def joined_rows(
    standing: Iterable[answers.NotifyRow], unplanned: Iterable[answers.NotifyRow]
) -> list[answers.NotifyRow]:
    """One row a recipient: what stands, with what is still to be planned added to it; the stricter
    duty counts.
    """
    rows = {row.recipient: row for row in standing}
    for row in unplanned:
        known = rows.get(row.recipient)
        if known is None:
            rows[row.recipient] = row
        else:
            union = sorted({*known.categories, *row.categories})
            strict = min(known, row, key=lambda one: one.duty != "policy")
            rows[row.recipient] = known.model_copy(
                update={"categories": union, "duty": strict.duty, "rule": strict.rule}
            )
    return [rows[name] for name in sorted(rows)]


def excluded(own: PlanRows, others: PlanRows) -> list[answers.ExcludeRow]:
    """Who is left out, and why: of the person, then of others through its account."""
    return [
        answers.ExcludeRow(
            recipient=left.recipient,
            categories=list(left.categories),
            reason=left.reason,
            rule=left.rule,
        )
        for left in dict.fromkeys([*own.left_out, *others.left_out])
    ]


def to_be_erased(*plans: PlanRows) -> list[answers.EraseRow]:
    """What each of our own systems must erase by any of these plans."""
    found: dict[str, set[str]] = {}
    for rows in plans:
        for erasure in rows.own:
            found.setdefault(erasure.system, set()).update(erasure.categories)
    return [
        answers.EraseRow(system=system, categories=sorted(categories))
        for system, categories in sorted(found.items())
    ]


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
