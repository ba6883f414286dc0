"""``lineage recipient``: the reverse question; what the registry says has its own module."""

from typing import Annotated

import typer

from lineage.cli.commands.recipient_registry import COMMANDS
from lineage.cli.options import AsOf, Controller, Json, KnownAt, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.holders import recipient_subjects_view

Name = Annotated[str, typer.Argument(metavar="NAME", help="The recipient's name in the record.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows of one page.")]
Cursor = Annotated[
    str | None, typer.Option("--cursor", help="The `next` of the page before this one.")
]


def subjects(
    place: Place,
    *,
    name: Name,
    controller: Controller = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """List whose data a recipient holds, category by category, page by page."""
    with opened(place) as tracker:
        answer = tracker.recipient_subjects(
            name,
            controller=controller,
            as_of=as_of,
            known_at=known_at,
            limit=limit,
            cursor=cursor,
        )
    give(answer, as_json=as_json, view=recipient_subjects_view)


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Recipients: in the registry, and in the record.",
        no_args_is_help=True,
        epilog=example("lineage recipient subjects FastParcel"),
    )
    epilog = example("lineage recipient subjects FastParcel --controller SLUG --limit 500")
    group.command("subjects", epilog=epilog)(with_place(subjects))
    for name, command, line in COMMANDS:
        group.command(name, epilog=example(line))(with_place(command))
    app.add_typer(group, name="recipient")
