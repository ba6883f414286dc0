"""``lineage doctor``: whether somebody has to look."""

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.upkeep import doctor_view


def doctor(place: Place, *, as_json: Json = False) -> None:
    """Check the store, the keys, the policies and the record. Exit code 1 if one check fails."""
    with opened(place) as tracker:
        report = tracker.doctor()
    give(report, as_json=as_json, view=doctor_view)
    if not report.ok:
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", epilog=example("lineage doctor"))(with_place(doctor))
