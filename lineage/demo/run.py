"""``lineage demo``: the main job once, on real orders, from an event to the last holder told.

The order of the steps stands here; what is printed in ``show``, what is checked in ``checks``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

import lineage
from lineage.demo import show
from lineage.demo.checks import Checked, check_five, check_holders, check_told
from lineage.demo.endpoints import Endpoints
from lineage.demo.expected import Holding, Person, expected_holders
from lineage.demo.expected_five import EXPECTED
from lineage.demo.five import five_answers
from lineage.demo.folder import fresh_folder
from lineage.demo.late import late_share
from lineage.demo.mapping import EVENTS_TOTAL, events
from lineage.demo.orders import read_orders
from lineage.demo.places import DESTINATIONS
from lineage.demo.registry import write_registry, write_secrets
from lineage.demo.selection import SHOWN, Asking, asking
from lineage.demo.shops import LATE
from lineage.demo.show_five import five_intro, five_table
from lineage.render.tree import lineage_tree
from lineage.service.answers import RecordReceipt, RequestStatus
from lineage.service.errors import InvalidInput
from lineage.tracker import Tracker

TELL_SECONDS_MAX = 60.0
PAUSE_SECONDS = 0.2
REVERSE_ROWS = 12
GROUND = "malice_or_abuse"


@dataclass(frozen=True, slots=True)
class Checks:
    """What was compared with what was counted or worked out without the tracker."""

    holders: Checked
    told: Checked
    policies: Checked

    @property
    def ok(self) -> bool:
        """All of it agreed."""
        return self.holders.ok and self.told.ok and self.policies.ok


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What came of it; ``ok`` only if all checks agreed and every notice was answered."""

    events: int
    people: int
    edges: int
    requests: int
    notices: Mapping[str, int]
    checks: Checks
    seconds: float
    out: Path
    ok: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo runs, and since when."""

    out: Path
    url: str
    started: float

    @property
    def five(self) -> str:
        """The store of the log that all five policies are asked about."""
        return f"sqlite:///{self.out / 'five-policies.db'}"


@dataclass(slots=True)
class Stage:
    """What every step needs."""

    tracker: Tracker
    endpoints: Endpoints
    console: Console
    expected: dict[Person, set[Holding]]


def run(*, store: str | None = None, out: Path, console: Console) -> DemoResult:
    """Run the whole demo into ``out`` and return what came of it."""
    started = time.monotonic()
    fresh_folder(out)
    files = write_secrets(out / "secrets")
    secrets = {place: path.read_text(encoding="ascii").strip() for place, path in files.items()}
    url = store or f"sqlite:///{out / 'lineage.db'}"
    with Endpoints(secrets) as endpoints:
        registry = out / "recipients.yaml"
        write_registry(registry, url=endpoints.url, files=files)
        with lineage.open_tracker(url, recipients=registry) as tracker:
            if tracker.requests():
                raise InvalidInput("the demo needs an empty store", do="name another one")
            stage = Stage(tracker, endpoints, console, expected_holders(read_orders()))
            recorded = record(stage)
            ask(stage)
            holders = compare(stage)
            people = asking(stage.expected)
            open_and_decide(stage, people)
            tell(stage, people)
            surface(stage, people)
            place = Place(out, url, started)
            checks = Checks(holders, compare_books(stage, people), ask_five(stage, place.five))
            return close(stage, people, recorded, checks, place=place)


def record(stage: Stage) -> RecordReceipt:
    """A year of orders as the events of five shops, in the order of time."""
    show.chapter(stage.console, 1, "A year of real orders, as five shops would send it")
    stage.console.print(f"Recording the events of {len(stage.expected):,} customers ...")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=stage.console,
        disable=not stage.console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("events", total=EVENTS_TOTAL)
        receipt = stage.tracker.record(
            events(), progress=lambda read: bar.update(task, completed=read)
        )
    rate = receipt.recorded / max(receipt.seconds, 0.001)
    stage.console.print(
        f"[bold]{receipt.recorded:,}[/] events recorded in {receipt.seconds:.1f} s "
        f"({rate:,.0f} a second); {receipt.refused} refused."
    )
    return receipt


def ask(stage: Stage) -> None:
    """One person's lineage, who holds what of that person, and the question the other way round."""
    controller, subject = SHOWN
    show.chapter(stage.console, 2, f"One customer of {controller}: where did the data go?")
    stage.console.print(lineage_tree(stage.tracker.lineage(subject, controller=controller)))
    show.chapter(stage.console, 3, f"Who holds what of {subject} now?")
    holders = stage.tracker.holders(subject, controller=controller)
    stage.console.print(show.holders_table(holders))
    carrier = DESTINATIONS["Japan"].local_carrier
    show.chapter(stage.console, 4, f"The other way round: whose data does {carrier} hold?")
    stage.console.print(f"{carrier} never got anything from {controller} itself.")
    rows = stage.tracker.recipient_subjects(carrier, controller=controller, limit=REVERSE_ROWS)
    stage.console.print(show.reverse_table(rows))


def compare(stage: Stage) -> Checked:
    """The holders of every person, against the count."""
    checked = check_holders(stage.tracker, sorted(stage.expected), expected=stage.expected)
    show.verdict(
        stage.console,
        checked,
        agreed=f"checked: the holders of {checked.compared:,} people equal the count made straight "
        "from the orders file",
        differ="the holders of these people differ from the count made from the orders file",
    )
    return checked


