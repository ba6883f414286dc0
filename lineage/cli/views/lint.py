"""How the holes and contradictions of a file look; where a new file lies."""

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import lines, note, table
from lineage.service.policy_answers import LintRow, NewPolicy

_STYLES = {"contradiction": "bold red", "hole": "yellow"}


def lint_view(rows: list[LintRow]) -> Iterator[RenderableType]:
    """Yield one row each, by file, and how many there are."""
    if not rows:
        yield note("No hole and no contradiction.", style="bold green")
        return
    for file in dict.fromkeys(row.file for row in rows):
        yield note(file, style="bold")
        yield table(
            *("line", "what", "rule", "says and what to do"),
            rows=(
                [
                    str(row.line),
                    lines(row.code, row.path, style=_STYLES[row.severity]),
                    row.rule or "",
                    Text.assemble(f"{row.says}\n", (row.do, "dim")),
                ]
                for row in rows
                if row.file == file
            ),
            right=("line",),
            whole=("rule",),
        )
        yield ""
    count = Counter(row.severity for row in rows)
    yield note(", ".join(_counted(number, name) for name, number in sorted(count.items())))


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def new_policy_view(answer: NewPolicy) -> Iterator[RenderableType]:
    """Yield where the file was written."""
    yield note(f"{answer.file}: the ids of its rules begin with {answer.prefix}", style="")
