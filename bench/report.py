"""The report: what ran where, the table, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.harness import BATCH, Row
from bench.stores import Stores

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = (
    *("sqlalchemy", "psycopg", "pydantic", "cryptography", "httpcore", "eventsourcing"),
    *("aiokafka", "faust-streaming", "kafka-python"),
)

HEAD = (
    "| measured | ours | floor | ratio | target | moonshot | |",
    "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
)


def surroundings(stores: Stores) -> str:
    """Versions, cores, batch, load: without them no figure says anything."""
    size = stores.size
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Size `{size.name}`: streams of {size.events:,} events, batches of {BATCH:,}, the middle"
        f" of {size.rounds} rounds, {size.crowd:,} people in the store"
        f" beforehand, {size.crowd * size.each:,} events about them."
        f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began."
        f" Python {platform.python_version()}, {packages}."
        f" SQLite {sqlite3.sqlite_version}: WAL, synchronous FULL."
        f" {stores.settings()}."
    )


def line(row: Row) -> str:
    """A row of the table."""
    sign = "<=" if row.at_most else ">="
    unit = f" {row.unit}" if row.unit else ""
    cells = [row.what + (f" ({row.note})" if row.note else ""), row.ours, row.floor]
    cells.append("" if row.ratio is None or row.unit else _amount(row.ratio))
    goals = (row.target, row.moonshot)
    cells += ("" if goal is None else f"{sign} {goal:g}{unit}" for goal in goals)
    return "| " + " | ".join([*cells, row.verdict]).rstrip() + " |"


def _amount(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 1 else f"{ratio:.2f}"


def table(rows: Sequence[Row]) -> str:
    """All rows."""
    return "\n".join([*HEAD, *map(line, rows)])


def put(page: str, name: str, text: str) -> str:
    """The page with the block of this name replaced."""
    block = re.compile(f"(<!-- {name}: .*? -->\n).*?(<!-- end -->)", re.DOTALL)
    changed, count = block.subn(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page)
    assert count == 1, f"the page has no block {name}"
    return changed
