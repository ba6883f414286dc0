"""How the answer to a person looks."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.requests import day, state
from lineage.cli.views.tables import Cell, note, standing, table, title
from lineage.render.text import spoken, words
from lineage.service.request_answers import Report, ReportedCategory, ReportedRecipient


def report_view(answer: Report) -> Iterator[RenderableType]:
    """Yield three tables: what we hold, who got it and was told, what was asked for."""
    yield title(f"What {answer.controller} has on record of {answer.subject}")
    if answer.categories:
        yield table(
            *("category", "state", "from", "for", "erase by", "hold until"),
            rows=(_category(row) for row in answer.categories),
            whole=("erase by", "hold until"),
        )
    else:
        yield note("Nothing of our own.")
    yield ""
    yield title("Who got data, and was told to erase it")
    if answer.recipients:
        yield table(
            *("recipient", "kind", "region", "categories", "for", "basis", "first", "last", "told"),
            rows=(_recipient(row) for row in answer.recipients),
            whole=("first", "last"),
        )
    else:
        yield note("Nobody.")
    if answer.requests:
        yield ""
        yield title("What was asked for")
        yield table(
            *("request", "right", "received", "outcome", "state"),
            rows=(
                [
                    *(row.request, row.right, day(row.received)),
                    *(row.outcome or "", state(row.state)),
                ]
                for row in answer.requests
            ),
            whole=("received",),
        )
    yield ""
    yield from standing(answer)


def _category(row: ReportedCategory) -> list[Cell]:
    return [
        *(row.category, state(row.state), words(row.sources), words(row.purposes)),
        *(day(row.erase_by), day(row.hold_until)),
    ]


def _recipient(row: ReportedRecipient) -> list[Cell]:
    told = Text(", ").join(state(notice.state) for notice in row.notices)
    return [
        *(row.recipient, spoken(row.recipient_kind or ""), row.region or "", words(row.categories)),
        *(words(row.purposes), words(row.legal_bases), day(row.first), day(row.last)),
        told,
    ]
