"""How the differences between two policies look."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day
from lineage.cli.views.tables import Cell, note, table, title
from lineage.service.policy_answers import DiffRow, DiffSide, PolicyDiff

_STYLES = {"stricter": "green", "looser": "red"}
_GROUPS = {"people": "For people", "recipients": "For recipients", "us": "For us"}


def policy_diff_view(answer: PolicyDiff) -> Iterator[RenderableType]:
    """Yield both policies, the counts, and one table for each group that has rows."""
    yield title("A", *_side(answer.a))
    yield title("B", *_side(answer.b))
    if not answer.rows:
        yield note("No difference.", style="bold green")
        return
    counts = answer.counts
    yield note(
        f"{counts.people} for people, {counts.recipients} for recipients, {counts.us} for us; "
        f"{counts.stricter} stricter, {counts.looser} looser; {counts.wording} only wording"
    )
    demands = [row for row in answer.rows if not row.wording]
    for whom, heading in _GROUPS.items():
        yield from _group(heading, [row for row in demands if row.for_whom == whom])
    yield from _group("Only wording", [row for row in answer.rows if row.wording])


def _side(side: DiffSide) -> tuple[str, ...]:
    since = day(side.effective_from)
    return side.name, f"version {side.version}", *([f"from {since}"] if since else [])


def _group(heading: str, rows: list[DiffRow]) -> Iterator[RenderableType]:
    if rows:
        yield ""
        yield title(heading)
        yield table("rule", "what changes", "", rows=map(_row, rows), whole=("rule", ""))


def _row(row: DiffRow) -> list[Cell]:
    ids = dict.fromkeys(rule for rule in (row.rule_a, row.rule_b) if rule)
    direction = "" if row.direction == "other" else row.direction
    return [
        " > ".join(ids),
        note(row.says, style=""),
        Text(direction, style=_STYLES.get(direction, "")),
    ]
