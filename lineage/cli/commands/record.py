"""``lineage record``: events from a file into the ledger. Every refused event is accounted for."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lineage.cli import errors
from lineage.cli.errors import CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.cli.place import DEFAULT_STORE, Place, opened, with_place
from lineage.cli.progress import progress
from lineage.cli.views.receipts import receipt_view, say_problems

if TYPE_CHECKING:
    from lineage.service.answers import RecordReceipt

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
WritersOption = Annotated[
    int | None,
    typer.Option(
        "--writers",
        min=1,
        max=64,
        help="Processes that write at once. Default: 2 for a large file into PostgreSQL, else 1.",
    ),
]
LARGE_BYTES = 16 << 20


def record(
    place: Place,
    *,
    file: File,
    strict: Strict = False,
    batch_size: BatchSize = 2000,
    writers: WritersOption = None,
    as_json: Json = False,
) -> None:
    """Record the events of a file.

    Refused events are kept as dead letters and named by line and field; the rest is recorded.
    """
    source = readable(file)
    count = _writers(place, source, writers, strict=strict)
    with opened(place) as tracker, progress("recording", as_bytes=True) as advance:
        if count > 1:
            receipt = _with_writers(place, source, count, batch_size, advance)
        else:
            receipt = tracker.record_file(
                source, strict=strict, batch_size=batch_size, progress=advance
            )
        if not receipt.refused or not strict:
            tracker.rejudge()
    give(receipt, as_json=as_json, view=receipt_view)
    if not as_json:
        say_problems(receipt, strict=strict)
    if receipt.refused:
        raise typer.Exit(errors.USAGE if strict else errors.REFUSED)


def _writers(
    place: Place, source: "Path | Literal['-']", asked: int | None, *, strict: bool
) -> int:
    """How many processes write. A file database has one writer, and so has one transaction."""
    alone = (place.store or DEFAULT_STORE).startswith("sqlite") or strict
    if alone:
        if (asked or 1) > 1:
            raise CommandError(
                "only one process can write here",
                next_step="Leave --writers out: it is for PostgreSQL, and not with --strict.",
            )
        return 1
    if asked is not None:
        return asked
    return 2 if source != "-" and source.stat().st_size >= LARGE_BYTES else 1


def _with_writers(
    place: Place,
    source: "Path | Literal['-']",
    count: int,
    batch_size: int,
    advance: "Callable[[int, int | None], None]",
) -> "RecordReceipt":
    from lineage import writers

    where = writers.Place(
        place.store or DEFAULT_STORE, place.keys, place.policies, place.recipients
    )
    size = None if source == "-" else source.stat().st_size
    with ExitStack() as stack:
        stream = sys.stdin.buffer if source == "-" else stack.enter_context(source.open("rb"))
        return writers.record_with_writers(
            where,
            stream,
            writers=count,
            batch_size=batch_size,
            progress=lambda read: advance(read, size),
        )


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
        "lineage record events.jsonl",
        "lineage record events.jsonl --writers 4  # PostgreSQL",
        "zcat events.jsonl.gz | lineage record - --json",
    )
    app.command("record", epilog=epilog)(with_place(record))
