"""Statements outside a transaction, each a snapshot by itself: for questions that need only one.

A transaction costs a client two journeys to the server, and the toolkit more than that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import sqlalchemy as sa

from lineage.storage.engines import IDLE_MAX, MADE, Connection, kind_of

Result = TypeVar("Result")


class _Bare:
    """A connection from the pool, with as much of a ``Connection`` as ``bulk`` and keyring use."""

    def __init__(self, engine: sa.Engine) -> None:
        """Take a connection."""
        self.dialect = engine.dialect
        self.connection = engine.raw_connection()
        self.info: dict[str, set[bytes]] = {MADE: set()}


def ask(engine: sa.Engine, work: Callable[[Connection], Result]) -> Result:
    """Do what only reads; once more for each connection of the pool that was found cut."""
    kind = kind_of(engine.dialect.name)
    left = IDLE_MAX
    while True:
        bare = None
        try:
            bare = _Bare(engine)
            return work(cast(Connection, bare))
        except (sa.exc.DBAPIError, *kind.ERRORS) as error:
            original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            if bare is None or not kind.is_cut(original) or not left:
                named: Exception | None = kind.named(original)
                raise (error if named is None else named) from None
            bare.connection.invalidate()
            left -= 1
        finally:
            if bare is not None:
                bare.connection.close()
