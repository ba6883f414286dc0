"""``lineage dead-letters``: messages that could not be accepted: list, show, replay."""

from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.dead_letters import dead_letter_view, dead_letters_view
from lineage.cli.views.receipts import receipt_view, say_problems

Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="Only those with this reason.")
]
Type = Annotated[
    str | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Only those of this type: data_shared, lineage.data_shared.v1, or unknown.",
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows to show.")]


def list_all(
    place: Place,
    *,
    reason: Reason = None,
    event_type: Type = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List the messages that were refused, with the count of all by reason."""
    with opened(place) as tracker:
        answer = tracker.dead_letters(reason=reason, event_type=event_type, limit=limit)
    give(answer, as_json=as_json, view=dead_letters_view)


def show(
    place: Place,
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="The number in the list.")],
    as_json: Json = False,
) -> None:
    """Show one refused message whole. It may hold personal data."""
    with opened(place) as tracker:
        answer = tracker.dead_letter(number)
    give(answer, as_json=as_json, view=dead_letter_view)


def replay(
    place: Place, *, reason: Reason = None, event_type: Type = None, as_json: Json = False
) -> None:
    """Try the refused messages again, after what they failed on was put right."""
    with opened(place) as tracker, progress("replaying"):
        receipt = tracker.replay_dead_letters(reason=reason, event_type=event_type)
    give(receipt, as_json=as_json, view=receipt_view)
    if not as_json:
        say_problems(receipt, strict=False)
    if receipt.refused:
        raise typer.Exit(errors.REFUSED)


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Messages that could not be accepted, kept whole.",
        no_args_is_help=True,
        epilog=example("lineage dead-letters list"),
    )
    for name, command, line in (
        ("list", list_all, "lineage dead-letters list --reason unknown_category"),
        ("show", show, "lineage dead-letters show 17"),
        (
            "replay",
            replay,
            "lineage dead-letters replay --type data_shared --reason unknown_category",
        ),
    ):
        group.command(name, epilog=example(line))(with_place(command))
    app.add_typer(group, name="dead-letters")
