"""The content of a store's tables as bytes, to hold two of them against each other."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from lineage.storage import tables as t

FACTS = (t.edges, t.erasures, t.changes, t.requests, t.notices, t.links, t.persons)
RECORD = (*t.LEDGER_TABLES, t.sources, t.tasks, t.attempts, t.dead_letters, t.day_keys, t.meta)


def dump(database: Path, tables: Iterable[sa.Table]) -> dict[str, list[bytes]]:
    """Every row of these tables in the order of its primary key, as bytes."""
    found = {}
    with closing(sqlite3.connect(database)) as conn:
        for table in tables:
            key = ", ".join(f'"{column.name}"' for column in table.primary_key)
            rows = conn.execute(f'SELECT * FROM "{table.name}" ORDER BY {key}')  # noqa: S608
            found[table.name] = [repr(row).encode() for row in rows]
    return found
