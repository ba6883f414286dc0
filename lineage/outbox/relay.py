"""The relay: publishes what waits in an outbox, at least once, each key in order.

At most one row of a key is on its way to the broker at a time, and while a relay has a row in hand,
or a row waits to be tried again, no relay takes another of its key. So whatever fails, a later
event of a person is never there before an earlier one. A relay that stood still for longer than
its lease may send again what another has sent meanwhile; the event's id tells a repetition.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Event as Flag
from typing import Final

import sqlalchemy as sa

from lineage.client.publishing import Publisher
from lineage.outbox.claims import Claims
from lineage.outbox.delivery import Delivery
from lineage.outbox.table import OUTBOX
from lineage.outbox.turn import Turn

_log = logging.getLogger("lineage.outbox")

DATABASE_AWAY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one turn did: events published and removed, and events put off."""

    published: int
    failed: int


class Relay:
    """Publishes one outbox. Several may run, in as many processes as you like."""

    def __init__(
        self,
        engine: sa.Engine,
        connect: Callable[[], Publisher],
        *,
        table: sa.Table = OUTBOX,
        batch: int = 500,
        lease_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        """``connect`` makes a publisher: for the first event, and anew after a failure."""
        self._claims = Claims(engine, table)
        self._delivery = Delivery(connect)
        self._batch = batch
        self._lease_seconds = lease_seconds
        self._clock = clock
        self._random = random or Random()  # noqa: S311 - jitter, no secret

    def run(self, stop: Flag, *, idle_seconds: float = 0.2) -> int:
        """Publish until told to stop; returns how many. A database that is away is waited for."""
        published = 0
        while not stop.is_set():
            try:
                turn = self.once()
            except sa.exc.OperationalError as error:
                # The kind alone: the message may hold a statement with its values.
                _log.warning("the outbox cannot be reached: %s", type(error.orig).__name__)
                stop.wait(DATABASE_AWAY_SECONDS)
                continue
            published += turn.published
            if turn.failed or not turn.published:
                stop.wait(idle_seconds)
        return published

    def drain(self) -> int:
        """Publish until nothing is left but what is held or put off; returns how many."""
        published = 0
        while (turn := self.once()).published:
            published += turn.published
        return published

    def once(self) -> Relayed:
        """Publish one batch; what others hold, or what failed a moment ago, is left."""
        self._delivery.renew()
        by = secrets.token_hex(8)
        # Before the claim, so that ours ends before the database's. Nothing is begun so late that
        # it could last beyond it.
        until = self._clock() + self._lease_seconds * 2 / 3
        rows = self._claims.claim(by=by, limit=self._batch, seconds=self._lease_seconds)
        turn = Turn(
            self._claims,
            self._delivery,
            by=by,
            late=lambda: self._clock() >= until,
            flush_seconds=self._lease_seconds / 3,
            random=self._random,
        )
        turn.work_off(rows)
        return Relayed(turn.published, turn.failed)

    def close(self) -> None:
        """Let go of the publisher; the engine is the caller's."""
        self._delivery.close()
