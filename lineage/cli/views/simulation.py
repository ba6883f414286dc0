"""How a simulation looks: counts, then rows. The rows are never all in memory."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import Cell, lines, note, table, title
from lineage.render.text import moment, spoken, words
from lineage.service.simulation.outcomes import ChangeRow, Simulation

PAGE = 500
"""Rows of one table; the next begins with its head again"""

_WHATS = {
    "finding": "findings",
    "notice": "who is told of what, by when",
    "left_out": "who is left out of a plan",
    "own_erasure": "what our own systems erase",
    "right": "what right a request rests on",
    "request_dates": "dates of requests",
    "retention": "what is kept or erased, by when",
    "cancellation": "cancellations of accounts",
    "minor": "minors",
    "breach": "what a breach demands",
    "refused": "events that would have been refused",
}


def simulation_view(found: Simulation) -> Iterator[RenderableType]:
    """Yield how much of the record was gone through, and how many rows there are of each sort."""
    since = "always" if found.since is None else f"from {found.since} on"
    yield title(f"{found.controller} under {found.version}", since)
    yield note(
        f"{found.events:,} events of {found.people:,} people, up to {moment(found.as_of)}; "
        f"{found.concerned:,} people concerned"
    )
    yield ""
    if not found.counts:
        if not found.people:
            yield note("Nothing is on record of anybody: nothing could be compared.")
            return
        yield note("Nothing would have been different.", style="bold green")
        return
    yield table(
        *("what", "appears", "vanishes", "changes"),
        rows=([_WHATS[what], *_numbers(counts)] for what, counts in found.counts.items()),
        right=("appears", "vanishes", "changes"),
    )
    yield ""


def rows_view(rows: Iterable[ChangeRow]) -> Iterator[RenderableType]:
    """Yield the rows, a table for so many of them."""
    page: list[ChangeRow] = []
    for row in rows:
        page.append(row)
        if len(page) == PAGE:
            yield _table(page)
            page = []
    if page:
        yield _table(page)


def _table(rows: Iterable[ChangeRow]) -> RenderableType:
    return table(
        *("change", "person", "about", "now", "then"),
        rows=(_cells(row) for row in rows),
    )


def _cells(row: ChangeRow) -> list[Cell]:
    return [
        f"{spoken(row.what)} {row.change}",
        row.subject or "",
        ", ".join(row.about.values()),
        _said(row.before),
        _said(row.after),
    ]


def _said(said: dict[str, Any] | None) -> Text:
    if said is None:
        return lines("")
    return lines(*(f"{spoken(name)}: {_shown(value)}" for name, value in said.items() if value))


def _shown(value: Any) -> str:
    return words(value) if isinstance(value, list) else str(value)


def _numbers(counts: dict[str, int]) -> Iterator[str]:
    for change in ("appears", "vanishes", "changes"):
        yield f"{counts[change]:,}" if change in counts else ""
