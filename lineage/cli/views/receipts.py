"""How a receipt looks, and how refused events are named: by line and field, never by value."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.output import say
from lineage.cli.views.tables import table
from lineage.render.text import plain
from lineage.service.answers import Problem, RecordReceipt

PROBLEMS_SHOWN_MAX = 20


def receipt_view(receipt: RecordReceipt) -> Iterator[RenderableType]:
    """Yield one line of counts."""
    line = Text(f"{receipt.recorded:,} recorded", style="bold green" if receipt.recorded else "")
    line.append(f" of {receipt.read:,} read", style="not bold default")
    line.append(f" · {receipt.duplicates:,} already on record", style="not bold default")
    refused = f" · {receipt.refused:,} refused"
    line.append(refused, style="bold red" if receipt.refused else "not bold default")
    rate = f" ({receipt.read / receipt.seconds:,.0f} a second)" if receipt.seconds > 0 else ""
    line.append(f" · {receipt.seconds:.1f} s{rate}", style="not bold dim")
    yield line


def say_problems(receipt: RecordReceipt, *, strict: bool) -> None:
    """Say on standard error what is wrong: the first lines, the count by reason, what next."""
    for problem in receipt.warnings[:PROBLEMS_SHOWN_MAX]:
        say(f"warning: {problem_line(problem)}", style="yellow")
    if (more := len(receipt.warnings) - PROBLEMS_SHOWN_MAX) > 0:
        say(f"and {more} more warnings", style="yellow")
    if not receipt.refused:
        return
    if strict:
        then = "Nothing was recorded (--strict). Correct the file and record it again."
    else:
        then = "The rest is recorded. Look at the refused ones with: lineage dead-letters list"
    say_refused(receipt.problems, receipt.reasons, refused=receipt.refused, then=then)


def say_refused(
    problems: Sequence[Problem], reasons: Mapping[str, int], *, refused: int, then: str
) -> None:
    """Name the first refused events by line and field, count all by reason, say what next."""
    for problem in problems[:PROBLEMS_SHOWN_MAX]:
        say(problem_line(problem))
    if refused > min(len(problems), PROBLEMS_SHOWN_MAX):
        say("and more; in all:")
    _say_reasons(reasons)
    say(then)


def problem_line(problem: Problem) -> str:
    """Return ``line 7: data.recipient_kind: expected one of ...``."""
    parts = []
    if problem.line is not None:
        parts.append(f"line {problem.line}")
    elif problem.item is not None:
        parts.append(f"item {problem.item}")
    if problem.field:
        parts.append(plain(problem.field))
    expected = plain(problem.expected, chars_max=2000)
    parts.append(f"expected {expected}" if expected else plain(problem.reason))
    return ": ".join(parts)


def _say_reasons(reasons: Mapping[str, int]) -> None:
    from lineage.cli.output import err

    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    err().print(
        table(
            *("refused because", "events"),
            rows=([reason, f"{count:,}"] for reason, count in ordered),
            right=["events"],
        )
    )
