"""How it looks what of our own data must go and what must be kept."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day
from lineage.cli.views.tables import Cell, note, standing, table
from lineage.service.policy_answers import DueRow, Retention

_STYLES = {"erase": "yellow", "hold": "cyan"}


def retention_view(answer: Retention) -> Iterator[RenderableType]:
    """Yield one row per person, category and order."""
    if answer.due:
        yield table(
            *("person", "category", "order", "", "erase by", "hold until", "rule"),
            rows=(_row(row) for row in answer.due),
            whole=("erase by", "hold until", "rule"),
        )
    else:
        yield note("Nothing of our own is on record.")
    yield ""
    yield from standing(answer)


def _row(row: DueRow) -> list[Cell]:
    action = Text(row.action, style=_STYLES.get(row.action, ""))
    if row.overdue:
        action = Text("overdue", style="bold red")
    return [
        *(row.subject, row.category, row.order_id or "", action),
        *(day(row.erase_by), day(row.hold_until), row.rule or ""),
    ]
