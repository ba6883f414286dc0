"""How every table looks, and the lines around it. Cells are text and never read as markup."""

from collections.abc import Container, Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from lineage.render.text import moment, plain
from lineage.service.answers import Question

Cell = str | Text


def table(
    *columns: str,
    rows: Iterable[Iterable[Cell]],
    right: Container[str] = (),
    whole: Container[str] = (),
) -> Table:
    """Return a table; columns in ``right`` hold numbers, those in ``whole`` are never broken."""
    made = Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold",
            no_wrap=column in whole,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else lines(cell) for cell in row))
    return made


def lines(*parts: str, style: str = "") -> Text:
    """Return a cell of one line per part, empty parts left out."""
    return Text("\n".join(plain(part) for part in parts if part), style=style)


def title(*parts: str) -> Text:
    """Return the line above a table."""
    head, *rest = (plain(part) for part in parts)
    line = Text(head, style="bold")
    for part in rest:
        line.append(f"  {part}", style="not bold dim")
    return line


def note(text: str, *, style: str = "dim") -> Text:
    """Return one line of plain text."""
    return Text(plain(text, chars_max=2000), style=style)


def standing(question: Question) -> list[Text]:
    """Return what an answer rests on: moment, policy, how much of the record, who is silent."""
    lanes = ", ".join(f"{lane} {size}" for lane, size in sorted(question.complete_up_to.items()))
    since = moment(question.complete_from) if question.complete_from else "nothing on record"
    shown = [
        note(
            f"as of {moment(question.as_of)} · known at {moment(question.known_at)} · "
            f"policy {question.policy_version} · record from {since} · {lanes or 'ledger empty'}"
        )
    ]
    if question.silent_sources:
        names = ", ".join(question.silent_sources)
        shown.append(note(f"silent for too long: {names}", style="yellow"))
    if question.unknown:
        shown.append(
            note("unknown: too little is on record to answer this question.", style="bold magenta")
        )
    return shown
