"""What a policy is asked of a controller as a whole, or of one of its persons: rows, one by one.

Everybody is read a chunk at a time, so what it takes does not grow with how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from lineage.domain.findings import Finding
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.breach import BreachDue, breaches
from lineage.domain.questions.exceptions import exceptions
from lineage.domain.questions.policy_facts import policy_facts
from lineage.domain.questions.retention import retention
from lineage.domain.rules.table import JUDGES
from lineage.service import policy_answers as answers
from lineage.service.answers import FindingRow
from lineage.service.asking import At
from lineage.service.errors import Ambiguous
from lineage.service.histories import Histories
from lineage.service.people import View, view_at
from lineage.service.policies import rule_rows
from lineage.service.querying import Questions
from lineage.storage.freshness import read_freshness
from lineage.storage.persons import components, linked_refs

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

Row = TypeVar("Row")
OfPerson = Callable[[str, History, PolicyAt], Iterable[Row]]


class Audit:
    """The questions that are asked of one person or of everybody."""

    def __init__(self, questions: Questions, histories: Histories) -> None:
        """They are framed as all others are."""
        self._ask = questions
        self._histories = histories

    def check(self, at: At, *, subject: str | None) -> answers.Findings:
        """What breaks a rule, and what no rule covers."""
        with self._reading(at, subject) as (conn, controller, view):
            rows = list(self._findings(conn, controller, subject, view))
            frame = self._ask.frame(conn, controller, view, nothing=not rows)
        return answers.Findings(**frame, findings=rows)

    def exceptions(self, at: At, *, subject: str | None) -> answers.Exceptions:
        """Which exceptions from consent events name, and whether the policy lists them."""
        with self._reading(at, subject) as (conn, controller, view):
            rows = list(self._rows(conn, controller, subject, view, of_person=exception_rows))
            frame = self._ask.frame(conn, controller, view, nothing=not rows)
        return answers.Exceptions(**frame, exceptions=rows)

    def retention(self, at: At, *, subject: str | None) -> answers.Retention:
        """What of our own data must go, what must be kept, and by when."""
        with self._reading(at, subject) as (conn, controller, view):
            rows = list(self._rows(conn, controller, subject, view, of_person=due_rows))
            frame = self._ask.frame(conn, controller, view, nothing=not rows)
        return answers.Retention(**frame, due=rows)

    def breach(self, at: At) -> answers.Breaches:
        """What each breach on record demands: by when, who was not told, the regulator."""
        with self._reading(at, None) as (conn, controller, view):
            history = self._histories.of_controller(conn, controller, view)
            found = breaches(self._histories.policy_at(controller), history)
            rows = [self._breach_row(conn, due) for due in found]
            frame = self._ask.frame(conn, controller, view, nothing=not rows)
        return answers.Breaches(**frame, breaches=rows)

    def _breach_row(self, conn: Connection, due: BreachDue) -> answers.BreachRow:
        """A breach with the ids of the persons, whom the record has by their refs.

        Who was told under another id of the same person was told.
        """
        missing = [bytes.fromhex(ref) for ref in due.not_told]
        told = {bytes.fromhex(ref) for ref in due.told}
        connected, links = linked_refs(conn, [*missing, *told])
        reached = {
            ref
            for group in components(connected, links)
            if told.intersection(group)
            for ref in group
        }
        names = self._ask.store.keyring.names(conn, [ref for ref in missing if ref not in reached])
        return answers.BreachRow(
            breach=due.breach,
            notify_by=due.notify_by,
            not_told=sorted(names.values()),
            regulator=due.regulator,
            rule=due.rule,
        )

    def policy_facts(self, at: At) -> answers.PolicyFacts:
        """The version in force, what it says of itself, and its rules."""
        with self._reading(at, None) as (conn, controller, view):
            frame = self._ask.frame(conn, controller, view, nothing=False)
        policy = self._histories.policy_at(controller)(view.as_of)
        facts = policy_facts(policy)
        return answers.PolicyFacts(
            **frame,
            name=policy.name,
            effective_from=policy.effective_from,
            facts=answers.Facts(
                use_binds=facts.use_binds,
                affiliate_consent_by=facts.affiliate_consent_by,
                important_messages_optional=facts.important_messages_optional,
            ),
            rules=list(rule_rows(policy)),
        )

    def _findings(
        self, conn: Connection, controller: str, subject: str | None, view: View
    ) -> Iterator[FindingRow]:
        if subject is None:
            wide = self._histories.of_controller(conn, controller, view)
            policy_at = self._histories.policy_at(controller)
            yield from _finding_rows(JUDGES.of_controller(wide, policy_at), None)
        yield from self._rows(conn, controller, subject, view, of_person=finding_rows)

    def _rows(
        self,
        conn: Connection,
        controller: str,
        subject: str | None,
        view: View,
        *,
        of_person: OfPerson[Row],
    ) -> Iterator[Row]:
        """What there is of one person, or of everybody."""
        policy_at = self._histories.policy_at(controller)
        if subject is not None:
            seen = self._histories.of_subject(conn, controller, subject, view)
            yield from of_person(subject, seen.history, policy_at)
            return
        for person, history in self._histories.everybody(conn, controller, view):
            yield from of_person(person, history, policy_at)

    @contextmanager
    def _reading(self, at: At, subject: str | None) -> Iterator[tuple[Connection, str, View]]:
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        with self._ask.store.reading() as conn:
            yield conn, controller_meant(self._ask, conn, at.controller, subject), view


def controller_meant(
    ask: Questions, conn: Connection, controller: str | None, subject: str | None
) -> str:
    """The one named, else the one that has the person, else the only one on record."""
    if controller is not None or subject is not None:
        return ask.people.controller_of(conn, subject or "", controller)
    known = ask.library.controllers
    found = [
        name
        for name in known
        if read_freshness(conn, name, known_at=None).complete_from is not None
    ]
    if len(found) != 1:
        raise Ambiguous(
            f"{len(found) or 'no'} controllers are on record",
            do=f"say which with --controller: {', '.join(found or known)}",
        )
    return found[0]


def finding_rows(subject: str, history: History, policy_at: PolicyAt) -> Iterator[FindingRow]:
    """The findings on a person's events."""
    return _finding_rows(JUDGES.of_person(history, policy_at), subject)


def exception_rows(
    _subject: str, history: History, policy_at: PolicyAt
) -> Iterator[answers.ExceptionRow]:
    """The exceptions that a person's events name."""
    for use in exceptions(policy_at, history):
        yield answers.ExceptionRow(
            event=use.event.id, exception=use.exception, valid=use.valid, rule=use.rule
        )


def due_rows(subject: str, history: History, policy_at: PolicyAt) -> Iterator[answers.DueRow]:
    """What is due of a person's data."""
    for due in retention(policy_at, history):
        yield answers.DueRow(
            subject=subject,
            category=due.category,
            order_id=due.order_id,
            action=due.action,
            erase_by=due.erase_by,
            hold_until=due.hold_until,
            overdue=due.overdue,
            rule=due.rule,
        )


def _finding_rows(findings: Iterable[Finding], subject: str | None) -> Iterator[FindingRow]:
    for finding in findings:
        yield FindingRow(
            kind=finding.kind.value,
            rule=finding.rule,
            event=None if finding.event is None else finding.event.id,
            subject=subject,
            categories=list(finding.categories),
            says=finding.says,
            reason=finding.reason,
        )
