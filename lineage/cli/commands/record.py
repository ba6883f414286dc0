"""``lineage record``: events from a file into the ledger. Every refused event is accounted for."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lineage.cli import errors
from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import Place, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.receipts import receipt_view, say_problems

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="CloudEvents: JSON lines, an array or one document; - for stdin."
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Record nothing at all if anything is wrong.")
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, max=100_000, help="Events in one transaction.")
]


def record(
    place: Place,
    *,
    file: File,
    strict: Strict = False,
    batch_size: BatchSize = 2000,
    as_json: Json = False,
) -> None:
    """Record the events of a file.

    Refused events are kept as dead letters and named by line and field; the rest is recorded.
    """
    source = readable(file)
    with opened(place) as tracker, progress("recording", as_bytes=True) as advance:
        receipt = tracker.record_file(
            source, strict=strict, batch_size=batch_size, progress=advance
        )
    give(receipt, as_json=as_json, view=receipt_view)
    if not as_json:
        say_problems(receipt, strict=strict)
    if receipt.refused:
        raise typer.Exit(errors.USAGE if strict else errors.REFUSED)


def readable(file: str) -> "Path | Literal['-']":
    """Return the file to read, or say at once that there is none."""
    if file == "-":
        return "-"
    path = Path(file)
    if not path.is_file():
        found = "it is a folder" if path.is_dir() else "there is no such file"
        raise CommandError(
            f"{file}: {found}", next_step="Name a file of events, or - for standard input."
        )
    return path


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage record events.jsonl", "zcat events.jsonl.gz | lineage record - --json"
    )
    app.command("record", epilog=epilog)(with_place(record))
