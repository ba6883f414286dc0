"""``lineage verify``: whether the ledger is what was recorded."""

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.upkeep import verify_view


def verify(place: Place, *, as_json: Json = False) -> None:
    """Check every row of the ledger against its Merkle tree; name the first wrong one.

    Exit code 1 if anything was changed.
    """
    with opened(place) as tracker, progress("verifying") as advance:
        report = tracker.verify(progress=advance)
    give(report, as_json=as_json, view=verify_view)
    if not report.ok:
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify", epilog=example("lineage verify --json"))(with_place(verify))
