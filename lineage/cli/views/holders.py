"""How ``holders`` and ``recipient subjects`` look."""

from collections import defaultdict
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import note, standing, table, title
from lineage.render.text import moment, plain, spoken, words
from lineage.service.answers import HolderRow, Holders, RecipientSubjects


def holders_view(answer: Holders) -> Iterator[RenderableType]:
    """Yield one row per holder and holding, categories joined; held first."""
    yield title(f"{answer.subject} at {answer.controller}", _count(answer))
    if answer.holders:
        yield table(
            "holder", "kind", "holds", "since", "why", "path", rows=_rows(answer), whole=("since",)
        )
    else:
        yield note("No holder on record.")
    yield ""
    yield from standing(answer)


def _count(answer: Holders) -> str:
    holding = {(row.holder_kind, row.holder) for row in answer.holders if row.held}
    erased = {(row.holder_kind, row.holder) for row in answer.holders} - holding
    return f"{len(holding)} hold data, {len(erased)} have erased all they had"


def _rows(answer: Holders) -> Iterator[list[str | Text]]:
    groups: dict[tuple[bool, str, str, str, str, str], list[HolderRow]] = defaultdict(list)
    for row in answer.holders:
        end = "" if row.erased_at is None else moment(row.erased_at)
        path = " → ".join(plain(party) for party in row.paths[0]) if row.paths else ""
        key = (
            not row.held,
            row.holder_kind,
            row.holder,
            moment(row.since),
            f"{row.why}|{end}",
            path,
        )
        groups[key].append(row)
    for (gone, kind, holder, since, why, path), rows in sorted(
        groups.items(), key=lambda item: (item[0][1] != "system", item[0])
    ):
        reason, _, end = why.partition("|")
        categories = words(sorted(row.category for row in rows))
        what = Text(f"● {categories}", style="yellow")
        if gone:
            what = Text(f"○ {categories}\nerased {end}", style="green")
        label = "own system" if kind == "system" else spoken(rows[0].recipient_kind or "recipient")
        more = max(len(row.paths) for row in rows) - 1
        others = f" (+{more} more)" if more > 0 else ""
        yield [holder, label, what, since, spoken(reason), f"{path}{others}"]


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
