"""Dispatch: claim what is due, tell the recipients outside any transaction, record what came of it.

A claim writes the attempt with its lease before the call; a result counts only with that lease.
``kill -9`` at any instant loses no notice, and repeats one only where the answer was lost, under
the same id and with the same body.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from functools import partial
from typing import TYPE_CHECKING

from lineage.channels.answered import answer_data
from lineage.channels.port import Answer, Channel, Delivery, Outcome
from lineage.channels.retry import next_attempt_at
from lineage.domain.facts import CHANNEL_SOURCE, CLOSED_NOTICE_STATES, Notice, Recorded
from lineage.events import Event, NoticeEscalated, RecipientDeclined, RecipientNotified
from lineage.events.times import from_micros, to_micros
from lineage.policy.recipients import RecipientRegistry
from lineage.service.acts import system_event
from lineage.service.answers import DispatchReport
from lineage.service.notice_body import SUBJECT, identifiers_for, notice_body
from lineage.storage.facts import read_facts
from lineage.storage.following import Follow
from lineage.storage.persons import linked_refs
from lineage.storage.standings import lock_persons
from lineage.storage.store import Store
from lineage.storage.tasks import AWAITING_PERSON, DONE, DUE, Claim, Party

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

CLAIMS_PER_SENDER = 4
"""Claimed at once for each sender: few enough that a lease outlasts its time in the queue."""

ANSWERED = "answered_already"
"""The recipient has closed the notice before it was sent: there is nothing left to tell."""

RECIPIENTS_AT_ONCE = 4
"""Senders are shared by at least so many recipients: one that hangs holds up a part of them."""

RECORD_AFTER_SECONDS = 0.05
"""What comes back within it is recorded together."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A claimed notice with all that is needed to tell and to record."""

    claim: Claim
    notice: Notice
    subject: str
    delivery: Delivery | None
    cannot: str | None = None
    """Why nobody is told by machine: ``no_endpoint``, ``no_identifier`` or ``ANSWERED``."""


@dataclass(slots=True)
class _Counts:
    claimed: int = 0
    delivered: int = 0
    answered: int = 0
    failed: int = 0
    awaiting_person: int = 0


@dataclass(frozen=True, slots=True)
class _Result:
    job: _Job
    outcome: Outcome | None = field(default=None)


