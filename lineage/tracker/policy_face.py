"""The part of the tracker that asks what a policy says: one method a question, each one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from lineage.policy.lint.running import Linted
from lineage.policy.model import Policy
from lineage.service import policy_answers as answers
from lineage.service.asking import At, PersonQuestions
from lineage.service.auditing import Audit
from lineage.service.finding_history import FindingHistory
from lineage.service.garbage import fewer_collections
from lineage.service.linting import RecordLint
from lineage.service.simulation.outcomes import ChangeRow, Simulation
from lineage.service.simulation.simulating import Simulator
from lineage.service.simulation.spool import rows_of


class PolicyFace:
    """What a tracker is asked under a policy; all about the moment ``as_of``.

    The controller may be left out where only one has the person or the request on record, or where
    there is only one.
    """

    _persons: PersonQuestions
    _audit: Audit
    _found: FindingHistory
    _lint: RecordLint
    _simulator: Simulator

    def finding_history(
        self, subject: str | None = None, *, controller: str | None = None
    ) -> answers.FindingHistory:
        """The findings that recording left, each with when it was found and when it went: those of
        one person, or all that the controller has on record.
        """
        return self._found.read(subject, controller)

    def check(
        self,
        *,
        controller: str | None = None,
        subject: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Findings:
        """What breaks a rule of the policy or of our defaults, and what no rule covers.

        Of one person; without a subject of everybody under the controller and of itself.
        """
        return self._audit.check(At(controller, as_of, known_at), subject=subject)

    def exceptions(
        self,
        *,
        controller: str | None = None,
        subject: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Exceptions:
        """Which exceptions from consent events name, and whether the policy lists them for it."""
        return self._audit.exceptions(At(controller, as_of, known_at), subject=subject)

    def deadlines(
        self,
        request: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Deadlines:
        """By when a request must be answered, each limit with its rule, and what is overdue."""
        return self._persons.deadlines(request, At(controller, as_of, known_at))

    def entitlement(
        self,
        request: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Entitlement:
        """Whether the text gives the person the right that a request is about."""
        return self._persons.entitlement(request, At(controller, as_of, known_at))

    def refusal(
        self,
        request: str,
        *,
        grounds: Sequence[str] = (),
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Refusal:
        """On what the recorded refusal rests, and which of these grounds would carry one now."""
        return self._persons.refusal(request, grounds, At(controller, as_of, known_at))

    def retention(
        self,
        subject: str | None = None,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Retention:
        """What of our own data must go, what must be kept, by when and by which rule.

        Of one person; without a subject of everybody under the controller.
        """
        return self._audit.retention(At(controller, as_of, known_at), subject=subject)

    def status(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Status:
        """How far each recipient is, what has become of our own copies, and what was personal."""
        return self._persons.status(subject, At(controller, as_of, known_at))

    def minors(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Minors:
        """Whether the person is a minor under the policy, and by when its data must go."""
        return self._persons.minors(subject, At(controller, as_of, known_at))

    def cancellation(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Cancellation:
        """Where the cancellation of the account stands, and what becomes of its data."""
        return self._persons.cancellation(subject, At(controller, as_of, known_at))

    def breach(
        self,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.Breaches:
        """What each breach on record demands: by when persons are told, who was not, and whether
        the regulator has its report. The latest is the last.
        """
        return self._audit.breach(At(controller, as_of, known_at))

    def policy_facts(
        self,
        *,
        controller: str,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> answers.PolicyFacts:
        """The version of a policy that is in force, what it says of itself, and its rules."""
        return self._audit.policy_facts(At(controller, as_of, known_at))

    def lint(
        self, linted: Linted, progress: Callable[[int, int], None] | None = None
    ) -> list[answers.LintRow]:
        """What is on record and lacks in files that ``lint_files`` has read: recipients and sources
        that are not registered, evidence that a policy demands; consents that are only named, and
        ids that tell who somebody is. Policies in use play no part.

        Everybody is gone through; ``progress`` is told (ids gone through, ids in all).
        """
        with fewer_collections():
            return self._lint.lint(linted, progress)

    def simulate(
        self,
        policy: Policy,
        *,
        to: Path,
        controller: str | None = None,
        subject: str | None = None,
        since: date | None = None,
        as_of: datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Simulation:
        """What another policy would have changed on the recorded history: findings, who is told,
        who is left out, and dates. Nothing is recorded.

        The policy takes the place of the one in force from ``since`` on, or always; ``controller``
        is needed where it is another controller's. The rows go to the file ``to``, from where
        ``simulated_rows`` gives them; called again with the same file, what was broken off goes on.
        ``progress`` is told (ids gone through, ids in all).
        """
        with fewer_collections():
            return self._simulator.simulate(
                policy,
                to=to,
                controller=controller,
                subject=subject,
                since=since,
                as_of=as_of,
                progress=progress,
            )


def simulated_rows(path: Path) -> Iterator[ChangeRow]:
    """The rows that ``simulate`` wrote to a file, one by one."""
    return rows_of(path)
