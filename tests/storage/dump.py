"""The content of a store's tables as bytes, to hold two of them against each other."""

from collections.abc import Iterable

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.properties.stores import kept

FACTS = (t.edges, t.erasures, t.changes, t.requests, t.notices, t.links, t.persons)
RECORD = (*t.LEDGER_TABLES, t.sources, t.tasks, t.attempts, t.dead_letters, t.day_keys, t.meta)


def dump(tracker: Tracker, tables: Iterable[sa.Table]) -> dict[str, list[bytes]]:
    """Every row of these tables in the order of its primary key, as bytes."""
    with tracker.store.reading() as conn:
        return {
            table.name: [
                repr(tuple(row)).encode()
                for row in conn.execute(sa.select(*kept(table)).order_by(*table.primary_key))
            ]
            for table in tables
        }
