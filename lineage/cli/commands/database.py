"""``lineage db``: the tables of the store."""

import json

import typer

from lineage.cli.options import Json, example
from lineage.cli.place import Place, upgrade_tables, with_place


def upgrade(place: Place, *, as_json: Json = False) -> None:
    """Make the tables, or bring them to the form this version needs."""
    revision = upgrade_tables(place)
    typer.echo(json.dumps({"revision": revision}) if as_json else f"The store is at {revision}.")


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The tables of the store.",
        no_args_is_help=True,
        epilog=example("lineage db upgrade"),
    )
    epilog = example("lineage db upgrade --store sqlite:///lineage.db")
    group.command("upgrade", epilog=epilog)(with_place(upgrade))
    app.add_typer(group, name="db")
