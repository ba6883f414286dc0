"""One turn of a relay: a claim of rows, published in lots that keep the order of every key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final

from lineage.outbox.claims import Claims, Row
from lineage.outbox.delivery import Delivery

PUT_OFF_SECONDS: Final = (1.0, 60.0)
"""After the first failure, and at most; nothing is ever given up."""

JITTER: Final = 0.2
SINGLE_FAILURES_MAX: Final = 3
"""So many rows fail one after the other, each alone, and it is the broker that is away."""


def lots_of(rows: Iterable[Row]) -> list[list[Row]]:
    """Part rows so that each lot has at most one of a key, and the lots keep each key's order."""
    seen: Counter[str] = Counter()
    lots: list[list[Row]] = []
    for row in rows:
        if seen[row.key] == len(lots):
            lots.append([])
        lots[seen[row.key]].append(row)
        seen[row.key] += 1
    return lots


def put_off_seconds(attempts: int, *, draw: float) -> float:
    """How long to wait after so many failed attempts; ``draw`` is from 0 up to 1."""
    least, most = PUT_OFF_SECONDS
    delay = min(least * 2.0 ** min(attempts - 1, 30), most)
    return delay * (1 - JITTER + 2 * JITTER * draw)


class Turn:
    """Works off what one claim has taken; ``late`` says when nothing more may be begun."""

    def __init__(
        self,
        claims: Claims,
        delivery: Delivery,
        *,
        by: str,
        late: Callable[[], bool],
        flush_seconds: float,
        random: Random,
    ) -> None:
        """Publish nothing yet."""
        self._claims = claims
        self._delivery = delivery
        self._by = by
        self._late = late
        self._flush_seconds = flush_seconds
        self._random = random
        self._stuck: set[str] = set()
        self.published = 0
        self.failed = 0

    def work_off(self, rows: Sequence[Row]) -> None:
        """Publish the rows as far as that goes, and give the others back.

        After an error they are not given back: the database may be what failed, and a lease ends
        by itself.
        """
        whole = all(self._publish(lot) for lot in lots_of(rows))
        if self._stuck or not whole:
            self._claims.release(by=self._by)

    def _publish(self, lot: Iterable[Row]) -> bool:
        """Publish rows of different keys; whether it makes sense to go on."""
        rows = [row for row in lot if row.key not in self._stuck]
        if len(rows) > 1:
            if self._late():
                return False
            if self._done(rows) is None:
                return True
        return self._one_by_one(rows)

    def _one_by_one(self, rows: Iterable[Row]) -> bool:
        """Find those that cannot be delivered, so that they do not hold up the rest."""
        failures = 0
        for row in rows:
            if failures == SINGLE_FAILURES_MAX or self._late():
                return False
            error = self._done([row])
            failures = 0 if error is None else failures + 1
            if error is not None:
                self._put_off(row, error)
        return True

    def _done(self, rows: Sequence[Row]) -> str | None:
        """Deliver and remove; or return what went wrong."""
        error = self._delivery.deliver(rows, seconds=self._flush_seconds)
        if error is None:
            self._claims.remove([row.position for row in rows])
            self.published += len(rows)
        return error

    def _put_off(self, row: Row, error: str) -> None:
        self._stuck.add(row.key)
        self.failed += 1
        seconds = put_off_seconds(row.attempts + 1, draw=self._random.random())
        self._claims.put_off(row, by=self._by, seconds=seconds, error=error)
