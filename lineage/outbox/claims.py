"""The SQL of the relay: taking rows under a lease, and settling them. Nothing is published here.

One column, ``held_until``, says both that a relay has a row in hand and that a failed one is
waiting; a held row holds its whole key. Times are the database's, in microseconds: the clocks of
the relays need not agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

ENGINES: Final = ("postgresql", "sqlite")
_NOW: Final[Mapping[str, sa.ColumnElement[int]]] = {
    "postgresql": sa.literal_column(
        "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint)", sa.BigInteger
    ),
    "sqlite": sa.literal_column(
        "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)", sa.BigInteger
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One event that waits to be published."""

    position: int
    topic: str
    key: str = field(repr=False)
    event: str = field(repr=False)
    attempts: int


class Claims:
    """The rows of one outbox. Each method is a transaction of its own."""

    def __init__(self, engine: sa.Engine, table: sa.Table) -> None:
        """Raises ``ValueError`` for a database whose locks are not known here."""
        name = engine.dialect.name
        if name not in ENGINES:
            raise ValueError(f"an outbox may be on {' or '.join(ENGINES)}, not on {name}")
        self._table = table
        self._now = _NOW[name]
        self._turn: sa.Select[Any] | None = None
        if name == "postgresql":
            lock = sa.func.hashtextextended(f"lineage outbox {table.fullname}", 0)
            self._turn = sa.select(sa.func.pg_advisory_xact_lock(lock))
        self._engine = engine

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            if self._turn is not None:
                # With a snapshot older than its turn, a relay would not see what others hold.
                connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    def claim(self, *, by: str, limit: int, seconds: float) -> list[Row]:
        """Take the oldest rows whose keys nobody holds, in order.

        Relays claim one after the other, and rows that another has locked are waited for: to skip
        one would be to take a later row of its key.
        """
        table, held = self._table, self._table.alias("held")
        of_held_key = sa.exists().where(held.c.key == table.c.key, held.c.held_until > self._now)
        free = sa.select(table.c.position).where(~of_held_key).order_by(table.c.position)
        take = (
            sa.update(table)
            .where(table.c.position.in_(free.limit(limit).scalar_subquery()))
            .values(held_by=by, held_until=self._now + int(seconds * 1_000_000))
            .returning(
                table.c.position, table.c.topic, table.c.key, table.c.event, table.c.attempts
            )
        )
        with self._transaction() as connection:
            if connection.execute(sa.select(table.c.position).limit(1)).first() is None:
                return []
            if self._turn is not None:
                connection.execute(self._turn)
            taken = [Row(*row) for row in connection.execute(take)]
        return sorted(taken, key=lambda row: row.position)

    def remove(self, positions: Sequence[int]) -> None:
        """Remove what the broker has confirmed, whoever holds it by now."""
        with self._transaction() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.position.in_(positions)))

    def put_off(self, row: Row, *, by: str, seconds: float, error: str) -> None:
        """Leave a row that failed for later, and its key with it."""
        self._settle(
            self._table.c.position == row.position,
            by=by,
            held_by=None,
            held_until=self._now + int(seconds * 1_000_000),
            attempts=self._table.c.attempts + 1,
            last_error=error,
        )

    def release(self, *, by: str) -> None:
        """Give back what is left of a claim."""
        self._settle(sa.true(), by=by, held_by=None, held_until=None)

    def _settle(self, which: sa.ColumnElement[bool], *, by: str, **values: Any) -> None:
        change = sa.update(self._table).where(which, self._table.c.held_by == by)
        with self._transaction() as connection:
            connection.execute(change.values(**values))
