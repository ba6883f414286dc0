"""``lineage policy coverage``: which scenarios hold which rules of the policies in use."""

from pathlib import Path
from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, load_policies, with_place
from lineage.cli.progress import progress

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[SCENARIO_FILE...]",
        help="Measure with these scenario files. Without any: the table that comes with lineage.",
    ),
]
One = Annotated[
    str | None,
    typer.Option("--controller", "-c", metavar="SLUG", help="Only this controller's policy."),
]
Reasons = Annotated[
    Path | None,
    typer.Option(
        "--reasons", metavar="FILE", help="Written reasons (YAML) for what no scenario can hold."
    ),
]


def coverage(
    place: Place,
    *,
    files: Files = None,
    controller: One = None,
    reasons: Reasons = None,
    as_json: Json = False,
) -> None:
    """Show which scenarios hold each rule, or why no machine can check it.

    Each enforced rule is switched off, and each number in it is moved by one: a scenario that
    fails then holds the rule. Measuring takes about a minute for a policy with 100 rules. Exit
    code 1 if a change survives that no scenario holds and no reason explains.
    """
    from lineage.cli.views.coverage import coverage_view
    from lineage.scenarios.mutation import coverage_of
    from lineage.scenarios.stored import stored_coverage
    from lineage.service.policies import check_controller

    if reasons is not None and not files:
        raise CommandError(
            "reasons are read where it is measured, and no scenario file is named",
            next_step="Name scenario files too, or leave --reasons out.",
        )
    library = load_policies(place)
    if controller is not None:
        check_controller(library, controller)
    controllers = library.controllers if controller is None else (controller,)
    if files:
        with progress("rules") as advance:
            table = coverage_of(
                library, files, controllers=controllers, reasons=reasons, advance=advance
            )
    else:
        table = stored_coverage(library, controllers)
    give(table, as_json=as_json, view=coverage_view)
    if any(table.survivors):
        raise typer.Exit(errors.FOUND)


def add_to(group: typer.Typer) -> None:
    """Add the command to the group of policies."""
    epilog = example(
        "lineage policy coverage --controller SLUG",
        "lineage policy coverage --policies my-policies my-scenarios.yaml",
    )
    group.command("coverage", epilog=epilog)(with_place(coverage))
