"""Stores for tests: opened with a fixed clock, dumped without anything that is drawn at random."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.tracker import Tracker
from tests.properties.streams import CONTROLLER, Wire
from tests.support.places import StorePlace

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PERSON = re.compile(r"person:([0-9a-f]{32})")
DRAWN = {"subject_ref", "other_ref", "account_ref", "edge_key"}
OF_ARRIVAL = {"looked_at"}
"""What depends on the order of arrival and on nothing that is answered"""

Row = tuple[str, ...]


def opened(place: StorePlace, *, recipients: Path | None = None) -> Tracker:
    """A tracker at a fixed time over the store of this place."""
    return place.open(recipients=recipients, clock=lambda: NOW)


def emptied(tracker: Tracker) -> None:
    """Take everything out of a store that is open, for examples that need all of one.

    Making another takes a tenth of a second on a server, and an example ten times less.
    """
    tables = [table for table in t.metadata.sorted_tables if table not in {t.meta, t.day_keys}]
    ledger = [table.name for table in t.LEDGER_TABLES]
    with tracker.store.writing() as conn:
        if conn.dialect.name == "postgresql":
            for name in ledger:
                conn.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            names = ", ".join(table.name for table in tables)
            conn.exec_driver_sql(f"TRUNCATE {names}")
            for name in ledger:
                conn.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        else:
            for table in tables:
                conn.execute(table.delete())
    tracker.store.keyring.clear()


def names_of(tracker: Tracker) -> dict[bytes, str]:
    """The id of every person of the store by its ref, ``controller/id``."""
    with tracker.store.reading() as conn:
        rows = conn.execute(sa.select(t.subjects.c.subject_ref, t.subjects.c.controller)).all()
        ids = tracker.store.keyring.names(conn, [row.subject_ref for row in rows])
    return {row.subject_ref: f"{row.controller}/{ids[row.subject_ref]}" for row in rows}


def facts_dump(
    tracker: Tracker, *, prefix: str = "", tables: Sequence[sa.Table] = t.FACT_TABLES
) -> dict[str, list[Row]]:
    """All folded rows of the people whose id begins with ``prefix``; refs as the ids they are.

    The key of an edge is left out where it would tell a ref: a hop to a person hashes it.
    """
    names = names_of(tracker)
    dump: dict[str, list[Row]] = {}
    with tracker.store.reading() as conn:
        for table in tables:
            rows = conn.execute(sa.select(table)).mappings()
            kept = [row for row in rows if _begins(names[row["subject_ref"]], prefix)]
            dump[table.name] = sorted(_plain(dict(row), names) for row in kept)
    return dump


def _begins(name: str, prefix: str) -> bool:
    return name.partition("/")[2].startswith(prefix)


def _plain(row: dict[str, Any], names: dict[bytes, str]) -> Row:
    def clear(column: str, value: Any) -> str:
        if column in DRAWN:
            return names.get(value, "edge")
        text = value.hex() if isinstance(value, bytes) else json.dumps(value)
        return PERSON.sub(lambda found: names[bytes.fromhex(found[1])], text)

    return tuple(
        f"{column}={clear(column, value)}"
        for column, value in sorted(row.items())
        if column not in OF_ARRIVAL
    )


def kept(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns that do not depend on the order of arrival."""
    return [column for column in table.columns if column.name not in OF_ARRIVAL]


def raw_dump(tracker: Tracker) -> dict[str, list[str]]:
    """All folded rows as they stand, for comparing one store with itself."""
    with tracker.store.reading() as conn:
        return {
            table.name: sorted(repr(tuple(row)) for row in conn.execute(sa.select(*kept(table))))
            for table in t.FACT_TABLES
        }


def holdings_dump(
    tracker: Tracker,
    subjects: Iterable[str],
    *,
    controller: str = CONTROLLER,
    as_of: datetime | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The holdings of each of these people, as they are answered."""
    return {
        subject: [
            row.model_dump(mode="json")
            for row in tracker.holders(subject, controller=controller, as_of=as_of).holders
        ]
        for subject in subjects
    }


def held_of(tracker: Tracker, subject: str, *, controller: str = CONTROLLER) -> set[Row]:
    """(kind, holder, category) of all that is held of a person now."""
    return {
        (row.holder_kind, row.holder, row.category)
        for row in tracker.holders(subject, controller=controller).holders
        if row.held
    }


def events_on_record(tracker: Tracker) -> int:
    """How many events the ledger has."""
    with tracker.store.reading() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(t.events)).scalar_one())


def record_in(tracker: Tracker, events: Sequence[Wire], sizes: Sequence[int]) -> None:
    """Record in batches of these sizes, the rest in one; nothing may be refused."""
    start = 0
    for size in [*sizes, len(events)]:
        receipt = tracker.record(events[start : start + size])
        assert receipt.refused == 0, receipt.problems
        start += size
