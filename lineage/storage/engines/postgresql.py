"""PostgreSQL, by psycopg 3: any number of writers. A writing transaction is READ COMMITTED, so that
who waited for a lock then sees what the other wrote; a reading one is one snapshot, read-only.
"""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import event
from sqlalchemy.dialects import postgresql as dialect

from lineage.storage.engines.arrays import Array
from lineage.storage.errors import (
    InTheWay,
    RowInTheWay,
    StatementRefused,
    StorageError,
    StoreUnusable,
)

insert = dialect.insert
ERRORS = (psycopg.Error,)
ENCODING = "UTF8"
ISOLATION = "read committed"
LOCK_TIMEOUT_MS = 30_000

ON_CONNECT = f"""
SET application_name = 'lineage';
SET lock_timeout = {LOCK_TIMEOUT_MS};
SET jit = off;
SET enable_seqscan = off;
SET client_encoding = '{ENCODING}';
SELECT current_setting('default_transaction_isolation')
"""
"""Every hot statement has an index. A store that grows faster than its statistics would else be
planned as if it were empty, and read whole for each batch.
"""

IDLE_MS_MAX = 20_000
"""A program that is frozen in a transaction is cut off before those it holds up give up."""

BEGIN_WRITING = f"""
BEGIN;
SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS_MAX};
SELECT current_setting('transaction_isolation')
"""
BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

AGAIN = "record the same input again: what is recorded already is skipped"

FAULTS = {
    "53100": (
        "the database's disk is full; this batch was not recorded",
        f"free some space; {AGAIN}",
    ),
    "53200": ("the database is out of memory", f"give it more, then {AGAIN}"),
    "53300": ("the database takes no more connections", "close some, or raise max_connections"),
    "25006": (
        "the database is read-only",
        "connect to the primary, or unset default_transaction_read_only",
    ),
    "28000": ("the database refused this user", "check user and password in LINEAGE_STORE"),
    "28P01": ("the database refused this user", "check user and password in LINEAGE_STORE"),
    "3D000": ("there is no such database", "make it with createdb, or check LINEAGE_STORE"),
    "42501": (
        "this database user may not do that",
        "use the owner's account, or see lineage db grants for what a role may do",
    ),
    "42P01": ("the database has no tables of ours where they should be", "run lineage db upgrade"),
    "55P03": (
        f"another writer held what this one needs for more than {LOCK_TIMEOUT_MS // 1000} seconds",
        "wait for it to finish and try again",
    ),
    "57014": (
        "the database broke off a statement: one took too long, or somebody cancelled it",
        f"unset statement_timeout for this user, database and LINEAGE_STORE; then {AGAIN}",
    ),
    "57P03": ("the database is starting or stopping", "try again in a moment"),
}

SAID_ON_CONNECT = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "Peer authentication failed": "28000",
    "is not permitted to log in": "28000",
    'FATAL:  role "': "28000",
    'FATAL:  database "': "3D000",
    "permission denied for database": "42501",
    "too many clients already": "53300",
    "too many connections for": "53300",
    "remaining connection slots are reserved": "53300",
    "the database system is": "57P03",
}
"""Who is refused on connecting gets a text and no code; in another language, the plain fault."""

CUT = {"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04"}
"""The server hung up: it stops or starts, the database is dropped, or a limit of time is over."""

IN_THE_WAY = {"40001", "40P01"}
"""Of two that did the same at once one has lost; done again, it sees what the other wrote."""

TAKEN = "23505"
"""The same, most likely: the key is that of a row that the other made."""


OF_VALUES = {"22", "54"}
"""Classes of errors that are about a value: it is of no such type, or too long for an index."""


def create(url: sa.URL) -> sa.Engine:
    """The engine of a PostgreSQL database; a URL without a driver means psycopg."""
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_driver_name() != "psycopg":
        raise StoreUnusable(
            f"the driver {url.get_driver_name()!r} is not used here",
            do="write postgresql+psycopg://user@host/database",
        )
    # The driver begins nothing by itself; an error must not carry what a statement was about.
    engine = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", hide_parameters=True, use_native_hstore=False
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "connect", _check_encoding, insert=True)
    return engine


def _check_encoding(connection: psycopg.Connection[Any], _record: object) -> None:
    """Before the toolkit asks for anything. The server says it by itself: no statement is sent."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != ENCODING:
        raise StoreUnusable(
            f"the database keeps text as {encoding}; this program needs {ENCODING}",
            do="make another one: createdb -E UTF8 -l C -T template0 NAME",
        )


def _on_connect(connection: psycopg.Connection[Any], _record: object) -> None:
    # The last that is registered for bytea is the one that COPY takes; the driver's own is slow.
    connection.adapters.register_dumper(bytes, BytesBinaryDumper)
    _check_isolation(connection.execute(ON_CONNECT))


def _check_isolation(cursor: psycopg.Cursor[Any]) -> None:
    while cursor.nextset():
        pass
    (found,) = cursor.fetchone() or ("",)
    if found != ISOLATION:
        raise StoreUnusable(
            f"the database runs transactions at {found}; this program needs {ISOLATION}",
            do="unset default_transaction_isolation for this user, database and LINEAGE_STORE",
        )


def wait_for_program(driver: psycopg.Connection[Any]) -> None:
    """Let this transaction last however long the program does nothing in it."""
    driver.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def begin(driver: psycopg.Connection[Any], *, write: bool) -> None:
    """Begin a transaction on the driver's connection."""
    if write:
        _check_isolation(driver.execute(BEGIN_WRITING))
    else:
        driver.execute(BEGIN_READING)


def _state(error: Any) -> str:
    """The code of the error, empty where it has none."""
    state: str | None = getattr(error, "sqlstate", None)
    if state is None and isinstance(error, psycopg.OperationalError):
        said = str(error)
        state = next((code for part, code in SAID_ON_CONNECT.items() if part in said), None)
    return state or ""


def is_cut(error: Any) -> bool:
    """Whether the connection is gone."""
    state = _state(error)
    unsaid = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return unsaid or state.startswith("08") or state in CUT


def named(error: Any) -> Exception | None:
    """The error as a sentence that says what to do; never the message, which may tell a value."""
    state = _state(error)
    if state in IN_THE_WAY:
        return InTheWay()
    if state == TAKEN:
        return RowInTheWay(error.diag.table_name)
    if state in FAULTS:
        says, do = FAULTS[state]
        return StoreUnusable(says, do=do)
    if is_cut(error):
        return StoreUnusable(
            "the database cannot be reached, or has hung up",
            do=f"see that it runs, and that LINEAGE_STORE says where; then {AGAIN}",
        )
    if not isinstance(error, psycopg.Error):
        return None
    if "invalid connection option" in str(error):
        return StoreUnusable(
            "the URL of the store has a setting that PostgreSQL does not know",
            do="check what stands after the question mark in LINEAGE_STORE",
        )
    what = " ".join(filter(None, (type(error).__name__, state, error.diag.table_name)))
    kind = StatementRefused if state[:2] in OF_VALUES else StorageError
    return kind(
        f"the database refused a statement: {what}",
        do="this is a fault of the program: please report it",
    )


class ArrayDumper(Dumper):
    """Hands an array to the driver; its type is the one that the statement casts it to."""

    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        """The bytes as they are."""
        return obj.written


psycopg.adapters.register_dumper(Array, ArrayDumper)
