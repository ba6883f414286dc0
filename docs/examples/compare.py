# ruff: noqa: INP001, T201 - a script of its own that prints
"""Hold the holders of every generated person against the truth the generator wrote beside them.

Usage: compare.py STORE_URL TRUTH_FILE [TIME]. Exit code 1 if one person differs. The keys of a
store on a server are named by LINEAGE_KEYS.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import lineage
from lineage.generator import held_at, read_truth

moment = datetime.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else datetime.now(UTC)
people, counts = read_truth(Path(sys.argv[2]))
wrong = rows = 0
with lineage.open_tracker(sys.argv[1], keys=os.environ.get("LINEAGE_KEYS")) as tracker:
    for line in people:
        found = tracker.holders(line["subject"], controller=line["controller"], as_of=moment)
        held = {(row.holder, row.category) for row in found.holders if row.held}
        rows += len(held)
        wrong += held != held_at(line, moment)
print(f"{len(people)} people, {rows} holdings, {wrong} people differ")
sys.exit(1 if wrong else 0)
