"""``lineage holders``: who holds what of one person."""

import typer

from lineage.cli.options import AsOf, Controller, Json, KnownAt, Subject, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.holders import holders_view


def holders(
    place: Place,
    *,
    subject: Subject,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List who holds which categories of a person's data, and who has erased them.

    Exit code 4 where too little is on record to say that nobody holds it.
    """
    with opened(place) as tracker:
        answer = tracker.holders(subject, controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=holders_view)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage holders m1 --controller SLUG",
        "lineage holders m1 --json --as-of 2026-03-05 --known-at 2026-03-10T12:00:00Z",
    )
    app.command("holders", epilog=epilog)(with_place(holders))
