"""What is due, across all requests, notices, own data and breaches of one controller.

Everybody with something to answer for is read a chunk at a time, and only one page of rows is kept,
so what it takes does not grow with how much is due.
"""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lineage.domain.deadlines import last_day_to_answer
from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice, Request
from lineage.domain.planning.notices import outstanding
from lineage.domain.questions.deadlines import open_limits
from lineage.domain.questions.retention import retention
from lineage.events.times import from_micros
from lineage.service import request_answers as answers
from lineage.service.asking import At
from lineage.service.auditing import Audit, controller_meant
from lineage.service.errors import InvalidInput
from lineage.service.histories import Histories
from lineage.service.people import View, view_at
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions
from lineage.service.request_reading import RequestReader, request_of
from lineage.storage.requests import list_requests

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

Of = Literal["requests", "notices", "data", "breaches"]
ALL: tuple[Of, ...] = ("requests", "notices", "data", "breaches")

_Place = tuple[str, str, str, str, str, str]


class _Limit(NamedTuple):
    """A row with its place: by when, then by what it is about."""

    place: _Place
    row: answers.LimitRow


class Dues:
    """Finds what is due in one store."""

    def __init__(self, questions: Questions, histories: Histories, audit: Audit) -> None:
        """``audit`` knows the breaches, ``histories`` everybody."""
        self._ask = questions
        self._histories = histories
        self._audit = audit
        self._reader = RequestReader(questions)

    def due(
        self, at: At, *, within: timedelta, of: Sequence[Of], limit: int, cursor: str | None
    ) -> answers.Due:
        """The open limits up to the day of asking and so much longer, the earliest first."""
        after = _read_cursor(cursor)
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        last = (from_micros(view.as_of) + within).date()
        with self._ask.store.reading() as conn:
            controller = controller_meant(self._ask, conn, at.controller, None)
            found = (
                one
                for row in self._limits(conn, controller, view, of)
                if _day(row.by) <= last and (one := _Limit(_place(row), row)).place > after
            )
            page = heapq.nsmallest(limit + 1, found, key=lambda one: one.place)
            frame = self._ask.frame(conn, controller, view, nothing=False)
        rows = [one.row for one in page[:limit]]
        following = _cursor(page[limit - 1].place) if len(page) > limit else None
        return answers.Due(**frame, due=rows, next=following)

    def _limits(
        self, conn: Connection, controller: str, view: View, of: Sequence[Of]
    ) -> Iterator[answers.LimitRow]:
        if "requests" in of or "notices" in of:
            yield from self._of_requests(conn, controller, view, of)
        if "data" in of:
            policy_at = self._histories.policy_at(controller)
            for subject, history in self._histories.everybody(conn, controller, view):
                for due in retention(policy_at, history):
                    if due.action == "erase" and due.there and due.erase_by is not None:
                        yield _row(
                            "erase_by",
                            due.erase_by,
                            overdue=due.overdue,
                            subject=subject,
                            categories=[due.category],
                            rule=due.rule,
                        )
        if "breaches" in of:
            at = At(controller, from_micros(view.as_of), None)
            for breach in self._audit.breach(at).breaches:
                if breach.not_told:
                    overdue = breach.notify_by < from_micros(view.as_of).date()
                    yield _row("notify_by", breach.notify_by, overdue=overdue, rule=breach.rule)

    def _of_requests(
        self, conn: Connection, controller: str, view: View, of: Sequence[Of]
    ) -> Iterator[answers.LimitRow]:
        planner = Planner(self._ask, conn, view)
        for found in list_requests(conn, controller):
            asked = planner.read(controller, found.subject_ref)
            request = request_of(asked.person, found.request_id)
            if request is None:
                continue
            subject = self._reader.subject(conn, request)
            if "requests" in of:
                yield from _of_request(asked, request, subject)
            if "notices" in of:
                yield from self._of_notices(asked, request, subject)

    def _of_notices(
        self, asked: PlannedPerson, request: Request, subject: str
    ) -> Iterator[answers.LimitRow]:
        """What its open notices wait for, as far as the plan still means their recipients."""
        waiting = [n for n in asked.notices(request) if n.state not in CLOSED_NOTICE_STATES]
        if not waiting:
            return
        told = {row.recipient: set(row.categories) for row in asked.own_rows(request).told}
        names = {notice.recipient for notice in waiting}
        days = self._ask.registry.answer_days(asked.person.controller, names)
        today = from_micros(asked.dossier.as_of).date()
        for notice in waiting:
            categories = outstanding(notice) & told.get(notice.recipient, set())
            if not categories:
                continue
            said: dict[str, Any] = {
                "request": request.request_id,
                "subject": subject,
                "recipient": notice.recipient,
                "categories": sorted(categories),
                "rule": notice.rule,
            }
            for what, day in _of_notice(notice, days):
                yield _row(what, day, overdue=day < today, **said)


def _of_request(asked: PlannedPerson, request: Request, subject: str) -> Iterator[answers.LimitRow]:
    dossier = asked.dossier
    history = dossier.whole.history
    for what, limit in open_limits(dossier.policy_at, history, request.request_id):
        yield _row(
            what,
            limit.due,
            overdue=history.as_of > limit.last_moment,
            request=request.request_id,
            subject=subject,
            rule=limit.rule,
        )


def _of_notice(notice: Notice, days: dict[str, int]) -> Iterator[tuple[answers.What, date]]:
    if notice.sent_at is None:
        yield "send_by", notice.send_by
    yield "erase_by", last_day_to_answer(notice, days)


def _row(
    what: answers.What,
    by: date | datetime,
    *,
    overdue: bool,
    request: str | None = None,
    subject: str | None = None,
    recipient: str | None = None,
    categories: list[str] | None = None,
    rule: str | None,
) -> answers.LimitRow:
    return answers.LimitRow(
        what=what,
        by=by,
        overdue=overdue,
        request=request,
        subject=subject,
        recipient=recipient,
        categories=categories,
        rule=rule,
    )


def _day(by: date | datetime) -> date:
    return by.date() if isinstance(by, datetime) else by


def _place(row: answers.LimitRow) -> _Place:
    """Where a row stands: a day comes at its end, after every hour of it."""
    by = row.by if isinstance(row.by, datetime) else datetime.combine(row.by, time.max)
    return (
        by.replace(tzinfo=None).isoformat(),
        row.subject or "",
        row.request or "",
        row.what,
        row.recipient or "",
        ",".join(row.categories or ()),
    )


def _cursor(place: _Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> _Place:
    nowhere = ("", "", "", "", "", "")
    if cursor is None:
        return nowhere
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        place = None
    if not isinstance(place, list) or len(place) != len(nowhere):
        raise InvalidInput("this is no cursor", do="use the value of `next` from the page before")
    first, *rest = map(str, place)
    return (first, *rest)  # type: ignore[return-value]  # as many as there must be
