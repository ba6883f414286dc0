"""How the coverage of policies looks."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType

from lineage.cli.views.tables import Cell, lines, note, table, title
from lineage.render.text import spoken
from lineage.scenarios.coverage import Change, Coverage, RuleCoverage

IDS_MAX = 3


def coverage_view(answer: Coverage) -> Iterator[RenderableType]:
    """Yield a table for each policy, then a line for each change that survives, and the sums."""
    for controller, rows in groupby(answer.rules, key=lambda row: row.controller):
        yield title(controller)
        yield table(
            *("rule", "kind", "basis", "held by"),
            rows=([row.rule, _kind(row), row.basis, _held(row)] for row in rows),
            whole=("rule",),
        )
        yield ""
    for row, change in answer.survivors:
        yield note(f"survives: {row.name}: {change.change}", style="bold red")
    yield note(answer.summary())


def _kind(row: RuleCoverage) -> str:
    return spoken(row.kind) + (f" ({row.number})" if row.number > 1 else "")


def _held(row: RuleCoverage) -> Cell:
    if row.not_machine_checkable is not None:
        return lines(f"not checkable: {row.not_machine_checkable}", style="dim")
    return lines(*(_said(change) for change in row.changes))


def _said(change: Change) -> str:
    more = len(change.held_by) - IDS_MAX
    held = ", ".join(change.held_by[:IDS_MAX]) + (f" and {more} more" if more > 0 else "")
    if held:
        return f"{change.change}: {held}"
    return f"{change.change}: no scenario" + (f". {change.why}" if change.why else "")
