"""Letters: the open notices of a request to one recipient, as a person would tell them.

Nothing is recorded and nothing counts as sent because a letter was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lineage.domain.facts import CLOSED_NOTICE_STATES, Notice
from lineage.domain.planning.notices import outstanding
from lineage.events.times import from_micros
from lineage.policy.model import Policy
from lineage.policy.recipients import Recipient
from lineage.service.errors import InvalidInput, NotFound
from lineage.service.letter_answers import Letter, LetterIdentifier, LetterNotice
from lineage.service.notice_body import identifiers_for
from lineage.service.one_request import one_request
from lineage.service.people import view_at
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


class Letters:
    """Writes letters from the record of one store."""

    def __init__(self, questions: Questions) -> None:
        """Take the questions, whose store, policies and registry are read."""
        self._ask = questions

    def letter(
        self,
        request: str,
        *,
        recipient: str,
        controller: str | None = None,
        reply_to: str | None = None,
    ) -> Letter:
        """What the recipient is to be told of a request, as it stands now.

        ``reply_to`` is our address, to be printed. Raises ``NotFound`` where no notice of the
        request to it is open, ``InvalidInput`` where the registry does not name it or it knows the
        person by nothing that its entry accepts, ``Ambiguous`` as every question of a request.
        """
        view = view_at(self._ask.now(), None, None)
        with self._ask.store.reading() as conn:
            controller, ref = one_request(conn, request, controller)
            asked = Planner(self._ask, conn, view).read(controller, ref)
            notices = _open_notices(asked, request, recipient)
            entry = self._entry(controller, recipient)
            person = self._identifiers(conn, asked, entry, notices[0])
            frame = self._ask.frame(conn, controller, view, nothing=False)
        policy = self._ask.library.policy_at(controller)(view.as_of)
        return Letter(
            **frame,
            request=request,
            recipient=recipient,
            name=policy.name,
            contact=entry.contact,
            written_on=from_micros(view.as_of).date(),
            person=person,
            notices=[_notice(notice, policy, entry.answer_within.days) for notice in notices],
            forward_duty=entry.forward_duty,
            reply_to=reply_to,
        )

    def _entry(self, controller: str, recipient: str) -> Recipient:
        entry = self._ask.registry.recipient(controller, recipient)
        if entry is None:
            raise InvalidInput(
                f"the registry does not name {recipient}: by what it knows a person is not said",
                do="add it with channel: manual and accepts, and name the file with --recipients",
            )
        return entry

    def _identifiers(
        self, conn: Connection, asked: PlannedPerson, entry: Recipient, notice: Notice
    ) -> list[LetterIdentifier]:
        subject = self._ask.store.keyring.names(conn, [notice.ref])[notice.ref]
        stored = {name: party for party, name in asked.names.items()}
        party = stored.get(notice.recipient, notice.recipient)
        found = identifiers_for(entry, party, subject, asked.person.events)
        if not found:
            raise InvalidInput(
                f"{notice.recipient} knows this person by nothing that its registry entry accepts:"
                f" {', '.join(entry.accepts)}",
                do="add to accepts what it can find a person by",
            )
        return [LetterIdentifier.model_validate(one) for one in found]


def _open_notices(asked: PlannedPerson, request: str, recipient: str) -> list[Notice]:
    mine: Iterable[Notice] = asked.person.facts.notices
    found = [
        notice
        for notice in mine
        if (notice.request_id, notice.recipient) == (request, recipient)
        and notice.state not in CLOSED_NOTICE_STATES
    ]
    if not found:
        raise NotFound(
            f"no notice of request {request!r} to {recipient} is open",
            do="lineage request status shows the notices there are",
        )
    return sorted(found, key=lambda notice: notice.round)


def _notice(notice: Notice, policy: Policy, answer_days: int) -> LetterNotice:
    return LetterNotice(
        notice_id=notice.notice_id,
        categories=sorted(outstanding(notice)),
        erase_by=notice.erase_by,
        answer_by=_answer_by(notice, answer_days),
        duty="default" if notice.duty == "default" else "policy",
        rule=notice.rule,
        says=next((rule.says for rule in policy.every_rule() if rule.rule == notice.rule), None),
    )


def _answer_by(notice: Notice, answer_days: int) -> date:
    """The last day to erase; the registry's time to answer where the policy gives none."""
    return notice.erase_by or notice.send_by + timedelta(days=answer_days)
