# ruff: noqa: INP001, T201 - a script of its own that prints
"""Print every row of the facts, in order of their keys, as text: to compare before and after.

Usage: dump.py DATABASE. It reads SQLite alone and knows nothing of lineage but the table names.
"""

import sqlite3
import sys

FACTS = ("persons", "links", "edges", "erasures", "changes", "requests", "notices")

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for table in FACTS:
    rows = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from the list
    for line in sorted(repr(row) for row in rows):
        print(table, line)
