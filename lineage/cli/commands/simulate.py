"""``lineage policy simulate``: what another policy would have changed on the recorded history."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.errors import CommandError
from lineage.cli.options import AsOf, Controller, Json
from lineage.cli.output import out
from lineage.cli.place import Place, opened
from lineage.cli.progress import progress
from lineage.cli.views.simulation import rows_view, simulation_view

if TYPE_CHECKING:
    from lineage.service.simulation.outcomes import ChangeRow, Simulation


def _day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a day such as 2026-03-05") from None


File = Annotated[Path, typer.Argument(metavar="FILE", help="The policy file to try.")]
OneSubject = Annotated[
    str | None, typer.Option("--subject", metavar="SUBJECT", help="Only this person.")
]
Since = Annotated[
    date | None,
    typer.Option(
        "--since",
        metavar="DAY",
        parser=_day,
        help="In force from this day on; before it, what was in force. Default: always.",
    ),
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FILE",
        help="Keep the rows in this file (JSON lines). What is broken off goes on from it.",
    ),
]


def simulate(
    place: Place,
    *,
    file: File,
    controller: Controller = None,
    subject: OneSubject = None,
    since: Since = None,
    as_of: AsOf = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Show what another policy would have changed on the recorded history. Nothing is recorded.

    Findings that appear and vanish, who would be told or left out, dates that move: counts first,
    then a row for each. Everybody on record is asked about under both, so it takes minutes for a
    million events; with --to it can be broken off, and goes on when it is called again.
    """
    from lineage.policy.loader import load_library
    from lineage.tracker.policy_face import simulated_rows

    if file.is_dir():
        raise CommandError(f"{file} is a folder", next_step="Name the one policy file to try.")
    library = load_library(file)
    [policy] = (p for name in library.controllers for p in library.versions(name))
    with opened(place) as tracker, _kept(to) as path:
        with progress("simulating") as advance:
            found = tracker.simulate(
                policy,
                to=path,
                controller=controller,
                subject=subject,
                since=since,
                as_of=as_of,
                progress=advance,
            )
        _give(found, simulated_rows(path), as_json=as_json)


@contextmanager
def _kept(to: Path | None) -> Iterator[Path]:
    """The file of the rows, for as long as they are shown or for good."""
    if to is not None:
        yield to
        return
    with TemporaryDirectory(prefix="lineage-simulation-") as folder:
        yield Path(folder, "rows.jsonl")


def _give(found: "Simulation", rows: "Iterable[ChangeRow]", *, as_json: bool) -> None:
    """The counts, then row by row: there may be more of them than memory holds."""
    if not as_json:
        console = out()
        for part in chain(simulation_view(found), rows_view(rows)):
            console.print(part)
        return
    head = found.model_dump_json(indent=2)
    sys.stdout.write(head[: head.rindex("\n}")] + ',\n  "rows": [')
    for number, row in enumerate(rows):
        sys.stdout.write(("," if number else "") + "\n    " + row.model_dump_json())
    sys.stdout.write("\n  ]\n}\n")
