"""How dead letters look. A whole message is shown only where it was asked for."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import note, table, title
from lineage.render.text import moment
from lineage.service.answers import DeadLetterRow, DeadLetters

MESSAGE_CHARS_MAX = 100_000


def dead_letters_view(answer: DeadLetters) -> Iterator[RenderableType]:
    """Yield the count by reason, then one row per message."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(answer.reasons.items()))
    letters = "dead letter" if answer.total == 1 else "dead letters"
    yield title(f"{answer.total:,} {letters}", reasons)
    if answer.rows:
        yield table(
            *("id", "recorded", "lane", "place", "type", "reason", "field", "expected"),
            rows=(
                [
                    *(str(row.id), moment(row.recorded_at), row.lane, row.place),
                    *(row.type.removeprefix("lineage."), row.reason, row.field, row.expected),
                ]
                for row in answer.rows
            ),
            right=["id"],
            whole=("recorded", "place"),
        )
        yield ""
        yield note("One whole: lineage dead-letters show ID. Again: lineage dead-letters replay")


def dead_letter_view(row: DeadLetterRow) -> Iterator[RenderableType]:
    """Yield what was wrong, then the message as it came."""
    yield title(f"dead letter {row.id}", moment(row.recorded_at), f"{row.lane} {row.place}")
    yield note(row.type, style="")
    yield note(f"{row.field}: expected {row.expected} ({row.reason})".removeprefix(": "), style="")
    if row.message is not None:
        yield note("")
        yield Text("".join(_shown(line) for line in row.message.splitlines(keepends=True)))


def _shown(line: str) -> str:
    ending = "\n" if line.endswith(("\n", "\r")) else ""
    shown = line.rstrip("\r\n")[:MESSAGE_CHARS_MAX]
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in shown) + ending
