"""``lineage breach``: who must hear of a breach, by when, and who has not."""

import typer

from lineage.cli.options import AsOf, Controller, Json, KnownAt, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.breach import breach_view


def breach(
    place: Place,
    *,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what each breach on record demands: by when the persons are told, and who was not.

    And whether the regulator must get a report, and has got it. The latest breach stands last.
    """
    with opened(place) as tracker:
        answer = tracker.breach(controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=breach_view)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage breach --controller SLUG",
        "lineage breach --controller SLUG --as-of 2026-03-12 --json",
    )
    app.command("breach", epilog=epilog)(with_place(breach))
