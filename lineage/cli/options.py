"""The options that several commands share, written once. No command lives here."""

from datetime import datetime
from typing import Annotated

import typer


def moment(text: str) -> datetime:
    """Read a time or a date; a date is its 00:00 UTC, as in the contract."""
    from lineage.events.times import parse_time

    try:
        return parse_time(text)
    except ValueError:
        says = "expected 2026-03-05 (00:00 UTC) or a time such as 2026-03-05T10:00:00Z"
        raise typer.BadParameter(says) from None


Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Controller = Annotated[
    str | None,
    typer.Option("--controller", "-c", metavar="SLUG", help="Whose record: the controller's slug."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        parser=moment,
        help="What had happened up to this time. A date means 00:00 UTC.",
    ),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        parser=moment,
        help="What had been recorded up to this time. A date means 00:00 UTC.",
    ),
]
Subject = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="The person's id with the controller.")
]


def example(*lines: str) -> str:
    """Return the closing paragraphs of a help text: how the command is called."""
    return "\n\n".join(f"Example: {line}" for line in lines)
