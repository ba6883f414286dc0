"""``lineage report``: the answer to the person."""

import typer

from lineage.cli.options import AsOf, Controller, Json, KnownAt, Subject, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.report import report_view


def report(
    place: Place,
    *,
    subject: Subject,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what a person may know: what is held and why, who got it, who was told to erase it.

    The content of an answer under Articles 15 and 19 of the GDPR.
    """
    with opened(place) as tracker:
        answer = tracker.report(subject, controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=report_view)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example("lineage report m1", "lineage report m1 --controller SLUG --json")
    app.command("report", epilog=epilog)(with_place(report))
