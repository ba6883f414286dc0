"""Measure, as ratios to floors of the same run; docs/benchmarks.md explains each row."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

from bench import (
    asking,
    dispatching,
    generating,
    memory,
    peer,
    profiling,
    reading,
    recording,
    report,
    singles,
    streaming,
    upkeep,
)
from bench.harness import LONG, REAL, SMALL, Row, say
from bench.stores import Stores

PARTS: dict[str, Callable[[Stores], Iterator[Row]]] = {
    "recording": recording.measure,
    "singles": singles.measure,
    "peer": peer.measure,
    "reading": reading.measure,
    "asking": asking.measure,
    "upkeep": upkeep.measure,
    "memory": memory.measure,
    "dispatching": dispatching.measure,
    "generating": generating.measure,
    "stream": streaming.measure,
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--small", action="store_true", help="seconds, to see that it runs")
    sizes.add_argument(
        "--long", action="store_true", help="ten million events in the store; an hour or two"
    )
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), help="some of the parts")
    parser.add_argument("--profile", action="store_true", help="where the time of recording goes")
    parser.add_argument(
        "--write", action="store_true", help="put all of it into docs/benchmarks.md"
    )
    chosen = parser.parse_args(arguments)
    if chosen.write and chosen.only:
        parser.error("--write replaces the whole table, so it goes without --only")
    size = SMALL if chosen.small else LONG if chosen.long else REAL
    started = time.monotonic()
    with Stores(size) as stores:
        where = report.surroundings(stores)
        print(where, flush=True)
        rows = measured(stores, chosen.only or list(PARTS))
        print(f"\n{report.table(rows)}\n", flush=True)
        profiled = ""
        if chosen.profile or chosen.write:
            profiled = f"{profiling.profile(stores)}\n\n{streaming.profile(stores)}"
    if profiled:
        print(profiled)
    if chosen.write:
        page = report.PAGE.read_text(encoding="utf-8")
        page = report.put(page, "figures", f"{where}\n\n{report.table(rows)}")
        page = report.put(page, "profile", profiled)
        report.PAGE.write_text(page, encoding="utf-8")
    print(f"{time.monotonic() - started:.0f} s")


def measured(stores: Stores, names: list[str]) -> list[Row]:
    """The rows of these parts, each shown as soon as it is there."""
    rows: list[Row] = []
    for name in names:
        say(f"-- {name}")
        for row in PARTS[name](stores):
            rows.append(row)
            print(report.line(row), flush=True)
    return rows


if __name__ == "__main__":
    main()
