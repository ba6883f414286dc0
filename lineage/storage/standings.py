"""A row per subject that has events: its version, its last moment, and whether it is plain. SQL.

``ver`` counts the recorded events, so it is the version of a plan; ``last_at``, ``last_rank`` and
``plain`` decide whether new events can be folded forward (``lineage.domain.fold.forward``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from lineage.domain.facts import Recorded
from lineage.domain.fold.forward import Standing, standing_of
from lineage.storage import tables as t
from lineage.storage.engine import PARAMETERS_MAX, chunks

NOTHING = Standing((0, 0), plain=False)
"""Of a ref that others link to and that has no event of its own: it must be folded with them."""

_UPSERT = (
    "INSERT INTO persons (subject_ref, controller, ver, last_at, last_rank, plain)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (subject_ref) DO UPDATE SET"
    " ver = ver + excluded.ver,"
    " last_rank = CASE WHEN excluded.last_at > last_at THEN excluded.last_rank"
    " WHEN excluded.last_at = last_at THEN max(last_rank, excluded.last_rank)"
    " ELSE last_rank END,"
    " last_at = max(last_at, excluded.last_at),"
    " plain = plain AND excluded.plain"
)


def read_standings(conn: sa.Connection, refs: Iterable[bytes]) -> dict[bytes, Standing]:
    """The standing of each of these refs that has a row."""
    c = t.persons.c
    found = {}
    for part in chunks(sorted(set(refs)), PARAMETERS_MAX):
        what = sa.select(c.subject_ref, c.last_at, c.last_rank, c.plain)
        for ref, at, rank, plain in conn.execute(what.where(c.subject_ref.in_(part))):
            found[ref] = Standing((at, rank), bool(plain))
    return found


def add_events(
    conn: sa.Connection, events: Sequence[Recorded], controllers: dict[bytes, str]
) -> None:
    """Count newly recorded events; ``controllers`` gives each ref's controller."""
    write_rows(conn, rows_of(events, controllers))


def write_rows(conn: sa.Connection, rows: Iterable[tuple[bytes, str, int, Standing]]) -> None:
    """Add rows of ``rows_of`` to those that stand."""
    values = [
        (ref, controller, count, *standing.last, standing.plain)
        for ref, controller, count, standing in rows
    ]
    if values:
        conn.exec_driver_sql(_UPSERT, values)


def rows_of(
    events: Iterable[Recorded], controllers: dict[bytes, str]
) -> list[tuple[bytes, str, int, Standing]]:
    """(ref, controller, events, standing) of each ref that has events or is linked to by one."""
    own: dict[bytes, list[Recorded]] = {}
    linked: dict[bytes, str] = {}
    for event in events:
        own.setdefault(event.ref, []).append(event)
        if event.linked_ref is not None:
            linked[event.linked_ref] = controllers[event.ref]
    rows = [
        (
            ref,
            controllers[ref],
            len(found),
            _with_links(standing_of(found), is_linked=ref in linked),
        )
        for ref, found in own.items()
    ]
    rows += [(ref, name, 0, NOTHING) for ref, name in linked.items() if ref not in own]
    return sorted(rows, key=lambda row: row[0])


def _with_links(standing: Standing, *, is_linked: bool) -> Standing:
    return Standing(standing.last, standing.plain and not is_linked)
