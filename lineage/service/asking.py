"""What a policy is asked of one person: its history is read, a pure question answers.

What is asked of a controller as a whole is in ``auditing``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.domain.questions.cancellation import cancellation
from lineage.domain.questions.deadlines import limits
from lineage.domain.questions.entitlement import entitlement
from lineage.domain.questions.minors import minors
from lineage.domain.questions.refusal import refusal
from lineage.domain.questions.status import OwnCopies, own_copies
from lineage.domain.questions.told import recipient_states
from lineage.events.enums import Ground
from lineage.events.times import from_micros
from lineage.service import policy_answers as answers
from lineage.service.errors import InvalidInput
from lineage.service.histories import Histories, Seen
from lineage.service.one_request import not_on_record_then, one_request
from lineage.service.people import View, view_at
from lineage.service.querying import Questions

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

GROUNDS: Final[tuple[str, ...]] = get_args(Ground)


@dataclass(frozen=True, slots=True)
class At:
    """From where a question is asked, as the caller says it."""

    controller: str | None
    as_of: datetime | None
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A person as a question sees it, with the policies and what its answer carries."""

    seen: Seen
    policy_at: PolicyAt
    frame: dict[str, Any]

    @property
    def history(self) -> History:
        """The person's history."""
        return self.seen.history


class PersonQuestions:
    """The questions about one person that a policy answers."""

    def __init__(self, questions: Questions, histories: Histories) -> None:
        """They are framed as all others are."""
        self._ask = questions
        self._histories = histories

    def deadlines(self, request: str, at: At) -> answers.Deadlines:
        """By when a request must be answered, and what is overdue."""
        with self._of_request(request, at) as asked:
            found = limits(asked.policy_at, asked.history, request)
        return answers.Deadlines(
            **asked.frame,
            request=request,
            reply_target=found.reply_target,
            reply_by=found.reply_by,
            outcome_by=found.outcome_by,
            triage_by=found.triage_by,
            overdue=list(found.overdue),
            reply_channel=found.reply_channel,
            rules=dict(found.rules),
        )

    def entitlement(self, request: str, at: At) -> answers.Entitlement:
        """Whether the text gives the right that a request is about."""
        with self._of_request(request, at) as asked:
            found = entitlement(asked.policy_at, asked.history, request)
        return answers.Entitlement(
            **asked.frame,
            request=request,
            verdict=found.verdict,
            state=found.state,
            rule=found.rule,
        )

    def refusal(self, request: str, grounds: Sequence[str], at: At) -> answers.Refusal:
        """On what a refusal rests, or could rest, and whether the request may cost something."""
        for ground in grounds:
            if ground not in GROUNDS:
                raise InvalidInput("this is no ground", do=f"name some of {', '.join(GROUNDS)}")
        with self._of_request(request, at) as asked:
            found = refusal(asked.policy_at, asked.history, request, grounds)
        return answers.Refusal(
            **asked.frame,
            request=request,
            valid=found.valid,
            rule=found.rule,
            grounds={ground: rule or False for ground, rule in found.grounds.items()},
            fee=found.fee or False,
        )

    def cancellation(self, subject: str, at: At) -> answers.Cancellation:
        """Where the cancellation of the account stands."""
        with self._of_subject(subject, at) as asked:
            found = cancellation(asked.policy_at, asked.history)
        return answers.Cancellation(
            **asked.frame,
            subject=subject,
            state=found.state,
            erase_by=found.erase_by,
            anonymise_allowed=found.anonymise_allowed,
            rule=found.rule,
        )

    def minors(self, subject: str, at: At) -> answers.Minors:
        """Whether the person is a minor, and by when its data must be cleaned up."""
        with self._of_subject(subject, at) as asked:
            found = minors(asked.policy_at, asked.history)
        return answers.Minors(
            **asked.frame,
            subject=subject,
            minor=found.minor,
            erase_by=found.erase_by,
            sensitive=found.sensitive,
            rule=found.rule,
        )

    def status(self, subject: str, at: At) -> answers.Status:
        """How far each recipient is, and what has become of our own copies."""
        with self._of_subject(subject, at) as asked:
            own = own_copies(asked.policy_at, asked.history)
            recipients = self._recipients(asked)
        return answers.Status(**asked.frame, subject=subject, recipients=recipients, **_copies(own))

    def _recipients(self, asked: Asked) -> dict[str, str]:
        controller, notices = asked.seen.person.controller, asked.seen.person.facts.notices
        days = self._ask.registry.answer_days(controller, {n.recipient for n in notices})
        return recipient_states(
            notices,
            today=from_micros(asked.history.as_of).date(),
            answer_days=days,
        )

    @contextmanager
    def _of_subject(self, subject: str, at: At) -> Iterator[Asked]:
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        with self._ask.store.reading() as conn:
            controller = self._ask.people.controller_of(conn, subject, at.controller)
            seen = self._histories.of_subject(conn, controller, subject, view)
            yield self._asked(conn, controller, seen, view)

    @contextmanager
    def _of_request(self, request: str, at: At) -> Iterator[Asked]:
        """The person of a request that was on record then; all of it is read."""
        view = view_at(self._ask.now(), at.as_of, at.known_at)
        with self._ask.store.reading() as conn:
            controller, ref = one_request(conn, request, at.controller)
            seen = self._histories.of_ref(conn, controller, ref, view, subject="")
            if request not in seen.history.requests:
                raise not_on_record_then(request)
            yield self._asked(conn, controller, seen, view)

    def _asked(self, conn: Connection, controller: str, seen: Seen, view: View) -> Asked:
        nothing = not seen.history.events
        frame = self._ask.frame(conn, controller, view, nothing=nothing)
        return Asked(seen, self._histories.policy_at(controller), frame)


def _copies(own: OwnCopies) -> dict[str, Any]:
    return {
        "data": dict(own.data),
        "backups": {
            name: answers.Backup(state=backup.state, alert_on=backup.alert_on)
            for name, backup in own.backups.items()
        },
        "personal": [
            answers.PersonalRow(category=p.category, from_=p.from_day, to=p.to_day)
            for p in own.personal
        ],
    }
