"""The report: what ran where, the table, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.harness import BATCH, Row, Size

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("sqlalchemy", "pydantic", "cryptography", "httpcore")


def surroundings(size: Size) -> str:
    """Versions, cores, batch, load: without them no figure says anything."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages};"
        f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {size.events:,} events recorded,"
        f" batches of {BATCH:,}."
    )


def table(rows: Sequence[Row]) -> str:
    lines = [
        "| measured | ours | floor | ratio | target (order 2) | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        sign = "<=" if row.at_most else ">="
        target = "" if row.target is None else f"{sign} {row.target:g}"
        cells = (row.what, row.ours, row.floor, ratio, target, row.verdict)
        lines.append("| " + " | ".join(cells).rstrip() + " |")
    return "\n".join(lines)


def shares(parts: Sequence[tuple[str, float]]) -> str:
    lines = ["| part | share |", "| --- | ---: |"]
    return "\n".join(lines + [f"| `{part}` | {share:.0%} |" for part, share in parts])


def put(page: str, name: str, text: str) -> str:
    """The page with the block of this name replaced."""
    block = re.compile(f"(<!-- {name}: .*? -->\n).*?(<!-- end -->)", re.DOTALL)
    changed, count = block.subn(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page)
    assert count == 1, f"the page has no block {name}"
    return changed
