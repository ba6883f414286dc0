"""Measures which scenarios of the repository hold the rules of the library, and stores the table.

Run it as ``python -m lineage.scenarios.publish``; it takes minutes. The exit code is 1 where a
change of a rule survives, held by no scenario and explained by no written reason. With ``--check``
nothing is measured, and the exit code is 1 too where the table is not of today's rules and files.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lineage.policy.errors import PolicyError
from lineage.policy.loader import Library, load_library
from lineage.scenarios.coverage import Coverage
from lineage.scenarios.mutation import coverage_of
from lineage.scenarios.stored import STORED, as_text, file_digests, policy_digests, read_stored
from lineage.service.errors import LineageError

_TESTS: Final = Path(__file__).parents[2] / "tests"
_AGAIN: Final = "(run make mutants)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table, or compare it with today's rules and files."""
    parser = argparse.ArgumentParser(
        prog="python -m lineage.scenarios.publish", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="measure nothing, fail if it is stale")
    parser.add_argument("--policies", type=Path, help="policy files; absent: the library")
    parser.add_argument("--scenarios", type=Path, default=_TESTS / "scenarios", help="their folder")
    parser.add_argument("--reasons", type=Path, default=_TESTS / "survivors.yaml")
    parser.add_argument("--table", type=Path, default=STORED, help="where the table lies")
    options = parser.parse_args(arguments)
    files = sorted(options.scenarios.glob("*.yaml"))
    try:
        library = load_library(options.policies)
        if options.check:
            table = read_stored(options.table)
            stale = list(_stale(table, library, [*files, options.reasons]))
        else:
            table = coverage_of(library, files, reasons=options.reasons)
            options.table.write_text(as_text(table), encoding="utf-8")
            sys.stdout.write(f"{table.summary()}\n")
            stale = []
    except (PolicyError, LineageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    survivors = [f"survives: {row.name}: {change.change}" for row, change in table.survivors]
    sys.stderr.writelines(f"{line}\n" for line in (*stale, *survivors))
    return 1 if stale or survivors else 0


def _stale(table: Coverage, library: Library, files: Sequence[Path]) -> Iterator[str]:
    pairs = (
        ("policy of ", table.policies, policy_digests(library, library.controllers)),
        ("", table.files, file_digests(files)),
    )
    for what, then, now in pairs:
        for name in sorted(then.keys() | now.keys()):
            if then.get(name) != now.get(name):
                yield f"stale: coverage of {what}{name} {_AGAIN}"


if __name__ == "__main__":
    sys.exit(main())
