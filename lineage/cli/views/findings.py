"""How findings look."""

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import Cell, lines, note, standing, table
from lineage.render.text import moment, spoken, words
from lineage.service.answers import FindingRow
from lineage.service.policy_answers import FindingHistory, Findings, RecordedFinding

_STYLES = {"violation": "bold red", "default_violation": "red", "gap": "yellow"}


def findings_view(answer: Findings) -> Iterator[RenderableType]:
    """Yield one row per finding, how many there are of each kind, and what the answer rests on."""
    if answer.findings:
        yield findings_table(answer.findings)
        yield ""
        count = Counter(row.kind for row in answer.findings)
        yield note(", ".join(f"{number} {spoken(kind)}" for kind, number in sorted(count.items())))
    else:
        yield note("Nothing found.", style="bold green")
    yield ""
    yield from standing(answer)


def findings_table(rows: list[FindingRow]) -> RenderableType:
    """One row per finding."""
    return table(
        *("finding", "rule", "event", "person", "categories", "because"),
        rows=(_row(row) for row in rows),
        whole=("rule",),
    )


def history_view(answer: FindingHistory) -> Iterator[RenderableType]:
    """Yield one row per finding on record, and how far judging has come."""
    if answer.findings:
        yield table(
            *("finding", "rule", "event", "person", "categories", "found", "gone"),
            rows=(_recorded(row) for row in answer.findings),
            whole=("rule",),
        )
    else:
        yield note("Nothing was found.", style="bold green")
    yield ""
    if answer.judged_up_to < answer.known_at:
        yield note(f"judged up to {moment(answer.judged_up_to)}: lineage rejudge")
    yield from standing(answer)


def _recorded(row: RecordedFinding) -> list[Cell]:
    return [
        Text(spoken(row.kind), style=_STYLES.get(row.kind, "")),
        row.rule or spoken(row.reason or ""),
        row.event,
        row.subject or "",
        words(row.categories),
        moment(row.found),
        "" if row.gone is None else moment(row.gone),
    ]


def _row(row: FindingRow) -> list[Cell]:
    return [
        Text(spoken(row.kind), style=_STYLES.get(row.kind, "")),
        row.rule or "",
        row.event or "",
        row.subject or "",
        words(row.categories),
        lines(row.says, spoken(row.reason or "")),
    ]
