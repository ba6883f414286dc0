"""Tasks: the deliveries that notices call for, claimed with a lease. Operations, never rebuilt.

``due`` waits for its time; ``leased`` is with a dispatcher until ``lease_until``; ``done`` was
delivered; ``awaiting_person`` needs somebody to look. A result counts only with its lease token.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from lineage.events import NoticePlanned
from lineage.storage import tables as t
from lineage.storage.drafts import Draft
from lineage.storage.engines import AnyRow, Connection, insert_new
from lineage.storage.keyring import Keyring
from lineage.storage.seal import context, seal, unseal

DUE, LEASED, DONE, AWAITING_PERSON = "due", "leased", "done", "awaiting_person"
LEASE_BYTES = 16
NO_ENDPOINT = "no_endpoint"
"""The error of a task whose recipient the registry could not reach."""

ERROR_MAX = 80


Party = tuple[str, str]
"""A recipient of one controller."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One leased task. ``body`` is None on the first claim: the caller makes it and freezes it."""

    notice_id: str
    controller: str
    ref: bytes
    recipient: str
    attempt: int
    lease: bytes = field(repr=False)
    body: bytes | None = field(repr=False)

    @property
    def party(self) -> Party:
        """Who is to be told, in whose name."""
        return (self.controller, self.recipient)


class Tasks:
    """The task table of one store."""

    def __init__(self, keyring: Keyring) -> None:
        """Take the keys: a frozen body names the person and is sealed under its key."""
        self._keyring = keyring

    def plan(self, conn: Connection, acts: Sequence[Draft], now: int) -> None:
        """Make a task for each planned notice among the acts."""
        values = [
            {
                "notice_id": act.event.data.notice_id,
                "controller": act.controller,
                "subject_ref": act.row.subject_ref,
                "recipient": act.event.data.recipient,
                "state": DUE,
                "next_attempt_at": now,
                "attempts": 0,
            }
            for act in acts
            if isinstance(act.event.data, NoticePlanned)
        ]
        insert_new(conn, t.tasks, values)

    def claimed(self, conn: Connection, refs: Sequence[bytes]) -> frozenset[str]:
        """The notices of these refs whose body is frozen."""
        c = t.tasks.c
        what = sa.select(c.notice_id).where(c.subject_ref.in_(refs), c.body.is_not(None))
        return frozenset(conn.execute(what).scalars())

    def revive(
        self, conn: Connection, reachable: Iterable[tuple[str, Sequence[str]]], now: int
    ) -> None:
        """Make due again what could not be told for want of an endpoint that is there now.

        ``reachable`` gives, per controller, the recipients with an endpoint.
        """
        c = t.tasks.c
        for controller, recipients in reachable:
            lacking = sa.and_(
                c.state == AWAITING_PERSON,
                c.last_error == NO_ENDPOINT,
                c.controller == controller,
                c.recipient.in_(recipients),
            )
            conn.execute(t.tasks.update().where(lacking), {"state": DUE, "next_attempt_at": now})

    def claim(
        self,
        conn: Connection,
        *,
        now: int,
        lease_micros: int,
        limit: int,
        each: int,
        room: Mapping[Party, int] | None = None,
    ) -> list[Claim]:
        """Lease up to ``limit`` tasks that are due, or whose lease has run out; note the attempt.

        At most ``each`` for one party, or what ``room`` says of it. The attempt is written with
        the lease, before any call, so a crash in between shows.
        """
        rows = self._ready(conn, now, limit, each, room or {})
        ciphers = self._keyring.ciphers(conn, [row.subject_ref for row in rows])
        claims = []
        for row in rows:
            lease, attempt = os.urandom(LEASE_BYTES), row.attempts + 1
            body = None
            if row.body is not None:
                body = unseal(ciphers[row.subject_ref], row.body, _about(row.notice_id))
            claims.append(
                Claim(
                    row.notice_id,
                    row.controller,
                    row.subject_ref,
                    row.recipient,
                    attempt,
                    lease,
                    body,
                )
            )
            conn.execute(
                t.tasks.update().where(t.tasks.c.notice_id == row.notice_id),
                {
                    "state": LEASED,
                    "lease": lease,
                    "lease_until": now + lease_micros,
                    "attempts": attempt,
                },
            )
            conn.execute(
                t.attempts.insert(),
                {
                    "notice_id": row.notice_id,
                    "attempt": attempt,
                    "lease": lease,
                    "started_at": now,
                },
            )
        return claims

    def _ready(
        self, conn: Connection, now: int, limit: int, each: int, room: Mapping[Party, int]
    ) -> list[AnyRow]:
        c = t.tasks.c
        ready = sa.or_(
            sa.and_(c.state == DUE, c.next_attempt_at <= now),
            sa.and_(c.state == LEASED, c.lease_until <= now),
        )
        what = sa.select(t.tasks).where(ready).order_by(c.next_attempt_at, c.notice_id)
        full = [party for party, left in room.items() if left <= 0]
        if full:
            what = what.where(sa.tuple_(c.controller, c.recipient).not_in(full))
        taken: Counter[Party] = Counter()
        found = []
        what = what.limit(limit).with_for_update(skip_locked=True)
        for row in conn.execute(what).all():
            party = (row.controller, row.recipient)
            if taken[party] < room.get(party, each):
                taken[party] += 1
                found.append(row)
        return found

    def freeze(self, conn: Connection, claim: Claim, body: bytes) -> None:
        """Keep the body of the first attempt: every later one sends the same bytes."""
        cipher = self._keyring.ciphers(conn, [claim.ref])[claim.ref]
        sealed = seal(cipher, body, _about(claim.notice_id))
        conn.execute(
            t.tasks.update().where(t.tasks.c.notice_id == claim.notice_id), {"body": sealed}
        )

    def finish(
        self,
        conn: Connection,
        claim: Claim,
        *,
        now: int,
        state: str,
        status: int | None,
        error: str | None,
        next_attempt_at: int | None = None,
    ) -> bool:
        """Record an attempt's end. False, and nothing is changed, if the lease was lost."""
        c = t.tasks.c
        mine = (c.notice_id == claim.notice_id) & (c.lease == claim.lease)
        changed = conn.execute(
            t.tasks.update().where(mine),
            {
                "state": state,
                "next_attempt_at": next_attempt_at or now,
                "lease": None,
                "lease_until": None,
                "last_error": None if error is None else error[:ERROR_MAX],
            },
        )
        if changed.rowcount != 1:
            return False
        a = t.attempts.c
        conn.execute(
            t.attempts.update().where(
                (a.notice_id == claim.notice_id) & (a.attempt == claim.attempt)
            ),
            {"ended_at": now, "status": status, "error": error},
        )
        return True

    def counts(self, conn: Connection) -> dict[str, int]:
        """How many tasks there are, by state."""
        c = t.tasks.c
        rows = conn.execute(sa.select(c.state, sa.func.count()).group_by(c.state))
        return dict(rows.all())

    def of_notices(
        self, conn: Connection, refs: Sequence[bytes]
    ) -> dict[str, tuple[int, str | None]]:
        """Attempts and last error of each notice of these refs."""
        c = t.tasks.c
        what = sa.select(c.notice_id, c.attempts, c.last_error).where(c.subject_ref.in_(refs))
        return {row.notice_id: (row.attempts, row.last_error) for row in conn.execute(what)}


def _about(notice_id: str) -> bytes:
    return context("notice body", notice_id)
