"""``lineage dispatch``: tell the recipients, once or for as long as the program runs."""

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

from lineage.cli.options import Json, example
from lineage.cli.output import give, say
from lineage.cli.place import Place, opened, with_place
from lineage.cli.views.dispatch import dispatch_view
from lineage.service.answers import DispatchReport

ROUNDS_MAX = 10_000

Once = Annotated[bool, typer.Option("--once", help="Stop when nothing is due any more.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Notices in one round.")]
Concurrency = Annotated[int, typer.Option("--concurrency", min=1, max=256, help="At one time.")]
Lease = Annotated[
    float, typer.Option("--lease-seconds", min=1.0, help="How long a claimed notice is ours.")
]
Poll = Annotated[
    float, typer.Option("--poll-seconds", min=0.1, help="Pause after a round with nothing due.")
]


def dispatch(
    place: Place,
    *,
    once: Once = False,
    limit: Limit = 500,
    concurrency: Concurrency = 8,
    lease_seconds: Lease = 120.0,
    poll_seconds: Poll = 5.0,
    as_json: Json = False,
) -> None:
    """Send the notices that are due and record the answers.

    Without --once it goes on until it is interrupted; a notice keeps its id over every attempt.
    """
    with opened(place) as tracker:

        def one_round() -> DispatchReport:
            return tracker.dispatch(
                limit=limit, concurrency=concurrency, lease_seconds=lease_seconds
            )

        if once:
            give(until_nothing_is_due(one_round), as_json=as_json, view=dispatch_view)
            return
        before = signal.signal(signal.SIGTERM, _stop)
        try:
            while True:
                report = one_round()
                if report.claimed:
                    give(report, as_json=as_json, view=dispatch_view)
                else:
                    time.sleep(poll_seconds)
        except KeyboardInterrupt:
            say("Stopped. What was claimed and not sent is sent by the next run.")
        finally:
            signal.signal(signal.SIGTERM, before)


def until_nothing_is_due(one_round: Callable[[], DispatchReport]) -> DispatchReport:
    """Run rounds until one claims nothing; return their sum."""
    total = one_round()
    for _ in range(ROUNDS_MAX):
        if not total.claimed:
            break
        report = one_round()
        total = DispatchReport(
            claimed=total.claimed + report.claimed,
            delivered=total.delivered + report.delivered,
            answered=total.answered + report.answered,
            failed=total.failed + report.failed,
            awaiting_person=total.awaiting_person + report.awaiting_person,
            left=report.left,
            seconds=total.seconds + report.seconds,
        )
        if not report.claimed:
            break
    return total


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End as after Ctrl-C: a service is stopped by SIGTERM."""
    raise KeyboardInterrupt


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    epilog = example(
        "lineage dispatch --once --recipients recipients.yaml", "lineage dispatch --poll-seconds 30"
    )
    app.command("dispatch", epilog=epilog)(with_place(dispatch))
