"""``lineage scenario test``: a policy's own tests."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lineage.cli import errors
from lineage.cli.options import Json, example
from lineage.cli.place import PoliciesOption

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files (YAML).")]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Run in a throw-away schema of this store; LINEAGE_STORE is not read. "
        "Default: a throw-away file.",
    ),
]


def run_files(
    ctx: typer.Context,
    *,
    files: Files,
    store: Store = None,
    policies: PoliciesOption = None,
    as_json: Json = False,
) -> None:
    """Run scenarios: given these events, when this is asked, then this must be the answer.

    Each runs in a fresh store of its own, under the policies in use; nobody is told anything.
    Exit code 1 if any fails; 2 if a file is not valid, and then nothing is run.
    """
    from lineage.policy.loader import load_library
    from lineage.scenarios.files import read_scenarios
    from lineage.scenarios.report import as_object, count_line, lines
    from lineage.scenarios.running import scenario_runner

    outer = ctx.find_root()
    library = load_library(policies or getattr(outer.obj, "policies", None))
    scenarios = read_scenarios(files, library.controllers)
    outcomes = []
    with scenario_runner(library, store=store or _said_before(outer)) as run:
        for scenario in scenarios:
            outcomes.append(run(scenario))
            if not as_json:
                sys.stdout.writelines(f"{line}\n" for line in lines(outcomes[-1]))
    if as_json:
        said = json.dumps(as_object(outcomes), indent=1, ensure_ascii=False)
        sys.stdout.write(said + "\n")
    else:
        sys.stdout.write(count_line(outcomes) + "\n")
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(errors.FOUND)


def _said_before(root: Any) -> str | None:
    """The store as it was named before the command: what tests a policy must not happen to run
    in the store that the environment names.
    """
    source = root.get_parameter_source("store")
    said = source is not None and source.name == "COMMANDLINE"
    return root.params.get("store") if said else None


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Scenarios: a policy's own tests.",
        no_args_is_help=True,
        epilog=example("lineage scenario test scenarios/*.yaml"),
    )
    epilog = example(
        "lineage scenario test scenarios/*.yaml",
        "lineage scenario test --policies my-policies my-scenarios.yaml --json",
    )
    group.command("test", epilog=epilog)(run_files)
    app.add_typer(group, name="scenario")
