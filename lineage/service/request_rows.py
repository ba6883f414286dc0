"""The rows of plans and statuses: notices and duties as an answer shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from lineage.domain.deadlines import notice_dates
from lineage.domain.facts import CLOSED_NOTICE_STATES, Facts, Notice
from lineage.domain.holdings import recipient_kinds
from lineage.domain.paths import Paths
from lineage.domain.planning import PlanRows, Told, uncovered
from lineage.events.times import from_micros
from lineage.policy.model import Policy
from lineage.service import answers


def previewed(policy: Policy, told: Iterable[Told], today: date) -> list[answers.NotifyRow]:
    """The rows of those who are to be told, as they stand if that is planned on a day."""
    send_by, erase_by = notice_dates(policy, day=today)
    return [
        answers.NotifyRow(
            recipient=row.recipient,
            recipient_kind=row.recipient_kind,
            categories=list(row.categories),
            duty=row.rule.duty,
            rule=row.rule.rule,
            path=list(row.path),
            supplementary=False,
            send_by=send_by,
            erase_by=erase_by,
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
        missing = uncovered(told.received, own)
        if missing:
            found.append(replace(told, categories=tuple(sorted(missing))))
    return found


def standing_duties(
    facts: Facts, notices: Sequence[Notice], *, controller: str
) -> list[answers.NotifyRow]:
    """One row per recipient with an open notice: what it has yet to erase."""
    by_recipient: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.state not in CLOSED_NOTICE_STATES:
            by_recipient.setdefault(notice.recipient, []).append(notice)
    kinds, paths = recipient_kinds(facts.edges), Paths(facts.edges, controller)
    found = []
    for recipient, own in sorted(by_recipient.items()):
        own.sort(key=lambda n: n.round)
        first, latest = own[0], own[-1]
        categories = sorted({category for notice in own for category in outstanding(notice)})
        ways = sorted(
            {path for category in categories for path in paths.to(recipient, category)},
            key=lambda path: (len(path), path),
        )
        found.append(
            answers.NotifyRow(
                recipient=recipient,
                recipient_kind=kinds.get(recipient),
                categories=categories,
                duty="policy" if latest.duty == "policy" else "default",
                rule=latest.rule,
                path=list(ways[0]) if ways else [recipient],
                supplementary=any(n.supplementary for n in own),
                send_by=first.send_by,
                erase_by=first.erase_by,
                state=str(first.state),
            )
        )
    return found


def joined_rows(
    standing: Iterable[answers.NotifyRow], unplanned: Iterable[answers.NotifyRow]
) -> list[answers.NotifyRow]:
    """One row a recipient: what stands, with what is still to be planned added to it."""
    rows = {row.recipient: row for row in standing}
    for row in unplanned:
        known = rows.get(row.recipient)
        if known is None:
            rows[row.recipient] = row
        else:
            union = sorted({*known.categories, *row.categories})
            rows[row.recipient] = known.model_copy(update={"categories": union})
    return [rows[name] for name in sorted(rows)]


def outstanding(notice: Notice) -> set[str]:
    """The categories of a notice that were neither erased nor declined for good."""
    return {*notice.categories} - {*notice.erased} - {category for category, _ in notice.declined}


def excluded(rows: PlanRows, told: Mapping[str, set[str]]) -> list[answers.ExcludeRow]:
    """Who is left out, and why; what a standing notice asks for is not left out, whatever a fact
    that came later says (it waits for an officer).
    """
    found = []
    for left in rows.left_out:
        categories = [c for c in left.categories if c not in told.get(left.recipient, ())]
        if categories:
            found.append(
                answers.ExcludeRow(
                    recipient=left.recipient,
                    categories=categories,
                    reason=left.reason,
                    rule=left.rule,
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
