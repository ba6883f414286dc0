"""``lineage outbox``: publish what a service's outbox holds, and say what waits in it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.errors import FOUND, UNUSABLE, CommandError
from lineage.cli.options import Json, example
from lineage.cli.output import give
from lineage.service.answers import Answer
from streams.options import SERVERS, Kafka, SecurityName, secured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from lineage.outbox import OutboxUnusable

NAME = "lineage_outbox"
Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="LINEAGE_OUTBOX",
        metavar="URL",
        help="The service's own database, as a URL of SQLAlchemy: PostgreSQL or SQLite.",
    ),
]
Table = Annotated[str, typer.Option("--table", metavar="NAME", help="Name of the outbox.")]
Schema = Annotated[
    str | None, typer.Option("--schema", metavar="NAME", help="Schema that the table is in.")
]


class OutboxReceipt(Answer):
    """``lineage outbox relay``: how many events were published, and how many are left."""

    published: int
    left: int


class StuckRow(Answer):
    """An event that has failed; it is tried again and again."""

    position: int
    attempts: int
    last_error: str


class OutboxState(Answer):
    """``lineage outbox status``: how many events wait, since when, and which of them fail."""

    events: int
    oldest_at: datetime | None
    failing: int
    stuck: list[StuckRow]


def relay(
    *,
    database: Database,
    kafka: Kafka = SERVERS,
    kafka_security: SecurityName = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Append to a file instead, for `record`."),
    ] = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left to publish.")
    ] = False,
    table: Table = NAME,
    schema: Schema = None,
    as_json: Json = False,
) -> None:
    """Publish the outbox of a service until told to stop. Several may run at once.

    What cannot be delivered stays in the outbox and is tried again. With --until-empty the exit
    code is 1 if anything is left.
    """
    from contextlib import nullcontext

    from lineage.outbox import (
        OutboxUnusable,
        run_relay,
        stopped_by_signals,
        to_file,
        to_kafka,
        what_waits,
    )

    connect = to_kafka(kafka, security=secured(kafka_security)) if file is None else to_file(file)
    try:
        with nullcontext() if until_empty else stopped_by_signals() as stop:
            published = run_relay(database, connect, name=table, schema=schema, stop=stop)
        left = what_waits(database, name=table, schema=schema).events
    except OutboxUnusable as error:
        raise _unusable(error) from None
    give(OutboxReceipt(published=published, left=left), as_json=as_json, view=_receipt_view)
    if until_empty and left:
        raise typer.Exit(FOUND)


def status(
    *, database: Database, table: Table = NAME, schema: Schema = None, as_json: Json = False
) -> None:
    """Say what waits in the outbox of a service. Exit code 1 if an event cannot be delivered."""
    from lineage.outbox import OutboxUnusable, what_waits

    try:
        found = what_waits(database, name=table, schema=schema)
    except OutboxUnusable as error:
        raise _unusable(error) from None
    state = OutboxState(
        events=found.events,
        oldest_at=found.oldest_at,
        failing=found.failing,
        stuck=[
            StuckRow(position=row.position, attempts=row.attempts, last_error=row.last_error)
            for row in found.stuck
        ],
    )
    give(state, as_json=as_json, view=_state_view)
    if state.failing:
        raise typer.Exit(FOUND)


def _unusable(error: "OutboxUnusable") -> CommandError:
    advice = "Check --database, and that the table is there: see docs/emitting.md."
    return CommandError(str(error), next_step=advice, exit_code=UNUSABLE)


def _receipt_view(receipt: OutboxReceipt) -> "Iterator[RenderableType]":
    from lineage.cli.views.tables import note

    yield note(f"{receipt.published:,} published · {receipt.left:,} left", style="bold")


def _state_view(state: OutboxState) -> "Iterator[RenderableType]":
    from lineage.cli.views.tables import note, table
    from lineage.render.text import moment

    since = f" · the oldest since {moment(state.oldest_at)}" if state.oldest_at else ""
    yield note(f"{state.events:,} events wait{since} · {state.failing:,} have failed", style="bold")
    if state.stuck:
        yield table(
            *("position", "attempts", "last error"),
            rows=([str(row.position), str(row.attempts), row.last_error] for row in state.stuck),
            right=["position", "attempts"],
        )


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Events that a service has committed to its own database.",
        no_args_is_help=True,
        epilog=example("lineage outbox relay --database sqlite:///checkout.db"),
    )
    epilog = example(
        "lineage outbox relay --database postgresql+psycopg://relay@db/shop --kafka kafka:9092",
        "lineage outbox relay --database sqlite:///checkout.db --file events.jsonl --until-empty",
    )
    group.command("relay", epilog=epilog)(relay)
    epilog = example("lineage outbox status --database sqlite:///checkout.db")
    group.command("status", epilog=epilog)(status)
    app.add_typer(group, name="outbox")
