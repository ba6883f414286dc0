"""``lineage check``: what breaks a rule of the policy."""

from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.options import AsOf, Controller, Json, KnownAt, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.findings import findings_view

OneSubject = Annotated[
    str | None, typer.Option("--subject", metavar="SUBJECT", help="Only this person's events.")
]


def check(
    place: Place,
    *,
    controller: Controller = None,
    subject: OneSubject = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what breaks a rule of the policy, what breaks one of our defaults, what none covers.

    Each with its rule, its event and a sentence. Exit code 1 if anything is found.
    """
    with opened(place) as tracker:
        answer = tracker.check(
            controller=controller, subject=subject, as_of=as_of, known_at=known_at
        )
    give(answer, as_json=as_json, view=findings_view)
    if answer.findings:
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage check --controller SLUG",
        "lineage check --subject m1 --json",
        "lineage check --controller SLUG --as-of 2026-03-05",
    )
    app.command("check", epilog=epilog)(with_place(check))
