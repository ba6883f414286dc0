"""``lineage policy lint`` and ``new``: policy files before they are in use."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give, give_rows, say
from lineage.cli.place import Place, load_policies, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.lint import lint_view, new_policy_view

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A policy file, or a folder of all its versions.")
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The controller's slug, as events will name it.")
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="Write it there, where no file is yet."),
]


def lint(place: Place, *, file: File, as_json: Json = False) -> None:
    """Show holes and contradictions of a policy file, and of a registry (--registry) with it.

    Each with its place and what to do. With --store (or LINEAGE_STORE) it also shows what the
    record has and the files lack: recipients and sources that are not registered, agreements and
    the like that a policy demands; consents that events name and nobody recorded; ids of people
    that look like an e-mail address. Everybody on record is read for it. Exit code 1 if anything
    is found, 2 if a file is no policy.
    """
    from lineage.service.linting import lint_rows, read_files

    linted = read_files(file, place.recipients)
    rows = lint_rows(linted.rows)
    if place.store is None:
        say("the record was not looked at: name the store with --store")
    else:
        with (
            opened(replace(place, policies=None, recipients=None)) as tracker,
            progress("linting") as advance,
        ):
            rows += tracker.lint(linted, progress=advance)
    give_rows(rows, as_json=as_json, view=lint_view)
    if rows:
        raise typer.Exit(errors.FOUND)


def new(place: Place, *, name: Name, to: To = None, as_json: Json = False) -> None:
    """Print a policy file to begin with: every section with a comment that says what to change.

    It has no hole. Its rules' ids begin with a number that no policy in use has.
    """
    from lineage.service.policies import new_policy

    made = new_policy(load_policies(place), name)
    if to is None and not as_json:
        sys.stdout.write(made.text)  # as it is: a console would break its lines
        return
    if to is not None:
        try:
            with to.open("x", encoding="utf-8") as stream:
                stream.write(made.text)
        except FileExistsError:
            raise CommandError(
                f"{to} is there already, and is left as it is", next_step="Name another file."
            ) from None
        made = made.model_copy(update={"file": str(to)})
    give(made, as_json=as_json, view=new_policy_view)


def add_to(group: typer.Typer) -> None:
    """Add the two commands to the group of policies."""
    epilog = example(
        "lineage policy lint my-shop.yaml",
        "lineage policy lint my-policies --registry recipients.yaml --store sqlite:///lineage.db",
        "lineage policy lint my-shop.yaml --json",
    )
    group.command("lint", epilog=epilog)(with_place(lint))
    epilog = example(
        "lineage policy new my-shop > my-shop.yaml",
        "lineage policy new my-shop --to my-policies/my-shop.yaml",
    )
    group.command("new", epilog=epilog)(with_place(new))
