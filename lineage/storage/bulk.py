"""The hot statements: rows looked up, inserted, merged and removed by key, many at a time.

They are made once from the tables and run on the driver, for the toolkit takes longer to write a
list of keys than the engine to look them up. SQLite is given lists of parameters and
``executemany``; PostgreSQL arrays, and COPY for what is many and new.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lineage.storage.engines import Array, Connection, driver_of, is_sqlite
from lineage.storage.joining import waiting_writes

KEYS_MAX = 2048
"""Keys in one statement on SQLite, which takes at most 32,766 parameters."""

COPY_MIN = 20
"""Fewer rows are quicker inserted as arrays, which may wait for other writes and be one statement
with them.
"""

ROW_LOCK = "FOR UPDATE OF t"

PG_TYPES = {
    sa.LargeBinary: "bytea",
    sa.SmallInteger: "int2",
    sa.Integer: "int4",
    sa.BigInteger: "int8",
    sa.Boolean: "bool",
    sa.Text: "text",
}

Row = tuple[Any, ...]


def pg_type(column: sa.Column[Any]) -> str:
    """The name of a column's type on PostgreSQL."""
    return PG_TYPES[type(column.type)]


def _quoted(names: Sequence[str], before: str = "") -> str:
    return ", ".join(f'{before}"{name}"' for name in names)


def _marks(names: Sequence[str]) -> str:
    return ", ".join("?" * len(names))


def _arrays(types: Sequence[str], rows: Sequence[Row]) -> list[Array]:
    """Rows as an array for each of their columns."""
    return list(map(Array, types, zip(*rows, strict=True)))


def _write(conn: Connection, table: str, sql: str, parameters: Sequence[Any]) -> None:
    """On PostgreSQL: send a statement, or let it wait where writes wait for each other."""
    writes = waiting_writes(conn)
    if writes is None:
        driver_of(conn).execute(sql, parameters)
    else:
        writes.add(table, sql, parameters)


def send_before(conn: Connection, table: str) -> None:
    """Have what waits for this table written, for it is used now."""
    if (writes := waiting_writes(conn)) is not None:
        writes.before(table)


class Lookup:
    """Rows of a table by one or more key columns: ``rows(conn, keys)`` finds those there are."""

    def __init__(
        self,
        table: sa.Table,
        columns: Sequence[str] = (),
        *,
        by: Sequence[str] = ("subject_ref",),
        where: str = "",
        order: str = "",
        lock: str = "",
    ) -> None:
        """``columns`` are all where none are named; ``where``, ``order`` and ``lock`` (only where
        the engine locks rows) are added to the statement as they are.
        """
        names = list(columns) or [column.name for column in table.columns]
        found: Any = namedtuple("Found", names)  # type: ignore[misc]  # noqa: PYI024 - data
        self._make: Callable[[Row], Any] = found._make
        self._table = table.name
        self._width = len(by)
        self._types = [pg_type(table.c[name]) for name in by]
        self._tuple = f"({_marks(by)})"
        self._start = f'SELECT {_quoted(names, "t.")} FROM "{table.name}" AS t'  # noqa: S608 - our names
        self._by = _quoted(by, "t.")
        self._where = f" AND {where}" if where else ""
        self._order = f" ORDER BY {order}" if order else ""
        ks = [f"k{n}" for n in range(len(by))]
        same = " AND ".join(f't."{name}" = k.{k}' for name, k in zip(by, ks, strict=True))
        self._names = f"k({', '.join(ks)})"
        self._joined = self._start.replace(" FROM ", " FROM k CROSS JOIN ", 1) + f" WHERE {same}"
        self._on_arrays = self._made_for_arrays(by) + self._where + self._order
        if lock:
            self._on_arrays += f" {lock}"

    def _made_for_arrays(self, by: Sequence[str]) -> str:
        types = self._types
        if len(by) == 1:
            return f"{self._start} WHERE {self._by} = ANY(%b::{types[0]}[])"
        arrays = ", ".join(f"%b::{type_}[]" for type_ in types)
        ks = [f"k{n}" for n in range(len(by))]
        same = " AND ".join(f't."{name}" = k.{k}' for name, k in zip(by, ks, strict=True))
        return f"{self._start} JOIN unnest({arrays}) AS k({', '.join(ks)}) ON {same} WHERE true"

    def rows(self, conn: Connection, keys: Sequence[Any], **named: Any) -> list[Any]:
        """The rows found, as named tuples; ``keys`` are values, or tuples of several columns."""
        if not keys:
            return []
        make = self._make
        if is_sqlite(conn):
            return [make(row) for row in self._on_lists(driver_of(conn), keys, named)]
        send_before(conn, self._table)
        arrays = [Array(self._types[0], keys)] if self._width == 1 else _arrays(self._types, keys)
        cursor = driver_of(conn).cursor(binary=True)
        cursor.execute(self._on_arrays, [*arrays, *named.values()])
        return [make(row) for row in cursor.fetchall()]

    def _on_lists(self, driver: Any, keys: Sequence[Any], more: Mapping[str, Any]) -> Iterator[Row]:
        """On SQLite. One column is looked up in a list; several are joined with their values, for
        a list of tuples would make it read the whole table.
        """
        where = self._where.replace("%s", "?")
        for start in range(0, len(keys), KEYS_MAX):
            part = keys[start : start + KEYS_MAX]
            # Rounded up, so that the driver has the statement at hand; null equals nothing.
            count = 1 << (len(part) - 1).bit_length()
            if self._width == 1:
                marks = ", ".join("?" * count)
                sql = f"{self._start} WHERE {self._by} IN ({marks}){where}{self._order}"
                values = list(part)
            else:
                marks = ", ".join([self._tuple] * count)
                sql = f"WITH {self._names} AS (VALUES {marks}) {self._joined}{where}{self._order}"
                values = [value for key in part for value in key]
            values += [None] * ((count - len(part)) * self._width)
            yield from driver.execute(sql, [*values, *more.values()])


