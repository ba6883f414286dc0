"""Least privilege on PostgreSQL: what a role that records may do, and a role that only asks. SQL.

The ledger is what nobody may change: no role named here can update or delete a row of ``events`` or
``subjects``, and what it updates in ``logs`` and ``tiles`` can only grow (migration 0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engines import (
    Connection,
    driver_of,
    is_sqlite,
    open_engine,
    reading,
    writing,
)
from lineage.storage.errors import RoleUnusable
from lineage.storage.ledger import MOVED
from lineage.storage.schema import VERSION_TABLE, check_version

NAME_BYTES_MAX = 63
EVERYBODY = frozenset({"public", "none"})
"""Names that mean no role, in quotation marks too."""

_ADD = ("SELECT", "INSERT")
_FOLDED = ("SELECT", "INSERT", "UPDATE", "DELETE")
_KEPT = ("SELECT", "INSERT", "UPDATE")

RECORDING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        VERSION_TABLE: ("SELECT",),
        "meta": ("SELECT",),
        "events": _ADD,
        "subjects": _ADD,
        "logs": (*_ADD, "UPDATE (" + ", ".join(MOVED) + ")"),
        "tiles": (*_ADD, "UPDATE (hashes)"),
        "persons": _FOLDED,
        "edges": _FOLDED,
        "erasures": _FOLDED,
        "changes": ("SELECT", "INSERT", "DELETE"),
        "requests": ("SELECT", "INSERT", "DELETE"),
        "notices": ("SELECT", "INSERT", "DELETE"),
        "links": ("SELECT", "INSERT", "DELETE"),
        "findings": _FOLDED,
        "rejudging": _FOLDED,
        "folded_by": ("SELECT", "INSERT", "DELETE"),
        "accounts": ("SELECT", "INSERT", "DELETE"),
        "sources": _KEPT,
        "timers": ("SELECT", "INSERT", "DELETE"),
        "tasks": _KEPT,
        "attempts": _KEPT,
        "day_keys": _ADD,
        "dead_letters": ("SELECT", "INSERT", "DELETE"),
    }
)
"""What record, request, dispatch, dead-letters and rebuild do with each table, and no more. Facts
are removed and written anew whenever a person is folded whole; dead letters when they are replayed.
"""

ASKING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys((VERSION_TABLE, *t.metadata.tables), ("SELECT",))
)
"""What every question reads. Without the keys it is nothing that names anybody."""

NUMBERED = "dead_letters_id_seq"
"""The one sequence: the numbers of dead letters."""


def grants_for(
    url: str, *, ingest: str | None = None, reader: str | None = None, apply: bool = False
) -> tuple[str, ...]:
    """The statements that give these roles what they need and take the rest; run if ``apply``.

    Raises ``RoleUnusable`` for an SQLite store, which has no roles, for a name that is none, and,
    if ``apply``, for a role that is not there or that no grant can limit.
    """
    wanted = {"ingest": ingest, "reader": reader}
    roles = {kind: _checked_name(name) for kind, name in wanted.items() if name is not None}
    if not roles or len(set(roles.values())) < len(roles):
        raise RoleUnusable(
            "the grants need a role for --ingest, one for --reader, or two different ones",
            do="write lineage db grants --ingest ROLE --reader ROLE",
        )
    engine = open_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            raise RoleUnusable(
                "an SQLite store has no roles: the modes of its files are its least privilege",
                do="let the recording account own the file and its folder (chmod 700), and give"
                " others no access or a copy; roles need a store on PostgreSQL",
            )
        check_version(engine)
        with reading(engine) as conn:
            statements = _statements(conn, roles)
        if apply:
            with writing(engine) as conn:
                _run(conn, roles, statements)
    finally:
        engine.dispose()
    return statements


def _checked_name(name: str) -> str:
    if not name or "\0" in name or len(name.encode()) > NAME_BYTES_MAX or name in EVERYBODY:
        raise RoleUnusable(
            f"a role has a name of 1 to {NAME_BYTES_MAX} bytes, and is not everybody",
            do="name the role as CREATE ROLE does",
        )
    return name


def quoted(name: str) -> str:
    """A name as SQL takes it: as it is, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _statements(conn: Connection, roles: Mapping[str, str]) -> tuple[str, ...]:
    where = sa.select(sa.func.current_database(), sa.func.current_schema())
    database, schema = map(quoted, conn.execute(where).one())
    found = [
        f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
    ]
    for kind, name in roles.items():
        role = quoted(name)
        found += [
            f"REVOKE ALL ON DATABASE {database} FROM {role}",
            f"REVOKE ALL ON SCHEMA {schema} FROM {role}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}",
            f"GRANT CONNECT ON DATABASE {database} TO {role}",
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        ]
        for table, rights in (RECORDING if kind == "ingest" else ASKING).items():
            found.append(f"GRANT {', '.join(rights)} ON {schema}.{quoted(table)} TO {role}")
        if kind == "ingest":
            found.append(f"GRANT USAGE ON SEQUENCE {schema}.{quoted(NUMBERED)} TO {role}")
    return tuple(found)


def _run(conn: Connection, roles: Mapping[str, str], statements: tuple[str, ...]) -> None:
    assert not is_sqlite(conn)
    driver: Any = driver_of(conn)
    for kind, name in roles.items():
        _refuse_role(driver, kind, name)
    for statement in statements:
        driver.execute(statement)
    for kind, name in roles.items():
        _refuse_more(driver, kind, name)


_ABOVE = """
SELECT r.rolsuper OR r.rolcreaterole OR EXISTS (
  SELECT FROM pg_roles AS m WHERE m.rolsuper AND pg_has_role(r.oid, m.oid, 'MEMBER')),
  EXISTS (SELECT FROM pg_class AS c WHERE c.oid = 'events'::regclass
          AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles AS r WHERE r.rolname = %s
"""


def _refuse_role(driver: Any, kind: str, name: str) -> None:
    """A superuser and the owner of the tables may do everything, whatever is granted."""
    found = driver.execute(_ABOVE, [name]).fetchone()
    if found is None:
        raise RoleUnusable(
            f"there is no role of the name that --{kind} gives",
            do="make it first, in psql: CREATE ROLE ... LOGIN PASSWORD '...'",
        )
    if any(found):
        raise RoleUnusable(
            f"no grant can limit the role that --{kind} gives: it is a superuser, makes roles,"
            " or owns the tables",
            do="make a role of its own for it, in psql: CREATE ROLE ... LOGIN PASSWORD '...'",
        )


_MORE = """
SELECT has_schema_privilege(%s, current_schema(), 'CREATE')
  OR has_database_privilege(%s, current_database(), 'CREATE, TEMPORARY')
  OR bool_or(has_table_privilege(%s, c.oid, 'DELETE, TRUNCATE, TRIGGER'))
  OR bool_or(has_table_privilege(%s, c.oid, 'UPDATE'))
FROM pg_class AS c
WHERE c.oid = ANY(ARRAY['events', 'subjects', 'logs', 'tiles']::regclass[])
"""


def _refuse_more(driver: Any, kind: str, name: str) -> None:
    """What comes by way of other roles, or of PUBLIC, is not taken by what was run here."""
    (more,) = driver.execute(_MORE, [name] * 4).fetchone()
    if more:
        raise RoleUnusable(
            f"the role that --{kind} gives may still do more, by a role it is in or by PUBLIC;"
            " nothing was granted",
            do="take it out of that role, and run this as the owner of database and schema",
        )
