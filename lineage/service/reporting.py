"""The answer to the person: what is held, where it came from, who got it, who was told of what.

Read in one snapshot; no SQL of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lineage.domain.facts import Edge, HolderKind, Notice
from lineage.domain.holdings import recipient_kinds
from lineage.domain.questions.retention import Due, retention
from lineage.domain.questions.status import own_copies
from lineage.events.times import from_micros
from lineage.service import request_answers as answers
from lineage.service.asking import At
from lineage.service.people import view_at
from lineage.service.person_rows import Times, collection_rows
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions
from lineage.service.request_reading import RequestReader
from lineage.service.request_rows import moment_of
from lineage.storage.keyring import PERSON, Who


class Reports:
    """Makes reports about the people of one store."""

    def __init__(self, questions: Questions) -> None:
        """They are framed as all other answers are."""
        self._ask = questions
        self._reader = RequestReader(questions)

    def report(self, subject: str, at: At) -> answers.Report:
        """Everything that the person may know of."""
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        with self._ask.store.reading() as conn:
            controller = self._ask.people.controller_of(conn, subject, at.controller)
            known = self._ask.store.keyring.find(conn, Who(controller, PERSON, subject))
            planner = Planner(self._ask, conn, view)
            asked = planner.read(controller, None if known is None else known.ref)
            nothing = not asked.person.facts.edges and not asked.person.facts.requests
            frame = self._ask.frame(conn, controller, view, nothing=nothing)
        return answers.Report(
            subject=subject,
            categories=_categories(asked),
            recipients=_recipients(asked),
            requests=self._requests(asked),
            **frame,
        )

    def _requests(self, asked: PlannedPerson) -> list[answers.ReportedRequest]:
        today = from_micros(asked.dossier.as_of).date()
        return [
            answers.ReportedRequest(
                request=request.request_id,
                right=request.right,
                received=moment_of(request.received_at),
                outcome=request.outcome,
                state=self._reader.state(asked, request, today),
            )
            for request in asked.person.facts.requests
        ]


def _categories(asked: PlannedPerson) -> list[answers.ReportedCategory]:
    """Our own copies, with what collected them and when they must go."""
    dossier = asked.dossier
    states = own_copies(dossier.policy_at, dossier.whole.history).data
    due: dict[str, list[Due]] = {}
    for row in retention(dossier.policy_at, dossier.whole.history):
        due.setdefault(row.category, []).append(row)
    collected: dict[str, list[Any]] = {}
    for found in collection_rows(asked.person.facts, Times()):
        collected.setdefault(found.category, []).append(found)
    return [
        answers.ReportedCategory(
            category=category,
            state=state,
            sources=_words(row.source_kind for row in collected.get(category, ())),
            purposes=_words(row.purpose for row in collected.get(category, ())),
            erase_by=min((d.erase_by for d in due.get(category, ()) if d.erase_by), default=None),
            hold_until=max(
                (d.hold_until for d in due.get(category, ()) if d.hold_until), default=None
            ),
        )
        for category, state in sorted(states.items())
    ]


def _recipients(asked: PlannedPerson) -> list[answers.ReportedRecipient]:
    """Everybody who got something, now or once."""
    facts = asked.person.facts
    kinds = recipient_kinds(facts.edges)
    by_name: dict[str, list[Edge]] = {}
    for edge in facts.edges:
        if edge.hop.to.kind is HolderKind.RECIPIENT:
            by_name.setdefault(edge.hop.to.name, []).append(edge)
    return [
        answers.ReportedRecipient(
            recipient=name,
            recipient_kind=kinds.get(name),
            region=_latest_region(edges),
            categories=_words(category for edge in edges for category in edge.spans),
            purposes=_words(edge.hop.purpose for edge in edges),
            legal_bases=_words(edge.hop.legal_basis for edge in edges),
            first=from_micros(min(edge.first for edge in edges)),
            last=from_micros(max(edge.last for edge in edges)),
            notices=[_notice(n) for n in facts.notices if n.recipient == name],
        )
        for name, edges in sorted(by_name.items())
    ]


def _latest_region(edges: Sequence[Edge]) -> str | None:
    """Where the last share that says so went."""
    said = [edge for edge in edges if edge.hop.region is not None]
    return max(said, key=lambda edge: edge.last).hop.region if said else None


def _notice(notice: Notice) -> answers.ReportedNotice:
    return answers.ReportedNotice.model_validate(
        {
            "request": notice.request_id,
            "categories": list(notice.categories),
            "state": str(notice.state),
            "sent": moment_of(notice.sent_at),
            "answered": moment_of(notice.answered_at),
            "strength": notice.strength,
        }
    )


def _words(said: Iterable[str | None]) -> list[str]:
    return sorted({word for word in said if word})
