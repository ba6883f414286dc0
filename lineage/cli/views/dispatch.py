"""How a round of the dispatcher looks."""

from collections.abc import Iterator

from rich.console import RenderableType

from lineage.cli.views.tables import note
from lineage.service.answers import DispatchReport


def dispatch_view(report: DispatchReport) -> Iterator[RenderableType]:
    """Yield one line of counts."""
    if not report.claimed:
        yield note(f"Nothing was due; {report.left:,} wait for their time or for a person.")
        return
    yield note(
        f"{report.claimed:,} tried · {report.delivered:,} delivered · "
        f"{report.answered:,} answered · {report.failed:,} failed · "
        f"{report.awaiting_person:,} await a person · {report.left:,} left · "
        f"{report.seconds:.1f} s",
        style="bold red" if report.failed and not report.delivered else "",
    )
