"""``lineage retention``: what of our own data must go, and what must be kept."""

from typing import Annotated

import typer

from lineage.cli.options import AsOf, Controller, Json, KnownAt, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.retention import retention_view

OneOrAll = Annotated[
    str | None,
    typer.Argument(metavar="[SUBJECT]", help="The person's id. Default: everybody on record."),
]


def retention(
    place: Place,
    *,
    subject: OneOrAll = None,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what of our own data must be erased, what must still be held, by when, by which rule.

    A day in the future shows what will be due then, as far as the record goes.
    """
    with opened(place) as tracker:
        answer = tracker.retention(subject, controller=controller, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=retention_view)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage retention m1",
        "lineage retention --controller SLUG --as-of 2029-01-01 --json",
    )
    app.command("retention", epilog=epilog)(with_place(retention))
