"""python -m bench [--small] [--profile] [--write]: measure, as ratios to floors of the same run."""

from __future__ import annotations

import argparse
import time

from bench import dispatching, generating, reading, recording, report, upkeep
from bench.harness import REAL, SMALL, Row

PARTS = (recording, upkeep, reading, dispatching, generating)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tiny round, to see that it runs")
    parser.add_argument("--profile", action="store_true", help="where the time of recording goes")
    parser.add_argument("--write", action="store_true", help="put both into docs/benchmarks.md")
    chosen = parser.parse_args()
    size = SMALL if chosen.small else REAL
    started = time.monotonic()
    print(report.surroundings(size), flush=True)
    rows: list[Row] = []
    for part in PARTS:
        for row in part.measure(size):
            rows.append(row)
            ratio = "" if row.ratio is None else f"ratio {row.ratio:.2f} {row.verdict}"
            print(f"{row.what:58} {row.ours:>12} {row.floor:>12}  {ratio}", flush=True)
    print(f"\n{report.table(rows)}\n")
    parts = recording.profile(size) if chosen.profile or chosen.write else []
    if parts:
        print(report.shares(parts))
    if chosen.write:
        page = report.PAGE.read_text(encoding="utf-8")
        page = report.put(page, "figures", f"{report.surroundings(size)}\n\n{report.table(rows)}")
        page = report.put(page, "profile", report.shares(parts))
        report.PAGE.write_text(page, encoding="utf-8")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
