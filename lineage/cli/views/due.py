"""How it looks what is due."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day
from lineage.cli.views.tables import Cell, note, standing, table
from lineage.render.text import spoken, words
from lineage.service.request_answers import Due, LimitRow


def due_view(answer: Due) -> Iterator[RenderableType]:
    """Yield one row per limit."""
    if answer.due:
        yield table(
            *("by", "", "what", "request", "person", "recipient", "categories", "rule"),
            rows=(_row(row) for row in answer.due),
            whole=("by", "what", "rule"),
        )
        if answer.next:
            yield note(f"There is more: --cursor {answer.next}")
    else:
        yield note("Nothing is due.")
    yield ""
    yield from standing(answer)


def _row(row: LimitRow) -> list[Cell]:
    late = Text("overdue", style="bold red") if row.overdue else Text("")
    return [
        *(day(row.by), late, spoken(row.what), row.request or "", row.subject or ""),
        *(row.recipient or "", words(row.categories or ()), row.rule or ""),
    ]