class Insert:
    """New rows of a table: tuples of all its columns, in the table's order."""

    def __init__(self, table: sa.Table) -> None:
        """Write the statements."""
        names = [column.name for column in table.columns]
        into = f'"{table.name}" ({_quoted(names)})'
        self._table = table.name
        self._types = [pg_type(column) for column in table.columns]
        self._one = f"INSERT INTO {into} VALUES ({_marks(names)})"  # noqa: S608
        self._few = self._one.replace("?", "%b")
        arrays = ", ".join(f"%b::{type_}[]" for type_ in self._types)
        self._many = f"INSERT INTO {into} SELECT * FROM unnest({arrays})"  # noqa: S608
        self._copy = f"COPY {into} FROM STDIN (FORMAT BINARY)"

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        """Insert; a key that is taken is the engine's error."""
        if not rows:
            return
        driver = driver_of(conn)
        if is_sqlite(conn):
            driver.executemany(self._one, rows)
        elif len(rows) == 1:
            _write(conn, self._table, self._few, rows[0])
        elif len(rows) < COPY_MIN:
            _write(conn, self._table, self._many, _arrays(self._types, rows))
        else:
            send_before(conn, self._table)
            with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)


class Upsert:
    """Rows merged into a table by key: tuples of all its columns; no key twice in one call."""

    def __init__(
        self, table: sa.Table, *, by: Sequence[str], merge: Mapping[str, str] | None = None
    ) -> None:
        """``merge`` maps columns to SQL over the table's name and ``excluded``; None: keep."""
        names = [column.name for column in table.columns]
        self._table = table.name
        into = f'INSERT INTO "{table.name}" ({_quoted(names)})'
        do = "NOTHING"
        if merge is not None:
            do = "UPDATE SET " + ", ".join(f'"{name}" = {sql}' for name, sql in merge.items())
        conflict = f" ON CONFLICT ({_quoted(by)}) DO {do}"
        self._types = [pg_type(column) for column in table.columns]
        arrays = ", ".join(f"%b::{type_}[]" for type_ in self._types)
        new = f"unnest({arrays}) AS new({_quoted(names)})"
        self._one = f"{into} VALUES ({_marks(names)}){conflict}"
        # In one order everywhere: of two that merge the same rows, one waits and neither dies.
        self._many = f"{into} SELECT * FROM {new} ORDER BY {_quoted(by, 'new.')}{conflict}"  # noqa: S608
        self._few = self._one.replace("?", "%b")

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        """Merge."""
        if not rows:
            return
        if is_sqlite(conn):
            driver_of(conn).executemany(self._one, rows)
        else:
            _write(conn, self._table, *self._merging(rows))

    def count(self, conn: Connection, rows: Sequence[Row]) -> int:
        """Merge at once; gives how many rows were made or changed."""
        if not rows:
            return 0
        if is_sqlite(conn):
            return int(driver_of(conn).executemany(self._one, rows).rowcount)
        send_before(conn, self._table)
        return int(driver_of(conn).execute(*self._merging(rows)).rowcount)

    def _merging(self, rows: Sequence[Row]) -> tuple[str, Sequence[Any]]:
        return (self._few, rows[0]) if len(rows) == 1 else (self._many, _arrays(self._types, rows))


