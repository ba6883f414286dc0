# ruff: noqa: INP001, T201 - a script of its own that prints
"""Print every row of the facts, in order of their keys, as text: to compare before and after.

Usage: dump.py FILE or dump.py postgresql://... It knows nothing of lineage but the table names.
"""

import sqlite3
import sys

import psycopg

FACTS = ("persons", "links", "edges", "erasures", "changes", "requests", "notices")

where = sys.argv[1]
database: sqlite3.Connection | psycopg.Connection
if where.startswith("postgresql:"):
    database = psycopg.connect(where)
else:
    database = sqlite3.connect(f"file:{where}?mode=ro", uri=True)
for table in FACTS:
    rows = database.execute(f"SELECT * FROM {table}").fetchall()  # type: ignore[arg-type]  # noqa: S608 - a name from the list
    for line in sorted(repr(tuple(row)) for row in rows):
        print(table, line)
