"""How ``verify``, ``rebuild`` and ``doctor`` look."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import note, table
from lineage.service.answers import DoctorReport, RebuildReport, VerifyReport
from lineage.service.policy_answers import RejudgeReport


def verify_view(report: VerifyReport) -> Iterator[RenderableType]:
    """Yield the verdict, the roots, and the first wrong row of each table."""
    if report.ok:
        yield note(f"The ledger is whole: {report.events:,} events verified.", style="bold green")
    else:
        yield note(
            f"The ledger is NOT what was recorded ({report.events:,} events).", style="bold red"
        )
    if report.faults:
        yield table(
            *("table", "row", "what is wrong"),
            rows=([fault.table, fault.row, fault.what] for fault in report.faults),
        )
    if report.roots:
        yield table("lane", "root", rows=sorted(report.roots.items()))
    yield note(f"{report.seconds:.1f} s")


def rejudge_view(report: RejudgeReport) -> Iterator[RenderableType]:
    """Yield one line of counts."""
    yield note(f"Judged {report.people:,} people anew · {report.seconds:.1f} s", style="")


def rebuild_view(report: RebuildReport) -> Iterator[RenderableType]:
    """Yield one line of counts."""
    yield note(
        f"Rebuilt {report.people:,} people from {report.events:,} events: "
        f"{report.edges:,} edges · {report.seconds:.1f} s",
        style="",
    )


def doctor_view(report: DoctorReport) -> Iterator[RenderableType]:
    """Yield one row per check."""
    yield table(
        *("", "check", "says"),
        rows=(
            [
                Text("ok", style="green") if check.ok else Text("LOOK", style="bold red"),
                check.name,
                check.says,
            ]
            for check in report.checks
        ),
    )