class Dispatcher:
    """Delivers what is due; any number may run on one store."""

    def __init__(
        self,
        store: Store,
        registry: RecipientRegistry,
        channel: Channel,
        *,
        again_at: Follow,
        now: Callable[[], int],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``again_at`` says when to look again at whoever has answered; ``now`` is the tracker's
        clock in microseconds; ``jitter`` draws from [0, 1).
        """
        self._again_at = again_at
        self._store = store
        self._registry = registry
        self._channel = channel
        self._now = now
        self._jitter = jitter

    def dispatch(self, *, limit: int, concurrency: int, lease_seconds: float) -> DispatchReport:
        """Deliver until nothing is due. One slow recipient keeps only its own notices waiting."""
        started = time.monotonic()
        counts = _Counts()
        flying: dict[Future[_Result], _Job] = {}
        self._revive()
        with ThreadPoolExecutor(concurrency, thread_name_prefix="notice") as pool:
            while True:
                jobs = self._claim_room(
                    [*flying.values()],
                    room=min(limit, concurrency * CLAIMS_PER_SENDER) - len(flying),
                    each=max(1, concurrency // RECIPIENTS_AT_ONCE),
                    lease_seconds=lease_seconds,
                )
                counts.claimed += len(jobs)
                told = [job for job in jobs if job.delivery is not None]
                flying |= {pool.submit(self._attempt, job): job for job in told}
                results = [_Result(job) for job in jobs if job.delivery is None]
                if not flying and not results:
                    break
                self._record(results + _landed(flying), counts)
        with self._store.reading() as conn:
            states = self._store.tasks.counts(conn)
        return DispatchReport(
            claimed=counts.claimed,
            delivered=counts.delivered,
            answered=counts.answered,
            failed=counts.failed,
            awaiting_person=counts.awaiting_person,
            left=sum(n for state, n in states.items() if state not in {DONE, AWAITING_PERSON}),
            seconds=time.monotonic() - started,
        )

    def _revive(self) -> None:
        """Try again what had no endpoint: the registry may have one by now."""
        reachable = [
            (name, [r for r, entry in entries.recipients.items() if entry.channel == "webhook"])
            for name, entries in self._registry.controllers.items()
        ]
        self._store.run(lambda conn: self._store.tasks.revive(conn, reachable, self._now()))

    def _claim_room(
        self, flying: list[_Job], *, room: int, each: int, lease_seconds: float
    ) -> list[_Job]:
        """Claim as many as there is room for, at most ``each`` in the air for one recipient.

        So a recipient that hangs, however much it is owed, holds up its own notices alone.
        """
        found: list[_Job] = []
        while len(found) < room:
            busy = Counter(job.claim.party for job in [*flying, *found])
            claim = partial(
                self._claim,
                limit=room - len(found),
                room={party: each - n for party, n in busy.items()},
                each=each,
                lease_micros=int(lease_seconds * 1_000_000),
            )
            jobs = self._store.run(claim)
            if not jobs:
                break
            found += jobs
        return found

    def _claim(
        self,
        conn: Connection,
        *,
        limit: int,
        room: dict[Party, int],
        each: int,
        lease_micros: int,
    ) -> list[_Job]:
        now = self._now()
        claims = self._store.tasks.claim(
            conn, now=now, lease_micros=lease_micros, limit=limit, room=room, each=each
        )
        return self._jobs(conn, claims, now)

    def _jobs(self, conn: Connection, claims: list[Claim], now: int) -> list[_Job]:
        # Who widens a notice holds this lock: it sees the body frozen, or we see it wider.
        lock_persons(conn, {claim.ref: claim.controller for claim in claims})
        connected, _ = linked_refs(conn, [claim.ref for claim in claims])
        facts = self._store.named(conn, read_facts(conn, sorted(connected)))
        notices = {n.notice_id: n for n in facts.notices}
        names = self._store.keyring.names(conn, [notices[c.notice_id].ref for c in claims])
        found = [(claim, notices[claim.notice_id]) for claim in claims]
        return [
            self._job(conn, claim, notice, names[notice.ref], now=now) for claim, notice in found
        ]

    def _job(
        self, conn: Connection, claim: Claim, notice: Notice, subject: str, *, now: int
    ) -> _Job:
        if notice.state in CLOSED_NOTICE_STATES:
            return _Job(claim, notice, subject, None, ANSWERED)
        entry = self._registry.recipient(claim.controller, claim.recipient)
        if entry is None or entry.channel != "webhook" or not entry.url or not entry.secret:
            return _Job(claim, notice, subject, None, "no_endpoint")
        body = claim.body
        if body is None:
            shares: list[Recorded] = []
            if entry.accepts != (SUBJECT,):
                connected, _ = linked_refs(conn, [claim.ref])
                shares = self._store.folder.read(conn, claim.controller, connected, known_at=None)
            identifiers = identifiers_for(entry, notice.recipient, subject, shares)
            if not identifiers:
                return _Job(claim, notice, subject, None, "no_identifier")
            body = notice_body(
                notice, controller=claim.controller, identifiers=identifiers, now=from_micros(now)
            )
            # From here on a late share makes a new round.
            self._store.tasks.freeze(conn, claim, body)
        delivery = Delivery(
            notice_id=notice.notice_id,
            recipient=notice.recipient,
            body=body,
            url=entry.url,
            secrets=entry.secret,
            allow_loopback_http=entry.allow_loopback_http,
        )
        return _Job(claim, notice, subject, delivery)

    def _attempt(self, job: _Job) -> _Result:
        assert job.delivery is not None
        return _Result(job, self._channel.send(job.delivery))

    def _record(self, results: list[_Result], counts: _Counts) -> None:
        """Record results in one transaction; those whose lease was lost are somebody else's."""
        if not results:
            return
        for result, made in self._store.run(partial(self._record_in, results=results)):
            _count(result, made, counts)

    def _record_in(
        self, conn: Connection, *, results: list[_Result]
    ) -> list[tuple[_Result, list[Event]]]:
        now = self._now()
        made = []
        for result in results:
            events = self._finish(conn, result, now)
            if events is not None:
                made.append((result, events))
        batch = [(None, event) for _, events in made for event in events]
        # No acts follow here: an answer makes nobody a holder. Else a share dated in the future
        # would outlast each erasure and call for the next notice, without end. But the law by which
        # somebody keeps data may have a last day.
        keeps = any(isinstance(e.data, RecipientDeclined) and e.data.until for _, e in batch)
        follow = self._again_at if keeps else None
        self._store.record_in(conn, batch, now=lambda: now, follow=follow)
        return made

    def _finish(self, conn: Connection, result: _Result, now: int) -> list[Event] | None:
        """End one attempt and give the events it calls for; None if the lease was lost."""
        job, outcome = result.job, result.outcome
        state, next_at, events = DONE, None, list[Event]()
        if job.cannot == ANSWERED:
            pass
        elif outcome is None:
            assert job.cannot is not None
            state, events = AWAITING_PERSON, [self._escalated(job, job.cannot, now)]
        elif outcome.kind == "delivered":
            events = self._delivered(job, outcome.answer, now)
        elif outcome.kind == "gone":
            state, events = AWAITING_PERSON, [self._escalated(job, "endpoint_gone", now)]
        else:
            next_at = self._next_attempt(job, outcome, now)
            state = AWAITING_PERSON if next_at is None else DUE
            if next_at is None:
                events = [self._escalated(job, "attempts_exhausted", now)]
        mine = self._store.tasks.finish(
            conn,
            job.claim,
            now=now,
            state=state,
            status=None if outcome is None else outcome.status,
            error=job.cannot if outcome is None else outcome.error,
            next_attempt_at=next_at,
        )
        return events if mine else None

    def _next_attempt(self, job: _Job, outcome: Outcome, now: int) -> int | None:
        moment = from_micros(now)
        erase_by = job.notice.erase_by
        deadline = None
        if erase_by is not None and erase_by >= moment.date():
            deadline = datetime.combine(erase_by + timedelta(days=1), day_time(), UTC)
        at = next_attempt_at(
            moment,
            job.claim.attempt,
            retry_after=outcome.retry_after_seconds,
            jitter=self._jitter(),
            deadline=deadline,
        )
        return None if at is None else to_micros(at)

    def _escalated(self, job: _Job, reason: str, now: int) -> Event:
        data = NoticeEscalated.model_validate(
            {
                "notice_id": job.notice.notice_id,
                "request_id": job.notice.request_id,
                "recipient": job.notice.recipient,
                "reason": reason,
            }
        )
        return system_event(job.claim.controller, job.subject, data, now=now)

    def _delivered(self, job: _Job, answer: Answer | None, now: int) -> list[Event]:
        notice = job.notice
        notified = RecipientNotified.model_validate(
            {
                "request_id": notice.request_id,
                "notice_id": notice.notice_id,
                "recipient": notice.recipient,
                "categories": notice.categories,
                "duty": notice.duty,
            }
        )
        events = [system_event(job.claim.controller, job.subject, notified, now=now)]
        if answer is not None:
            data = answer_data(
                answer,
                request_id=notice.request_id,
                notice_id=notice.notice_id,
                recipient=notice.recipient,
                categories=notice.categories,
            )
            events.append(
                Event(
                    id=f"{notice.notice_id}:answer:{job.claim.attempt}",
                    source=CHANNEL_SOURCE,
                    type=data.event_type(),
                    time=from_micros(now),
                    subject=job.subject,
                    controller=job.claim.controller,
                    data=data,
                )
            )
        return events


def _landed(flying: dict[Future[_Result], _Job]) -> list[_Result]:
    """Take what has come back, a moment's worth at a time: a slow one delays no other's record."""
    if not flying:
        return []
    wait(flying, return_when=FIRST_COMPLETED)
    done, _ = wait(flying, timeout=RECORD_AFTER_SECONDS)
    for future in done:
        del flying[future]
    return [future.result() for future in done]


def _count(result: _Result, made: list[Event], counts: _Counts) -> None:
    if result.outcome is not None and result.outcome.kind == "delivered":
        counts.delivered += 1
        counts.answered += len(made) > 1
    elif made:
        counts.awaiting_person += 1
    elif result.outcome is not None:
        counts.failed += 1
