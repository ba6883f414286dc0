"""``lineage due``: what must be done by when, across all requests."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from lineage.cli.errors import FOUND
from lineage.cli.options import AsOf, Controller, Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.spans import parse_span
from lineage.cli.views.due import due_view

Within = Annotated[
    timedelta,
    typer.Option(
        "--within", metavar="SPAN", parser=parse_span, help="And so much longer: 3d, 12h, 2w."
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows of one page.")]
Cursor = Annotated[
    str | None, typer.Option("--cursor", help="The `next` of the page before this one.")
]


class Of(StrEnum):
    """Whose limits; a test holds them equal to those of the use case."""

    requests = "requests"
    notices = "notices"
    data = "data"
    breaches = "breaches"


Only = Annotated[
    list[Of] | None, typer.Option("--only", help="Only limits of these; repeat it. Default: all.")
]


def due(
    place: Place,
    *,
    controller: Controller = None,
    within: Within = timedelta(0),
    only: Only = None,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """Show what is due or overdue, the earliest first. Exit code 1 if anything is.

    Limits of requests, notices, our own data and breaches. Own data is asked of everybody on
    record: --only requests --only notices is quick where many people are.
    """
    with opened(place) as tracker:
        answer = tracker.due(
            controller=controller,
            within=within,
            of=tuple(one.value for one in only or Of),
            as_of=as_of,
            limit=limit,
            cursor=cursor,
        )
    give(answer, as_json=as_json, view=due_view)
    if answer.due:
        raise typer.Exit(FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example("lineage due --within 3d", "lineage due --only notices --json")
    app.command("due", epilog=epilog)(with_place(due))
