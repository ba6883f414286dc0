"""Lint: files by themselves, and against what is on record of their controllers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.events import AdGuidelinesAccepted, AgreementSigned, ApiSecurityTested, DataShared
from lineage.policy.lint.flaw import Row
from lineage.policy.lint.people import PeopleOnRecord
from lineage.policy.lint.record import OnRecord
from lineage.policy.lint.running import Linted, lint_files, lint_record
from lineage.service.histories import Histories
from lineage.service.linting_people import PeopleLint
from lineage.service.people import View, view_at
from lineage.service.policy_answers import LintRow
from lineage.service.querying import Questions
from lineage.storage.freshness import read_freshness
from lineage.storage.reverse import disclosures
from lineage.storage.subjects import count_refs

if TYPE_CHECKING:
    from lineage.domain.history.history import History
    from lineage.storage.engines import Connection

Progress = Callable[[int, int], None]

_SHARED = DataShared.event_name.removeprefix("data_")
"""What a hop by which the controller itself shared data is called"""


def read_files(policies: Path, registry: Path | None = None) -> Linted:
    """Lint a policy file or a folder of them, and a registry; needs no store.

    Raises ``PolicyError`` for a file that is no policy, or no registry, at all.
    """
    return lint_files(policies, registry)


def lint_rows(rows: Iterable[Row]) -> list[LintRow]:
    """What was found, as an answer."""
    return [LintRow(**row._asdict()) for row in rows]


class RecordLint:
    """Compares linted files with the record of one store."""

    def __init__(self, questions: Questions, histories: Histories) -> None:
        """It reads what questions read."""
        self._ask = questions
        self._histories = histories
        self._people = PeopleLint(questions.store, histories)

    def lint(self, linted: Linted, progress: Progress | None) -> list[LintRow]:
        """What the record shows that the files lack: a few statements a controller, then everybody
        once, for what stands only in sealed events.
        """
        view = view_at(self._ask.now(), None, None)
        records, done = {}, 0
        with self._ask.store.reading() as conn:
            ids = {name: count_refs(conn, name) for name in linted.controllers}
        for name, number in ids.items():
            advance = partial(_tell, progress, done, sum(ids.values()))
            people = self._people.count(name, view, advance)
            with self._ask.store.reading() as conn:
                records[name] = self._on_record(conn, name, view, people)
            done += number
        return lint_rows(lint_record(linted, records))

    def _on_record(
        self, conn: Connection, controller: str, view: View, people: PeopleOnRecord
    ) -> OnRecord:
        found = disclosures(conn, controller)
        shares = [d for d in found if d.hop == _SHARED and d.as_kind is not None]
        return OnRecord(
            recipients=frozenset(d.recipient for d in found),
            direct=frozenset((d.recipient, d.as_kind or "") for d in shares),
            identified=frozenset(
                (d.recipient, d.as_kind or "") for d in shares if not d.deidentified
            ),
            sources=frozenset(read_freshness(conn, controller).sources),
            evidence=_evidence(self._histories.of_controller(conn, controller, view)),
            people=people,
        )


def _tell(progress: Progress | None, before: int, total: int, done: int) -> None:
    if progress is not None:
        progress(before + done, total)


def _evidence(history: History) -> frozenset[tuple[str, str]]:
    """(recipient, kind of evidence): agreements, accepted guidelines, tests however they ended."""
    found = {(d.recipient, str(d.agreement_kind)) for _, d in history.every_wide(AgreementSigned)}
    found |= {(d.recipient, "ad_guidelines") for _, d in history.every_wide(AdGuidelinesAccepted)}
    found |= {(d.recipient, "api_test") for _, d in history.every_wide(ApiSecurityTested)}
    return frozenset(found)
