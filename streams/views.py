"""How the answers of the commands over Kafka look to people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import note, table
from lineage.render.text import moment
from streams.answers import EmitReceipt, Finding, LagReport, TopicsMade, TopicsReport


def made_view(made: TopicsMade) -> Iterator[RenderableType]:
    """Yield a row per topic: made, or there already."""
    yield table(
        *("topic", "partitions", ""),
        rows=(
            [
                row.topic,
                str(row.partitions),
                Text("made", style="green") if row.made else "was there, left as it is",
            ]
            for row in made.topics
        ),
        right=["partitions"],
        whole=["topic"],
    )
    if any(row.made for row in made.topics):
        yield note(f"copies of each message: {made.replication_factor}")
    if not all(row.made for row in made.topics):
        yield note("Whether what was there is safe: lineage topics check")


def check_view(report: TopicsReport) -> Iterator[RenderableType]:
    """Yield the verdict, then each finding with what to do."""
    for finding in report.findings:
        yield from _finding(finding, style="bold red")
    for finding in report.notes:
        yield from _finding(finding, style="yellow")
    if report.ok:
        yield note("Nothing unsafe was found.", style="bold green")
    else:
        yield note(f"{len(report.findings)} findings.", style="bold red")


def _finding(finding: Finding, *, style: str) -> Iterator[RenderableType]:
    where = finding.topic or "cluster"
    if finding.partition is not None:
        where += f" partition {finding.partition}"
    yield Text(f"{where}: {finding.check}", style=style)
    yield Text(f"  {finding.says}.")
    yield Text(f"  To do: {finding.do}.", style="dim")


def lag_view(report: LagReport) -> Iterator[RenderableType]:
    """Yield a row per lane, and the sum."""
    yield table(
        *("topic", "partition", "next", "end", "lag", "last seen"),
        rows=(
            [
                row.topic,
                str(row.partition),
                str(row.next),
                "?" if row.end is None else str(row.end),
                "?" if row.lag is None else f"{row.lag:,}",
                "never" if row.last_seen is None else moment(row.last_seen),
            ]
            for row in report.lanes
        ),
        right=["partition", "next", "end", "lag"],
        whole=["topic"],
    )
    if report.lag is None:
        yield note("unknown how far behind: the broker could not be asked.", style="bold magenta")
    else:
        yield note(f"{report.lag:,} messages are not recorded yet.", style="")


def emit_view(receipt: EmitReceipt) -> Iterator[RenderableType]:
    """Yield one line of counts."""
    line = Text(f"{receipt.sent:,} sent", style="bold green" if receipt.sent else "")
    line.append(f" of {receipt.read:,} read", style="not bold default")
    refused = f" · {receipt.refused:,} refused"
    line.append(refused, style="bold red" if receipt.refused else "not bold default")
    rate = f" ({receipt.read / receipt.seconds:,.0f} a second)" if receipt.seconds > 0 else ""
    line.append(f" · {receipt.seconds:.1f} s{rate}", style="not bold dim")
    yield line
