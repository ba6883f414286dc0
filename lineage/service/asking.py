"""What a policy is asked: a history is read, a pure question answers, a frame goes around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.domain.findings import Finding
from lineage.domain.rules.table import JUDGES
from lineage.service import policy_answers as answers
from lineage.service.histories import Histories
from lineage.service.people import View, view_at
from lineage.service.querying import Questions

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


@dataclass(frozen=True, slots=True)
class At:
    """From where a question is asked, as the caller says it."""

    controller: str | None
    as_of: datetime | None
    known_at: datetime | None


class PolicyQuestions:
    """The questions that read a history."""

    def __init__(self, questions: Questions) -> None:
        """They are framed as all others are."""
        self._ask = questions
        self._histories = Histories(questions.store, questions.people, questions.library)

    @contextmanager
    def _reading(self, at: At) -> Iterator[tuple[Connection, View]]:
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        with self._ask.store.reading() as conn:
            yield conn, view

    def check(self, at: At, *, subject: str | None) -> answers.Findings:
        """What breaks a rule, of one person, or of everybody and the controller as a whole."""
        with self._reading(at) as (conn, view):
            controller = self._controller(conn, at, subject)
            rows = list(self._findings(conn, controller, subject, view))
            frame = self._frame(conn, controller, view, nothing=not rows)
        return answers.Findings(**frame, findings=rows)

    def _findings(
        self, conn: Connection, controller: str, subject: str | None, view: View
    ) -> Iterator[answers.FindingRow]:
        policy_at = self._histories.policy_at(controller)
        if subject is not None:
            seen = self._histories.of_subject(conn, controller, subject, view)
            yield from finding_rows(JUDGES.of_person(seen.history, policy_at), subject)
            return
        wide = self._histories.of_controller(conn, controller, view)
        yield from finding_rows(JUDGES.of_controller(wide, policy_at), None)
        for person, history in self._histories.everybody(conn, controller, view):
            yield from finding_rows(JUDGES.of_person(history, policy_at), person)

    def _controller(self, conn: Connection, at: At, subject: str | None) -> str:
        """The one that is named, the one that has the person, or the only one there is."""
        return self._ask.people.controller_of(conn, subject or "", at.controller)

    def _frame(
        self, conn: Connection, controller: str, view: View, *, nothing: bool
    ) -> dict[str, Any]:
        return self._ask.frame(conn, controller, view, nothing=nothing)


def finding_rows(findings: Iterable[Finding], subject: str | None) -> Iterator[answers.FindingRow]:
    """Findings as an answer shows them."""
    for finding in findings:
        yield answers.FindingRow(
            kind=finding.kind.value,
            rule=finding.rule,
            event=None if finding.event is None else finding.event.id,
            subject=subject,
            categories=list(finding.categories),
            says=finding.says,
            reason=finding.reason,
        )