class Delete:
    """Rows of a table removed by some of its key columns."""

    def __init__(self, table: sa.Table, *, by: Sequence[str] = ("subject_ref",)) -> None:
        """Write the statements."""
        self._table = table.name
        self._one = f'DELETE FROM "{table.name}" WHERE ' + " AND ".join(  # noqa: S608 - our names
            f'"{name}" = ?' for name in by
        )
        self._few = self._one.replace("?", "%b")
        self._types = [pg_type(table.c[name]) for name in by]
        arrays = ", ".join(f"%b::{type_}[]" for type_ in self._types)
        ks = ", ".join(f"k{n}" for n in range(len(by)))
        same = " AND ".join(f't."{name}" = k.k{n}' for n, name in enumerate(by))
        self._many = (
            f'DELETE FROM "{table.name}" AS t USING unnest({arrays}) AS k({ks}) WHERE {same}'  # noqa: S608
        )

    def run(self, conn: Connection, keys: Sequence[Row]) -> None:
        """Remove what has one of these keys, each a tuple of the columns."""
        if not keys:
            return
        if is_sqlite(conn):
            driver_of(conn).executemany(self._one, keys)
        elif len(keys) == 1:
            _write(conn, self._table, self._few, keys[0])
        else:
            _write(conn, self._table, self._many, _arrays(self._types, keys))


class Update:
    """Some columns of rows that are there, by key: tuples of the key columns, then of these."""

    def __init__(self, table: sa.Table, columns: Sequence[str], *, by: Sequence[str]) -> None:
        """Write the statements."""
        names = [*by, *columns]
        self._table = table.name
        self._types = [pg_type(table.c[name]) for name in names]
        arrays = ", ".join(f"%b::{type_}[]" for type_ in self._types)
        sets = ", ".join(f'"{name}" = ?{n + 1}' for n, name in enumerate(columns, len(by)))
        where = " AND ".join(f'"{name}" = ?{n + 1}' for n, name in enumerate(by))
        self._one = f'UPDATE "{table.name}" SET {sets} WHERE {where}'  # noqa: S608 - our names
        sets = ", ".join(f'"{name}" = new."{name}"' for name in columns)
        same = " AND ".join(f't."{name}" = new."{name}"' for name in by)
        new = f"unnest({arrays}) AS new({_quoted(names)})"
        self._many = f'UPDATE "{table.name}" AS t SET {sets} FROM {new} WHERE {same}'  # noqa: S608
        sets = ", ".join(f'"{name}" = %b' for name in columns)
        where = " AND ".join(f'"{name}" = %b' for name in by)
        self._few = f'UPDATE "{table.name}" SET {sets} WHERE {where}'  # noqa: S608
        self._keys = len(by)

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        """Change what has these keys."""
        if not rows:
            return
        if is_sqlite(conn):
            driver_of(conn).executemany(self._one, rows)
        elif len(rows) == 1:
            key, columns = rows[0][: self._keys], rows[0][self._keys :]
            _write(conn, self._table, self._few, (*columns, *key))
        else:
            _write(conn, self._table, self._many, _arrays(self._types, rows))
