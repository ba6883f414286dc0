"""``lineage check``: what breaks a rule of the policy."""

from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.errors import CommandError
from lineage.cli.options import AsOf, Controller, Json, KnownAt, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.findings import findings_view, history_view

OneSubject = Annotated[
    str | None, typer.Option("--subject", metavar="SUBJECT", help="Only this person's events.")
]

History = Annotated[
    bool,
    typer.Option(
        "--history", help="What was found while recording: since when, and until when it stood."
    ),
]


def check(
    place: Place,
    *,
    controller: Controller = None,
    subject: OneSubject = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    history: History = False,
    as_json: Json = False,
) -> None:
    """Show what breaks a rule of the policy, what breaks one of our defaults, what none covers.

    Each with its rule, its event and a sentence. Exit code 1 if anything is found. JSON also shows
    which exceptions from consent events rely on, and whether the policy lists them.
    """
    if history:
        _check_history(place, controller, subject, as_of or known_at, as_json=as_json)
        return
    with opened(place) as tracker:
        answer = tracker.check(
            controller=controller, subject=subject, as_of=as_of, known_at=known_at
        )
        more = {}
        if as_json:
            more["exceptions"] = tracker.exceptions(
                controller=answer.controller,
                subject=subject,
                as_of=answer.as_of,
                known_at=answer.known_at,
            )
    give(answer, as_json=as_json, view=findings_view, more=more)
    if answer.findings:
        raise typer.Exit(errors.FOUND)


def _check_history(
    place: Place, controller: str | None, subject: str | None, at: object, *, as_json: bool
) -> None:
    if at is not None:
        raise CommandError(
            "the history of findings is not asked as of a moment",
            next_step="Leave out --as-of and --known-at: each row says since when and until when.",
        )
    with opened(place) as tracker:
        answer = tracker.finding_history(subject, controller=controller)
    give(answer, as_json=as_json, view=history_view)
    if any(row.gone is None for row in answer.findings):
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage check --controller SLUG",
        "lineage check --subject m1 --json",
        "lineage check --controller SLUG --as-of 2026-03-05",
        "lineage check --subject m1 --history",
    )
    app.command("check", epilog=epilog)(with_place(check))
