"""``lineage db``: the tables of the store, and who may do what with them."""

import json
from typing import Annotated

import typer

from lineage.cli.options import Json, example
from lineage.cli.output import say
from lineage.cli.place import Place, grant_roles, upgrade_tables, with_place

Ingest = Annotated[
    str | None,
    typer.Option(
        "--ingest",
        metavar="ROLE",
        help="Role that records, decides and dispatches; it cannot change what is recorded.",
    ),
]
Reader = Annotated[
    str | None,
    typer.Option("--reader", metavar="ROLE", help="Role that asks and verifies; writes nothing."),
]
Apply = Annotated[
    bool, typer.Option("--apply", help="Run the statements, all or none, in place of printing.")
]


def upgrade(place: Place, *, as_json: Json = False) -> None:
    """Make the tables, or bring them to the form this version needs."""
    revision, unknown = upgrade_tables(place)
    if as_json:
        typer.echo(json.dumps({"revision": revision, "people_to_rebuild": unknown}))
        return
    typer.echo(f"The store is at {revision}.")
    if unknown:
        say(
            f"{unknown:,} of the people on record stand as an older version left them: answers are"
            " right, recording about them is slow. `lineage rebuild` mends it, others may go on."
        )


def grants(
    place: Place,
    *,
    ingest: Ingest = None,
    reader: Reader = None,
    apply: Apply = False,
    as_json: Json = False,
) -> None:
    """Print (or run) the SQL that gives roles of PostgreSQL what they need, and no more.

    The roles must be there (CREATE ROLE ... LOGIN), and the tables (lineage db upgrade); the store
    is opened as their owner. Run it again after every upgrade: new tables need new grants. An
    SQLite store has no roles: its least privilege is the modes of its files.
    """
    statements = grant_roles(place, ingest=ingest, reader=reader, apply=apply)
    if as_json:
        typer.echo(json.dumps({"applied": apply, "statements": statements}, indent=2))
    elif apply:
        typer.echo(f"{len(statements)} statements run: the roles may do what they need.")
    else:
        typer.echo("BEGIN;")
        for statement in statements:
            typer.echo(f"{statement};")
        typer.echo("COMMIT;")


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The tables of the store, and who may do what with them.",
        no_args_is_help=True,
        epilog=example("lineage db upgrade"),
    )
    epilog = example("lineage db upgrade --store sqlite:///lineage.db")
    group.command("upgrade", epilog=epilog)(with_place(upgrade))
    epilog = example(
        "lineage db grants --ingest lineage_ingest --reader lineage_reader",
        "lineage db grants --ingest lineage_ingest --apply",
    )
    group.command("grants", epilog=epilog)(with_place(grants))
    app.add_typer(group, name="db")
