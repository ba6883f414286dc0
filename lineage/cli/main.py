"""The command ``lineage``: the tree of commands is put together here, and nothing is done here."""

from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.commands import (
    breach,
    check,
    database,
    dead_letters,
    demo,
    dispatch,
    doctor,
    due,
    generate,
    holders,
    policy,
    rebuild,
    recipient,
    record,
    report,
    requests,
    retention,
    scenario,
    show,
    verify,
)
from lineage.cli.place import Place
from lineage.cli.plugins import add_plugins
from lineage.cli.root import Root

_MODULES = (
    record,
    show,
    holders,
    report,
    recipient,
    check,
    requests,
    due,
    retention,
    breach,
    policy,
    scenario,
    dispatch,
    dead_letters,
    rebuild,
    verify,
    doctor,
    database,
    generate,
    demo,
)


def make_app(*, plugins: bool = True) -> typer.Typer:
    """Return the whole command tree."""
    app = typer.Typer(
        name="lineage",
        cls=Root,
        help="Who holds whose personal data, by which hop, and who must be told to erase it.",
        epilog="Begin with: lineage demo",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_globals)
    for module in _MODULES:
        module.add_to(app)
    if plugins:
        add_plugins(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lineage {version('lineage')}")
        raise typer.Exit


def _globals(
    ctx: typer.Context,
    *,
    store: Annotated[
        str | None,
        typer.Option(
            envvar="LINEAGE_STORE", metavar="URL", help="Database. Default sqlite:///lineage.db."
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            envvar="LINEAGE_KEYS",
            metavar="DIR",
            help="Folder of the keys. Default: beside the database.",
        ),
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(
            envvar="LINEAGE_POLICIES",
            metavar="DIR",
            help="Folder of policy files. Default: the library that comes with lineage.",
        ),
    ] = None,
    recipients: Annotated[
        Path | None,
        typer.Option(
            "--recipients",
            "--registry",
            envvar="LINEAGE_RECIPIENTS",
            metavar="FILE",
            help="Recipient registry: how each recipient is told. Default: none.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version."),
    ] = False,
) -> None:
    ctx.obj = Place(store=store, keys=keys, policies=policies, recipients=recipients)


def main() -> None:
    """Run the command line; the exit code is one of ``lineage.cli.errors``."""
    make_app()()


if __name__ == "__main__":
    main()