def open_and_decide(stage: Stage, people: list[Asking]) -> None:
    """Fifty people ask for deletion; an officer sees the plan and decides on exactly that plan."""
    show.chapter(stage.console, 5, f"{len(people)} people ask for deletion")
    planned = 0
    for one in people:
        status = stage.tracker.open_request(
            one.subject,
            controller=one.controller,
            trigger="account_cancelled",
            channel="email",
            request_id=one.request,
        )
        preview = stage.tracker.plan(status.request, controller=one.controller, if_accepted=True)
        plan = stage.tracker.decide_request(
            status.request,
            controller=one.controller,
            outcome="refused" if one.refused else "accepted",
            ground=GROUND if one.refused else None,
            ver=preview.ver,
        )
        planned += len(plan.notify)
    refused = sum(one.refused for one in people)
    stage.console.print(
        f"{len(people) - refused} accepted, {refused} refused; {planned} notices planned, "
        "none of them about a refused request."
    )


def tell(stage: Stage, people: list[Asking]) -> None:
    """Send the notices until each recipient has answered for good."""
    show.chapter(stage.console, 6, "The holders are told, over HTTP, until each has answered")
    rounds = dispatch(stage)
    book = stage.endpoints.book
    stage.console.print(
        f"{book.attempts} signed requests in {rounds} rounds: one recipient is slow, one failed "
        "once and was tried again, one keeps payment records by law, one holds a grant of its own."
    )
    statuses = statuses_of(stage, people)
    stage.console.print(show.requests_table(statuses))
    stage.console.print(show.answers_table(statuses))


def surface(stage: Stage, people: list[Asking]) -> None:
    """A share of the year of the orders that nobody had reported: told to at once."""
    show.chapter(stage.console, 7, "Too late? A share surfaces after the fan-out")
    stage.tracker.record([late_share(*SHOWN)], strict=True)
    dispatch(stage)
    one = next(one for one in people if (one.controller, one.subject) == SHOWN)
    status = stage.tracker.request_status(one.request, controller=one.controller)
    for notice in status.notices:
        if notice.recipient == LATE.recipient:
            stage.console.print(
                f"{LATE.recipient} got {', '.join(LATE.categories)} of {one.subject} in 2011; we "
                f"heard of it just now. Supplementary notice: [green]{notice.state}[/]."
            )


def dispatch(stage: Stage) -> int:
    """Rounds of the dispatcher until nothing is left to send; a retry waits for its time."""
    until = time.monotonic() + TELL_SECONDS_MAX
    rounds = 0
    while time.monotonic() < until:
        report = stage.tracker.dispatch()
        rounds += 1
        if report.left == 0:
            break
        if report.claimed == 0:
            time.sleep(PAUSE_SECONDS)
    return rounds


def statuses_of(stage: Stage, people: list[Asking]) -> list[RequestStatus]:
    """How far each request is."""
    return [stage.tracker.request_status(one.request, controller=one.controller) for one in people]


def compare_books(stage: Stage, people: list[Asking]) -> Checked:
    """What the recipients heard, against the count."""
    surfaced = {SHOWN: {LATE.recipient: set(LATE.categories)}}
    book = stage.endpoints.book
    told = check_told(book, people, expected=stage.expected, late=surfaced)
    show.verdict(
        stage.console,
        told,
        agreed=f"checked: for {told.compared} requests exactly the holders were told, "
        f"{len(book.notices)} notices in the recipients' own books",
        differ="these requests were not told to exactly the holders",
    )
    return told


def ask_five(stage: Stage, url: str) -> Checked:
    """The same events under each of the five policies, in a store of their own."""
    show.chapter(stage.console, 8, "One log, five policies")
    with lineage.open_tracker(url) as tracker:
        answers = five_answers(tracker)
    stage.console.print(five_intro())
    stage.console.print(five_table(answers))
    checked = check_five(answers, expected=EXPECTED)
    show.verdict(
        stage.console,
        checked,
        agreed=f"checked: all {checked.compared} answer as worked out by hand from their texts, "
        "and no two alike",
        differ="these answers differ from those worked out by hand",
    )
    return checked


def close(
    stage: Stage, people: list[Asking], recorded: RecordReceipt, checks: Checks, *, place: Place
) -> DemoResult:
    """The numbers, and where to look next."""
    statuses = statuses_of(stage, people)
    notices = show.notices_by_state(statuses)
    unanswered = sum(count for state, count in notices.items() if state not in show.FINAL)
    result = DemoResult(
        events=recorded.recorded + 1,
        people=len(stage.expected),
        edges=checks.holders.edges,
        requests=len(people),
        notices=dict(notices),
        checks=checks,
        seconds=time.monotonic() - place.started,
        out=place.out,
        ok=checks.ok and not unanswered and not recorded.refused,
    )
    show.chapter(stage.console, 9, "In numbers")
    stage.console.print(show.closing_table(result_rows(result)))
    show.show_steps(stage.console, show.next_steps(place.url, SHOWN, five=place.five))
    return result


def result_rows(result: DemoResult) -> dict[str, str]:
    """The result as name and number."""
    states = ", ".join(f"{count} {state}" for state, count in sorted(result.notices.items()))
    return {
        "events": f"{result.events:,}",
        "people": f"{result.people:,}",
        "edges to recipients": f"{result.edges:,}",
        "requests": str(result.requests),
        "notices": f"{sum(result.notices.values())}: {states}",
        "seconds": f"{result.seconds:.0f}",
    }
