"""How ``holders`` and ``recipient subjects`` look."""

from collections import defaultdict
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import lines, note, standing, table, title
from lineage.render.phrase import erasures
from lineage.render.text import moment, plain, spoken, words
from lineage.service.answers import HolderRow, Holders, RecipientSubjects

WAYS_SHOWN_MAX = 3


def holders_view(answer: Holders) -> Iterator[RenderableType]:
    """Yield one row per holder: own systems first, then who still holds something."""
    yield title(f"{answer.subject} at {answer.controller}", _count(answer))
    if answer.holders:
        columns = ("holder", "holds", "has erased", "since", "why")
        yield table(*columns, rows=_rows(answer), whole=("since",))
    else:
        yield note("No holder on record.")
    yield ""
    yield from standing(answer)


def _count(answer: Holders) -> str:
    holding = {(row.holder_kind, row.holder) for row in answer.holders if row.held}
    erased = {(row.holder_kind, row.holder) for row in answer.holders} - holding
    return f"{len(holding)} hold data, {len(erased)} have erased all they had"


def _rows(answer: Holders) -> Iterator[list[str | Text]]:
    groups: dict[tuple[str, str], list[HolderRow]] = defaultdict(list)
    for row in answer.holders:
        groups[row.holder_kind, row.holder].append(row)

    def order(item: tuple[tuple[str, str], list[HolderRow]]) -> tuple[bool, bool, str]:
        (kind, name), rows = item
        return kind != "system", not any(row.held for row in rows), name

    for (kind, name), rows in sorted(groups.items(), key=order):
        label = "own system" if kind == "system" else spoken(rows[0].recipient_kind or "recipient")
        held = sorted(row.category for row in rows if row.held)
        since = min(row.since for row in rows if row.held or not held)
        yield [
            Text(plain(name), style="bold" if held else "").append(f"\n{label}", "not bold dim"),
            Text(f"● {words(held)}" if held else "", style="yellow"),
            lines(*(said.removeprefix("erased ") for said in erasures(rows)), style="green"),
            moment(since),
            lines(*_ways(rows)),
        ]


def _ways(rows: list[HolderRow]) -> list[str]:
    """Say what decides that it holds the data, or holds them no more, the shortest way first."""
    ways = {}
    for row in [row for row in rows if row.held] or rows:
        between = row.paths[0][1:-1] if row.paths else []
        over = f" by way of {' → '.join(plain(party) for party in between)}" if between else ""
        ways[f"{spoken(row.why)}{over}"] = len(between)
    ordered = sorted(ways, key=lambda said: (ways[said], said))
    more = len(ordered) - WAYS_SHOWN_MAX
    return [*ordered[:WAYS_SHOWN_MAX], *([f"and {more} more"] if more > 0 else [])]


def recipient_subjects_view(answer: RecipientSubjects) -> Iterator[RenderableType]:
    """Yield one row per person, then how to get the next page."""
    yield title(f"{answer.recipient} at {answer.controller}")
    people: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in answer.rows:
        people[row.subject].append((row.category, moment(row.since)))
    if people:
        rows = (
            [subject, words(category for category, _ in held), min(since for _, since in held)]
            for subject, held in people.items()
        )
        yield table("person", "holds", "since", rows=rows, whole=("since",))
    else:
        yield note("It holds nobody's data on record.")
    if answer.next:
        yield note(f"More: add --cursor {answer.next}", style="bold")
    yield ""
    yield from standing(answer)
