"""``lineage rebuild``: derive every fact anew from the ledger. Nothing is planned or sent."""

import typer

from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.upkeep import rebuild_view, rejudge_view


def rebuild(place: Place, *, as_json: Json = False) -> None:
    """Fold every person's events again, in place. The result is the same, byte for byte."""
    with opened(place) as tracker, progress("rebuilding") as advance:
        report = tracker.rebuild(progress=advance)
    give(report, as_json=as_json, view=rebuild_view)


def rejudge(place: Place, *, as_json: Json = False) -> None:
    """Judge people anew whom something concerns that a controller did and that came late, such as
    an agreement. What is broken off goes on the next time; lineage doctor says what is left.
    """
    with opened(place) as tracker:
        report = tracker.rejudge()
    give(report, as_json=as_json, view=rejudge_view)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("rejudge", epilog=example("lineage rejudge"))(with_place(rejudge))
    app.command("rebuild", epilog=example("lineage rebuild"))(with_place(rebuild))
