"""Who holds what of one person, as stored, in one statement: for everyday questions. SQL only.

A statement is a snapshot by itself, on both engines, so there is no transaction to begin and to
end; what belongs to the person comes back as JSON that the engine wrote, so one fetch brings it
all. A second statement is sent where natural persons must be named: linked ids, and parties.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from lineage.domain.facts import Edge, Facts
from lineage.domain.parties import parties_of, renamed
from lineage.events.marks import PERSON_PREFIX
from lineage.storage import tables as t
from lineage.storage.asking import ask
from lineage.storage.engines import Connection, driver_of, is_sqlite
from lineage.storage.fact_rows import change_of, erasure_of, hop_of, spans_of
from lineage.storage.freshness import Freshness, freshness_of
from lineage.storage.keyring import Keyring

_WHO = """
WITH RECURSIVE who(ref) AS (
  SELECT subject_ref FROM subjects WHERE lookup = {blob}
  UNION SELECT l.other_ref FROM who JOIN links AS l ON l.subject_ref = who.ref
)
SELECT
  (SELECT {list}({hex}(who.ref{as_hex})){as_text} FROM who),
  (SELECT {edges} FROM edges AS t WHERE t.subject_ref {among}),
  (SELECT {list}({row}({erasures})){as_text} FROM erasures AS t WHERE t.subject_ref {among}),
  (SELECT {list}({row}({changes})){as_text} FROM changes AS t WHERE t.subject_ref {among}),
  (SELECT {list}({row}(lane, size)){as_text} FROM logs),
  (SELECT {list}({row}(source, first_occurred_at, last_recorded_at)){as_text} FROM sources
   WHERE controller = {text})
"""

_SPANS = 't."spans"'
"""JSON already, and nested as it is: it is most of what comes, and read once"""

_SQLITE = {
    "blob": "?",
    "text": "?",
    "list": "json_group_array",
    "row": "json_array",
    "edges": f"""'[' || group_concat('[' || json_array({{}}) || ',' || {_SPANS} || ']') || ']'""",
    "hex": "hex",
    "as_hex": "",
    "as_text": "",
    "among": "IN (SELECT ref FROM who)",
}
_POSTGRESQL = {
    "blob": "%b::bytea",
    "text": "%t::text",
    "list": "json_agg",
    "row": "json_build_array",
    "edges": f"json_agg(json_build_array(json_build_array({{}}), {_SPANS}::json))::text",
    "hex": "encode",
    "as_hex": ", 'hex'",
    "as_text": "::text",
    "among": "= ANY(ARRAY(SELECT ref FROM who))",
}


def _statement(words: dict[str, str]) -> str:
    def columns(table: sa.Table) -> str:
        return ", ".join(column(one) for one in table.columns if one is not t.edges.c.spans)

    def column(of: sa.Column[Any]) -> str:
        name = f't."{of.name}"'
        if isinstance(of.type, sa.LargeBinary):
            return f"{words['hex']}({name}{words['as_hex']})"
        return name

    edges = words["edges"].format(columns(t.edges))
    others = {"erasures": columns(t.erasures), "changes": columns(t.changes)}
    return _WHO.format_map(words | others | {"edges": edges})


_ON_SQLITE, _ON_POSTGRESQL = _statement(_SQLITE), _statement(_POSTGRESQL)


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """What is stored of a person at one moment: nothing of it where it is not on record.

    The facts are those that holdings and hops are made of: without requests and notices.
    ``ids`` are those of its refs where it has several, else none: the one is what was asked for.
    """

    refs: tuple[bytes, ...]
    ids: tuple[str, ...] = field(repr=False)
    facts: Facts
    fresh: Freshness


def read_person(
    engine: sa.Engine, keyring: Keyring, *, controller: str, lookup: bytes
) -> StoredPerson:
    """The person with all its linked refs, parties named, and how far the record reaches."""

    def read(conn: Connection) -> StoredPerson:
        who, edges, erasures, changes, sizes, sources = _fetch(conn, lookup, controller)
        fresh = freshness_of(sizes, sources)
        facts = Facts(_edges(edges), _facts(_ERASURES, erasures), _facts(_CHANGES, changes))
        refs = tuple(sorted(map(bytes.fromhex, who)))
        parties = {_ref_of(p): p for p in parties_of(facts) if p.startswith(PERSON_PREFIX)}
        several = refs if len(refs) > 1 else ()
        names = keyring.names(conn, {*parties, *several})
        party_names = {p: PERSON_PREFIX + names[ref] for ref, p in parties.items() if ref in names}
        ids = tuple(names[ref] for ref in several)
        return StoredPerson(refs, ids, renamed(facts, party_names), fresh)

    return ask(engine, read)


def _ref_of(party: str) -> bytes:
    return bytes.fromhex(party.removeprefix(PERSON_PREFIX))


def _fetch(conn: Connection, lookup: bytes, controller: str) -> list[Any]:
    driver = driver_of(conn)
    on = _ON_SQLITE if is_sqlite(conn) else _ON_POSTGRESQL
    (row,) = driver.execute(on, (lookup, controller)).fetchall()
    return [[] if part is None else from_json(part) for part in row]


class _Kind:
    """How rows of a table, as they come in JSON, are made facts."""

    def __init__(self, table: sa.Table, make: Callable[[Any], Any]) -> None:
        """Take the columns as they are."""
        columns = list(table.columns)
        self.make = make
        self.row: Any = namedtuple("Found", [c.name for c in columns])  # type: ignore[misc]  # noqa: PYI024 - data
        self.blobs = [n for n, c in enumerate(columns) if isinstance(c.type, sa.LargeBinary)]


_ERASURES, _CHANGES = _Kind(t.erasures, erasure_of), _Kind(t.changes, change_of)


def _edges(rows: list[tuple[list[Any], dict[str, list[Any]]]]) -> tuple[Edge, ...]:
    """The edges in the order of their keys. They are most of what there is, so this is short."""
    rows.sort(key=itemgetter(0))
    return tuple(
        Edge(bytes.fromhex(ref), hop_of(tuple(hop)), first, last, count, spans_of(spans))
        for (ref, _, _, *hop, first, last, count), spans in rows
    )


def _facts(kind: _Kind, rows: list[list[Any]]) -> tuple[Any, ...]:
    """The facts in the order of their keys, which are the first columns of each table."""
    if not rows:
        return ()
    rows.sort()
    found = []
    for row in rows:
        for blob in kind.blobs:
            row[blob] = bytes.fromhex(row[blob])
        found.append(kind.make(kind.row._make(row)))
    return tuple(found)
