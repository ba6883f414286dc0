"""What was found when it was recorded, and what of it stands no more. Nothing is judged here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lineage.events.times import from_micros
from lineage.service import policy_answers as answers
from lineage.service.auditing import controller_meant
from lineage.service.people import view_at
from lineage.service.querying import Questions
from lineage.storage.findings import findings_after, findings_of
from lineage.storage.keyring import CONTROLLER, PERSON, Who
from lineage.storage.persons import linked_refs
from lineage.storage.policies_used import other_policies
from lineage.storage.rejudging import pending_rejudging

if TYPE_CHECKING:
    from lineage.storage.engines import AnyRow, Connection

CHUNK = 500


class FindingHistory:
    """Reads the findings that recording left, those that are gone among them."""

    def __init__(self, questions: Questions) -> None:
        """Framed as all other answers are."""
        self._ask = questions
        self._store = questions.store

    def read(self, subject: str | None, controller: str | None) -> answers.FindingHistory:
        """The findings of a person, or of all that a controller has on record."""
        view = view_at(self._ask.now(), None, None)
        with self._store.reading() as conn:
            controller = controller_meant(self._ask, conn, controller, subject)
            rows = [row for page in self._pages(conn, controller, subject) for row in page]
            frame = self._ask.frame(conn, controller, view, nothing=not rows)
            behind = pending_rejudging(conn).get(controller)
            if controller in other_policies(conn, self._store.digest_of):
                behind = 0  # until a rebuild, nothing is judged by the policies in use for certain
        judged_up_to = frame["known_at"] if behind is None else from_micros(behind)
        return answers.FindingHistory(**frame, findings=rows, judged_up_to=judged_up_to)

    def _pages(
        self, conn: Connection, controller: str, subject: str | None
    ) -> Iterator[list[answers.RecordedFinding]]:
        if subject is not None:
            person = self._store.keyring.find(conn, Who(controller, PERSON, subject))
            refs, _ = linked_refs(conn, [] if person is None else [person.ref])
            yield self._rows(conn, controller, findings_of(conn, sorted(refs)))
            return
        after = None
        while page := findings_after(conn, controller, after, limit=CHUNK):
            after = page[-1]
            yield self._rows(conn, controller, page)

    def _rows(
        self, conn: Connection, controller: str, found: Sequence[AnyRow]
    ) -> list[answers.RecordedFinding]:
        keys = sorted({(row.subject_ref, row.event_key) for row in found})
        events = {(e.ref, e.key): e for e in self._store.folder.read_at(conn, controller, keys)}
        people = self._store.keyring.names(conn, {row.subject_ref for row in found})
        own = self._store.keyring.find(conn, Who(controller, CONTROLLER, controller))
        if own is not None:  # the controller's own events are nobody's
            people.pop(own.ref, None)
        return [
            answers.RecordedFinding(
                kind=row.kind,
                rule=None if row.kind == "process" else row.rule,
                reason=row.rule if row.kind == "process" else None,
                event=events[row.subject_ref, row.event_key].id,
                subject=people.get(row.subject_ref),
                categories=json.loads(row.categories),
                found=from_micros(row.found_at),
                gone=None if row.gone_at is None else from_micros(row.gone_at),
            )
            for row in found
        ]
