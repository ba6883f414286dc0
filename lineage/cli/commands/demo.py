"""``lineage demo``: the main job once, on a year of real orders."""

from pathlib import Path
from typing import Annotated

import typer

from lineage.cli import errors
from lineage.cli.options import example
from lineage.cli.output import out as standard_output

Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the demo's own store.")
]
# Its own option, deaf to LINEAGE_STORE: a demo must not end up in somebody's production store.
Store = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="Another store. Default: in --out.")
]


def demo(out: Out = Path("demo-out"), store: Store = None) -> None:
    """Record a year of orders of five shops, ask who holds what, and have 50 people forgotten.

    Everything happens on this machine; the recipients are invented and listen on loopback.
    """
    from lineage.demo.run import run

    result = run(store=store, out=out, console=standard_output())
    if not result.ok:
        raise typer.Exit(errors.FOUND)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", epilog=example("lineage demo --out demo-out"))(demo)
