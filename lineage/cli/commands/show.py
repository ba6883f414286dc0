"""``lineage show``: one person's lineage, as a tree or as a picture."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from lineage.cli import errors
from lineage.cli.options import AsOf, Controller, Json, KnownAt, Subject, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.lineage import lineage_view


class Format(StrEnum):
    """The names of ``lineage.render.FORMATS``; a test holds them equal."""

    tree = "tree"
    json = "json"
    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"


As = Annotated[Format, typer.Option("--format", "-f", help="How to draw it.")]


def show(
    place: Place,
    *,
    subject: Subject,
    controller: Controller = None,
    form: As = Format.tree,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show where a person's data came from and where it went.

    Each hop with its purpose, basis, categories and time; who holds what now, and what was erased.
    JSON also shows how far each recipient and our own copies are (status), cancellation and minors.
    """
    as_json = as_json or form is Format.json
    more = {}
    with opened(place) as tracker:
        answer = tracker.lineage(subject, controller=controller, as_of=as_of, known_at=known_at)
        if as_json:
            asked: dict[str, Any] = {
                "controller": answer.controller,
                "as_of": answer.as_of,
                "known_at": answer.known_at,
            }
            more = {
                "status": tracker.status(subject, **asked),
                "cancellation": tracker.cancellation(subject, **asked),
                "minors": tracker.minors(subject, **asked),
            }
    if as_json or form is Format.tree:
        give(answer, as_json=as_json, view=lineage_view, more=more)
        return
    from lineage.render import render

    sys.stdout.write(render(answer, form=form))
    if answer.unknown:
        raise typer.Exit(errors.UNKNOWN)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage show m1 --controller SLUG",
        "lineage show m1 --format svg > m1.svg",
        "lineage show m1 --as-of 2026-03-05 --json",
    )
    app.command("show", epilog=epilog)(with_place(show))
