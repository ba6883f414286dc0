"""How it looks what breaches demand."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day
from lineage.cli.views.tables import Cell, lines, note, standing, table
from lineage.render.text import spoken
from lineage.service.policy_answers import Breaches, BreachRow


def breach_view(answer: Breaches) -> Iterator[RenderableType]:
    """Yield one row per breach, with everybody who was not told."""
    if answer.breaches:
        yield table(
            *("breach", "tell by", "not told", "regulator", "rule"),
            rows=(_row(row) for row in answer.breaches),
            whole=("tell by", "rule"),
        )
    else:
        yield note("No breach is on record.")
    yield ""
    yield from standing(answer)


def _row(row: BreachRow) -> list[Cell]:
    missing = lines(*row.not_told, style="yellow") if row.not_told else "nobody"
    report = Text(spoken(row.regulator), style="yellow" if row.regulator == "due" else "")
    return [row.breach, day(row.notify_by), missing, report, row.rule]
